"""Softmax over logits."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from pgviz.policies.distributions import Categorical, sample_categorical
from tests.policies.differences import gradient_by_differences

ROWS = np.array([[0.3, -1.2, 2.0], [0.0, 0.0, 0.0], [-4.0, 5.0, 1.0]], np.float32)
EXTREME = [[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, -1e4]]


def _all_log_probs(distribution: Categorical, actions: int) -> np.ndarray:
    columns = [
        distribution.log_prob(torch.full((len(distribution.log_probs_BA),), action)) for action in range(actions)
    ]
    return torch.stack(columns, 1).numpy()


@given(st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=12))
def test_that_probabilities_are_those_of_softmax_and_sum_to_one(logits: list[float]) -> None:
    row = np.array([logits], np.float32)
    log_probs = _all_log_probs(Categorical(torch.from_numpy(row)), len(logits))
    np.testing.assert_allclose(log_probs, special.log_softmax(row.astype(float), -1), rtol=1e-5, atol=1e-5)
    assert np.exp(log_probs).sum() == pytest.approx(1.0, abs=1e-5)


def test_that_the_entropy_is_that_of_scipy_and_the_mode_the_likeliest() -> None:
    distribution = Categorical(torch.from_numpy(ROWS))
    expected = stats.entropy(special.softmax(ROWS.astype(float), -1), axis=-1)
    np.testing.assert_allclose(distribution.entropy(), expected, rtol=1e-6)
    np.testing.assert_array_equal(distribution.mode(), [2, 0, 1])
    np.testing.assert_allclose(
        distribution.max_probability(), special.softmax(ROWS.astype(float), -1).max(-1), rtol=1e-6
    )


def test_that_the_entropy_is_the_mean_surprise_of_its_samples() -> None:
    distribution = Categorical(torch.from_numpy(ROWS[:1]).expand(100_000, 3))
    sample = torch.from_numpy(distribution.sample(np.random.default_rng(0)))
    surprise = -distribution.log_prob(sample)
    standard_error = float(surprise.std()) / len(surprise) ** 0.5
    assert float(surprise.mean()) == pytest.approx(float(distribution.entropy()[0]), abs=4 * standard_error)


@pytest.mark.parametrize("row", [0, 1, 2])
def test_that_samples_have_the_probabilities_of_softmax(row: int) -> None:
    drawn = sample_categorical(np.repeat(ROWS[row : row + 1], 50_000, 0), np.random.default_rng(row))
    counts = np.bincount(drawn, minlength=3)
    expected = special.softmax(ROWS[row].astype(float)) * len(drawn)
    assert stats.chisquare(counts, expected * counts.sum() / expected.sum()).pvalue > 0.01


def test_that_sampling_leaves_the_logits_as_they_were() -> None:
    logits = ROWS.copy()
    sample_categorical(logits, np.random.default_rng(0))
    np.testing.assert_array_equal(logits, ROWS)


@pytest.mark.parametrize("action", [0, 1, 2])
def test_that_the_gradients_are_those_of_finite_differences(action: int) -> None:
    logits = torch.tensor(ROWS[:1], dtype=torch.float64)
    taken = torch.tensor([action])
    gradient_by_differences(lambda x: Categorical(x).log_prob(taken).sum(), logits)
    gradient_by_differences(lambda x: Categorical(x).entropy().sum(), logits)


@pytest.mark.parametrize("logits", EXTREME)
def test_that_extreme_logits_give_finite_numbers_and_gradients(logits: list[float]) -> None:
    leaf = torch.tensor([logits], requires_grad=True)
    distribution = Categorical(leaf)
    log_prob = distribution.log_prob(torch.tensor([0]))
    (log_prob + distribution.entropy()).sum().backward()  # type: ignore[no-untyped-call]
    assert leaf.grad is not None
    assert bool(torch.isfinite(leaf.grad).all())
    assert bool(torch.isfinite(distribution.log_probs_BA).all())
    assert float(distribution.entropy().detach()) >= 0.0
    assert distribution.sample(np.random.default_rng(0))[0] in np.flatnonzero(np.array(logits) == max(logits))


def test_that_an_impossible_action_adds_nothing_to_the_entropy_and_no_nan_to_its_gradient() -> None:
    leaf = torch.tensor([[0.0, 0.0, -torch.inf]], requires_grad=True)
    entropy = Categorical(leaf).entropy().sum()
    entropy.backward()  # type: ignore[no-untyped-call]
    assert float(entropy.detach()) == pytest.approx(np.log(2.0))
    assert leaf.grad is not None
    assert bool(torch.isfinite(leaf.grad).all())
