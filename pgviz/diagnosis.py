"""What ``pgviz doctor`` says: versions, display, system libraries, optional parts, and what to do about faults.

Qt, torch and the codecs are asked in child processes: a library that is missing, or a driver that crashes, then
costs one line of the report and not the program.
"""

import importlib.metadata
import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pgviz
from pgviz import system_libraries
from pgviz.display import draws_in_memory, has_display
from pgviz.export.extras import VIDEO

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

State = Literal["ok", "missing", "optional"]

EXTRAS = {
    "box2d": ("Box2D", "LunarLander-v3 and BipedalWalker-v3"),
    "mujoco": ("mujoco", "HalfCheetah-v5, Ant-v5 and their kind"),
    "atari": ("ale_py", "the Atari games"),
    "onnx": ("onnxscript", "policies written as ONNX"),
    "tensorboard": ("tensorboardX", "--tensorboard"),
    "minari": ("minari", "data sets of episodes"),
}
"""Per extra of pgviz: the module that it brings and what it is for."""

_ASK_QT = """
from PySide6.QtGui import QGuiApplication
app = QGuiApplication([])
screen = app.primaryScreen()
size = screen.size()
print(f"{app.platformName()}, {size.width()} x {size.height()}, at {screen.devicePixelRatio():.0%}")
"""
_ASK_TORCH = """
import torch
devices = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
print(", ".join(devices) or "none: torch trains on the processor")
"""
_ASK_CODECS = """
import av
wanted = ("libx264", "libopenh264", "h264_nvenc", "libvpx-vp9", "libaom-av1", "mpeg4")
found = [name for name in wanted if name in av.codecs_available]
print(f"PyAV {av.__version__}: " + ", ".join(found))
"""
_QT_ADVICE = "check that the display is there, or set QT_QPA_PLATFORM=offscreen to do without"
_PATIENCE = 60.0
"""Seconds that a child process may take; a cold start of torch from a slow disk takes tens."""


@dataclass(frozen=True)
class Fact:
    """One line of the report.

    Parameters
    ----------
    name
        What was looked at.
    value
        What was found, in words.
    state
        ``"ok"``; ``"missing"`` where pgviz cannot do its work; ``"optional"`` where it can without.
    advice
        What to type or do; empty where nothing is to be done.
    """

    name: str
    value: str
    state: State = "ok"
    advice: str = ""


@dataclass(frozen=True)
class Section:
    """Facts that belong together, under a title."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Report:
    """All that was found out about this machine."""

    sections: tuple[Section, ...]

    @property
    def faults(self) -> tuple[Fact, ...]:
        """The facts that keep pgviz from its work."""
        return tuple(fact for section in self.sections for fact in section.facts if fact.state == "missing")


class _NoAnswer(Exception):
    """A child process did not answer; the text says why."""


def report(environ: Mapping[str, str] | None = None) -> Report:
    """Look at this machine; never raises.

    Parameters
    ----------
    environ
        The environment variables; the process's own by default.
    """
    variables = os.environ if environ is None else environ
    return Report(
        (
            _section("This machine", _machine),
            _section("Packages", _packages),
            _section("Display", lambda: _display(variables)),
            _section("Optional", _optional),
        )
    )


def format_report(report: Report) -> str:
    """Write the report as plain text, the advice last.

    A line that begins with ``!`` is a fault, one with ``-`` an optional part that is not there.
    """
    width = max(len(fact.name) for section in report.sections for fact in section.facts)
    lines: list[str] = []
    for section in report.sections:
        lines += [section.title, *(_line(fact, width) for fact in section.facts), ""]
    advice = list(dict.fromkeys(f"  {fact.advice}" for fact in report.faults if fact.advice))
    if not report.faults:
        return "\n".join([*lines, "Nothing that pgviz needs is missing."])
    return "\n".join([*lines, "To be done:", *advice])


def _line(fact: Fact, width: int) -> str:
    mark = {"ok": " ", "missing": "!", "optional": "-"}[fact.state]
    hint = f" ({fact.advice})" if fact.advice and fact.state == "optional" else ""
    return f"{mark} {fact.name:<{width}}  {fact.value}{hint}"


def _section(title: str, gather: Callable[[], Sequence[Fact]]) -> Section:
    """Gather facts; whatever goes wrong on the way becomes a fact too."""
    try:
        return Section(title, tuple(gather()))
    except Exception as error:  # noqa: BLE001  # a diagnosis that dies of what it looks at would be of no use
        value = f"could not be found out: {type(error).__name__}: {error}"
        return Section(title, (Fact(title.lower(), value, "missing", "install pgviz again"),))


def _machine() -> list[Fact]:
    new_enough = sys.version_info >= (3, 11)
    return [
        Fact("pgviz", pgviz.__version__),
        Fact(
            "Python",
            f"{platform.python_version()} ({sys.executable})",
            "ok" if new_enough else "missing",
            "" if new_enough else "use Python 3.11 or newer",
        ),
        Fact("system", platform.platform()),
        Fact("processors", str(os.cpu_count())),
    ]


def _packages() -> list[Fact]:
    from packaging.requirements import Requirement

    declared = [Requirement(line) for line in importlib.metadata.requires("pgviz") or ()]
    needed = [each for each in declared if each.marker is None or each.marker.evaluate({"extra": ""})]
    return [_package(each.name, each.specifier) for each in needed]


def _package(name: str, specifier: "SpecifierSet") -> Fact:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Fact(name, "not installed", "missing", f"pip install {name}")
    if specifier.contains(version, prereleases=True):
        return Fact(name, version)
    return Fact(name, f"{version}, which pgviz does not work with", "missing", "pip install --upgrade pgviz")


def _display(environ: Mapping[str, str]) -> list[Fact]:
    libraries = _libraries(environ)
    return [_shown(environ), libraries, _qt(environ, "" if libraries.advice else _QT_ADVICE)]


def _shown(environ: Mapping[str, str]) -> Fact:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    found = ", ".join(f"{name}={environ[name]}" for name in names if environ.get(name))
    if has_display(environ):
        return Fact("display", found or "the desktop's own")
    why = f"none, because {found}" if draws_in_memory(environ) else "none: no window can be shown here"
    return Fact("display", why, "optional", "`pgviz train` and `pgviz screenshot` work without")


def _libraries(environ: Mapping[str, str]) -> Fact:
    absent = system_libraries.missing(system_libraries.uses(environ))
    if not absent:
        return Fact("system libraries", "all that Qt needs are here")
    packages = [system_libraries.name_here(each.package) for each in absent]
    names = ", ".join(each.name for each in absent)
    return Fact("system libraries", f"missing: {names}", "missing", system_libraries.apt_line(packages))


def _qt(environ: Mapping[str, str], advice: str) -> Fact:
    in_memory = {} if has_display(environ) else {"QT_QPA_PLATFORM": environ.get("QT_QPA_PLATFORM", "offscreen")}
    try:
        return Fact("Qt", f"starts ({_ask(_ASK_QT, {**environ, **in_memory})})")
    except _NoAnswer as reason:
        return Fact("Qt", f"does not start: {reason}", "missing", advice)


def _optional() -> list[Fact]:
    return [*(_extra(name) for name in EXTRAS), _accelerator(), _codecs()]


def _extra(name: str) -> Fact:
    module, purpose = EXTRAS[name]
    if importlib.util.find_spec(module) is not None:
        return Fact(name, f"installed, for {purpose}")
    return Fact(name, f"not installed, for {purpose}", "optional", f'pip install "pgviz[{name}]"')


def _accelerator() -> Fact:
    try:
        return Fact("graphics processor", _ask(_ASK_TORCH, os.environ))
    except _NoAnswer as reason:
        return Fact("graphics processor", f"torch does not start: {reason}", "missing", "install pgviz again")


def _codecs() -> Fact:
    if VIDEO.missing:
        return Fact(
            "video codecs", "none: PyAV is not installed", "optional", 'films need it: pip install "pgviz[video]"'
        )
    try:
        return Fact("video codecs", _ask(_ASK_CODECS, os.environ))
    except _NoAnswer as reason:
        return Fact(
            "video codecs", f"PyAV does not start: {reason}", "optional", "pip install --force-reinstall av"
        )


def _ask(code: str, environ: Mapping[str, str]) -> str:
    """Run Python code in a child process and return the last line it printed.

    Raises
    ------
    _NoAnswer
        If it fails, crashes or takes too long.
    """
    command = [sys.executable, "-c", code]
    try:
        done = subprocess.run(
            command,
            env=dict(environ),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _NoAnswer(str(error)) from error
    if done.returncode != 0:
        raise _NoAnswer(_complaint(done.stderr) or f"ended with status {done.returncode}")
    return done.stdout.strip().rpartition("\n")[2]


def _complaint(stderr: str) -> str:
    """Pick the line that says what is wrong: the first that names an error, else the last."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    telling = [line for line in lines if "could not" in line.lower() or "error:" in line.lower()]
    return (telling or lines[-1:] or [""])[0]
