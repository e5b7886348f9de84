"""The slopes written out are those that autograd finds in the distributions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from pgviz.policies.bounds import ActionBounds
from pgviz.policies.distributions import (
    Categorical,
    DiagonalGaussian,
    Distribution,
    MaskedCategorical,
    SquashedGaussian,
)
from pgviz.policies.scores import CategoricalScore, GaussianScore, Score, TracedScore

SIZE, ACTIONS, DIMENSIONS = 17, 5, 3
RNG = np.random.default_rng(7)
LOG_PROB_B, ENTROPY_B = RNG.normal(size=(2, SIZE)).astype(np.float32)
BOUNDS = ActionBounds(np.array([-2.0, -np.inf, 0.0]), np.array([2.0, np.inf, np.inf]))


def _compare(score: Score, traced: TracedScore) -> None:
    np.testing.assert_allclose(score.log_probs_B, traced.log_probs_B, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(score.entropies_B, traced.entropies_B, rtol=1e-5, atol=1e-6)
    for entropy_B in (None, ENTROPY_B):
        ours, theirs = score.slopes(LOG_PROB_B, entropy_B), traced.slopes(LOG_PROB_B, entropy_B)
        np.testing.assert_allclose(ours.outputs_BK, theirs.outputs_BK, rtol=1e-5, atol=1e-6)
        if theirs.log_std_D is None:
            assert ours.log_std_D is None
        else:
            assert ours.log_std_D is not None
            np.testing.assert_allclose(ours.log_std_D, theirs.log_std_D, rtol=1e-5, atol=1e-5)


def _logits(scale: float) -> NDArray[np.float32]:
    return (scale * np.random.default_rng(1).normal(size=(SIZE, ACTIONS))).astype(np.float32)


@pytest.mark.parametrize("scale", [0.0, 1.0, 30.0, 1e4])
def test_that_the_score_of_a_softmax_is_that_of_its_distribution(scale: float) -> None:
    logits, samples = _logits(scale), np.random.default_rng(2).integers(0, ACTIONS, SIZE)
    score = CategoricalScore(logits, samples)
    _compare(score, TracedScore(lambda outputs, _: Categorical(outputs), logits, None, samples))
    likeliest = Categorical(torch.from_numpy(logits)).max_probability()
    np.testing.assert_allclose(score.max_probabilities_B, likeliest.numpy(), rtol=1e-5)


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_that_the_score_of_a_masked_softmax_is_that_of_its_distribution(scale: float) -> None:
    rng = np.random.default_rng(3)
    masks = rng.random((SIZE, ACTIONS)) < 0.5
    masks[:, 2] = True
    masks[0] = np.arange(ACTIONS) == 2  # one legal action alone
    samples = np.array([rng.choice(np.flatnonzero(mask)) for mask in masks])
    score = CategoricalScore(_logits(scale), samples, masks)
    legal = torch.from_numpy(masks)
    traced = TracedScore(lambda outputs, _: MaskedCategorical(outputs, legal), _logits(scale), None, samples)
    _compare(score, traced)
    assert not score.slopes(LOG_PROB_B, ENTROPY_B).outputs_BK[~masks].any()


@pytest.mark.parametrize("bounds", [None, BOUNDS], ids=["clipped", "squashed"])
@pytest.mark.parametrize("log_std", [-3.0, 0.0, 1.5])
def test_that_the_score_of_a_gaussian_is_that_of_its_distribution(
    bounds: ActionBounds | None, log_std: float
) -> None:
    rng = np.random.default_rng(4)
    mean = rng.normal(size=(SIZE, DIMENSIONS)).astype(np.float32)
    log_stds = (log_std + 0.1 * rng.normal(size=DIMENSIONS)).astype(np.float32)
    samples = mean + np.exp(log_stds) * rng.normal(size=mean.shape).astype(np.float32)

    def build(outputs: Tensor, free: Tensor | None) -> Distribution:
        assert free is not None
        return DiagonalGaussian(outputs, free) if bounds is None else SquashedGaussian(outputs, free, bounds)

    score = GaussianScore(mean, log_stds, samples, bounds)
    _compare(score, TracedScore(build, mean, log_stds, samples))
    assert score.max_probabilities_B is None


def test_that_what_a_score_is_given_stays_as_it_was() -> None:
    logits, samples = _logits(1.0), np.zeros(SIZE, np.int64)
    mean, log_std = np.zeros((SIZE, DIMENSIONS), np.float32), np.zeros(DIMENSIONS, np.float32)
    for score in (
        CategoricalScore(logits, samples, np.ones((SIZE, ACTIONS), bool)),
        GaussianScore(mean, log_std, mean + 1, BOUNDS),
    ):
        weights, entropies = LOG_PROB_B.copy(), ENTROPY_B.copy()
        score.slopes(LOG_PROB_B, ENTROPY_B)
        assert np.array_equal(LOG_PROB_B, weights)
        assert np.array_equal(ENTROPY_B, entropies)
    assert np.array_equal(logits, _logits(1.0))
    assert not mean.any()
    assert not log_std.any()
