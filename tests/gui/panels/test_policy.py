"""The panel that shows π(a|s)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pgviz.gui.panels.policy import PolicyPanel, chance
from pgviz.gui.theme import DARK
from pgviz.gui.widgets.bar_distribution import BarDistribution
from pgviz.gui.widgets.readout import DASH
from pgviz.gui.widgets.step_axis import MINUS
from pgviz.training.events import CategoricalDecision, Decision, GaussianDecision
from tests import decisions
from tests.gui.samples import stepped


@pytest.fixture
def panel(qtbot: QtBot) -> PolicyPanel:
    panel = PolicyPanel()
    qtbot.addWidget(panel)
    panel.resize(400, 400)
    panel.show()
    return panel


def test_that_a_softmax_policy_is_shown_as_bars_with_the_chosen_one_marked(panel: PolicyPanel) -> None:
    started, first, taken = stepped("CartPole-v1")
    panel.begin(started)
    panel.show_step(first)
    assert panel.readout.text("log_prob") == DASH
    assert panel.bars.chosen is None
    panel.show_step(taken)
    assert taken.detail is not None
    decision = taken.detail.decision
    assert isinstance(decision, CategoricalDecision)
    assert np.allclose(panel.bars.probabilities_A, decision.probabilities_A)
    assert panel.bars.chosen == decision.chosen
    assert decision.log_prob is not None
    assert float(panel.readout.text("probability")) == pytest.approx(np.exp(decision.log_prob), abs=1e-3)
    assert float(panel.readout.text("entropy")) == pytest.approx(np.log(2), abs=1e-2)
    panel.apply_theme(DARK)


def test_that_what_is_rounded_to_nothing_has_no_sign(panel: PolicyPanel) -> None:
    started, _, taken = stepped("CartPole-v1")
    assert taken.detail is not None
    sure = replace(taken.detail.decision, log_prob=-1e-5, value=-1e-4)
    panel.begin(started)
    panel.show_step(replace(taken, detail=replace(taken.detail, decision=sure)))
    assert (panel.readout.text("log_prob"), panel.readout.text("value")) == ("0.000", "0.00")


def test_that_a_gaussian_policy_is_shown_as_a_density_within_its_bounds(panel: PolicyPanel, qtbot: QtBot) -> None:
    started, first, taken = stepped("Pendulum-v1")
    panel.begin(started)
    qtbot.wait(50)
    panel.show_step(first)
    assert panel.densities[0].action is None
    panel.show_step(taken)
    assert taken.detail is not None
    decision = taken.detail.decision
    assert isinstance(decision, GaussianDecision)
    assert decision.action_D is not None
    x, y = panel.densities[0].curve.getData()
    assert x.min() >= -2.0
    assert x.max() <= 2.0
    assert float(np.trapezoid(y, x)) == pytest.approx(1.0, abs=0.02)
    assert panel.densities[0].action == pytest.approx(decision.action_D[0])
    panel.apply_theme(DARK)


def test_that_another_run_replaces_the_densities(panel: PolicyPanel) -> None:
    pendulum, cartpole = stepped("Pendulum-v1")[0], stepped("CartPole-v1")[0]
    for started, count in ((pendulum, 1), (cartpole, 1), (pendulum, 1)):
        panel.begin(started)
        assert len(panel.densities) == count


def test_that_hovering_tells_the_value(panel: PolicyPanel, qtbot: QtBot) -> None:
    started, _, taken = stepped("CartPole-v1")
    panel.begin(started)
    panel.show_step(taken)
    assert started.environment.action_labels[0] in panel.bars.describe(0)
    assert panel.bars.describe(7) == ""
    started, _, taken = stepped("Pendulum-v1")
    panel.begin(started)
    qtbot.wait(50)
    panel.show_step(taken)
    assert "density" in panel.densities[0].describe(0.5)
    assert panel.densities[0].describe(5.0) == ""


@pytest.mark.parametrize("count", [1, 2, 24, 25, 500])
def test_that_any_number_of_actions_can_be_drawn(qtbot: QtBot, count: int) -> None:
    bars = BarDistribution()
    qtbot.addWidget(bars)
    bars.begin([f"action {index}" for index in range(count)])
    bars.show_distribution(np.full(count, 1 / count), count - 1)
    bars.grab()


def show(panel: PolicyPanel, decision: Decision, labels: tuple[str, ...] = ()) -> None:
    panel.begin(decisions.started(decision, labels))
    QApplication.processEvents()
    panel.show_step(decisions.waiting(decision))
    panel.show_step(decisions.shown(decision))


def test_that_what_is_illegal_is_struck_out(panel: PolicyPanel) -> None:
    show(panel, decisions.categorical([0.0, 0.0, 0.0], 0, [True, False, True]), ("up", "down", "stay"))

    assert panel.bars.names.struck == (1,)
    assert panel.bars.describe(1) == "down: illegal here"


def test_that_a_value_based_agent_shows_its_values(panel: PolicyPanel) -> None:
    show(panel, decisions.categorical([0.0, 0.0], 0, None, [48.2, 51.3]), ("left", "right"))

    assert panel.bars.greedy == 1
    assert [panel.readout.text(name) for name in ("probability", "q", "value")] == ["0.050", "48.20", "51.30"]
    assert "max Q" in panel.readout.accessibleName()


def test_that_what_is_no_value_of_the_state_is_not_called_one(panel: PolicyPanel) -> None:
    started, _, taken = stepped("Pendulum-v1", algorithm="sac", hidden_sizes=(4,))
    panel.begin(started)
    panel.show_step(taken)
    assert taken.detail is not None

    assert "min Q(s, μ)" in panel.readout.accessibleName()
    assert "V(s)" not in panel.readout.accessibleName()
    assert panel.readout.text("value") == f"{taken.detail.decision.value:.2f}".replace("-", MINUS)


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_that_bins_are_drawn_for_each_dimension(panel: PolicyPanel, dimensions: int) -> None:
    show(panel, decisions.binned(11, dimensions, 2))

    assert len(panel.bins) == dimensions
    assert panel.bins[0].chosen == 2
    assert panel.bins[0].centres_K[2] == pytest.approx(-1.2)
    # Of the joint action there is a value only where one dimension is all.
    assert (panel.readout.text("q") == DASH) == (dimensions > 1)


def test_that_an_action_made_up_of_several_is_shown_part_by_part(panel: PolicyPanel) -> None:
    decision = decisions.joints(8, 7)

    show(panel, decision)

    assert [cell.title for cell in panel.factors.cells] == [f"joint {index}" for index in range(8)]
    assert panel.readout.text("probability") == "9.7e-09"


def test_that_a_policy_without_a_critic_shows_no_value(panel: PolicyPanel) -> None:
    begun = decisions.started(decisions.categorical([0.0, 0.0]))
    panel.begin(replace(begun, policy=replace(begun.policy, has_value=False)))

    assert "value" not in panel.readout.names


def test_that_every_kind_of_policy_follows_every_other(panel: PolicyPanel) -> None:
    kinds = [
        decisions.categorical([0.0, 0.0]),
        decisions.binned(5, 2),
        decisions.joints(4, 3),
        decisions.gaussian([0.0], [1.0]),
        decisions.categorical([0.0] * 18, 0, [True] * 18, [0.0] * 18),
    ]
    for decision in [*kinds, *reversed(kinds)]:
        show(panel, decision)
        panel.grab()
    panel.apply_theme(DARK)


@pytest.mark.parametrize(
    ("log_prob", "text"),
    [(0.0, "1.000"), (math.log(0.05), "0.050"), (math.log(3e-7), "3.0e-07"), (-math.inf, "0.000")],
)
def test_that_a_probability_is_told_however_small(log_prob: float, text: str) -> None:
    assert chance(log_prob) == text
