"""Gaussian policies whose log_std is an output of the network, another one in every state."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch import Tensor

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.distributions import DiagonalGaussian
from pgviz.policies.gaussian import LOG_STD_HIGH, LOG_STD_LOW, GaussianPolicy
from tests.policies.making import BOX, DISCRETE, make_gaussian, make_policy, observations, scramble
from tests.policies.support import entropy_exactly

# The box of the tests, one dimension at a time, as pgviz.policies.bounds has it.
LOWS, HIGHS = BOX.low.astype(float), BOX.high.astype(float)
SQUASHINGS = pytest.mark.parametrize("action_bounds", ["squash", "clip"])


def _policy(*, scale: float = 0.5, **settings: object) -> GaussianPolicy:
    policy = make_gaussian(BOX, std_kind="state", **settings)
    scramble(policy, scale)
    return policy


def _distribution(policy: GaussianPolicy, states: np.ndarray) -> DiagonalGaussian:
    with torch.no_grad():
        distribution = policy.distribution(torch.from_numpy(states))
    assert isinstance(distribution, DiagonalGaussian)
    return distribution


def test_that_each_state_has_a_standard_deviation_of_its_own() -> None:
    log_std_BD = _distribution(_policy(), observations(50)).log_std_D
    assert log_std_BD.shape == (50, 2)
    assert float(log_std_BD.std(0).min()) > 0.1
    assert _policy().log_std_values is None
    assert "log_std" not in dict(_policy().named_parameters())


@SQUASHINGS
def test_that_the_density_over_the_action_integrates_to_one_in_every_state(action_bounds: str) -> None:
    policy = _policy(action_bounds=action_bounds)
    states = observations(3)
    whole = _distribution(policy, states)
    u_QD = _grid(whole)
    for index, d in itertools.product(range(3), range(2)):
        # The density of one dimension: that of the other one, fixed at its mean, is divided out.
        sample = whole.mean_BD[index].repeat(u_QD.shape[1], 1)
        sample[:, d] = u_QD[index, :, d]
        one = _distribution(policy, np.repeat(states[index : index + 1], len(sample), 0))
        log_density = one.log_prob(sample).double().numpy()
        other = 1 - d
        log_density -= _log_density_at_mean(one, other)
        actions = policy._bounded(sample.numpy())[:, d] if action_bounds == "squash" else sample[:, d].numpy()
        total = integrate.simpson(np.exp(log_density), x=actions.astype(float))
        assert total == pytest.approx(1.0, abs=2e-4)


def _grid(distribution: DiagonalGaussian) -> Tensor:
    """From mean − 5σ to mean + 5σ of each state and dimension, 2,001 points."""
    z_Q = torch.linspace(-5.0, 5.0, 2001)[None, :, None]
    return distribution.mean_BD[:, None] + distribution.log_std_D.exp()[:, None] * z_Q


def _log_density_at_mean(distribution: DiagonalGaussian, d: int) -> float:
    """ln of the density of dimension d at the action of its mean, in float64."""
    mean, log_std = float(distribution.mean_BD[0, d]), float(distribution.log_std_D[0, d])
    height = -log_std - 0.5 * math.log(2 * math.pi)
    if type(distribution) is DiagonalGaussian:
        return height
    half = (HIGHS[d] - LOWS[d]) / 2
    return height - math.log(half) + 2 * math.log(math.cosh(mean))


@SQUASHINGS
def test_that_the_entropy_is_the_mean_surprise_of_the_samples_of_each_state(action_bounds: str) -> None:
    policy = _policy(action_bounds=action_bounds)
    for state in observations(3):
        distribution = _distribution(policy, np.repeat(state[None], 40_000, 0))
        surprise = -distribution.log_prob(torch.from_numpy(distribution.sample(np.random.default_rng(1))))
        standard_error = float(surprise.std()) / len(surprise) ** 0.5
        assert float(distribution.entropy()[0]) == pytest.approx(float(surprise.mean()), abs=4 * standard_error)


def test_that_the_squashed_entropy_of_each_state_is_that_of_a_fine_sum() -> None:
    distribution = _distribution(_policy(scale=0.3), observations(8))
    entropies = distribution.entropy().numpy()
    for index in range(8):
        expected = 0.0
        for d in range(2):
            mean, std = float(distribution.mean_BD[index, d]), float(distribution.log_std_D[index, d].exp())
            # The entropy over [−2, 3], moved to the box's own width.
            expected += entropy_exactly("bounded", mean, std) + math.log((HIGHS[d] - LOWS[d]) / 5.0)
        assert entropies[index] == pytest.approx(expected, abs=1e-3)


def test_that_acting_draws_from_the_distribution_of_each_state() -> None:
    policy = _policy()
    for state in observations(2):
        states = np.repeat(state[None], 20_000, 0)
        sample_BD = policy.act(states, np.random.default_rng(2))
        distribution = _distribution(policy, state[None])
        for d in range(2):
            mean, std = float(distribution.mean_BD[0, d]), float(distribution.log_std_D[0, d].exp())
            assert stats.kstest(sample_BD[:, d], stats.norm(mean, std).cdf).pvalue > 0.01


@SQUASHINGS
@pytest.mark.parametrize("height", [1e4, -1e4])
def test_that_outputs_far_out_give_finite_numbers_and_gradients(action_bounds: str, height: float) -> None:
    policy = make_gaussian(BOX, std_kind="state", action_bounds=action_bounds)
    for parameter in policy.std_parameters:
        parameter.fill_(height)
    limits = _distribution(policy, observations(6)).log_std_D
    assert bool(((limits == LOG_STD_LOW) | (limits == LOG_STD_HIGH)).all())
    samples, weights = policy.act(observations(6), np.random.default_rng(0)), np.ones(6, np.float32)
    said = policy.assess(observations(6), samples)
    for array in (said.score.log_probs_B, said.score.entropies_B, policy.gradient(said, weights, weights)):
        assert np.isfinite(array).all()
    actions = policy.to_actions(samples)
    assert all(BOX.contains(action) for action in actions)


def test_that_the_decision_shows_the_density_of_its_state() -> None:
    policy = _policy()
    state, sample = observations(1), policy.act(observations(1), np.random.default_rng(4))
    distribution = _distribution(policy, state)
    decision = policy.decide(state[0], sample[0])
    np.testing.assert_allclose(decision.std_D, distribution.log_std_D[0].exp(), rtol=1e-6)
    np.testing.assert_allclose(decision.mean_D, distribution.mean_BD[0], rtol=1e-6)
    assert decision.log_prob == pytest.approx(float(distribution.log_prob(torch.from_numpy(sample))), rel=1e-5)
    assert decision.entropy == pytest.approx(float(distribution.entropy()), rel=1e-5)


@pytest.mark.parametrize("std", [0.01, 0.4, 1.0, 7.0])
def test_that_setting_the_std_gives_it_to_every_state_and_leaves_the_means(std: float) -> None:
    policy, states = _policy(), observations(20)
    means = policy.likeliest(states)
    policy.set_std(std)
    np.testing.assert_allclose(_distribution(policy, states).log_std_D, math.log(std), rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(policy.likeliest(states), means)
    fresh = make_gaussian(BOX, std_kind="state", initial_std=std)
    np.testing.assert_allclose(_distribution(fresh, states).log_std_D, math.log(std), rtol=1e-6, atol=1e-6)


def test_that_a_std_beyond_the_clamp_is_refused() -> None:
    with pytest.raises(UsageError, match=r"initial_std=10 is out of reach: .* at most 7\.389"):
        make_gaussian(BOX, std_kind="state", initial_std=10.0)
    policy = make_gaussian(BOX, std_kind="state", initial_std=0.5)
    before = policy.weights_sha256()
    for ask in (policy.set_std, policy.require_std):
        with pytest.raises(UsageError, match="out of reach"):
            ask(7.4)
    assert policy.weights_sha256() == before
    make_gaussian(BOX, std_kind="free", initial_std=10.0)
    with pytest.raises(UsageError, match=r"initial_std must be a number from 0\.01 to 7\.389"):
        RunConfig.create("Pendulum-v1", "sac", initial_std=10.0)


def test_that_the_largest_std_can_still_be_learned() -> None:
    policy = make_gaussian(BOX, std_kind="state", initial_std=7.389)
    none, ones = np.zeros(4, np.float32), np.ones(4, np.float32)
    said = policy.assess(observations(4), policy.act(observations(4), np.random.default_rng(0)))
    policy.flat.grad = torch.from_numpy(policy.gradient(said, none, ones))
    assert float(_distribution(policy, observations(4)).log_std_D.max()) == pytest.approx(LOG_STD_HIGH, abs=1e-4)
    assert bool(policy.named_gradients()["actor.4.bias"][2:].all())


def test_that_only_a_policy_with_a_std_has_parameters_for_it() -> None:
    assert make_policy(DISCRETE).std_parameters == ()
    with pytest.raises(UsageError, match="no standard deviation"):
        make_policy(DISCRETE).set_std(1.0)
    free = make_gaussian(BOX)
    assert [tuple(each.shape) for each in free.std_parameters] == [(2,)]
    assert [tuple(each.shape) for each in _policy().std_parameters] == [(2, 6), (2,)]


def test_that_the_probability_of_a_range_of_actions_is_that_of_the_gaussian_before_squashing() -> None:
    policy = _policy()
    decision = policy.decide(observations(1)[0], None)
    actions, densities = decision.density(0, 4001)
    mean, std = float(decision.mean_D[0]), float(decision.std_D[0])
    below = stats.norm(mean, std).cdf(math.atanh(2 * (0.5 - LOWS[0]) / (HIGHS[0] - LOWS[0]) - 1))
    share = densities[actions < 0.5].sum() * (actions[1] - actions[0])
    assert share == pytest.approx(below, abs=1e-3)
