"""What a person did where the run waits: seen as long as it waits, and undone by going back to before it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pgviz.session.notices import RunState
from tests.e2e.conftest import CARTPOLE, Bench
from tests.hands import click, press, write

SHIFT = Qt.KeyboardModifier.ShiftModifier


def wait_step(bench: Bench, qtbot: QtBot, step: int) -> None:
    model = bench.window.model
    qtbot.waitUntil(lambda: model.step == step and model.state is RunState.PAUSED)


def resume_from_the_last_step(bench: Bench, qtbot: QtBot) -> None:
    model, rewinds = bench.window.model, bench.window.model.debug.rewinds
    press(bench.window, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: model.debug.looks_back)
    bench.window.actions_.resume.trigger()
    qtbot.waitUntil(lambda: model.debug.rewinds > rewinds and model.state is RunState.PAUSED)


def turn(bench: Bench, name: str, value: str) -> None:
    entry = bench.window.controls.sliders[name].entry
    entry.selectAll()
    write(entry, value)
    press(entry, Qt.Key.Key_Return)


def test_that_a_knob_turned_after_an_update_is_undone_where_its_step_is_gone_back_to(
    bench: Bench, qtbot: QtBot
) -> None:
    bench.begin()
    press(bench.window, SHIFT | Qt.Key.Key_F11)
    bench.wait_updates(1)
    wait_step(bench, qtbot, 64)
    turn(bench, "learning_rate", "0.5")
    press(bench.window, Qt.Key.Key_Right)
    bench.wait_marks(1)
    slider = bench.window.controls.sliders["learning_rate"]
    qtbot.waitUntil(lambda: slider.applied == 0.5)

    resume_from_the_last_step(bench, qtbot)

    wait_step(bench, qtbot, 64)
    assert bench.window.model.marks == []
    assert slider.applied == CARTPOLE.value("learning_rate")
    assert not slider.is_pending
    press(bench.window, SHIFT | Qt.Key.Key_F11)
    bench.wait_updates(2)
    assert bench.learning_rates[-1] == CARTPOLE.value("learning_rate")


def test_that_an_action_forced_before_an_update_is_seen_after_going_back_behind_it(
    bench: Bench, qtbot: QtBot
) -> None:
    bench.begin()
    panel = bench.window.closer.what_if
    bench.window.docks.what_if.raise_()
    press(bench.window, Qt.Key.Key_F11)  # the update is to come
    wait_step(bench, qtbot, 64)
    click(panel.force)
    assert panel.chip.isVisible()
    press(bench.window, SHIFT | Qt.Key.Key_F11)
    bench.wait_updates(1)
    press(bench.window, Qt.Key.Key_Right)
    wait_step(bench, qtbot, 66)
    assert panel.chip.isHidden()

    resume_from_the_last_step(bench, qtbot)

    wait_step(bench, qtbot, 64)
    qtbot.waitUntil(panel.chip.isVisible)  # what waits is told a moment later
    click(panel.take_back)
    qtbot.waitUntil(lambda: not panel.chip.isVisible())
