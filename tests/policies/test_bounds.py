"""Real vectors brought within the bounds of a box."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pgviz.policies.bounds import ActionBounds
from tests.policies.support import INFINITY, INTERVALS, KINDS, bounds_of, column, log_slope, squash_exactly

EXTREME = (-1e4, -50.0, -20.0, -5.0, -1.0, -1e-6, 0.0, 0.3, 4.0, 19.0, 50.0, 1e4)
DTYPES = (np.float16, np.float32, np.float64)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("u", [-30.0, -3.0, -0.5, 0.0, 1.0, 2.5, 30.0])
def test_that_squashing_follows_the_table(kind: str, u: float) -> None:
    squashed = bounds_of(kind).squash(np.array([u]))[0]
    assert squashed == pytest.approx(float(squash_exactly(kind, Decimal(u))), rel=1e-14)


def test_that_each_dimension_is_squashed_by_its_own_bounds() -> None:
    u_BD = np.linspace(-3, 3, 20).reshape(5, 4)
    together = bounds_of(*KINDS).squash(u_BD)
    for d, kind in enumerate(KINDS):
        np.testing.assert_allclose(together[:, d], bounds_of(kind).squash(u_BD[:, d : d + 1])[:, 0])


@pytest.mark.parametrize("kind", KINDS)
def test_that_squashing_increases(kind: str) -> None:
    actions = bounds_of(kind).squash(np.linspace(-15, 15, 301)[:, None])[:, 0]
    assert (np.diff(actions) > 0.0).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("u", EXTREME)
def test_that_the_logarithm_of_the_slope_is_exact_and_finite_even_where_the_slope_is_not(
    kind: str, u: float
) -> None:
    computed = float(bounds_of(kind).log_slope(column([u])))
    assert math.isfinite(computed)
    assert computed == pytest.approx(float(log_slope(kind, np.array([np.float32(u)]))[0]), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("kind", KINDS[:3])
@pytest.mark.parametrize("u", EXTREME)
def test_that_the_gradient_of_the_log_slope_is_finite_and_right(kind: str, u: float) -> None:
    u_BD = column([u]).requires_grad_()
    bounds_of(kind).log_slope(u_BD).sum().backward()  # type: ignore[no-untyped-call]
    assert u_BD.grad is not None
    sigmoid = 1.0 / (1.0 + math.exp(-u)) if abs(u) < 700 else float(u > 0)
    expected = {"bounded": -2.0 * math.tanh(u), "low": 1.0 - sigmoid, "high": -sigmoid}[kind]
    assert float(u_BD.grad) == pytest.approx(expected, abs=2e-6)


def test_that_the_fast_path_of_a_box_bounded_everywhere_agrees_with_the_general_one() -> None:
    u = torch.linspace(-4, 4, 10).reshape(5, 2)
    general = bounds_of("bounded", "bounded", "unbounded").log_slope(torch.cat([u, u[:, :1]], 1))
    torch.testing.assert_close(bounds_of("bounded", "bounded").log_slope(u), general[:, :2])


@given(
    ends=st.tuples(st.floats(-6e4, 6e4, width=16), st.floats(-6e4, 6e4, width=16)).map(sorted),
    u=st.lists(st.floats(allow_nan=False, width=32), min_size=1, max_size=8),
    dtype=st.sampled_from(DTYPES),
    open_end=st.sampled_from(["none", "low", "high"]),
)
def test_that_an_action_is_never_outside_of_its_bounds(
    ends: list[float], u: list[float], dtype: type[np.floating], open_end: str
) -> None:
    low = np.array([-np.inf if open_end == "low" else ends[0]], dtype)
    high = np.array([np.inf if open_end == "high" else ends[1]], dtype)
    bounds = ActionBounds(low, high)
    for bring_within in (bounds.squash, bounds.clip):
        with np.errstate(over="ignore"):  # where there is no bound, a number may be beyond a small dtype
            actions = bring_within(np.array(u)[:, None]).astype(dtype)
        assert (low <= actions).all()
        assert (actions <= high).all()


@pytest.mark.parametrize("none", [INFINITY, 1e31, float(np.finfo(np.float32).max)])
def test_that_a_bound_beyond_reason_counts_as_none(none: float) -> None:
    bounds = ActionBounds(np.array([-none], np.float32), np.array([none], np.float32))
    assert bounds.low_D[0] == -INFINITY
    assert bounds.high_D[0] == INFINITY
    assert bounds.squash(np.array([123.0]))[0] == 123.0
    assert bounds.volume_log is None


def test_that_the_volume_is_the_product_of_the_sides() -> None:
    bounds = ActionBounds(np.array([-2.0, 0.0]), np.array([2.0, 10.0]))
    assert bounds.volume_log == pytest.approx(math.log(40.0))
    assert bounds_of("bounded", "low").volume_log is None


def test_that_clipping_cuts_off_at_the_bounds_and_leaves_the_rest() -> None:
    clipped = bounds_of(*KINDS).clip(np.array([[9.0, -9.0, 9.0, 9.0], [0.5, 2.0, -2.0, -7.0]]))
    low, high = INTERVALS["low"][0], INTERVALS["high"][1]
    np.testing.assert_array_equal(clipped, [[3.0, low, high, 9.0], [0.5, 2.0, -2.0, -7.0]])


def test_that_a_dimension_in_which_there_is_one_action_leaves_density_and_volume_finite() -> None:
    fixed, free = (ActionBounds(np.array([-3.0, 0.5]), np.array([1.0, high])) for high in (0.5, 2.5))
    u = torch.linspace(-4, 4, 10).reshape(5, 2)
    np.testing.assert_array_equal(fixed.squash(u.numpy())[:, 1], np.full(5, 0.5))
    # As if its bounds were 2 apart: a constant, which changes no gradient.
    torch.testing.assert_close(fixed.log_slope(u), free.log_slope(u), rtol=0.0, atol=0.0)
    assert fixed.volume_log == free.volume_log == pytest.approx(math.log(4.0 * 2.0))


def test_that_a_box_narrower_than_the_smallest_float32_has_its_own_volume() -> None:
    bounds = ActionBounds(np.array([-1e-40]), np.array([1e-40]))
    assert bounds.volume_log == pytest.approx(math.log(2e-40))
    assert float(bounds.log_slope(column([0.0]))) == pytest.approx(math.log(1e-40), rel=1e-6)
