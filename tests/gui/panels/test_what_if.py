"""What if another action were taken: with hand-made states, and with a real run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.panels.what_if import WhatIfPanel
from pgviz.gui.theme import DARK
from pgviz.gui.widgets.distribution_plot import DistributionPlot
from pgviz.session.commands import Command, EstimateValues, Fork, Intervene, Pause
from pgviz.session.history import History
from pgviz.session.notices import RunState, RunWaits, ValuesEstimated
from pgviz.session.session import Session, environment_steps
from pgviz.session.waiting import waits
from pgviz.training.action_values import action_values
from pgviz.training.events import Decision, RunStarted
from pgviz.training.examination import ActionValues
from pgviz.training.interventions import ForceAction
from tests import decisions
from tests.hands import click, drag, press

TWO = decisions.categorical([0.0, 1.0], None)
LABELS = ("left", "right")


class Bench:
    """A shown panel, and the commands that it sent."""

    def __init__(self, qtbot: QtBot) -> None:
        self.panel = WhatIfPanel()
        qtbot.addWidget(self.panel)
        self.panel.resize(700, 420)
        self.panel.show()
        self.sent: list[Command] = []
        self.panel.asked.connect(self.sent.append)

    def wait_in(self, decision: Decision, step: int = 64, labels: tuple[str, ...] = ()) -> None:
        """Begin a run of such a policy, and have it wait."""
        self.panel.begin(decisions.started(decision, labels))
        self.panel.show_waiting(RunWaits(step, 1, decision, None, 21.5))
        QApplication.processEvents()

    def estimate(self, returns: np.ndarray, step: int = 64) -> None:
        """Ask, and answer with these returns."""
        click(self.panel.estimate)
        asked = self.sent[-1]
        assert isinstance(asked, EstimateValues)
        self.panel.show_values(ValuesEstimated(step, 1, ActionValues(asked.samples, returns, 0.25)))

    def forced(self) -> ForceAction:
        """What was forced last."""
        asked = self.sent[-1]
        assert isinstance(asked, Intervene)
        assert isinstance(asked.intervention, ForceAction)
        return asked.intervention


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def pixel(plot: DistributionPlot, place: float, height: float = 0.5) -> QPoint:
    """Where a place of the axis is, in pixels of the plot's viewport."""
    point = plot.view.mapViewToScene(plot.view.mapToView(plot.pixel(place, height)))
    return QPoint(plot.plot.mapFromScene(point))


def click_at(plot: DistributionPlot, place: float) -> None:
    QTest.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=pixel(plot, place))


def test_that_before_there_is_a_state_the_panel_says_what_to_do(bench: Bench) -> None:
    assert bench.panel.pages.currentIndex() == 0
    assert "Pause the run" in bench.panel.how_to.text()


def test_that_each_legal_action_is_played_out_as_asked(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)
    bench.panel.rollouts.setValue(8)
    bench.panel.horizon.setValue(50)

    click(bench.panel.estimate)

    assert bench.sent == [EstimateValues(((0.0,), (1.0,)), 8, 50)]
    assert bench.panel.estimate.text() == "Stop"
    click(bench.panel.estimate)
    assert bench.sent[-1] == Pause()


def test_that_the_estimates_are_drawn_with_their_errors_and_the_critic(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)
    returns = np.array([[10.0, 14.0, 12.0, 12.0], [20.0, 22.0, 24.0, 22.0]])

    bench.estimate(returns)

    bars = bench.panel.view.bars
    assert bars.values_A == pytest.approx([12.0, 22.0])
    assert bars.errors_A == pytest.approx(returns.std(1, ddof=1) / 2)
    assert bars.critic == 21.5
    assert "value 12 ± 1.63" in bars.describe(0)
    assert "25 % of the rollouts" in bench.panel.notes.text()
    bench.panel.apply_theme(DARK)
    bench.panel.grab()


def test_that_an_answer_about_a_state_that_was_left_is_not_shown(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)
    click(bench.panel.estimate)
    bench.panel.show_waiting(RunWaits(72, 1, TWO, None))

    bench.panel.show_values(ValuesEstimated(64, 1, ActionValues(((0.0,), (1.0,)), np.zeros((2, 2)), 0.0)))

    assert bench.panel.view.bars.values_A is None
    assert bench.panel.estimate.text() == "Estimate Q"


def test_that_clicking_a_bar_forces_its_action(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)

    click_at(bench.panel.view.bars, 1.0)

    assert bench.forced() == ForceAction(1, (1.0,))
    assert bench.panel.chip.text() == "next step takes ‘right’ (forced)"
    assert bench.panel.chip.isVisible()
    assert bench.panel.view.bars.chosen == 1


def test_that_an_illegal_action_cannot_be_clicked(bench: Bench) -> None:
    bench.wait_in(decisions.categorical([0.0, 0.0], None, [True, False]), labels=LABELS)

    click_at(bench.panel.view.bars, 1.0)

    assert bench.sent == []


def test_that_an_illegal_action_can_be_clicked_where_the_mask_is_ignored(bench: Bench) -> None:
    decision = decisions.categorical([0.0, 0.0], None, [True, False])
    bench.wait_in(replace(decision, heeds_mask=False), labels=LABELS)

    click_at(bench.panel.view.bars, 1.0)

    assert bench.forced() == ForceAction(1, (1.0,))


def test_that_an_action_is_forced_by_keys_alone(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)

    press(bench.panel.option, Qt.Key.Key_Down)
    press(bench.panel.force, Qt.Key.Key_Space)

    assert bench.forced() == ForceAction(1, (1.0,))


def test_that_dragging_the_line_forces_where_it_is_let_go(bench: Bench) -> None:
    decision = decisions.gaussian([0.0], [0.6], -2.0, 2.0)
    bench.wait_in(decision)
    curve = bench.panel.view.curve

    drag(curve.plot.viewport(), pixel(curve, 0.0), pixel(curve, 1.0), moves=8)

    action_D = decision.to_action(np.array(bench.forced().sample))
    assert action_D[0] == pytest.approx(1.0, abs=0.05)
    assert bench.panel.number.value() == pytest.approx(1.0, abs=0.05)
    assert len([each for each in bench.sent if isinstance(each, Intervene)]) == 1


def test_that_a_real_action_is_tried_along_a_grid_in_the_dimension_chosen(bench: Bench) -> None:
    decision = decisions.gaussian([0.1, 0.2], [1.0, 1.0], -1.0, 1.0)
    bench.wait_in(decision)
    bench.panel.part.setCurrentIndex(1)

    bench.estimate(np.arange(22.0).reshape(11, 2))

    asked = bench.sent[-1]
    assert isinstance(asked, EstimateValues)
    assert {sample[0] for sample in asked.samples} == {0.1}
    assert len({sample[1] for sample in asked.samples}) == 11
    assert "worth" in bench.panel.view.curve.describe(0.5)
    bench.panel.grab()


def test_that_typing_a_number_moves_the_line_and_forces_it(bench: Bench) -> None:
    bench.wait_in(decisions.gaussian([0.0], [0.6], -2.0, 2.0))

    bench.panel.number.setValue(-1.5)
    click(bench.panel.force)

    assert bench.panel.view.curve.handle.value() == pytest.approx(-1.5)
    assert bench.panel.chip.text() == "next step takes ‘torque 0 −1.5’ (forced)"


def test_that_what_was_forced_is_over_once_the_step_is_taken(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)
    click_at(bench.panel.view.bars, 0.0)

    bench.panel.set_state(RunState.PLAYING)
    assert not bench.panel.chip.isVisible()
    assert not bench.panel.view.isEnabled()
    forced = ((1, (0.0,)),)
    bench.panel.show_waiting(RunWaits(64, 1, TWO, None, forced=forced))  # an update's end: no step was taken yet
    bench.panel.set_state(RunState.PAUSED)
    assert bench.panel.chip.isVisible()
    bench.panel.show_waiting(RunWaits(72, 1, TWO, None))
    assert not bench.panel.chip.isVisible()


def test_that_what_is_rejected_is_not_said_to_be_forced(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)
    click_at(bench.panel.view.bars, 0.0)

    bench.panel.rejected()

    assert not bench.panel.chip.isVisible()
    assert bench.panel.view.bars.chosen is None


def test_that_a_hidden_panel_draws_only_once_it_is_shown(bench: Bench) -> None:
    bench.panel.hide()
    bench.wait_in(TWO, labels=LABELS)
    assert not len(bench.panel.view.bars.probabilities_A)

    bench.panel.show()

    assert bench.panel.view.bars.probabilities_A[1] == pytest.approx(1 / (1 + np.exp(-1)))


@pytest.mark.parametrize(
    "decision",
    [decisions.joints(3, 4), decisions.binned(7, 2), decisions.categorical([0.0] * 30, None)],
    ids=["factored", "bins", "many"],
)
def test_that_every_kind_of_action_can_be_tried_and_forced(bench: Bench, decision: Decision) -> None:
    bench.wait_in(decision)
    for part in range(bench.panel.part.count()):
        bench.panel.part.setCurrentIndex(part)
        click(bench.panel.estimate)
        asked = bench.sent[-1]
        assert isinstance(asked, EstimateValues)
        values = ActionValues(asked.samples, np.random.default_rng(0).normal(size=(len(asked.samples), 4)), 0.0)
        bench.panel.show_values(ValuesEstimated(64, 1, values))
        click(bench.panel.force)
        assert bench.forced().sample in asked.samples
        bench.panel.grab()


@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_that_a_real_state_is_played_on_from_and_the_forced_action_is_taken(
    bench: Bench, environment: str
) -> None:
    config = RunConfig.create(environment, "ppo", environment_count=2)
    with Session(config, history=History()) as session:
        started = session.pull()
        assert isinstance(started, RunStarted)
        session.pull_until(environment_steps(5))
        bench.panel.begin(started)
        bench.panel.show_waiting(waits(session.trainer, 1))
        bench.panel.rollouts.setValue(2)
        bench.panel.horizon.setValue(3)
        click(bench.panel.estimate)
        asked = bench.sent[-1]
        assert isinstance(asked, EstimateValues)
        values = action_values(session.trainer, 1, asked.samples, rollouts=2, horizon=3)
        bench.panel.show_values(ValuesEstimated(session.trainer.step, 1, values))
        click(bench.panel.force)
        session.intervene(bench.forced())
        session.trainer.watch = replace(session.trainer.watch, wanted=True, index=1, pictures=False)
        taken = session.pull_until(environment_steps())
    assert f"{started.policy.value_name} stands for what was left" in bench.panel.notes.text()
    detail = getattr(taken, "detail", None)
    assert detail is not None
    sent = getattr(detail.decision, "sample_D", None)
    drawn = np.array([detail.decision.chosen]) if sent is None else sent
    assert drawn == pytest.approx(np.array(bench.forced().sample), abs=1e-5)


def test_that_a_forced_action_is_taken_back(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)
    assert bench.panel.take_back.isHidden()
    click(bench.panel.force)
    assert bench.panel.chip.isVisible()
    click(bench.panel.take_back)
    assert bench.forced() == ForceAction(1, ())
    assert bench.panel.chip.isHidden()
    assert bench.panel.take_back.isHidden()


def test_that_the_run_is_forked_with_the_action_that_is_chosen(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)
    bench.panel.option.setCurrentIndex(1)
    click(bench.panel.fork)
    assert bench.sent == [Fork((1.0,))]
    bench.panel.set_state(RunState.PLAYING)
    assert not bench.panel.fork.isEnabled()
