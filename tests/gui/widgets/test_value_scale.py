"""The range over which values are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgviz.gui.widgets.value_scale import ValueScale


def test_that_the_ends_are_round_and_leave_room_on_both_sides() -> None:
    scale = ValueScale()

    assert scale.follow(np.array([48.2, 51.3]))

    assert (scale.low, scale.high) == (47.5, 52.0)
    assert scale.share(47.5) == 0.0
    assert scale.share(52.0) == 1.0


def test_that_a_small_move_leaves_the_range_as_it_is() -> None:
    scale = ValueScale()
    scale.follow(np.array([0.0, 10.0]))
    before = (scale.low, scale.high)

    assert not scale.follow(np.array([2.0, 9.0]))
    assert (scale.low, scale.high) == before


@pytest.mark.parametrize("values", [[0.0, 100.0], [4.0, 4.5], [-50.0, -40.0]])
def test_that_values_that_fit_badly_move_the_range(values: list[float]) -> None:
    scale = ValueScale()
    scale.follow(np.array([0.0, 10.0]))

    assert scale.follow(np.array(values))
    assert scale.low < values[0]
    assert values[1] < scale.high
    assert values[1] - values[0] >= 0.3 * (scale.high - scale.low)


def test_that_what_is_not_finite_is_left_out() -> None:
    scale = ValueScale()

    assert scale.follow(np.array([np.nan, -np.inf, 1.0, 2.0]))
    assert 0.5 < scale.low < 1.0
    assert not scale.follow(np.array([np.nan, -np.inf]))


def test_that_ticks_are_round_and_few_and_written_with_a_minus_sign() -> None:
    scale = ValueScale()
    scale.follow(np.array([-160.0, -150.0]))

    ticks = scale.ticks(3)

    assert 2 <= len(ticks) <= 4
    assert all(value % 5 == 0 for value, _ in ticks)
    assert all(text.startswith("−1") for _, text in ticks)


@pytest.mark.parametrize("most", [1, 2, 3, 8])
@pytest.mark.parametrize("values", [[-3.25, -1.5], [48.2, 51.3], [-150.1, -150.0], [1e6, 1.1e6], [0.0, 0.0]])
def test_that_there_are_two_ticks_at_least_to_read_the_others_by(values: list[float], most: int) -> None:
    scale = ValueScale()
    scale.follow(np.array(values))

    ticks = scale.ticks(most)

    assert 2 <= len(ticks) <= max(most, 3)
    assert all(scale.low <= value <= scale.high for value, _ in ticks)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30))
def test_that_all_values_are_within_the_range(values: list[float]) -> None:
    scale = ValueScale()
    scale.follow(np.array(values))

    assert scale.share(min(values)) >= 0.0
    assert scale.share(max(values)) <= 1.0
    assert np.isfinite([scale.low, scale.high]).all()
