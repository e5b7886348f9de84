"""Keys and buttons reach the session, and can be used only where they mean something."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from pgviz.gui.panels.progress import WORDS
from pgviz.session import commands
from pgviz.session.notices import RunState
from tests.gui.conftest import Desk
from tests.hands import click, press


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
        (Qt.Key.Key_F11, commands.StepUpdate()),
    ],
)
def test_that_a_step_key_steps(key: Qt.Key, command: commands.Command, desk: Desk, qtbot: QtBot) -> None:
    desk.begin()

    press(desk.window, key)

    desk.wait_command(command)
    qtbot.waitUntil(lambda: desk.window.model.shown is not None)


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


@pytest.mark.parametrize("index", range(5))
def test_that_space_and_right_work_wherever_the_focus_is(index: int, desk: Desk, qtbot: QtBot) -> None:
    desk.begin()
    widget = focusable(desk)[index]
    widget.setFocus()

    press(widget, Qt.Key.Key_Right)
    desk.wait_command(commands.StepEnvironment())
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

    assert entry.text() == "1 "
    desk.window.control.post(commands.Stop())
    desk.wait_state(RunState.STOPPED)
    assert commands.Play() not in desk.host.log
    assert commands.StepEnvironment() not in desk.host.log


def enabled(desk: Desk) -> set[str]:
    return {action.text() for action in desk.window.actions_.transport if action.isEnabled()}


def test_that_what_can_be_done_follows_the_state(desk: Desk) -> None:
    assert enabled(desk) == set()
    desk.begin()
    assert enabled(desk) == {"Play", "Step", "Step update", "Stop", "Restart", "Restart with a new seed"}
    desk.window.control.stop()
    desk.wait_state(RunState.STOPPED)
    assert enabled(desk) == {"Restart", "Restart with a new seed"}


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
    keys = [action.shortcut().toString() for action in desk.window.actions_.with_keys]

    assert len(keys) == len(set(keys)) == 8
