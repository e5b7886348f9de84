"""The fast evaluation in NumPy gives what the modules and autograd give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import Space, spaces
from torch import Tensor

from pgviz.policies.policy import Evaluation, Policy
from tests.policies.making import BOX, DISCRETE, make_policy, observations, scramble

FACTORED = spaces.Tuple((spaces.MultiDiscrete([2, 9]), BOX))
SPACES = {"discrete": DISCRETE, "box": BOX, "factored": FACTORED}
Names = dict[str, Tensor]


def _by_modules(policy: Policy, batch: Tensor) -> Evaluation:
    values = None if policy.critic is None else policy.critic(batch).squeeze(-1)
    return Evaluation(policy.distribution(batch), values)


def _loss(evaluation: Evaluation, sample: Tensor) -> Tensor:
    """Every output weighed differently, so that no two errors cancel."""
    weights = torch.linspace(-1.0, 2.0, len(sample))
    loss = (evaluation.distribution.log_prob(sample) * weights).mean()
    loss = loss + 0.3 * (evaluation.distribution.entropy() * weights.flip(0)).mean()
    return loss if evaluation.values_B is None else loss + (evaluation.values_B**2 * weights).mean()


def _module_gradients(policy: Policy, loss: Tensor) -> Names:
    names, parameters = zip(*policy.named_parameters(), strict=True)
    gradients = torch.autograd.grad(loss, parameters)
    return dict(zip(names, gradients, strict=True))


@pytest.mark.parametrize("space", SPACES.values(), ids=list(SPACES))
@pytest.mark.parametrize("critic", [True, False])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("hidden_sizes", [(7,), (8, 6), (5, 9, 4)])
def test_that_outputs_and_every_gradient_are_those_of_the_modules_and_autograd(
    space: Space[Any], critic: bool, activation: str, hidden_sizes: tuple[int, ...]
) -> None:
    policy = make_policy(space, critic=critic, activation=activation, hidden_sizes=hidden_sizes)
    scramble(policy)
    batch = torch.from_numpy(observations(11))
    fast, slow = policy.evaluate(batch), _by_modules(policy, batch)
    sample = torch.from_numpy(slow.distribution.sample(np.random.default_rng(0)))

    torch.testing.assert_close(fast.distribution.log_prob(sample), slow.distribution.log_prob(sample))
    torch.testing.assert_close(fast.distribution.entropy(), slow.distribution.entropy())
    torch.testing.assert_close(fast.values_B, slow.values_B)

    _loss(fast, sample).backward()  # type: ignore[no-untyped-call]
    expected = _module_gradients(policy, _loss(slow, sample))
    computed = policy.named_gradients()
    assert set(computed) == set(expected)
    for name, gradient in expected.items():
        torch.testing.assert_close(computed[name], gradient, rtol=1e-5, atol=1e-6, msg=name)


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
    batch = torch.from_numpy(observations(11))
    masks = torch.ones((11, options), dtype=torch.bool)
    masks[::2, 2] = False
    masks[:, never] = False
    fast = policy.evaluate(batch, masks)
    slow = policy.distribution(batch, masks)
    sample = torch.from_numpy(slow.sample(np.random.default_rng(0)))
    torch.testing.assert_close(fast.distribution.log_prob(sample), slow.log_prob(sample))
    torch.testing.assert_close(fast.distribution.entropy(), slow.entropy())
    _loss(fast, sample).backward()  # type: ignore[no-untyped-call]
    last = policy.named_gradients()["actor.4.bias"]
    assert [option for option in range(options) if last[option] == 0.0] == never


def test_that_a_loss_of_the_values_alone_leaves_the_actor_alone_and_the_reverse() -> None:
    policy = make_policy(BOX)
    batch = torch.from_numpy(observations(4))
    values = policy.evaluate(batch).values_B
    assert values is not None
    values.sum().backward()  # type: ignore[no-untyped-call]
    named = policy.named_gradients()
    assert all(not bool(each.any()) for name, each in named.items() if not name.startswith("critic"))
    assert bool(named["critic.0.weight"].any())
    policy.flat.grad = None
    policy.evaluate(batch).distribution.entropy().sum().backward()  # type: ignore[no-untyped-call]
    named = policy.named_gradients()
    assert all(not bool(each.any()) for name, each in named.items() if name.startswith("critic"))
    assert bool(named["log_std"].any())


def test_that_an_evaluation_follows_the_weights() -> None:
    policy = make_policy(DISCRETE)
    batch = torch.from_numpy(observations(4))
    for seed in range(2):
        scramble(policy, seed=seed)
        fast, slow = policy.evaluate(batch), _by_modules(policy, batch)
        torch.testing.assert_close(fast.distribution.entropy(), slow.distribution.entropy())
        torch.testing.assert_close(fast.values_B, slow.values_B)


def test_that_evaluating_changes_neither_weights_nor_observations_and_draws_no_random_number() -> None:
    policy = make_policy(BOX)
    batch = torch.from_numpy(observations(4))
    before, weights, state = batch.clone(), policy.weights_sha256(), torch.get_rng_state()
    _loss(policy.evaluate(batch), torch.zeros(4, 2)).backward()  # type: ignore[no-untyped-call]
    assert torch.equal(batch, before)
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
