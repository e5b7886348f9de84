"""Runs that are saved, kept safe, and offered again."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.keeping import SECONDS_BETWEEN
from pgviz.gui.safe_place import SafePlace
from pgviz.session.commands import KeepSafe, OpenRun, SaveRun
from pgviz.session.notices import RunSaved, RunState
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


def test_that_the_offer_names_the_run_where_that_can_be_read(desk: Desk, tmp_path: Path) -> None:
    folder = left_behind(tmp_path / "state" / "autosave")
    config = RunConfig.create("Pendulum-v1", "sac", seed=7).to_json().decode()
    (folder / "step-000000004096" / "manifest.json").write_text(f'{{"config": {config}}}')
    desk.begin()
    said = desk.window.keeping.offer.sentence.text()
    assert said == "pgviz ended without closing, and its run (Pendulum-v1 · SAC · seed 7) was kept at step 4,096."


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


def test_that_a_folder_of_a_run_has_a_name_that_any_file_system_takes(desk: Desk, tmp_path: Path) -> None:
    desk.begin()
    keeping, started = desk.window.keeping, desk.window.model.started
    assert started is not None
    config = RunConfig.create("my.games:Go/9x9-v0", seed=7)
    desk.window.model.started = replace(started, config=config)

    keeping.save()

    desk.wait_command(SaveRun(tmp_path / "state" / "runs" / "my.games-Go-9x9-v0 ppo seed 7"))


def test_that_a_run_is_looked_for_where_runs_are_saved_or_at_home(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts: list[str] = []

    def ask(*given: str) -> str:
        starts.append(given[2])
        return ""

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", ask)
    desk.window.keeping.ask_what_to_open()
    runs = tmp_path / "state" / "runs"
    runs.mkdir(parents=True)
    desk.window.keeping.ask_what_to_open()

    assert starts == [str(Path.home()), str(runs)]


def test_that_a_saved_run_that_names_a_module_is_opened_only_once_that_is_agreed_to(
    desk: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    desk.begin()
    saved = tmp_path / "a run" / "step-000000000008"
    saved.mkdir(parents=True)
    config = RunConfig.create("somebody.wrote:This-v0").to_json()
    (saved / "manifest.json").write_bytes(b'{"config": ' + config + b"}")

    for button in (QMessageBox.StandardButton.Cancel, None):
        desk.window.keeping.open(saved.parent)
        box = desk.window.findChild(QMessageBox)
        assert box is not None
        assert "somebody.wrote" in box.informativeText()
        assert not any(isinstance(each, OpenRun) for each in desk.host.log)
        click(box.button(button) if button else box.buttons()[0])
        qtbot.waitUntil(lambda: desk.window.findChild(QMessageBox) is None)

    desk.wait_command(OpenRun(saved.parent, "somebody.wrote"))


@pytest.mark.parametrize("step", [0, 4096])
def test_that_the_offer_names_the_step_where_there_is_one(desk: Desk, tmp_path: Path, step: int) -> None:
    left_behind(tmp_path / "state" / "autosave", step)
    desk.begin()

    assert (" at step " in desk.window.keeping.offer.sentence.text()) == bool(step)


def test_that_what_was_gone_on_with_or_forgotten_is_so_once(desk: Desk, tmp_path: Path) -> None:
    folder = left_behind(tmp_path / "state" / "autosave")
    desk.begin()
    keeping = desk.window.keeping
    keeping.offer.accepted.emit()
    keeping.offer.declined.emit()
    keeping.offer.accepted.emit()

    desk.wait_command(OpenRun(folder))
    desk.window.control.stop()
    desk.wait_state(RunState.STOPPED)
    assert desk.host.log.count(OpenRun(folder)) == 1
    assert folder.exists(), "it is forgotten only where that was asked for"


def test_that_a_process_told_to_leave_keeps_its_run_once_and_only_where_there_is_one(
    desk: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    desk.begin()
    (folder,) = (tmp_path / "state" / "autosave").iterdir()
    keeping, model = desk.window.keeping, desk.window.model
    keeping.save_and_keep()
    desk.window.control.step_environment()
    qtbot.waitUntil(lambda: model.step > 0)
    here = model.step
    model.recording = object()  # type: ignore[assignment]
    keeping.save_and_keep()
    model.recording = None
    desk.window.control.step_environment()
    qtbot.waitUntil(lambda: model.step > here)
    assert SaveRun(folder) not in desk.host.log

    keeping.save_and_keep()
    keeping.save_and_keep()
    desk.window.control.stop()
    desk.wait_state(RunState.STOPPED)

    assert desk.host.log.count(SaveRun(folder)) == 1
    desk.window.close()
    assert folder.exists(), "it is offered at the next start"


def test_that_a_run_saved_by_hand_is_said_to_be_and_one_kept_safe_is_not(desk: Desk, tmp_path: Path) -> None:
    desk.begin()
    (folder,) = (tmp_path / "state" / "autosave").iterdir()
    said = desk.window.statusBar().currentMessage
    before = said()
    desk.window.pump.run_saved.emit(RunSaved(8, "anywhere", unasked=True))
    desk.window.pump.run_saved.emit(RunSaved(8, str(folder)))
    assert said() == before

    desk.window.pump.run_saved.emit(RunSaved(4096, "a folder"))

    assert said() == "Saved at step 4,096 in a folder"
