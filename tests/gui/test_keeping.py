"""Runs that are saved, kept safe, and offered again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from pgviz.gui.keeping import SECONDS_BETWEEN
from pgviz.gui.safe_place import SafePlace
from pgviz.session.commands import KeepSafe, OpenRun, SaveRun
from tests.gui.conftest import Desk
from tests.hands import click


def left_behind(root: Path, step: int = 4096) -> Path:
    """What a process that was killed leaves."""
    code = (
        "import sys; from pathlib import Path; from pgviz.gui.safe_place import SafePlace; import os\n"
        f"place = SafePlace(Path({str(root)!r})); place.enter()\n"
        f"saved = place.folder / 'step-{step:012d}'; saved.mkdir(); (saved / 'manifest.json').write_text('{{}}')\n"
        "print(place.folder, flush=True); os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return Path(done.stdout.strip())


def test_that_ctrl_s_saves_into_a_folder_of_the_run(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    desk.begin()
    desk.window.actions_.save.trigger()
    desk.wait_command(SaveRun(tmp_path / "state" / "runs" / "CartPole-v1 ppo seed 0"))


def test_that_a_chosen_folder_is_opened_and_so_is_a_checkpoint_in_it(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.begin()
    inside = tmp_path / "a run" / "step-000000000008"
    inside.mkdir(parents=True)
    (inside / "manifest.json").write_text("{}")
    chosen = [str(inside), str(tmp_path / "another run"), ""]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: chosen.pop(0))
    for _ in range(3):
        desk.window.actions_.open_saved.trigger()
    desk.wait_command(OpenRun(tmp_path / "a run"))
    desk.wait_command(OpenRun(tmp_path / "another run"))
    assert not chosen


def test_that_the_window_keeps_its_run_safe_and_clears_up(desk: Desk, tmp_path: Path) -> None:
    desk.begin()
    (folder,) = (tmp_path / "state" / "autosave").iterdir()
    desk.wait_command(KeepSafe(folder, SECONDS_BETWEEN))
    assert not desk.window.keeping.offer.isVisible()
    desk.window.close()
    assert not folder.exists()


def test_that_a_run_that_was_left_behind_is_offered_and_gone_on_with(desk: Desk, tmp_path: Path) -> None:
    folder = left_behind(tmp_path / "state" / "autosave")
    desk.begin()
    offer = desk.window.keeping.offer
    assert offer.isVisible()
    assert "4,096" in offer.sentence.text()
    click(offer.yes)
    desk.wait_command(OpenRun(folder))
    assert not offer.isVisible()
    assert folder.exists(), "until this window has been closed in good order"
    desk.window.close()
    assert not folder.exists()


def test_that_a_run_can_be_forgotten(desk: Desk, tmp_path: Path) -> None:
    folder = left_behind(tmp_path / "state" / "autosave")
    desk.begin()
    click(desk.window.keeping.offer.no)
    assert not folder.exists()
    assert not desk.window.keeping.offer.isVisible()


def test_that_what_another_window_has_open_is_not_offered(tmp_path: Path) -> None:
    first, second = SafePlace(tmp_path), SafePlace(tmp_path)
    assert first.enter()
    (first.folder / "step-000000000008").mkdir()
    (first.folder / "step-000000000008" / "manifest.json").write_text("{}")
    assert second.abandoned() is None
    first.leave(keep=True)
    found = second.abandoned()
    assert found is not None
    assert (found.folder, found.step) == (first.folder, 8)


def test_that_a_folder_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    place = SafePlace(tmp_path / "state" / "autosave")
    assert place.abandoned() is None
    assert not place.enter()
    place.leave(keep=False)
