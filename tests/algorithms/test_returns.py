"""Returns and advantages, worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgviz.algorithms.returns import explained_variance, generalised_advantage

GAMMA, LAMBDA = 0.9, 0.5


def _advantages(
    rewards: list[float],
    values: list[float],
    next_values: list[float],
    terminated: list[int],
    ended: list[int],
    *,
    gamma: float = GAMMA,
    gae_lambda: float = LAMBDA,
) -> Any:
    """One copy's advantages."""
    columns: list[Any] = [np.array(each, np.float32)[:, None] for each in (rewards, values, next_values)]
    flags = [np.array(each, bool)[:, None] for each in (terminated, ended)]
    return generalised_advantage(*columns, *flags, gamma=gamma, gae_lambda=gae_lambda)[:, 0]


def test_that_advantages_within_an_episode_are_those_worked_out_by_hand() -> None:
    # δ₂ = 3 + 0.9·4 − 2 = 4.6; δ₁ = 2 + 0.9·2 − 1 = 2.8; δ₀ = 1 + 0.9·1 − 0.5 = 1.4
    # A₂ = 4.6; A₁ = 2.8 + 0.45·4.6 = 4.87; A₀ = 1.4 + 0.45·4.87 = 3.5915
    advantages = _advantages([1, 2, 3], [0.5, 1, 2], [1, 2, 4], [0, 0, 0], [0, 0, 0])
    np.testing.assert_allclose(advantages, [3.5915, 4.87, 4.6], rtol=1e-6)


def test_that_a_terminated_step_is_not_bootstrapped_and_ends_the_sum() -> None:
    # δ₁ = 2 − 1 = 1, whatever value the last state was given; A₀ = 1.4 + 0.45·1 = 1.85
    advantages = _advantages([1, 2, 3], [0.5, 1, 2], [1, 99, 4], [0, 1, 0], [0, 1, 0])
    np.testing.assert_allclose(advantages, [1.85, 1.0, 4.6], rtol=1e-6)


def test_that_a_truncated_step_is_bootstrapped_from_its_own_last_state_and_ends_the_sum() -> None:
    # δ₁ = 2 + 0.9·10 − 1 = 10, where 10 is the value of the state cut off, not of the next episode's first (2)
    advantages = _advantages([1, 2, 3], [0.5, 1, 2], [1, 10, 4], [0, 0, 0], [0, 1, 0])
    np.testing.assert_allclose(advantages, [1.4 + 0.45 * 10, 10.0, 4.6], rtol=1e-6)


def test_that_copies_do_not_mix() -> None:
    rng = np.random.default_rng(0)
    rewards, values, next_values = (rng.normal(size=(6, 3)).astype(np.float32) for _ in range(3))
    terminated = rng.random((6, 3)) < 0.3
    ended = terminated | (rng.random((6, 3)) < 0.3)
    together = generalised_advantage(
        rewards, values, next_values, terminated, ended, gamma=GAMMA, gae_lambda=LAMBDA
    )
    for n in range(3):
        columns = [each[:, n].tolist() for each in (rewards, values, next_values, terminated, ended)]
        np.testing.assert_allclose(together[:, n], _advantages(*columns), rtol=1e-5)


def test_that_lambda_one_is_the_n_step_return_less_the_value() -> None:
    advantages = _advantages([1, 2, 3], [0.5, 1, 2], [1, 2, 4], [0, 0, 0], [0, 0, 0], gae_lambda=1.0)
    last = 3 + GAMMA * 4
    returns = np.array([1 + GAMMA * (2 + GAMMA * last), 2 + GAMMA * last, last])
    np.testing.assert_allclose(advantages, returns - [0.5, 1, 2], rtol=1e-6)


def test_that_lambda_one_without_values_is_the_reward_to_go_of_each_episode() -> None:
    zero = [0.0] * 5
    rewards = [1.0, 2.0, 4.0, 8.0, 16.0]
    advantages = _advantages(rewards, zero, zero, [0, 1, 0, 0, 1], [0, 1, 0, 0, 1], gamma=1.0, gae_lambda=1.0)
    np.testing.assert_allclose(advantages, [3, 2, 28, 24, 16])


def test_that_lambda_zero_is_the_temporal_difference_error() -> None:
    advantages = _advantages([1, 2, 3], [0.5, 1, 2], [1, 2, 4], [0, 1, 0], [0, 1, 0], gae_lambda=0.0)
    np.testing.assert_allclose(advantages, [1.4, 1.0, 4.6], rtol=1e-6)


@given(st.data())
def test_that_advantages_are_the_sum_that_defines_them(data: st.DataObject) -> None:
    length = data.draw(st.integers(1, 8))
    numbers = st.lists(st.floats(-5, 5, width=32), min_size=length, max_size=length)
    flags = st.lists(st.booleans(), min_size=length, max_size=length)
    rewards, values, next_values = (data.draw(numbers) for _ in range(3))
    terminated, truncated = data.draw(flags), data.draw(flags)
    ended = [a or b for a, b in zip(terminated, truncated, strict=True)]
    gamma, gae_lambda = data.draw(st.floats(0, 1)), data.draw(st.floats(0, 1))
    computed = _advantages(
        rewards,
        values,
        next_values,
        [int(each) for each in terminated],
        [int(each) for each in ended],
        gamma=gamma,
        gae_lambda=gae_lambda,
    )
    for t in range(length):
        expected, weight = 0.0, 1.0
        for s in range(t, length):
            bootstrap = 0.0 if terminated[s] else next_values[s]
            expected += weight * (rewards[s] + gamma * bootstrap - values[s])
            weight *= gamma * gae_lambda
            if ended[s]:
                break
        assert computed[t] == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_that_explained_variance_is_one_when_perfect_and_zero_for_a_constant() -> None:
    target = np.array([1.0, 2.0, 3.0, 4.0], np.float32)
    assert explained_variance(target, target) == 1.0
    assert explained_variance(np.full(4, 7.0, np.float32), target) == pytest.approx(0.0)
    # Residuals (0, 1, 0, 1) vary by 1/4, the target by 5/4.
    assert explained_variance(np.array([1.0, 1.0, 3.0, 3.0], np.float32), target) == pytest.approx(0.8)
    assert explained_variance(-target, target) == pytest.approx(-3.0)


def test_that_explained_variance_is_not_a_number_where_nothing_varies() -> None:
    assert math.isnan(explained_variance(np.zeros(3, np.float32), np.ones(3, np.float32)))
