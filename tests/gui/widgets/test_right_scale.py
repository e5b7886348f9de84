"""The second scale of a plot."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pgviz.gui.widgets.curve_trace import Look
from pgviz.gui.widgets.live_curve import LiveCurve
from pgviz.gui.widgets.right_scale import power_text

STEPS = np.array([1.0, 2.0, 3.0])


@pytest.fixture
def curve(qtbot: QtBot) -> LiveCurve:
    made = LiveCurve("test", "nothing yet")
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    made.begin([Look("left"), Look("right", 1, right=True)])
    return made


def draw(curve: LiveCurve, left: list[float], right: list[float]) -> None:
    curve.set_data({"left": (STEPS, np.array(left)), "right": (STEPS, np.log10(right))})


def test_that_the_left_scale_knows_nothing_of_the_right_one(curve: LiveCurve) -> None:
    draw(curve, [10.0, 11.0, 12.0], [1e-3, 1e-2, 1e-1])

    low, high = curve.view.viewRange()[1]
    assert 9.0 < low < 10.0
    assert 12.0 < high < 13.0


def test_that_zooming_takes_both_along(curve: LiveCurve) -> None:
    draw(curve, [0.0, 5.0, 10.0], [1.0, 0.1, 0.01])
    item = curve._traces["right"].item
    before = item.mapToParent(0, 0).y()

    curve.view.setYRange(2.0, 4.0, padding=0.0)

    # Laid over the part of the view that is seen, so that its scale can be read there as well.
    assert item.mapToParent(0, 0).y() != before
    assert 2.0 < item.mapToParent(0, 0).y() <= 4.0
    axis = curve.plot.getAxis("right")
    low, high = axis.range
    assert low < -2
    assert high > 0


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([1.0, 1.0, 1.0], (-1, 0)),
        ([0.02, 0.5, 1.0], (-2, 0)),
        ([0.1, 2.0, 10.0], (-1, 1)),
        ([3.0, 4.0, 5.0], (0, 1)),
    ],
)
def test_that_it_goes_from_a_power_of_ten_to_a_power_of_ten(
    curve: LiveCurve, values: list[float], ends: tuple[int, int]
) -> None:
    draw(curve, [0.0, 1.0, 2.0], values)

    assert (curve._right.low, curve._right.high) == ends


def test_that_powers_are_written_as_numbers_while_they_are_short() -> None:
    assert [power_text(power) for power in (-6, -3, 0, 2, 5)] == ["1e−6", "0.001", "1", "100", "1e5"]


def test_that_ticks_are_whole_powers(curve: LiveCurve) -> None:
    draw(curve, [0.0, 1.0, 2.0], [1e-9, 1.0, 1e3])
    axis = curve.plot.getAxis("right")

    ((spacing, offset),) = axis.tickSpacing(*axis.range, 200.0)

    assert spacing == int(spacing) >= 1
    assert offset == 0.0
    assert axis.tickStrings([-2.0, 0.0], 1.0, spacing) == ["0.01", "1"]


def test_that_what_is_exported_is_the_number_itself(curve: LiveCurve) -> None:
    draw(curve, [0.0, 1.0, 2.0], [0.5, 0.25, 0.125])

    x_N, y_N = curve._traces["right"].item.getOriginalDataset()

    np.testing.assert_allclose(y_N, [0.5, 0.25, 0.125])
    np.testing.assert_array_equal(x_N, STEPS)


def test_that_a_plot_without_it_has_no_axis_at_the_right(curve: LiveCurve) -> None:
    curve.begin([Look("left")])

    assert not curve.plot.getAxis("right").isVisible()
