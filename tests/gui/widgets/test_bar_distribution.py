"""Bars of π, pins of Q, and slots of what is illegal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from pgviz.gui.theme import DARK, LIGHT, Theme
from pgviz.gui.widgets.bar_distribution import BarDistribution

Make = Callable[..., BarDistribution]


@pytest.fixture
def make(qtbot: QtBot) -> Make:
    def build(count: int, values: bool = False, masks: bool = False, theme: Theme = LIGHT) -> BarDistribution:
        bars = BarDistribution()
        qtbot.addWidget(bars)
        bars.resize(400, 340)
        bars.apply_theme(theme)
        bars.show()
        bars.begin([f"action {index}" for index in range(count)], values, masks)
        qtbot.wait(20)
        return bars

    return build


def ink(bars: BarDistribution, index: int, band: str, colour: str) -> int:
    """Pixels of a colour in the slot of one action."""
    room = bars.probability_band() if band == "π" else bars.value_band()
    picture: QImage = bars.plot.grab().toImage()
    (left, right), width = bars.view.viewRange()[0], bars.view.rect().width()
    slot, wanted = width / (right - left), QColor(colour)
    corner = bars.plot.mapFromScene(bars.view.mapToScene(QPointF((index - left - 0.35) * slot, room.top())))
    return sum(
        picture.pixelColor(corner.x() + x, corner.y() + y) == wanted
        for x in range(int(0.7 * slot))
        for y in range(int(room.height()))
    )


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_that_an_illegal_action_is_hatched_and_struck_through(make: Make, theme: Theme) -> None:
    bars = make(4, masks=True, theme=theme)

    bars.show_distribution(np.array([0.25, 0.75, 0.0, 0.0]), 1, np.array([True, True, False, False]))

    assert bars.names.struck == (2, 3)
    assert ink(bars, 2, "π", theme.disabled) > 200
    assert ink(bars, 1, "π", theme.disabled) == 0
    assert bars.describe(2) == "action 2: illegal here"
    assert bars.describe(1) == "action 1: probability 0.7500, chosen"


def test_that_all_actions_are_legal_again_once_the_mask_says_so(make: Make) -> None:
    bars = make(3, masks=True)
    bars.show_distribution(np.array([0.5, 0.5, 0.0]), 0, np.array([True, True, False]))

    bars.show_distribution(np.full(3, 1 / 3), 0, np.ones(3, bool))

    assert bars.names.struck == ()
    assert ink(bars, 2, "π", LIGHT.disabled) == 0


def test_that_a_mask_that_is_ignored_shows_what_goes_wrong(make: Make) -> None:
    bars = make(2, masks=True)

    bars.show_distribution(np.array([0.4, 0.6]), 1, np.array([True, False]))

    assert bars.describe(1) == "action 1: illegal here, probability 0.6000, chosen"
    assert ink(bars, 1, "π", LIGHT.series[1]) > 0


def test_that_values_stand_below_the_probabilities_with_the_greedy_one_marked(make: Make) -> None:
    bars = make(3, values=True)

    bars.show_distribution(np.array([0.05, 0.9, 0.05]), 2, None, np.array([-3.0, -1.0, -2.0]))

    assert bars.greedy == 1
    assert bars.describe(1) == "action 1: probability 0.9000, value -1, greedy"
    assert bars.describe(2) == "action 2: probability 0.0500, value -2, chosen"
    assert bars.probability_band().bottom() < bars.value_band().top()
    assert ink(bars, 1, "Q", LIGHT.series[2]) > ink(bars, 0, "Q", LIGHT.series[2]) > 0
    # The one that was taken has the colour of what was taken in both bands.
    assert ink(bars, 2, "Q", LIGHT.series[1]) > 0
    assert ink(bars, 2, "π", LIGHT.series[1]) > 0


def test_that_an_illegal_action_is_not_the_greedy_one_and_has_no_value(make: Make) -> None:
    bars = make(3, values=True, masks=True)

    bars.show_distribution(
        np.array([0.5, 0.5, 0.0]), None, np.array([True, True, False]), np.array([1.0, 2.0, 99.0])
    )

    assert bars.greedy == 1
    assert bars.describe(2) == "action 2: illegal here"
    assert ink(bars, 2, "Q", LIGHT.series[2]) == 0
    assert bars._scale.high < 3.0


def test_that_an_ignored_mask_rules_nothing_out(make: Make) -> None:
    bars = make(4, values=True, masks=True)
    mask_A, values_A = np.array([True, True, False, False]), np.array([1.0, 2.0, 99.0, 0.0])

    bars.show_distribution(np.full(4, 0.25), 2, mask_A, values_A, heeds_mask=False)

    # It is taken, and so it is learned what it is worth.
    assert bars.greedy == 2
    assert bars.describe(2) == "action 2: illegal here, probability 0.2500, value 99, greedy, chosen"
    assert bars._scale.high > 90.0
    assert bars.even == 0.25
    assert bars.names.struck == (2, 3)

    bars.show_distribution(np.array([0.5, 0.5, 0.0, 0.0]), 0, mask_A, values_A)
    assert bars.greedy == 1
    assert bars.even == 0.5


def test_that_a_policy_without_values_has_the_whole_height(make: Make) -> None:
    with_values, without = make(3, values=True), make(3)

    assert without.probability_band().height() > 2 * with_values.probability_band().height()


@pytest.mark.parametrize("values", [False, True])
@pytest.mark.parametrize("count", [1, 2, 18, 24, 25, 500])
def test_that_any_number_of_actions_can_be_drawn(make: Make, count: int, values: bool) -> None:
    bars = make(count, values=values, masks=True)
    mask_A = np.arange(count) % 3 != 1

    bars.show_distribution(
        np.full(count, 1 / count), count - 1, mask_A, np.arange(count) * 1.0 if values else None
    )

    bars.grab()
    assert bars.describe(count + 3) == ""


@pytest.mark.parametrize("values", [[0.0, 0.0], [1e9, -1e9], [np.nan, np.nan], [-np.inf, 1.0], [1e-12, 0.0]])
def test_that_strange_values_can_be_drawn(make: Make, values: list[float]) -> None:
    bars = make(2, values=True)

    bars.show_distribution(np.array([0.5, 0.5]), 0, None, np.array(values))

    bars.grab()


def test_that_a_plot_that_is_tiny_can_be_drawn(make: Make) -> None:
    bars = make(4, values=True)
    bars.setMinimumHeight(0)
    bars.resize(40, 30)

    bars.show_distribution(np.full(4, 0.25), 0, None, np.arange(4.0))

    bars.grab()


def test_that_the_plot_that_takes_the_focus_bears_the_name(make: Make) -> None:
    bars = make(3)
    assert bars.plot.accessibleName() == bars.accessibleName() == "Probability of each action"
