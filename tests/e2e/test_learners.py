"""Every kind of policy and learner in the real window."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.panels.curves import EPSILON, TEMPERATURE
from pgviz.gui.widgets.factor_cells import OptionsCell
from pgviz.gui.widgets.parameter_choice import ParameterChoice
from pgviz.gui.widgets.parameter_switch import ParameterSwitch
from pgviz.gui.widgets.readout import DASH
from pgviz.session.notices import RunState
from tests.e2e.conftest import SMALL, Bench
from tests.hands import click, press

OFF_POLICY: dict[str, object] = {
    "steps": 10_000_000,
    "environment_count": 2,
    "hidden_sizes": (8,),
    "batch_size": 16,
    "buffer_size": 1000,
    "learning_starts": 32,
    "train_frequency": 8,
}
GRID = RunConfig.create("pgviz/MaskedGrid-v0", "ppo", **SMALL)
REACH = RunConfig.create("pgviz/FactoredReach-v0", "ppo", **SMALL)
DQN = RunConfig.create("CartPole-v1", "dqn", **OFF_POLICY)
BINS = RunConfig.create("Pendulum-v1", "dqn", **OFF_POLICY, bins=5)
SAC = RunConfig.create("Pendulum-v1", "sac", **OFF_POLICY)


def learn(bench: Bench, config: RunConfig, qtbot: QtBot) -> None:
    """Train for a few updates, then take one step and wait until it is shown."""
    bench.begin(config, play=True)
    bench.wait_updates(3)
    bench.window.actions_.play.trigger()
    bench.wait_state(RunState.PAUSED)
    readout = bench.window.environment.readout
    qtbot.waitUntil(lambda: readout.text("action") == DASH)
    step(bench, qtbot)


def step(bench: Bench, qtbot: QtBot) -> None:
    """Take one step of a run that waits, or will in a moment."""
    bench.wait_state(RunState.PAUSED)
    bench.window.actions_.step.trigger()
    qtbot.waitUntil(lambda: bench.window.environment.readout.text("action") != DASH)


def test_that_illegal_moves_are_struck_out(bench: Bench, qtbot: QtBot) -> None:
    learn(bench, GRID, qtbot)

    bars = bench.window.policy.bars
    assert bars.isVisible()
    assert bars.mask_A is not None
    assert set(bars.names.struck) == set(np.flatnonzero(~bars.mask_A))
    assert not bars.probabilities_A[~bars.mask_A].any()
    assert bars.chosen not in bars.names.struck


def test_that_the_mask_can_be_ignored_and_heeded_again(bench: Bench, qtbot: QtBot) -> None:
    bench.begin(GRID, play=True)
    switch = bench.window.controls.knobs["action_mask"]
    assert isinstance(switch, ParameterSwitch)
    qtbot.waitUntil(lambda: switch.isVisible() and switch.box.isEnabled())

    click(switch.box)
    bench.wait_marks(1)
    click(switch.box)
    bench.wait_marks(2)

    changes = [(mark.name, mark.value) for mark in bench.window.model.marks]
    assert changes == [("action_mask", False), ("action_mask", True)]
    qtbot.waitUntil(lambda: not switch.is_pending)


def test_that_each_part_of_an_action_has_a_place(bench: Bench, qtbot: QtBot) -> None:
    learn(bench, REACH, qtbot)

    grid, environment = bench.window.policy.factors, bench.window.model.environment
    assert environment is not None
    assert grid.isVisible()
    assert [cell.title for cell in grid.cells] == [factor.name for factor in environment.factors]
    chosen = [cell.decision.chosen for cell in grid.cells if isinstance(cell, OptionsCell) and cell.decision]
    labels = [factor.labels[index or 0] for factor, index in zip(environment.factors, chosen, strict=True)]
    assert bench.window.environment.readout.text("action") == ", ".join(labels)


def test_that_a_value_based_agent_shows_values_and_exploration(bench: Bench, qtbot: QtBot) -> None:
    learn(bench, DQN, qtbot)

    bars = bench.window.policy.bars
    assert bars.values_A is not None
    assert bars.greedy == int(np.argmax(bars.values_A)) == int(np.argmax(bars.probabilities_A))
    bench.window.log_std.refresh(bench.window.model)
    assert len(bench.window.log_std.curve._traces[EPSILON].x) >= 3
    choice = bench.window.controls.knobs["exploration"]
    assert isinstance(choice, ParameterChoice)
    press(choice.box, Qt.Key.Key_Down)
    bench.window.actions_.play.trigger()
    bench.wait_marks(1)
    assert bench.window.model.values["exploration"] == "boltzmann"
    qtbot.waitUntil(bench.window.controls.sliders["boltzmann_temperature"].slider.isEnabled)


def test_that_bins_are_drawn_over_the_action(bench: Bench, qtbot: QtBot) -> None:
    learn(bench, BINS, qtbot)

    (plot,) = bench.window.policy.bins
    np.testing.assert_allclose(plot.centres_K, [-2, -1, 0, 1, 2])
    assert plot.chosen is not None
    assert bench.window.environment.readout.text("action") == f"{plot.centres_K[plot.chosen]:+.2f}".replace(
        "-", "−"
    )
    ((uniform, text),) = bench.window.entropy.curve.notes.references
    assert text == "uniform: ln 5 = 1.609"
    assert uniform == pytest.approx(math.log(5))


def test_that_the_temperature_is_drawn_beside_the_entropy(bench: Bench, qtbot: QtBot) -> None:
    learn(bench, SAC, qtbot)
    panel = bench.window.entropy

    panel.refresh(bench.window.model)

    trace = panel.curve._traces[TEMPERATURE]
    assert 10 ** trace.y[0] == pytest.approx(1.0, abs=0.05)
    assert "α" in panel.curve.value.text()
    assert bench.window.policy.densities[0].action is not None
    assert bench.window.controls.missing.keys() == {"entropy_coefficient"}


def test_that_one_kind_of_run_follows_another(bench: Bench, qtbot: QtBot) -> None:
    bench.begin(GRID)
    for index, config in enumerate((BINS, REACH, SAC, DQN, GRID), start=2):
        bench.window.control.start(config)
        bench.wait_generation(index)
        assert bench.window.model.config == config
        step(bench, qtbot)
        bench.window.grab()
