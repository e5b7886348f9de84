"""The panel that shows π(a|s)."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pgviz.gui.panels.policy import PolicyPanel
from pgviz.gui.theme import DARK
from pgviz.gui.widgets.distribution_plot import BarDistribution
from pgviz.gui.widgets.readout import DASH
from pgviz.training.events import CategoricalDecision, GaussianDecision
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
