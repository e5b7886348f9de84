"""Policies: how they start, what they send to the environment, and what they say of themselves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import Space, spaces

from pgviz.errors import UsageError
from pgviz.policies.decision import CategoricalDecision, GaussianDecision
from pgviz.policies.policy import Policy
from tests.policies.making import BOX, DISCRETE, make_gaussian, make_policy, observations, scramble

BOTH = pytest.mark.parametrize("space", [DISCRETE, BOX], ids=["discrete", "box"])
LOWS, HIGHS = np.array([[0.0, -np.inf], [-1.0, -np.inf]]), np.array([[np.inf, 3.0], [1.0, np.inf]])
BOXES: dict[str, spaces.Box] = {
    "scalar": spaces.Box(-1.0, 1.0, (), np.float32),
    "one": spaces.Box(-2.0, 2.0, (1,), np.float32),
    "matrix": spaces.Box(-1.0, 4.0, (2, 3), np.float32),
    "float64": spaces.Box(-1.0, 1.0, (3,), np.float64),
    "half-bounded": spaces.Box(LOWS, HIGHS, dtype=np.float64),
    "unbounded": spaces.Box(-np.inf, np.inf, (2,), np.float32),
}


def _drawn(policy: Policy, count: int = 6) -> Any:
    return policy.act(observations(count), np.random.default_rng(0))


def test_that_a_softmax_policy_starts_near_the_uniform_one() -> None:
    policy = make_policy(DISCRETE, hidden_sizes=(64, 64))
    entropy = policy.distribution(torch.from_numpy(observations(200))).entropy()
    assert policy.facts.uniform_entropy == pytest.approx(math.log(3))
    assert float(entropy.min().detach()) > math.log(3) - 1e-3


@pytest.mark.parametrize("initial_std", [0.01, 1.0, 2.5])
def test_that_a_gaussian_policy_starts_near_mean_zero_with_the_initial_std(initial_std: float) -> None:
    policy = make_gaussian(BOX, hidden_sizes=(64, 64), initial_std=initial_std)
    assert policy.log_std_values is not None
    np.testing.assert_allclose(policy.log_std_values, math.log(initial_std), rtol=1e-6)
    assert np.abs(policy.likeliest(observations(200))).max() < 0.1


def test_that_the_entropy_of_the_uniform_policy_is_the_log_volume_of_a_bounded_box() -> None:
    assert make_policy(BOX).facts.uniform_entropy == pytest.approx(math.log(4.0 * 6.0))
    assert make_policy(BOXES["half-bounded"]).facts.uniform_entropy is None


@BOTH
def test_that_equal_seeds_give_equal_weights_and_others_do_not(space: Space[Any]) -> None:
    fingerprints = [make_policy(space, seed=seed).weights_sha256() for seed in (0, 0, 1)]
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


@BOTH
def test_that_the_fingerprint_changes_with_any_weight_and_comes_back_with_it(space: Space[Any]) -> None:
    policy = make_policy(space, hidden_sizes=(3,))
    original = policy.weights_sha256()
    for index in range(policy.flat.numel()):
        with torch.no_grad():
            kept = policy.flat[index].clone()
            policy.flat[index] = torch.nextafter(kept, torch.tensor(9.0))
            assert policy.weights_sha256() != original
            policy.flat[index] = kept
    assert policy.weights_sha256() == original


def test_that_a_discrete_action_counts_from_the_start_of_its_space() -> None:
    policy = make_policy(DISCRETE)
    samples = _drawn(policy, 200)
    assert set(samples.tolist()) == {0, 1, 2}
    assert set(policy.to_actions(samples).tolist()) == {4, 5, 6}
    decision = policy.decide(observations(1)[0], samples[0])
    assert isinstance(decision, CategoricalDecision)
    assert decision.action == 4 + samples[0]


@pytest.mark.parametrize("name", BOXES)
@pytest.mark.parametrize("action_bounds", ["squash", "clip"])
def test_that_actions_have_the_shape_and_dtype_of_the_box_and_lie_in_it(name: str, action_bounds: str) -> None:
    space = BOXES[name]
    policy = make_policy(space, action_bounds=action_bounds, initial_std=10.0)
    actions = policy.to_actions(_drawn(policy, 50))
    assert actions.shape == (50, *space.shape)
    assert actions.dtype == space.dtype
    assert all(space.contains(np.asarray(action)) for action in actions)


@pytest.mark.parametrize("name", BOXES)
def test_that_a_decision_says_what_the_environment_was_sent(name: str) -> None:
    policy = make_policy(BOXES[name])
    samples = _drawn(policy, 2)
    decision = policy.decide(observations(2)[1], samples[1])
    assert isinstance(decision, GaussianDecision)
    assert decision.action_D is not None
    sent = policy.to_actions(samples)[1].reshape(-1)
    np.testing.assert_array_equal(decision.action_D.astype(sent.dtype), sent)


@BOTH
def test_that_acting_draws_from_the_distribution_of_the_modules(space: Space[Any]) -> None:
    policy = make_policy(space)
    scramble(policy)
    distribution = policy.distribution(torch.from_numpy(observations(9)))
    expected: Any = distribution.sample(np.random.default_rng(0))
    np.testing.assert_allclose(_drawn(policy, 9), expected, rtol=1e-5, atol=1e-6)


@BOTH
def test_that_a_decision_agrees_with_the_distribution_and_its_probabilities_sum_to_one(space: Space[Any]) -> None:
    policy = make_policy(space)
    scramble(policy)
    state, sample = observations(1), _drawn(policy, 1)
    decision = policy.decide(state[0], sample[0])
    distribution = policy.distribution(torch.from_numpy(state))
    assert decision.log_prob == pytest.approx(float(distribution.log_prob(torch.from_numpy(sample)).detach()))
    assert decision.entropy == pytest.approx(float(distribution.entropy().detach()))
    assert decision.value == pytest.approx(float(policy.values(state)[0]))
    np.testing.assert_array_equal(decision.observation, state[0])
    if isinstance(decision, CategoricalDecision):
        assert decision.probabilities_A.sum() == pytest.approx(1.0)
        assert decision.log_prob == pytest.approx(math.log(decision.probabilities_A[sample[0]]))


@BOTH
@pytest.mark.parametrize("chosen", [True, False])
def test_that_describing_a_decision_draws_nothing_and_changes_nothing(space: Space[Any], chosen: bool) -> None:
    policy = make_policy(space)
    rng = np.random.default_rng(0)
    state, sample = observations(1), policy.act(observations(1), rng)
    before = (policy.weights_sha256(), state.tobytes(), sample.tobytes(), str(rng.bit_generator.state))
    torch_state, numpy_state = torch.get_rng_state(), str(np.random.get_state())  # noqa: NPY002
    decision = policy.decide(state[0], sample[0] if chosen else None)
    assert (decision.log_prob is not None) == chosen
    assert policy.flat.grad is None
    assert before == (policy.weights_sha256(), state.tobytes(), sample.tobytes(), str(rng.bit_generator.state))
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert str(np.random.get_state()) == numpy_state  # noqa: NPY002


@BOTH
def test_that_a_decision_stays_what_it_was_when_the_policy_learns(space: Space[Any]) -> None:
    policy = make_policy(space)
    decision = policy.decide(observations(1)[0], _drawn(policy, 1)[0])
    before = str(decision)
    scramble(policy)
    assert str(decision) == before


def test_that_a_policy_without_critic_has_no_values() -> None:
    policy = make_policy(DISCRETE, critic=False)
    assert policy.value_of(observations(1)[0]) is None
    assert not policy.facts.has_value
    with pytest.raises(ValueError, match="no critic"):
        policy.values(observations(1))


def test_that_setting_the_std_starts_every_dimension_again_and_leaves_the_rest() -> None:
    policy = make_gaussian(BOX)
    scramble(policy)
    others = {name: each.detach().clone() for name, each in policy.named_parameters() if name != "log_std"}
    policy.set_std(0.25)
    assert policy.log_std_values is not None
    np.testing.assert_allclose(policy.log_std_values, math.log(0.25), rtol=1e-6)
    assert all(torch.equal(policy.get_parameter(name), each) for name, each in others.items())


@pytest.mark.parametrize("space", [spaces.Text(2), spaces.Box(0, 999, (2,), np.int64)])
def test_that_an_action_space_that_no_policy_covers_is_named(space: Space[Any]) -> None:
    with pytest.raises(UsageError, match=r"Any-v0: .* are not supported\."):
        make_policy(space)
