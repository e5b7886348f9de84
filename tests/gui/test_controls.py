"""The knobs ask, and show what was applied."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.panels.controls import ENDED, FIRST, NO_RUN, NO_STD
from pgviz.session import commands
from pgviz.session.notices import RunState
from tests.gui.conftest import CARTPOLE, PENDULUM, Desk
from tests.hands import click


def test_that_a_knob_turned_is_asked_for_and_shown_as_applied(desk: Desk, qtbot: QtBot) -> None:
    desk.begin()
    slider = desk.window.controls.sliders["learning_rate"]

    slider.slider.setValue(slider.slider.value() + 100)

    qtbot.waitUntil(lambda: len(desk.window.model.marks) == 1)
    mark = desk.window.model.marks[0]
    assert (mark.name, mark.previous) == ("learning_rate", CARTPOLE.value("learning_rate"))
    assert commands.SetParameter("learning_rate", mark.value) in desk.host.log
    qtbot.waitUntil(lambda: slider.applied == mark.value and not slider.is_pending)


def test_that_the_knobs_begin_at_the_run_s_values(desk: Desk) -> None:
    desk.begin(CARTPOLE.changed(learning_rate=0.02, clip_range=0.5))

    sliders = desk.window.controls.sliders
    assert (sliders["learning_rate"].applied, sliders["clip_range"].applied) == (0.02, 0.5)


def test_that_initial_std_can_be_turned_only_where_there_is_one(desk: Desk, qtbot: QtBot) -> None:
    slider = desk.window.controls.sliders["initial_std"]
    assert slider.slider.toolTip() == NO_RUN

    desk.begin(CARTPOLE)
    assert not slider.slider.isEnabled()
    assert slider.slider.toolTip() == NO_STD

    desk.window.control.start(PENDULUM)
    qtbot.waitUntil(slider.slider.isEnabled)


def test_that_the_knobs_are_held_once_the_run_has_ended(desk: Desk) -> None:
    desk.begin()
    slider = desk.window.controls.sliders["learning_rate"]
    assert slider.slider.isEnabled()

    desk.window.control.stop()
    desk.wait_state(RunState.STOPPED)

    assert not slider.slider.isEnabled()
    assert slider.slider.toolTip() == ENDED


def test_that_every_live_parameter_of_the_algorithm_has_a_knob(desk: Desk, qtbot: QtBot) -> None:
    desk.begin(RunConfig.create("CartPole-v1", "reinforce"))

    config = desk.window.model.config
    assert config is not None
    live = {name for name, parameter in config.parameters.items() if parameter.live}
    assert set(desk.window.controls.sliders) == live
    assert set(FIRST) <= live


def test_that_more_shows_the_other_knobs(desk: Desk, qtbot: QtBot) -> None:
    controls = desk.window.controls
    assert not controls.sliders["clip_range"].isVisible()

    click(controls.more)

    assert controls.sliders["clip_range"].isVisible()


def test_that_the_speed_is_asked_for(desk: Desk) -> None:
    desk.begin()
    assert commands.SetSpeed(None) in desk.host.log

    desk.window.controls.speed.slider.setValue(2)

    desk.wait_command(commands.SetSpeed(1.0))
    assert desk.window.controls.speed.words.text() == "real time"
