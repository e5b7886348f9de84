"""Looking back, and going on from there, by keys and clicks on the real engine."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.session.commands import RunTo, SetParameter
from pgviz.session.notices import RunState
from pgviz.training.events import PastShown
from tests.e2e.conftest import CARTPOLE, Bench
from tests.hands import click, press

KEY = Qt.Key


def begin(bench: Bench, qtbot: QtBot, step: int = 300) -> None:
    """Play the first steps of a run, with a knob turned at the first update."""
    bench.begin()
    bench.window.control.post(SetParameter("learning_rate", 0.01))
    bench.window.control.post(RunTo("step", step))
    qtbot.waitUntil(lambda: bench.window.model.step >= step and bench.window.model.state is RunState.PAUSED)


def look_back(bench: Bench, qtbot: QtBot, step: int) -> None:
    """Click on a step in the timeline."""
    model, view = bench.window.model, bench.window.timeline.view
    qtbot.waitUntil(lambda: view.data.head == model.step and view.data.first_held == 1)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(view.pixel(step)), 24))
    qtbot.waitUntil(lambda: model.debug.cursor is not None and abs(model.debug.cursor.step - step) <= 2)


def test_that_the_arrows_look_back_and_forward_and_escape_follows(bench: Bench, qtbot: QtBot) -> None:
    begin(bench, qtbot)
    window, debug = bench.window, bench.window.model.debug

    def wait_cursor(step: int) -> None:
        qtbot.waitUntil(lambda: debug.cursor is not None and debug.cursor.step == step)

    press(window, KEY.Key_Left)
    wait_cursor(300)
    for key in (KEY.Key_1, KEY.Key_2, KEY.Key_Left):
        press(window, key)
    wait_cursor(276)
    press(window, KEY.Key_Right)
    wait_cursor(278)

    assert window.model.step == 300
    assert window.moment.words.text() == "Looking back at step 278 of 300"
    assert isinstance(window.model.shown, PastShown)
    assert window.model.shown.detail.frame is not None
    assert window.environment.readout.text("episode") == str(window.model.shown.detail.episode)
    assert window.entropy.curve.notes.cursor == 278
    assert window.actions_.resume.isEnabled()

    press(window, KEY.Key_Escape)
    qtbot.waitUntil(lambda: not debug.looks_back)
    qtbot.waitUntil(window.moment.isHidden)
    assert window.entropy.curve.notes.cursor is None
    assert not window.actions_.follow.isEnabled()


def test_that_looking_back_leaves_the_columns_where_they_are(bench: Bench, qtbot: QtBot) -> None:
    begin(bench, qtbot)
    window = bench.window
    window.layout_.reset()  # the columns as they are at the first start
    QTest.qWait(100)
    width = window.environment.width()
    press(window, KEY.Key_Left)
    qtbot.waitUntil(window.moment.isVisible)
    QTest.qWait(100)
    assert window.environment.width() == width


def test_that_a_run_resumed_from_its_past_tells_the_truth(bench: Bench, qtbot: QtBot) -> None:
    begin(bench, qtbot)
    window, model = bench.window, bench.window.model
    entropies = model.updates.column(1).copy()
    look_back(bench, qtbot, 150)
    assert model.debug.cursor is not None
    taken = model.debug.cursor.step - 2

    click(window.moment.resume)
    qtbot.waitUntil(lambda: model.debug.rewinds == 1)

    assert model.step == taken
    assert len(model.updates) == taken // 64
    assert model.values["learning_rate"] == 0.01
    qtbot.waitUntil(lambda: len(window.entropy.curve._traces["entropy"].x) == taken // 64)
    window.control.post(RunTo("step", 300))
    qtbot.waitUntil(lambda: len(model.updates) == len(entropies) and model.state is RunState.PAUSED)
    assert (model.updates.column(1) == entropies).all()


def test_that_the_past_of_a_finished_run_can_be_gone_on_from(bench: Bench, qtbot: QtBot) -> None:
    bench.window.begin(CARTPOLE.changed(steps=256), play=True)
    bench.wait_state(RunState.FINISHED)
    look_back(bench, qtbot, 100)

    press(bench.window, Qt.KeyboardModifier.ControlModifier | KEY.Key_Return)

    bench.wait_state(RunState.PAUSED)
    press(bench.window, KEY.Key_Right)
    qtbot.waitUntil(lambda: bench.window.model.step == 100)
    assert bench.window.model.state is RunState.PAUSED


def test_that_an_environment_that_does_not_replay_is_badged_and_still_looked_back_at(
    bench: Bench, qtbot: QtBot
) -> None:
    window, model = bench.window, bench.window.model
    window.begin(RunConfig.create("tests.environments.toys:Moody-v0", "a2c", environment_count=2))
    bench.wait_state(RunState.PAUSED)
    window.control.post(RunTo("step", 300))
    qtbot.waitUntil(lambda: model.step >= 300 and model.state is RunState.PAUSED)
    look_back(bench, qtbot, 200)
    assert window.moment.badge.isHidden()

    window.actions_.resume.trigger()

    qtbot.waitUntil(window.moment.badge.isVisible)
    assert window.moment.resume.isHidden()
    assert "does not replay exactly" in window.moment.badge.toolTip()
    press(window, KEY.Key_Left)
    qtbot.waitUntil(lambda: model.debug.cursor is not None and model.debug.cursor.step < 200)
    assert model.step >= 300


def test_that_the_memory_for_the_past_is_chosen_and_remembered(bench: Bench, qtbot: QtBot) -> None:
    begin(bench, qtbot)
    menus = [menu for menu in bench.window.findChildren(QMenu) if menu.title() == "Memory for the past"]

    next(action for action in menus[0].actions() if action.text() == "1 GB").trigger()

    qtbot.waitUntil(lambda: bench.window.model.debug.held_limit == 2**30)
    assert bench.window._settings.history_megabytes == 1024


def test_that_the_past_of_a_stopped_run_can_be_looked_at(bench: Bench, qtbot: QtBot) -> None:
    begin(bench, qtbot)
    bench.window.actions_.stop.trigger()
    bench.wait_state(RunState.STOPPED)

    look_back(bench, qtbot, 100)
    press(bench.window, KEY.Key_End)

    qtbot.waitUntil(lambda: not bench.window.model.debug.looks_back)
    assert bench.window.model.state is RunState.STOPPED
