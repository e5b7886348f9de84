import subprocess
import sys

import pytest

from pgviz import diagnosis, system_libraries
from pgviz.diagnosis import Fact, Report, Section, format_report, report


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for the child processes; collects the platforms that Qt was asked with."""
    asked: list[str] = []

    def ask(_code: str, environ: dict[str, str]) -> str:
        asked.append(environ.get("QT_QPA_PLATFORM", ""))
        return "an answer"

    monkeypatch.setattr(diagnosis, "_ask", ask)
    return asked


def _facts(found: Report) -> dict[str, Fact]:
    return {fact.name: fact for section in found.sections for fact in section.facts}


@pytest.mark.usefixtures("answers")
def test_that_every_package_pgviz_needs_is_listed_with_its_version() -> None:
    facts = _facts(report({}))
    for name in ("torch", "gymnasium", "numpy", "pyqtgraph", "msgspec"):
        assert facts[name].state == "ok"
        assert facts[name].value[0].isdigit()
    assert "pytest" not in facts


@pytest.mark.usefixtures("answers")
def test_that_no_display_is_said_and_is_no_fault() -> None:
    found = report({})
    assert _facts(found)["display"].value.startswith("none")
    assert "display" not in [fault.name for fault in found.faults]


def test_that_qt_is_asked_offscreen_where_there_is_no_display(answers: list[str]) -> None:
    report({})
    assert answers[0] == "offscreen"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are named on Linux alone")
def test_that_qt_is_asked_for_the_display_that_is_named(answers: list[str]) -> None:
    assert _facts(report({"DISPLAY": ":7"}))["display"].value == "DISPLAY=:7"
    assert answers[0] == ""


@pytest.mark.usefixtures("answers")
def test_that_missing_libraries_come_with_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = [system_libraries.Missing("libEGL.so.1", "libegl1"), system_libraries.Missing("libGL.so.1", "libgl1")]
    monkeypatch.setattr(system_libraries, "missing", lambda _uses: absent)
    monkeypatch.setattr(system_libraries, "name_here", lambda package: package)
    found = report({})
    assert _facts(found)["system libraries"].value == "missing: libEGL.so.1, libGL.so.1"
    assert format_report(found).splitlines()[-1].endswith("apt-get install -y libegl1 libgl1")


@pytest.mark.usefixtures("answers")
def test_that_a_package_that_is_not_installed_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.requires", lambda _: ["nobody-wrote-this>=1", 'never; extra == "dev"'])
    fact = _facts(report({}))["nobody-wrote-this"]
    assert (fact.state, fact.advice) == ("missing", "pip install nobody-wrote-this")


@pytest.mark.usefixtures("answers")
def test_that_a_version_that_does_not_fit_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.requires", lambda _: ["pytest<1"])
    assert "does not work with" in _facts(report({}))["pytest"].value


@pytest.mark.usefixtures("answers")
def test_that_an_extra_that_is_not_installed_names_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    found = report({})
    assert 'pip install "pgviz[box2d]"' in format_report(found)
    assert not [fault for fault in found.faults if fault.name == "box2d"]


def test_that_a_child_that_fails_is_a_fault_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "_ASK_QT", "raise ImportError('libEGL.so.1 is not there')")
    monkeypatch.setattr(diagnosis, "_ASK_TORCH", "import os; os._exit(3)")
    facts = _facts(report({}))
    assert facts["Qt"].value == "does not start: ImportError: libEGL.so.1 is not there"
    assert facts["graphics processor"].value.endswith("ended with status 3")


def test_that_a_child_that_hangs_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 60.0)

    monkeypatch.setattr(subprocess, "run", hang)
    assert {"Qt", "graphics processor"} <= {fault.name for fault in report({}).faults}


@pytest.mark.usefixtures("answers")
def test_that_the_diagnosis_survives_what_it_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> list[str]:
        raise OSError("the disk is gone")

    monkeypatch.setattr("importlib.metadata.requires", broken)
    assert "OSError: the disk is gone" in format_report(report({}))


def test_that_a_sound_machine_is_called_so() -> None:
    text = format_report(Report((Section("All", (Fact("one", "two"),)),)))
    assert text.endswith("Nothing that pgviz needs is missing.")


def test_that_the_same_advice_is_given_once() -> None:
    twice = tuple(Fact(name, "gone", "missing", "buy a new one") for name in ("disk", "screen"))
    assert format_report(Report((Section("All", twice),))).count("buy a new one") == 1


def test_that_this_machine_draws_with_qt_and_computes_with_torch() -> None:
    facts = _facts(report())
    assert facts["Qt"].value.startswith("starts")
    assert facts["graphics processor"].state == "ok"


def test_that_neither_qt_nor_torch_is_imported_by_looking() -> None:
    code = (
        "import sys, pgviz.diagnosis; sys.exit(any(name in sys.modules for name in ('torch', 'PySide6', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
