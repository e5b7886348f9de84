"""``packaging/setup.sh`` on a machine made of stand-ins: nothing is installed, every call is written down."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.packaging.scripts import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the set-up script is for Linux and macOS")

TOOLS = ("sh", "dirname", "cksum", "cat", "grep", "rm", "mkdir", "cp", "chmod")
"""The real programs that the script may call; all others are stand-ins."""

PYTHON = """#!/bin/sh
# A Python of version $MINOR whose pip fails while $HERE/pip-fails is there.
echo "python $*" >>"$HERE/calls"
case "$*" in
*version_info\\ \\<*) [ "$MINOR" -ge 11 ] ;;
*version_info\\[*) echo "python3.$MINOR-venv" ;;
*ensurepip*) [ ! -e "$HERE/no-ensurepip" ] ;;
*system_libraries*offscreen*) [ ! -e "$HERE/no-libraries" ] || echo libegl1 ;;
*"-m venv"*)
    mkdir -p .venv/bin && cp "$0" .venv/bin/python && echo "#!$PWD/.venv/bin/python" >.venv/bin/pip ;;
*"-m pip install"*) [ ! -e "$HERE/pip-fails" ] ;;
esac
"""
APT = """#!/bin/sh
echo "apt-get $*" >>"$HERE/calls"
case "$*" in install*) rm -f "$HERE/no-libraries" "$HERE/no-ensurepip" ;; esac
"""


@dataclass(frozen=True)
class Machine:
    """A checkout, and the programs on the path of whoever sets it up."""

    folder: Path
    user: int = 1000
    minor: int = 11

    @property
    def checkout(self) -> Path:
        return self.folder / "a checkout"

    def set_up(self, purpose: str = "run", **environ: str) -> subprocess.CompletedProcess[str]:
        self.program("id", f"#!/bin/sh\necho {self.user}\n")
        (self.folder / "calls").unlink(missing_ok=True)
        return subprocess.run(
            ["/bin/sh", str(self.checkout / "packaging" / "setup.sh"), purpose],
            env={"PATH": str(self.folder / "bin"), "HERE": str(self.folder), "MINOR": str(self.minor), **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    def program(self, name: str, text: str) -> None:
        file = self.folder / "bin" / name
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)

    def calls(self, word: str) -> list[str]:
        return [line for line in (self.folder / "calls").read_text(encoding="utf-8").splitlines() if word in line]

    def installs(self) -> list[str]:
        return self.calls("pip install")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    (tmp_path / "bin").mkdir()
    (made.checkout / "packaging").mkdir(parents=True)
    for name in ("pyproject.toml", "packaging/setup.sh", "packaging/constraints.txt"):
        shutil.copy(ROOT / name, made.checkout / name)
    for tool in TOOLS:
        os.symlink(shutil.which(tool) or f"/bin/{tool}", tmp_path / "bin" / tool)
    for tool in ("Xvfb", "desktop-file-validate", "appstreamcli"):
        made.program(tool, "#!/bin/sh\n")
    made.program("uname", "#!/bin/sh\necho Linux\n")
    made.program("python3", PYTHON)
    made.program("apt-get", APT)
    return made


def test_that_the_first_call_installs_with_the_pinned_versions(machine: Machine) -> None:
    assert machine.set_up().returncode == 0
    (install,) = machine.installs()
    assert "-c packaging/constraints.txt -e ." in install


def test_that_tests_get_the_development_tools_too(machine: Machine) -> None:
    assert machine.set_up("test").returncode == 0
    assert machine.installs()[0].endswith("-e .[dev,box2d,mujoco,peers,video,tensorboard,onnx,minari]")


def test_that_a_finished_set_up_is_not_done_again(machine: Machine) -> None:
    machine.set_up()
    assert machine.set_up().returncode == 0
    assert machine.installs() == []


def test_that_what_the_tests_need_is_enough_to_run(machine: Machine) -> None:
    machine.set_up("test")
    machine.set_up("run")
    assert machine.installs() == []


@pytest.mark.parametrize("name", ["pyproject.toml", "packaging/constraints.txt"])
def test_that_a_changed_list_of_packages_is_installed(machine: Machine, name: str) -> None:
    machine.set_up()
    with (machine.checkout / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    machine.set_up()
    assert len(machine.installs()) == 1


def test_that_a_failed_installation_is_said_and_tried_again(machine: Machine) -> None:
    (machine.folder / "pip-fails").touch()
    failed = machine.set_up()
    assert failed.returncode == 1
    assert "pip did not finish" in failed.stderr
    (machine.folder / "pip-fails").unlink()
    assert machine.set_up().returncode == 0
    assert len(machine.installs()) == 1
    assert machine.calls("-m venv") == []


def test_that_half_a_virtual_environment_is_made_anew(machine: Machine) -> None:
    (machine.checkout / ".venv" / "bin").mkdir(parents=True)
    assert machine.set_up().returncode == 0
    assert len(machine.calls("-m venv --clear .venv")) == 1


def test_that_a_moved_checkout_gets_a_new_virtual_environment(machine: Machine) -> None:
    machine.set_up()
    moved = Machine(machine.folder / "moved")
    shutil.copytree(machine.checkout, moved.checkout)
    shutil.copytree(machine.folder / "bin", moved.folder / "bin", symlinks=True)
    assert moved.set_up().returncode == 0
    assert len(moved.calls("-m venv --clear .venv")) == 1


def test_that_an_old_python_is_refused_in_one_line(machine: Machine) -> None:
    refused = Machine(machine.folder, minor=9).set_up()
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "no Python 3.11 or newer" in refused.stderr


def test_that_a_newer_python_is_found_beside_an_old_one(machine: Machine) -> None:
    machine.program("python3.12", PYTHON.replace("$MINOR", "12"))
    assert Machine(machine.folder, minor=9).set_up().returncode == 0


def test_that_root_installs_what_is_missing(machine: Machine) -> None:
    for gone in ("no-libraries", "no-ensurepip"):
        (machine.folder / gone).touch()
    assert Machine(machine.folder, user=0).set_up().returncode == 0
    assert machine.calls("apt-get") == [
        "apt-get update -q",
        "apt-get install -y -q --no-install-recommends python3.11-venv libegl1",
    ]


def test_that_others_are_shown_the_one_line_to_type(machine: Machine) -> None:
    for gone in ("no-libraries", "no-ensurepip"):
        (machine.folder / gone).touch()
    stopped = machine.set_up()
    assert stopped.returncode == 1
    assert stopped.stderr.splitlines()[-1] == "sudo apt-get install -y python3.11-venv libegl1"
    assert machine.calls("apt-get") == []
    assert machine.installs() == []


def test_that_a_missing_validator_does_not_stop_the_tests(machine: Machine) -> None:
    (machine.folder / "bin" / "appstreamcli").unlink()
    done = machine.set_up("test")
    assert done.returncode == 0
    assert "sudo apt-get install -y appstream\n" in done.stderr


def test_that_a_validator_is_of_no_concern_to_a_run(machine: Machine) -> None:
    (machine.folder / "bin" / "appstreamcli").unlink()
    assert machine.set_up("run").stderr.count("apt-get") == 0


def test_that_without_apt_the_packages_are_named(machine: Machine) -> None:
    (machine.folder / "bin" / "apt-get").unlink()
    (machine.folder / "no-libraries").touch()
    stopped = machine.set_up()
    assert stopped.returncode == 1
    assert "libegl1; install them with your package manager" in stopped.stderr


@pytest.mark.parametrize(
    ("environ", "uses"),
    [({}, "offscreen"), ({"DISPLAY": ":0"}, "offscreen xcb"), ({"WAYLAND_DISPLAY": "w"}, "offscreen wayland")],
)
def test_that_the_libraries_of_the_display_are_asked_for(
    machine: Machine, environ: dict[str, str], uses: str
) -> None:
    machine.set_up("run", **environ)
    (asked,) = machine.calls("system_libraries")
    assert asked.endswith(f"system_libraries.py {uses}")


def test_that_a_wrong_word_is_answered_with_the_usage(machine: Machine) -> None:
    refused = machine.set_up("rnu")
    assert refused.returncode == 1
    assert "usage" in refused.stderr
