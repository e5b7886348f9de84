"""``pgviz replay FILE``, and a file alone, as a desktop names it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pgviz.cli import main, main_gui
from tests.session.recordings import Rows


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of a run that has taken no step."""
    rows = Rows()
    rows.close()
    return rows.write(tmp_path_factory.mktemp("recordings") / "a démo.pgviz")


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, dict[str, Any]]]:
    """What the window was asked to replay."""
    asked: list[tuple[Path, dict[str, Any]]] = []

    def replay(path: Path, **options: Any) -> int:
        asked.append((path, options))
        return 0

    module = ModuleType("pgviz.gui.app")
    vars(module).update(replay=replay)
    import pgviz.gui

    monkeypatch.setitem(sys.modules, "pgviz.gui.app", module)
    monkeypatch.setattr(pgviz.gui, "app", module, raising=False)
    monkeypatch.setattr("pgviz.cli.window.find_spec", lambda _name: object())
    monkeypatch.setattr("pgviz.cli.window.has_display", lambda: True)
    return asked


def test_that_a_recording_is_replayed(demo: Path, replayed: list[tuple[Path, dict[str, Any]]]) -> None:
    assert main(["replay", str(demo), "--play", "--theme", "dark"]) == 0
    assert replayed == [(demo, {"play": True, "theme": "dark"})]


def test_that_a_file_alone_is_replayed_as_well(
    demo: Path, replayed: list[tuple[Path, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main([str(demo)]) == 0
    monkeypatch.setattr(sys, "argv", ["pgviz-gui", str(demo)])
    assert main_gui() == 0
    assert replayed == [(demo, {"play": False, "theme": None})] * 2


@pytest.mark.parametrize("contents", [None, b"", b"SQLite format 3\x00 and no more", b"\x80\x04K\x01."])
def test_that_a_file_that_is_none_is_one_line_and_opens_nothing(
    tmp_path: Path,
    contents: bytes | None,
    replayed: list[tuple[Path, dict[str, Any]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "wrong.pgviz"
    if contents is not None:
        path.write_bytes(contents)
    assert main(["replay", str(path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert str(path) in line
    assert replayed == []


def test_that_without_a_display_it_is_said(
    demo: Path,
    replayed: list[tuple[Path, dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("pgviz.cli.window.has_display", lambda: False)
    assert main([str(demo)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no display" in line
    assert f"pgviz export '{demo}' --to demo.mp4" in line
    assert replayed == []
