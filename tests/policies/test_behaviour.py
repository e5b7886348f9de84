"""How actions are drawn from their values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats

from pgviz.policies.behaviour import Behaviour, entropies, evenly, ruled_out

VALUES = np.array([[1.0, 3.0, 2.0, -4.0], [0.5, -0.5, 0.25, 0.0], [7.0, 7.0, 7.0, 7.0]], np.float32)
MASKS = np.array([[True, False, True, True], [False, False, False, True], [True, True, True, True]])
EACH = pytest.mark.parametrize(
    "behaviour",
    [Behaviour(0.0), Behaviour(0.1), Behaviour(1.0), Behaviour(0.0, 0.7), Behaviour(0.2, 2.0)],
    ids=lambda each: f"{each.epsilon}-{each.temperature}",
)
MASKED = pytest.mark.parametrize("masks", [None, MASKS], ids=["all legal", "masked"])


def _by_hand(behaviour: Behaviour, values: list[float], legal: list[bool]) -> list[float]:
    """π for one state, action by action."""
    allowed = [a for a in range(len(values)) if legal[a]]
    if behaviour.temperature is None:
        best = max(allowed, key=lambda a: values[a])
        base = {a: float(a == best) for a in allowed}
    else:
        weights = {a: math.exp(values[a] / behaviour.temperature) for a in allowed}
        base = {a: weights[a] / sum(weights.values()) for a in allowed}
    epsilon = behaviour.epsilon
    return [(1 - epsilon) * base[a] + epsilon / len(allowed) if a in base else 0.0 for a in range(len(values))]


@EACH
@MASKED
def test_that_the_probabilities_are_those_of_the_formula(behaviour: Behaviour, masks: Any) -> None:
    legal = np.ones(VALUES.shape, bool) if masks is None else masks
    rows = zip(VALUES.tolist(), legal.tolist(), strict=True)
    expected = [_by_hand(behaviour, *row) for row in rows]
    np.testing.assert_allclose(behaviour.probabilities(VALUES, masks), expected, rtol=1e-12, atol=1e-15)


@EACH
@MASKED
def test_that_they_sum_to_one_and_are_exactly_0_where_illegal(behaviour: Behaviour, masks: Any) -> None:
    given = VALUES.copy()
    probabilities = behaviour.probabilities(given, masks)
    np.testing.assert_allclose(probabilities.sum(1), 1.0, rtol=1e-14)
    assert masks is None or (probabilities[~masks] == 0.0).all()
    np.testing.assert_array_equal(given, VALUES)


@EACH
@MASKED
def test_that_the_summary_is_the_mean_entropy_and_the_mean_largest_probability(
    behaviour: Behaviour, masks: Any
) -> None:
    probabilities = behaviour.probabilities(VALUES, masks)
    entropy, largest = behaviour.summary(VALUES, masks)
    assert entropy == pytest.approx(scipy.stats.entropy(probabilities, axis=1).mean(), abs=1e-12)
    assert largest == pytest.approx(probabilities.max(1).mean(), abs=1e-12)


def test_that_of_equal_values_the_first_legal_one_is_the_best() -> None:
    greedy = Behaviour(0.0)
    masks = np.array([[False, True, True, True]])
    assert greedy.probabilities(VALUES[2:], masks).tolist() == [[0.0, 1.0, 0.0, 0.0]]
    assert greedy.choose(ruled_out(VALUES[2:].copy(), masks), np.random.default_rng(0)).tolist() == [1]


@pytest.mark.parametrize("temperature", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_that_extreme_values_and_temperatures_give_the_softmax_and_stay_finite(
    temperature: float, scale: float
) -> None:
    values = VALUES * np.float32(scale)
    probabilities = Behaviour(0.0, temperature).probabilities(values)
    expected = scipy.special.softmax(values.astype(float) / temperature, axis=1)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-12, atol=1e-300)
    assert np.isfinite(probabilities).all()
    assert np.isfinite(Behaviour(0.0, temperature).summary(values)).all()


def test_that_a_large_common_part_of_the_values_costs_no_digits() -> None:
    values = np.array([[-20_000.0, -19_999.5, -19_999.0]], np.float32)
    behaviour = Behaviour(0.0, 0.5)
    rng = np.random.default_rng(0)
    chosen = behaviour.choose(np.repeat(values, 40_000, 0), rng)
    expected = behaviour.probabilities(values)[0] * 40_000
    assert scipy.stats.chisquare(np.bincount(chosen, minlength=3), expected).pvalue > 1e-3


def test_that_shares_are_divided_evenly_among_the_legal() -> None:
    shares = np.array([0.0, 0.2499, 0.25, 0.5, 0.9999999999999999])
    assert evenly(shares, 4).tolist() == [0, 0, 1, 2, 3]
    masks = np.repeat([[False, True, False, True]], 5, 0)
    assert evenly(shares, 4, masks).tolist() == [1, 1, 1, 3, 3]


def test_that_a_share_that_rounds_up_to_the_end_is_still_legal() -> None:
    shares = np.array([np.nextafter(0.3, 0.0) / 0.3, 1.0])
    assert evenly(shares, 7).max() <= 6
    assert evenly(shares, 3, np.array([[True, True, False]] * 2)).max() <= 1


def test_that_the_entropy_of_a_certain_action_is_0() -> None:
    assert entropies(np.array([[0.0, 1.0, 0.0]])).tolist() == [0.0]
    np.testing.assert_allclose(entropies(np.full((1, 8), 1 / 8)), math.log(8))
