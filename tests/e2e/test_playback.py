"""A recording in the real window: opened, played, scrubbed, stepped, and taken over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.main_window import MainWindow
from pgviz.gui.playback import Playback
from pgviz.gui.session_thread import recording_host
from pgviz.session.commands import SetSpeed
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import RunState
from pgviz.training.events import EpisodeEnded, PastShown, StateShown, StepTaken, UpdateApplied
from tests.e2e.conftest import PENDULUM, Bench, replaying
from tests.hands import click, press
from tests.session.recordings import SMALL, Rows, recorded

KEY = Qt.Key


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rows]:
    """400 steps of two copies of CartPole."""
    return recorded(tmp_path_factory.mktemp("recordings") / "démo.pgviz", 400)


@pytest.fixture
def replayed(demo: tuple[Path, Rows], tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    """A window that was begun on the recording."""
    with replaying(demo[0], tmp_path / "settings.ini", qtbot) as window:
        yield window


def go(window: MainWindow, qtbot: QtBot, step: int) -> None:
    """Click on a step in the timeline."""
    view = window.timeline.view
    qtbot.waitUntil(lambda: view.data.head == 400)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(view.pixel(step)), 24))
    qtbot.waitUntil(lambda: window.model.shown is not None and abs(window.model.shown.step - step) <= 2)


def play_to_the_end(window: MainWindow, qtbot: QtBot) -> None:
    """Play as fast as it goes."""
    window.control.post(SetSpeed(None))
    press(window, KEY.Key_Space)
    qtbot.waitUntil(lambda: window.model.step == 400 and window.model.state is RunState.PAUSED)


def test_that_a_recording_is_shown_as_one(replayed: MainWindow, qtbot: QtBot) -> None:
    window, actions = replayed, replayed.actions_
    qtbot.waitUntil(lambda: window.model.state is RunState.PAUSED and window.moment.isVisible())
    assert "démo.pgviz" in window.windowTitle()
    qtbot.waitUntil(window.playback.badge.isVisible)
    assert window.playback.badge.text() == "Playback"
    assert "démo.pgviz" in window.moment.words.text()
    assert window.moment.take_over.isVisible()
    for action in (actions.fork, actions.restart_with_new_seed, actions.save, actions.resume):
        assert not action.isEnabled()
        assert "recording" in action.toolTip()
    knob = window.controls.sliders["learning_rate"]
    qtbot.waitUntil(lambda: "recording" in knob.toolTip() or not knob.slider.isEnabled())
    assert actions.step_minibatch.isEnabled()
    assert "at which the run was stopped" in actions.step_minibatch.toolTip()
    for place in window.closer.places:
        assert place.currentWidget() is place.recorded
    assert not window.closer.probes.pin.isEnabled()
    assert "recording" in window.closer.probes.pin.toolTip()
    assert window.controls.speed.speed == 1.0


def test_that_it_plays_with_all_curves_to_its_end(
    replayed: MainWindow, demo: tuple[Path, Rows], qtbot: QtBot
) -> None:
    play_to_the_end(replayed, qtbot)
    _, rows = demo
    assert len(replayed.model.updates) == len(rows.of(UpdateApplied))
    assert len(replayed.model.episodes) == len(rows.of(EpisodeEnded))
    qtbot.waitUntil(lambda: "400 of 400" in replayed.progress.steps_label.text())


def test_that_scrubbing_and_stepping_show_the_recorded_steps(replayed: MainWindow, qtbot: QtBot) -> None:
    window, debug = replayed, replayed.model.debug
    go(window, qtbot, 300)
    assert isinstance(window.model.shown, StepTaken)
    assert len(window.model.updates) == 9
    go(window, qtbot, 100)
    assert isinstance(window.model.shown, PastShown)
    assert window.model.shown.detail.frame is not None
    qtbot.waitUntil(lambda: window.moment.words.text() == f"Looking back at step {debug.cursor.step} of 300")
    assert window.moment.take_over.isVisible()
    assert not window.moment.resume.isVisible()
    at = window.model.shown.step
    press(window, KEY.Key_Right)
    qtbot.waitUntil(lambda: debug.cursor is not None and debug.cursor.step == at + 2)
    press(window, KEY.Key_Left)
    qtbot.waitUntil(lambda: debug.cursor is not None and debug.cursor.step == at)
    press(window, KEY.Key_Escape)
    qtbot.waitUntil(lambda: not debug.looks_back)
    assert window.model.step == 300


def test_that_playing_on_from_the_past_cuts_the_curves_there(replayed: MainWindow, qtbot: QtBot) -> None:
    window = replayed
    go(window, qtbot, 390)
    go(window, qtbot, 100)
    press(window, KEY.Key_Space)
    qtbot.waitUntil(lambda: 100 < window.model.step < 200)
    press(window, KEY.Key_Space)
    qtbot.waitUntil(lambda: window.model.state is RunState.PAUSED)
    assert len(window.model.updates) == window.model.step // 32 or window.model.step % 32 <= 2


def test_that_a_run_is_taken_over_in_the_same_window(replayed: MainWindow, qtbot: QtBot) -> None:
    window, model = replayed, replayed.model
    go(window, qtbot, 300)
    go(window, qtbot, 150)
    qtbot.waitUntil(window.moment.take_over.isVisible)
    at = model.shown.step if model.shown else 0
    generation, updates = model.generation, model.updates.column(1)[:4].copy()
    click(window.moment.take_over)
    qtbot.waitUntil(lambda: model.recording is None and isinstance(model.shown, StateShown), timeout=20_000)
    assert model.step == at - 2
    assert model.generation == generation
    assert (model.updates.column(1) == updates).all()
    qtbot.waitUntil(lambda: not window.playback.badge.isVisible())
    assert "démo" not in window.windowTitle()
    assert window.message_bar.isHidden()
    qtbot.waitUntil(window.actions_.restart_with_new_seed.isEnabled)
    assert "recording" not in window.actions_.restart_with_new_seed.toolTip()
    for place in window.closer.places:
        assert place.currentWidget() is not place.recorded
    assert window.closer.probes.pin.isEnabled()
    press(window, KEY.Key_Right)
    qtbot.waitUntil(lambda: model.step == at)
    window.controls.change_requested.emit("learning_rate", 0.01)
    press(window, KEY.Key_Space)
    qtbot.waitUntil(lambda: len(model.marks) == 1)


def test_that_a_recording_is_opened_beside_a_run_and_a_wrong_file_is_not(
    bench: Bench, demo: tuple[Path, Rows], tmp_path: Path, qtbot: QtBot
) -> None:
    window = bench.window
    bench.begin(PENDULUM)
    wrong = tmp_path / "wrong.pgviz"
    wrong.write_bytes(b"SQLite format 3\x00 and nothing more")
    window.playback.open(wrong)
    qtbot.waitUntil(window.message_bar.isVisible)
    assert "wrong.pgviz" in window.banner.message.text()
    assert window.model.config == PENDULUM
    assert window.model.state is RunState.PAUSED

    speed = window.controls.speed.speed
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(demo[0]))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    window.dropEvent(QDropEvent(QPointF(9, 9), copy, data, left, Qt.KeyboardModifier.NoModifier))
    qtbot.waitUntil(lambda: window.model.recording is not None)
    assert window.controls.speed.speed == 1.0
    window.setup.start_requested.emit(PENDULUM, False)
    qtbot.waitUntil(lambda: window.model.recording is None and window.model.config == PENDULUM)
    qtbot.waitUntil(lambda: not window.playback.badge.isVisible())
    assert window.controls.speed.speed == speed


def test_that_only_a_recording_alone_can_be_dropped(tmp_path: Path) -> None:
    def dragged(*names: str) -> Path | None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in names])
        return Playback.dropped(data)

    assert dragged("a.PGVIZ") == tmp_path / "a.PGVIZ"
    assert dragged("a.pgviz", "b.pgviz") is None
    assert dragged("a.txt") is None
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.pgviz")])
    assert Playback.dropped(data) is None


def test_that_a_playback_that_crashed_is_followed_by_a_session(demo: tuple[Path, Rows]) -> None:
    make = recording_host(demo[0])
    hosts = [make(Inbox(), Mailbox()) for _ in range(2)]
    assert [type(each).__name__ for each in hosts] == ["PlaybackHost", "SessionHost"]
    hosts[0]._tape.close()  # type: ignore[attr-defined]


def test_that_a_module_named_in_a_file_is_imported_only_after_a_yes(
    bench: Bench, tmp_path: Path, qtbot: QtBot
) -> None:
    rows = Rows(RunConfig.create("tests.environments.faulty:RaisesInStep-v0", **SMALL))
    rows.close()
    path = rows.write(tmp_path / "stranger.pgviz")
    window = bench.window
    bench.begin()
    before = window.model.config
    window.playback.open(path)
    qtbot.waitUntil(lambda: window.model.recording is not None and window.model.state is RunState.PAUSED)
    assert window._settings.config == before

    def answer(word: str) -> str:
        box = window.findChild(QMessageBox)
        assert box is not None
        (button,) = [each for each in box.buttons() if word in each.text()]
        said = box.informativeText()
        button.click()
        qtbot.waitUntil(lambda: window.findChild(QMessageBox) is None)
        return said

    press(window, KEY.Key_T | Qt.KeyboardModifier.ControlModifier)
    assert "tests.environments.faulty" in answer("Cancel")
    assert window.model.recording is not None
    window.setup.start_requested.emit(window.model.config, False)
    answer("Cancel")
    assert window.model.recording is not None
    window.actions_.take_over.trigger()
    answer("Import")
    qtbot.waitUntil(lambda: window.model.recording is None)
