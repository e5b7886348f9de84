"""Bars over the bins of a real action."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from pgviz.gui.theme import DARK
from pgviz.gui.widgets.bin_distribution import BinDistribution, in_columns
from tests.decisions import binned

Make = Callable[[int, int | None], BinDistribution]


@pytest.fixture
def make(qtbot: QtBot) -> Make:
    def build(count: int, chosen: int | None) -> BinDistribution:
        decision, plot = binned(count), BinDistribution()
        qtbot.addWidget(plot)
        plot.resize(400, 340)
        plot.show()
        plot.begin("torque", -2.0, 2.0)
        qtbot.wait(20)
        plot.show_bins(decision.centres_DK[0], decision.probabilities_DK[0], decision.values_DK[0], chosen)
        return plot

    return build


@pytest.mark.parametrize("count", [2, 3, 11, 101, 1001])
def test_that_every_number_of_bins_can_be_drawn(make: Make, count: int) -> None:
    plot = make(count, count - 1)

    plot.grab()
    plot.apply_theme(DARK)
    plot.grab()
    assert plot.chosen == count - 1


def test_that_a_bin_tells_its_action_its_value_and_its_probability(make: Make) -> None:
    plot = make(5, 3)

    # The actions are -2, -1, 0, 1, 2, and the best one is 0.3; half of the outer bars is beyond the bounds.
    assert plot.greedy == 2
    assert plot.describe(-1.9) == "torque −2.0 (bin 1 of 5): value -160.6, probability 0.0200"
    assert plot.describe(0.0) == "torque 0 (bin 3 of 5): value -150.2, probability 0.9200, greedy"
    assert plot.describe(0.9) == "torque 1.0 (bin 4 of 5): value -151, probability 0.0200, chosen"
    assert plot.describe(2.4) != ""
    assert plot.describe(2.6) == plot.describe(-2.6) == ""


def test_that_few_bins_are_columns_with_nothing_in_between(make: Make) -> None:
    plot = make(3, 1)

    assert plot.describe(0.4).startswith("torque 0 ")
    assert plot.describe(1.0) == ""
    assert plot.describe(1.6).startswith("torque 2")


@pytest.mark.parametrize("count", [2, 3, 11, 1001])
def test_that_every_bar_is_in_sight_as_a_whole(make: Make, count: int) -> None:
    plot = make(count, 0)
    left, right = plot.view.viewRange()[0]

    assert left <= -2.0 - plot._width / 2
    assert right >= 2.0 + plot._width / 2


def test_that_a_state_shows_its_values_before_anything_is_chosen(make: Make) -> None:
    plot = make(11, None)

    plot.grab()
    assert plot.greedy is not None
    assert "chosen" not in plot.describe(0.0)


def test_that_nothing_is_told_before_the_first_step(qtbot: QtBot) -> None:
    plot = BinDistribution()
    qtbot.addWidget(plot)
    plot.begin("torque", -2.0, 2.0)
    plot.grab()

    assert plot.describe(0.0) == ""
    assert plot.greedy is None


def test_that_values_are_given_more_room_than_probabilities(make: Make) -> None:
    plot = make(11, 0)

    assert plot.value_band().height() > plot.probability_band().height()


def test_that_no_peak_is_lost_among_bins_narrower_than_a_pixel() -> None:
    shares_K = np.zeros(1001)
    shares_K[[0, 500, 1000]] = (0.3, 1.0, 0.7)

    columns_C = in_columns(shares_K, 150)

    assert len(columns_C) == 150
    assert sorted(columns_C[columns_C > 0].tolist()) == [0.3, 0.7, 1.0]
    assert columns_C[0] == 0.3
    assert columns_C[-1] == 0.7


def test_that_few_bins_are_drawn_as_they_are() -> None:
    shares_K = np.linspace(0.0, 1.0, 11)

    assert in_columns(shares_K, 150) is shares_K


def test_that_the_mark_is_over_the_action_that_the_bin_stands_for(make: Make) -> None:
    plot = make(3, 0)

    tip = plot._top(QRectF(0, 0, 100, 100), plot.probabilities_K, 0)

    assert tip.x() == pytest.approx(plot.pixel(-2.0, 0.0).x())
