"""What is forced, as the session says it, and what may be forced at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pgviz.gui.panels.what_if import WhatIfPanel
from pgviz.session.commands import EstimateValues, Intervene
from pgviz.session.notices import RunWaits
from pgviz.training.interventions import ForceAction
from tests import decisions
from tests.gui.panels.test_what_if import LABELS, TWO, Bench, click_at
from tests.hands import click, press

MASKED = decisions.categorical([0.0, 0.0, 1.0], None, [True, False, True])
THREE = ("left", "stay", "right")


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def waits(*forced: tuple[int, tuple[float, ...]], step: int = 64) -> RunWaits:
    return RunWaits(step, 1, TWO, None, forced=forced)


def options(panel: WhatIfPanel) -> list[str]:
    return [panel.option.itemText(index) for index in range(panel.option.count())]


def test_that_what_is_illegal_is_neither_offered_nor_estimated_nor_reached_by_keys(bench: Bench) -> None:
    bench.wait_in(MASKED, labels=THREE)
    assert options(bench.panel) == ["left", "right"]

    click(bench.panel.estimate)
    assert isinstance(asked := bench.sent[-1], EstimateValues)
    assert asked.samples == ((0.0,), (2.0,))
    press(bench.panel.option, Qt.Key.Key_Down)
    click(bench.panel.force)

    assert bench.forced() == ForceAction(1, (2.0,))
    assert "‘right’" in bench.panel.chip.text()


def test_that_a_bar_that_is_clicked_is_chosen_in_the_list_of_what_is_legal(bench: Bench) -> None:
    bench.wait_in(MASKED, labels=THREE)

    click_at(bench.panel.view.bars, 2.0)

    assert bench.panel.option.currentText() == "right"


def test_that_what_only_an_ignored_mask_forbids_is_offered_and_said_to_be_illegal(bench: Bench) -> None:
    bench.wait_in(replace(MASKED, heeds_mask=False), labels=THREE)

    assert options(bench.panel) == ["left", "stay (illegal)", "right"]


def test_that_what_waits_from_before_is_seen_and_can_be_taken_back(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)
    bench.panel.forget()  # the past was made the present

    bench.panel.show_waiting(waits((1, (1.0,)), step=40))

    assert bench.panel.chip.text() == "next step takes ‘right’ (forced)"
    assert bench.panel.view.bars.chosen == 1
    click(bench.panel.take_back)
    assert bench.forced() == ForceAction(1, ())
    assert bench.panel.chip.isHidden()
    assert bench.panel.view.bars.chosen is None


def test_that_what_is_forced_on_other_copies_is_said_and_taken_back_too(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)
    bench.panel.show_waiting(waits((0, (1.0,)), (2, (0.0,))))
    assert bench.panel.chip.text() == "copy 1 takes ‘right’ (forced), copy 3 too"
    assert bench.panel.view.bars.chosen is None

    click(bench.panel.take_back)

    assert bench.sent == [Intervene(ForceAction(0, ())), Intervene(ForceAction(2, ()))]
    assert bench.panel.chip.isHidden()


def test_that_a_fault_about_something_else_leaves_what_is_forced_in_sight(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)
    click_at(bench.panel.view.bars, 0.0)
    bench.panel.show_waiting(waits((1, (0.0,))))  # as the session says

    bench.panel.rejected()

    assert bench.panel.chip.isVisible()
    assert bench.panel.view.bars.chosen == 0


def test_that_each_part_of_what_is_forced_is_said_as_it_is(bench: Bench) -> None:
    decision = decisions.gaussian([0.1, 0.2], [1.0, 1.0], -1.0, 1.0)
    bench.wait_in(decision)
    bench.panel.number.setValue(-0.5)
    click(bench.panel.force)
    sent = bench.forced().sample

    bench.panel.part.setCurrentIndex(1)

    own = decision.to_action(np.array(sent))[1]
    assert f"torque 1 {own:.3f}" in bench.panel.chip.text()
    assert bench.panel.number.value() == pytest.approx(own, abs=1e-3)


def test_that_a_policy_that_has_changed_in_the_same_state_is_drawn_anew(bench: Bench) -> None:
    bench.wait_in(TWO, labels=LABELS)
    bench.estimate(np.ones((2, 4)))
    bench.panel.show_waiting(RunWaits(64, 1, replace(TWO), None, 21.5))
    assert bench.panel.view.bars.values_A is not None, "nothing has changed"

    bench.panel.show_waiting(RunWaits(64, 1, decisions.categorical([2.0, 0.0], None), None, 21.5))

    assert bench.panel.view.bars.probabilities_A[0] == pytest.approx(1 / (1 + np.exp(-2)))
    assert bench.panel.view.bars.values_A is None, "what was estimated was of the policy of before"
