"""The knobs ask, and show what was applied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.panels.controls import FIRST, ControlsPanel
from pgviz.gui.panels.unavailable import (
    ENDED,
    NO_ENTROPY_TERM,
    NO_MASKS,
    NO_RUN,
    NO_STD,
    NO_STD_OF_VALUES,
    NO_TEMPERATURE,
)
from pgviz.gui.run_model import Mark, RunModel
from pgviz.gui.widgets.parameter_switch import ParameterSwitch
from pgviz.parameters import Value
from pgviz.session import commands
from pgviz.session.notices import RunRewound, RunState, RunWaits
from pgviz.training.events import CategoricalDecision, RunStarted
from tests.gui.conftest import CARTPOLE, PENDULUM, Desk
from tests.gui.fake_host import FakeRun, environment_facts, policy_facts
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


def test_that_after_going_back_the_knobs_show_what_is_in_force_there_and_what_waits(desk: Desk) -> None:
    desk.begin()
    panel = desk.window.controls
    panel.knobs["learning_rate"].set_applied(0.5)
    panel.knobs["action_mask"].set_applied(False)
    panel.knobs["gamma"].show_request(0.5)
    decision = CategoricalDecision(np.zeros(2), None, 0.0, None, np.ones(2) / 2, np.zeros(2), None)
    asked: dict[str, Value] = {"learning_rate": 0.5, "action_mask": False}

    panel.rewind(RunRewound(8, 1, 1, 9, {"learning_rate": 0.1, "action_mask": True}))
    panel.show_waiting(RunWaits(8, 0, decision, None, asked=asked))

    slider, switch = panel.sliders["learning_rate"], panel.knobs["action_mask"]
    assert isinstance(switch, ParameterSwitch)
    assert (slider.applied, slider.is_pending, slider.pending.text()) == (0.1, True, "→ 0.5")
    assert (switch.applied, switch.is_pending, switch.box.isChecked()) == (True, True, False)
    assert not panel.knobs["gamma"].is_pending
    assert not any(isinstance(each, commands.SetParameter) for each in desk.host.log), "nothing was asked for"


def test_that_another_run_knows_nothing_of_what_was_asked_of_the_last(desk: Desk) -> None:
    desk.begin()
    knob, started = desk.window.controls.knobs["gamma"], desk.window.model.started
    assert started is not None
    knob.show_request(0.5)
    assert knob.is_pending

    desk.window.controls.begin(started)

    assert not knob.is_pending
    assert knob.applied == CARTPOLE.value("gamma")


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
    assert set(desk.window.controls.knobs) == live
    assert set(FIRST) <= live
    assert not desk.window.controls.missing


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


def begun(desk: Desk, config: RunConfig = CARTPOLE, *, masks: bool = False, **policy: object) -> ControlsPanel:
    """The controls, told of a run that the pretended session would not begin."""
    controls = desk.window.controls
    run = FakeRun(config, dict(config.hyperparameters))
    facts = replace(environment_facts(run), has_masks=masks)
    controls.begin(RunStarted(0, config, facts, replace(policy_facts(run), **policy)))  # type: ignore[arg-type]
    model = RunModel()
    model.state, model.values = RunState.PAUSED, dict(config.hyperparameters)
    controls.refresh(model)
    return controls


def test_that_the_mask_can_be_switched_off_where_there_is_one(desk: Desk, qtbot: QtBot) -> None:
    controls = begun(desk)
    assert not controls.knobs["action_mask"].isVisible()
    assert controls.knobs["action_mask"].toolTip() == NO_MASKS

    controls = begun(desk, masks=True)

    switch = controls.knobs["action_mask"]
    assert isinstance(switch, ParameterSwitch)
    qtbot.waitUntil(switch.isVisible)
    assert switch.box.isEnabled()
    wanted: list[tuple[str, object]] = []
    controls.change_requested.connect(lambda name, value: wanted.append((name, value)))
    click(switch.box)
    assert wanted == [("action_mask", False)]


def test_that_a_value_based_agent_has_the_knobs_of_its_exploration_in_sight(desk: Desk, qtbot: QtBot) -> None:
    controls = begun(desk, RunConfig.create("CartPole-v1", "dqn"), kind="values")

    qtbot.waitUntil(controls.knobs["exploration"].isVisible)
    assert controls.knobs["final_epsilon"].isVisible()
    assert not controls.knobs["initial_epsilon"].isVisible()
    assert controls.knobs["boltzmann_temperature"].toolTip() == NO_TEMPERATURE
    lines = controls.missing
    assert set(lines) == {"initial_std", "entropy_coefficient"}
    assert lines["entropy_coefficient"].toolTip() == NO_ENTROPY_TERM["dqn"]
    assert lines["initial_std"].toolTip() == NO_STD_OF_VALUES
    assert lines["initial_std"].note.text() == "none in DQN"


def test_that_the_temperature_can_be_turned_once_it_counts(desk: Desk) -> None:
    controls = begun(desk, RunConfig.create("CartPole-v1", "dqn"), kind="values")
    model = RunModel()
    model.state = RunState.PAUSED
    model.values = {**RunConfig.create("CartPole-v1", "dqn").hyperparameters, "exploration": "boltzmann"}
    model.marks.append(Mark(8, "exploration", "epsilon_greedy", "boltzmann"))

    controls.refresh(model)

    assert controls.sliders["boltzmann_temperature"].slider.isEnabled()


def test_that_another_algorithm_replaces_the_knobs(desk: Desk) -> None:
    begun(desk, RunConfig.create("CartPole-v1", "dqn"), kind="values")

    controls = begun(desk)

    assert not controls.missing
    assert "final_epsilon" not in controls.knobs
