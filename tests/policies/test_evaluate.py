"""The fast assessment in NumPy gives what the modules and autograd give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import Space, spaces
from torch import Tensor

from pgviz.policies.policy import Policy
from tests.policies.making import BOX, DISCRETE, make_policy, observations, scramble

FACTORED = spaces.Tuple((spaces.MultiDiscrete([2, 9]), BOX))
SPACES = {"discrete": DISCRETE, "box": BOX, "factored": FACTORED}
Names = dict[str, Tensor]


def _samples(policy: Policy, states: np.ndarray, masks: np.ndarray | None = None) -> np.ndarray:
    return np.asarray(policy.act(states, np.random.default_rng(0), masks))


def _weights(size: int) -> list[np.ndarray]:
    """Every sample weighed differently, so that no two errors cancel: for ln π, entropies and values."""
    weights = np.linspace(-1.0, 2.0, size, dtype=np.float32)
    return [weights, 0.3 * weights[::-1].copy(), weights**2]


def _by_modules(
    policy: Policy, states: np.ndarray, samples: np.ndarray, masks: np.ndarray | None = None
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Logarithms of π, entropies and values by the modules, with their graph."""
    batch, legal = torch.from_numpy(states), None if masks is None else torch.from_numpy(masks)
    distribution = policy.distribution(batch, legal)
    values = None if policy.critic is None else policy.critic(batch).squeeze(-1)
    return distribution.log_prob(torch.from_numpy(samples)), distribution.entropy(), values


def _module_gradients(
    policy: Policy, said: tuple[Tensor, Tensor, Tensor | None], weights: list[np.ndarray]
) -> Names:
    parts = [(each * torch.from_numpy(w)).sum() for each, w in zip(said, weights, strict=True) if each is not None]
    names, parameters = zip(*policy.named_parameters(), strict=True)
    return dict(zip(names, torch.autograd.grad(torch.stack(parts).sum(), parameters), strict=True))


def _named(policy: Policy, gradient_P: np.ndarray) -> Names:
    policy.flat.grad = torch.from_numpy(gradient_P)
    return policy.named_gradients()


def _assert_equal(policy: Policy, states: np.ndarray, masks: np.ndarray | None = None) -> None:
    samples, weights = _samples(policy, states, masks), _weights(len(states))
    fast, slow = policy.assess(states, samples, masks), _by_modules(policy, states, samples, masks)
    for found, expected in zip((fast.score.log_probs_B, fast.score.entropies_B, fast.values_B), slow, strict=True):
        if expected is None:
            assert found is None
        else:
            torch.testing.assert_close(torch.from_numpy(np.asarray(found)), expected.detach())
    values_B = None if policy.critic is None else weights[2]
    computed = _named(policy, policy.gradient(fast, weights[0], weights[1], values_B))
    expected_gradients = _module_gradients(policy, slow, weights)
    assert set(computed) == set(expected_gradients)
    for name, gradient in expected_gradients.items():
        torch.testing.assert_close(computed[name], gradient, rtol=1e-5, atol=1e-5, msg=name)


@pytest.mark.parametrize("space", SPACES.values(), ids=list(SPACES))
@pytest.mark.parametrize("critic", [True, False])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("hidden_sizes", [(7,), (8, 6), (5, 9, 4)])
def test_that_outputs_and_every_gradient_are_those_of_the_modules_and_autograd(
    space: Space[Any], critic: bool, activation: str, hidden_sizes: tuple[int, ...]
) -> None:
    policy = make_policy(space, critic=critic, activation=activation, hidden_sizes=hidden_sizes)
    scramble(policy)
    _assert_equal(policy, observations(11))


@pytest.mark.parametrize("settings", [{"action_bounds": "clip"}, {"std_kind": "state"}], ids=["clip", "state"])
def test_that_so_they_are_for_other_gaussians(settings: dict[str, Any]) -> None:
    policy = make_policy(BOX, **settings)
    scramble(policy)
    _assert_equal(policy, observations(11))


@pytest.mark.parametrize(
    ("space", "options", "never"),
    [(DISCRETE, 3, [1]), (FACTORED, 11, [*range(4, 9)])],
    ids=["discrete", "factored"],
)
def test_that_masks_give_the_same_by_both_ways_and_no_gradient_to_what_is_illegal_everywhere(
    space: Space[Any], options: int, never: list[int]
) -> None:
    policy = make_policy(space)
    scramble(policy)
    masks = np.ones((11, options), bool)
    masks[::2, 2] = False
    masks[:, never] = False
    _assert_equal(policy, observations(11), masks)
    last = policy.named_gradients()["actor.4.bias"]
    assert [option for option in range(options) if last[option] == 0.0] == never


def test_that_a_loss_of_the_values_alone_leaves_the_actor_alone_and_the_reverse() -> None:
    policy = make_policy(BOX)
    states = observations(4)
    samples, none, all = _samples(policy, states), np.zeros(4, np.float32), np.ones(4, np.float32)
    named = _named(policy, policy.gradient(policy.assess(states, samples), none, None, all))
    assert all_zero(named, but="critic")
    assert bool(named["critic.0.weight"].any())
    named = _named(policy, policy.gradient(policy.assess(states, samples), none, all, none))
    assert not any(bool(each.any()) for name, each in named.items() if name.startswith("critic"))
    assert bool(named["log_std"].any())


def all_zero(named: Names, but: str) -> bool:
    return not any(bool(each.any()) for name, each in named.items() if not name.startswith(but))


def test_that_an_assessment_follows_the_weights() -> None:
    policy = make_policy(DISCRETE)
    for seed in range(2):
        scramble(policy, seed=seed)
        _assert_equal(policy, observations(4))


def test_that_assessing_changes_neither_weights_nor_observations_and_draws_no_random_number() -> None:
    policy = make_policy(BOX)
    states = observations(4)
    samples = _samples(policy, states)
    before, weights, state = states.copy(), policy.weights_sha256(), torch.get_rng_state()
    policy.gradient(policy.assess(states, samples), *_weights(4))
    assert np.array_equal(states, before)
    assert policy.weights_sha256() == weights
    assert torch.equal(torch.get_rng_state(), state)


def test_that_without_a_backward_pass_there_is_no_gradient() -> None:
    assert make_policy(DISCRETE).named_gradients() == {}


def test_that_every_parameter_is_a_view_of_the_one_vector() -> None:
    policy = make_policy(BOX)
    parts = sum(parameter.numel() for parameter in policy.parameters())
    assert parts == policy.flat.numel() == policy.facts.parameter_count
    with torch.no_grad():
        policy.flat.copy_(torch.arange(parts, dtype=torch.float32))
    seen = torch.cat([parameter.detach().reshape(-1) for parameter in policy.parameters()])
    assert sorted(seen.tolist()) == list(range(parts))
