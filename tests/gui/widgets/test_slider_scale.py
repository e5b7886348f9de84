"""Positions of a slider and values of a parameter."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgviz.gui.widgets.slider_scale import POSITIONS, SliderScale
from pgviz.hyperparameters import shared
from pgviz.parameters import Parameter

WHOLE = Parameter("count", 3, "Count", "", kind="integer", low=1, high=40)
SCALES = [
    SliderScale.of(shared.LEARNING_RATE),
    SliderScale.of(shared.LEARNING_RATE, 1e-5, 1e-2),
    SliderScale.of(shared.INITIAL_STD),
    SliderScale.of(shared.ENTROPY_COEFFICIENT),
    SliderScale.of(shared.GAMMA),
    SliderScale.of(WHOLE),
]


@given(st.sampled_from(SCALES), st.integers(0, POSITIONS))
def test_that_every_position_is_an_allowed_value(scale: SliderScale, position: int) -> None:
    value = scale.value(position)
    assert scale.low <= value <= scale.high
    assert scale.parameter.validate(value) == value


@given(st.sampled_from(SCALES[:5]), st.integers(0, POSITIONS))
def test_that_a_position_leads_to_a_value_and_back(scale: SliderScale, position: int) -> None:
    # Three significant digits cannot tell the first positions of a linear scale's far end apart to the last one.
    assert abs(scale.position(scale.value(position)) - position) <= 5


@given(st.sampled_from(SCALES), st.integers(0, POSITIONS - 1))
def test_that_values_never_fall_from_left_to_right(scale: SliderScale, position: int) -> None:
    assert scale.value(position) <= scale.value(position + 1)


def test_that_a_log_scale_has_its_geometric_mean_in_the_middle() -> None:
    assert SliderScale.of(shared.LEARNING_RATE).value(POSITIONS // 2) == pytest.approx(1e-3)


def test_that_a_cubic_scale_reaches_zero_and_is_fine_beside_it() -> None:
    scale = SliderScale.of(shared.ENTROPY_COEFFICIENT)
    assert scale.value(0) == 0.0
    assert scale.value(100) == pytest.approx(1e-3)


def test_that_the_ends_are_exact() -> None:
    scale = SliderScale.of(shared.LEARNING_RATE, 1.23456e-5, 9.87654e-3)
    assert (scale.value(0), scale.value(POSITIONS)) == (1.23456e-5, 9.87654e-3)


def test_that_a_value_outside_of_the_range_goes_to_the_nearer_end() -> None:
    scale = SliderScale.of(shared.LEARNING_RATE, 1e-5, 1e-2)
    assert (scale.position(1e-9), scale.position(1.0)) == (0, POSITIONS)


def test_that_an_integer_parameter_has_whole_values() -> None:
    assert all(isinstance(SliderScale.of(WHOLE).value(position), int) for position in range(0, POSITIONS, 7))


@pytest.mark.parametrize(
    ("parameter", "low", "high"),
    [
        (shared.ACTIVATION, 0.0, 1.0),
        (shared.LEARNING_RATE, 0.0, 1.0),
        (shared.GAMMA, 1.0, 1.0),
        (shared.GAMMA, 0.0, math.inf),
    ],
)
def test_that_a_range_no_slider_can_cover_is_refused(parameter: Parameter, low: float, high: float) -> None:
    with pytest.raises(ValueError, match=parameter.name):
        SliderScale.of(parameter, low, high)
