"""Draws of normalised actions, and the gradient through them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import integrate, stats

from pgviz.policies.bounds import ActionBounds
from pgviz.policies.distributions import SquashedGaussian
from pgviz.policies.gaussian import LOG_STD_HIGH, LOG_STD_LOW
from pgviz.policies.squashed_draw import draw

DIMENSIONS = 3
Array = NDArray[np.float64]


def _outputs(count: int, seed: int = 0, scale: float = 1.0) -> tuple[Array, Array]:
    """Outputs of a network and noise for `count` states, in float64."""
    rng = np.random.default_rng(seed)
    return scale * rng.normal(size=(count, 2 * DIMENSIONS)), rng.normal(size=(count, DIMENSIONS))


def test_that_the_log_probability_is_that_of_the_squashed_gaussian_over_the_normalised_box() -> None:
    outputs, noise = (each.astype(np.float32) for each in _outputs(200))
    action = draw(outputs, noise)
    mean, raw = torch.from_numpy(outputs).chunk(2, -1)
    log_std = raw.clamp(LOG_STD_LOW, LOG_STD_HIGH)
    box = ActionBounds(-np.ones(DIMENSIONS), np.ones(DIMENSIONS))
    u = mean + log_std.exp() * torch.from_numpy(noise)
    expected = SquashedGaussian(mean, log_std, box).log_prob(u)
    np.testing.assert_allclose(action.log_probs_B, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(action.actions_BD, box.squash(u.numpy()), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (1.2, 0.4), (-0.6, 0.8)])
def test_that_the_density_over_the_normalised_action_integrates_to_one(mean: float, std: float) -> None:
    def density(action: float) -> float:
        noise = np.array([[(math.atanh(action) - mean) / std]])
        return math.exp(draw(np.array([[mean, math.log(std)]]), noise).log_probs_B[0])

    total, _ = integrate.quad(density, math.tanh(mean - 7 * std), math.tanh(mean + 7 * std), limit=200)
    assert total == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("scale", [0.6, 3.0])
def test_that_the_mean_entropy_is_that_of_the_squashed_gaussian_and_of_its_samples(scale: float) -> None:
    outputs, noise = (each.astype(np.float32) for each in _outputs(50, scale=scale))
    mean, raw = torch.from_numpy(outputs).chunk(2, -1)
    log_std = raw.clamp(LOG_STD_LOW, LOG_STD_HIGH)
    box = ActionBounds(-np.ones(DIMENSIONS), np.ones(DIMENSIONS))
    entropies = SquashedGaussian(mean, log_std, box).entropy()
    assert draw(outputs, noise).mean_entropy(1000) == pytest.approx(float(entropies.mean()), abs=1e-5)
    assert draw(outputs, noise).mean_entropy(7) == pytest.approx(float(entropies[:7].mean()), abs=1e-5)
    many = np.tile(outputs, (2000, 1))
    noise = np.random.default_rng(4).standard_normal((len(many), DIMENSIONS), np.float32)
    surprise = -draw(many, noise).log_probs_B
    standard_error = float(surprise.std()) / len(surprise) ** 0.5
    assert float(surprise.mean()) == pytest.approx(float(entropies.mean()), abs=4 * standard_error)


def test_that_actions_have_the_distribution_that_is_claimed_for_them() -> None:
    mean, std = 0.3, 0.7
    outputs = np.tile(np.array([mean, math.log(std)], np.float32), (20_000, 1))
    noise = np.random.default_rng(1).standard_normal((20_000, 1), np.float32)
    actions = draw(outputs, noise).actions_BD[:, 0]
    assert stats.kstest(np.arctanh(actions.astype(float)), stats.norm(mean, std).cdf).pvalue > 0.01


def _weighed(outputs: Array, noise: Array, slopes: Array, weights: Array) -> float:
    action = draw(outputs, noise)  # type: ignore[arg-type]
    return float((slopes * action.actions_BD).sum() + (weights * action.log_probs_B).sum())


@pytest.mark.parametrize("weight", [0.0, 0.25, -1.5])
def test_that_the_gradient_is_that_of_finite_differences(weight: float) -> None:
    outputs, noise = _outputs(6, seed=2)
    slopes, step = np.random.default_rng(3).normal(size=noise.shape), 1e-6
    weights = weight * np.linspace(0.5, 2.0, len(noise))
    computed = draw(outputs, noise).gradient(slopes, weights)  # type: ignore[arg-type]
    expected = np.zeros_like(outputs)
    for place in np.ndindex(*outputs.shape):
        shift = np.zeros_like(outputs)
        shift[place] = step
        further, nearer = (_weighed(outputs + sign * shift, noise, slopes, weights) for sign in (1, -1))
        expected[place] = (further - nearer) / (2 * step)
    np.testing.assert_allclose(computed, expected, rtol=1e-6, atol=1e-7)


def test_that_beyond_the_clamp_log_std_has_no_gradient_and_at_it_there_is_one() -> None:
    raw = np.array([LOG_STD_LOW - 1, LOG_STD_LOW, 0.0, LOG_STD_HIGH, LOG_STD_HIGH + 1])
    outputs = np.stack([np.zeros(5), raw], 1).astype(np.float32)
    action = draw(outputs, np.full((5, 1), 0.1, np.float32))
    np.testing.assert_array_equal(action.log_std_BD[:, 0], raw.clip(LOG_STD_LOW, LOG_STD_HIGH))
    gradient = action.gradient(np.ones((5, 1), np.float32), np.ones(5, np.float32))
    np.testing.assert_array_equal(gradient[:, 1] != 0.0, [False, True, True, True, False])


@pytest.mark.parametrize("height", [-1e4, -50.0, 50.0, 1e4])
@pytest.mark.parametrize("raw", [-1e4, 0.0, 1e4])
def test_that_extremes_give_finite_numbers_and_gradients(height: float, raw: float) -> None:
    outputs = np.array([[height, raw]], np.float32)
    for noise in (-4.0, 0.0, 4.0):
        action = draw(outputs, np.array([[noise]], np.float32))
        gradient = action.gradient(np.ones((1, 1), np.float32), np.full(1, 0.5, np.float32))
        assert abs(float(action.actions_BD[0, 0])) <= 1.0
        for array in (*action[:5], gradient, np.array(action.mean_entropy(1))):
            assert np.isfinite(array).all()


def test_that_a_tiny_std_costs_the_gradient_in_the_mean_no_digits() -> None:
    outputs = np.array([[0.4, LOG_STD_LOW]], np.float32)
    action = draw(outputs, np.array([[1.3]], np.float32))
    computed = action.gradient(np.full((1, 1), 2.0, np.float32), np.full(1, 0.5, np.float32))[0, 0]
    # 2 (1 − tanh²) + ½ 2 tanh, at u = 0.4 to nine digits.
    expected = 2.0 * (1.0 - math.tanh(0.4) ** 2) + math.tanh(0.4)
    assert computed == pytest.approx(expected, rel=1e-6)
