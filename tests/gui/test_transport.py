"""Keys and buttons reach the session, and can be used only where they mean something."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from pgviz.gui.panels.progress import WORDS
from pgviz.gui.run_to import RunToDialog
from pgviz.session import commands
from pgviz.session.commands import Command
from pgviz.session.notices import RunState
from tests.gui.conftest import Desk
from tests.hands import click, press

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def click_on(desk: Desk, action: QAction) -> None:
    button = desk.window.tool_bar.widgetForAction(action)
    assert isinstance(button, QToolButton)
    click(button)


def test_that_space_plays_and_pauses(desk: Desk, qtbot: QtBot) -> None:
    desk.begin()

    press(desk.window, Qt.Key.Key_Space)
    desk.wait_state(RunState.PLAYING)
    assert desk.window.actions_.play.text() == "Pause"

    press(desk.window, Qt.Key.Key_Space)
    desk.wait_state(RunState.PAUSED)
    assert desk.window.actions_.play.text() == "Play"


@pytest.mark.parametrize(
    ("key", "command"),
    [
        (Qt.Key.Key_Right, commands.StepEnvironment()),
        (Qt.Key.Key_F10, commands.StepEnvironment()),
        (Qt.Key.Key_F11, commands.StepMinibatch()),
        (SHIFT | Qt.Key.Key_F11, commands.StepUpdate()),
        (CONTROL | Qt.Key.Key_F10, commands.FinishEpisode()),
        (Qt.Key.Key_F5, commands.Play()),
    ],
)
def test_that_each_depth_has_its_key(key: Qt.Key | QKeyCombination, command: Command, desk: Desk) -> None:
    desk.begin()

    press(desk.window, key)

    desk.wait_command(command)


def test_that_a_number_typed_first_repeats_the_next_command_once(desk: Desk) -> None:
    desk.begin()

    for key in (Qt.Key.Key_0, Qt.Key.Key_1, Qt.Key.Key_2):
        press(desk.window, key)
    assert desk.window.progress.count_label.text() == "12 ×"
    press(desk.window, Qt.Key.Key_Right)
    desk.wait_command(commands.StepEnvironment(12))
    press(desk.window, Qt.Key.Key_Right)
    desk.wait_command(commands.StepEnvironment(1))

    press(desk.window, Qt.Key.Key_7)
    press(desk.window, Qt.Key.Key_Escape)
    assert desk.window.progress.count_label.isHidden()
    press(desk.window, SHIFT | Qt.Key.Key_F11)
    desk.wait_command(commands.StepUpdate(1))


def test_that_the_window_asks_how_far_to_run(desk: Desk, qtbot: QtBot) -> None:
    desk.begin()
    press(desk.window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: desk.window.model.step > 0)

    press(desk.window, CONTROL | Qt.Key.Key_G)
    for number, command in ((5000, commands.RunTo("step", 5000)), (1, commands.LookBack(1))):
        dialog = desk.window.findChildren(RunToDialog)[-1]
        dialog.number.setValue(number)
        press(dialog, Qt.Key.Key_Return)
        desk.wait_command(command)
        desk.window.actions_.run_to.trigger()
    desk.window.findChildren(RunToDialog)[-1].close()


def test_that_the_buttons_do_what_the_keys_do(desk: Desk, qtbot: QtBot) -> None:
    desk.begin()
    actions = desk.window.actions_

    for action, command in [
        (actions.step, commands.StepEnvironment()),
        (actions.step_update, commands.StepUpdate()),
        (actions.restart, commands.Restart()),
        (actions.play, commands.Play()),
    ]:
        click_on(desk, action)
        desk.wait_command(command)
    desk.wait_state(RunState.PLAYING)
    click_on(desk, actions.stop)
    desk.wait_state(RunState.STOPPED)


def focusable(desk: Desk) -> list[QWidget]:
    window = desk.window
    return [
        window.controls.speed.slider,
        window.controls.sliders["learning_rate"].slider,
        window.setup.algorithm,
        window.setup.play_button,
        window.controls.more,
    ]


@pytest.mark.parametrize("index", range(2, 5))  # what it turns is left to sliders: see tests/e2e/test_kept_keys.py
def test_that_right_steps_wherever_the_focus_is(index: int, desk: Desk) -> None:
    desk.begin()
    widget = focusable(desk)[index]
    widget.setFocus()

    press(widget, Qt.Key.Key_Right)

    desk.wait_command(commands.StepEnvironment())


@pytest.mark.parametrize("index", range(2))  # where it presses nothing: see tests/e2e/test_kept_keys.py
def test_that_space_plays_while_a_slider_has_the_focus(index: int, desk: Desk) -> None:
    desk.begin()
    widget = focusable(desk)[index]
    widget.setFocus()

    press(widget, Qt.Key.Key_Space)

    desk.wait_state(RunState.PLAYING)


def test_that_a_text_entry_keeps_space_and_right_for_itself(desk: Desk, qtbot: QtBot) -> None:
    desk.begin()
    desk.window.docks.setup.raise_()
    entry = desk.window.setup.fields["steps"].editor
    assert isinstance(entry, QLineEdit)
    entry.setFocus()
    entry.clear()

    press(entry, Qt.Key.Key_1)
    press(entry, Qt.Key.Key_Space)
    press(entry, Qt.Key.Key_Right)
    press(entry, Qt.Key.Key_Left)

    assert entry.text() == "1 "
    assert desk.window.actions_.repeat.pending == ""
    desk.window.control.post(commands.Stop())
    desk.wait_state(RunState.STOPPED)
    assert commands.Play() not in desk.host.log
    assert commands.StepEnvironment() not in desk.host.log


def enabled(desk: Desk) -> set[str]:
    return {action.text() for action in desk.window.actions_.transport if action.isEnabled()}


def test_that_what_can_be_done_follows_the_state(desk: Desk) -> None:
    assert enabled(desk) == set()
    desk.begin()
    steps = {"Back", "Step", "Next minibatch", "End of the iteration", "End of the episode"}
    assert enabled(desk) == {"Play", "Stop", "Restart", "Restart with a new seed"} | steps
    desk.window.control.stop()
    desk.wait_state(RunState.STOPPED)
    assert enabled(desk) == {"Back", "Restart", "Restart with a new seed"}


def test_that_a_new_seed_is_another_one_and_shown(desk: Desk, qtbot: QtBot) -> None:
    desk.begin()

    desk.window.actions_.restart_with_new_seed.trigger()

    qtbot.waitUntil(lambda: desk.window.model.generation == 2)
    config = desk.window.model.config
    assert config is not None
    assert config.seed != 0
    assert f"seed {config.seed}" in desk.window.run_title.text()
    assert desk.window.setup.config() == config


def test_that_the_status_bar_says_what_is_so(desk: Desk, qtbot: QtBot) -> None:
    progress = desk.window.progress
    assert progress.state_label.text() == WORDS[RunState.EMPTY]
    assert progress.steps_label.text() == ""

    desk.begin(play=True)
    qtbot.waitUntil(lambda: "steps/s" in progress.speed_label.text() and "left" in progress.left_label.text())
    assert progress.state_label.text() == "Training"

    desk.window.control.toggle_play()
    desk.wait_state(RunState.PAUSED)
    assert progress.state_label.text() == "Paused"
    assert (progress.speed_label.text(), progress.left_label.text()) == ("", "")
    assert f"{desk.window.model.step:,} of 100,000 steps" == progress.steps_label.text()


def test_that_a_finished_run_says_so(desk: Desk, qtbot: QtBot) -> None:
    config = desk.window.setup.config().changed(steps=400)

    desk.window.begin(config, play=True)
    desk.wait_state(RunState.FINISHED)

    progress = desk.window.progress
    assert (progress.state_label.text(), progress.bar.value()) == ("Finished", 1000)
    assert progress.steps_label.text() == "400 of 400 steps"


def test_that_no_two_actions_share_a_key(desk: Desk) -> None:
    keys = [key.toString() for action in desk.window.actions_.with_keys for key in action.shortcuts()]

    assert len(keys) == len(set(keys)) >= 20
