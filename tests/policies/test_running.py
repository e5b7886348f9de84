"""Networks computed by modules and autograd, in parts, and one on top of another: always the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pgviz.policies import running
from pgviz.policies.categorical import CategoricalPolicy
from pgviz.policies.networks import NetworkShape, Perceptron, mlp
from pgviz.policies.policy import Policy
from pgviz.policies.running import ModuleNetwork, Network, size_of
from tests.policies.making import OBSERVATION_SIZE, observations, scramble

PICTURE = (36, 40, 3)
ACTIVATIONS = pytest.mark.parametrize("activation", ["tanh", "relu"])


def _policy(*, image: tuple[int, int, int] | None = None, **settings: Any) -> Policy:
    size = OBSERVATION_SIZE if image is None else int(np.prod(image))
    shape = NetworkShape(size, (8, 6), settings.pop("activation", "tanh"), critic=True, image=image, **settings)
    policy = CategoricalPolicy(shape, 3, 0, torch.Generator().manual_seed(0))
    scramble(policy, 0.05 if image else 0.5)
    return policy


def _pictures(count: int, image: tuple[int, int, int] = PICTURE) -> Any:
    rng = np.random.default_rng(3)
    return rng.integers(0, 256, size=(count, int(np.prod(image))), dtype=np.uint8)


def _gradient(policy: Policy, states: Any) -> Tensor:
    """Gradient, in the flat vector, of a loss in which everything that the policy gives has a part."""
    said, each = (
        policy.assess(states, np.arange(len(states)) % 3),
        np.full(len(states), 1 / len(states), np.float32),
    )
    assert said.values_B is not None
    return torch.from_numpy(policy.gradient(said, each, 0.1 * each, 2.0 * said.values_B * each))


def _gradient_by_autograd(policy: Policy, states: Any) -> Tensor:
    """The same by nothing but the modules and their own parameters, in the order of the flat vector."""
    given = torch.from_numpy(states)
    distribution = policy.distribution(given)
    assert policy.critic is not None
    values = policy.critic(given).squeeze(-1)
    loss = distribution.log_prob(torch.arange(len(states)) % 3).mean() + (values**2).mean()
    loss = loss + 0.1 * distribution.entropy().mean()
    named = dict(policy.named_parameters())
    gradients = torch.autograd.grad(loss, list(named.values()))
    whole = torch.zeros_like(policy.flat)
    for parameter, gradient in zip(named.values(), gradients, strict=True):
        start = parameter.storage_offset()
        whole[start : start + parameter.numel()] = gradient.reshape(-1)
    return whole


@ACTIVATIONS
def test_that_modules_and_numpy_give_the_same_outputs_and_gradients(activation: str) -> None:
    fast, slow = _policy(activation=activation), _policy(activation=activation, modules=True)
    assert isinstance(fast.fast_actor, Perceptron)
    assert isinstance(slow.fast_actor, ModuleNetwork)
    assert fast.weights_sha256() == slow.weights_sha256()
    states = observations(50)
    np.testing.assert_allclose(fast.fast_actor.outputs(states), slow.fast_actor.outputs(states), atol=1e-5)
    np.testing.assert_allclose(fast.values(states), slow.values(states), atol=1e-5)
    torch.testing.assert_close(_gradient(fast, states), _gradient(slow, states), rtol=1e-5, atol=1e-5)


def test_that_both_ways_draw_the_same_samples() -> None:
    fast, slow = _policy(), _policy(modules=True)
    first, second = (each.act(observations(200), np.random.default_rng(0)) for each in (fast, slow))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("image", [PICTURE, (1, 36, 37), (50, 36, 1)])
def test_that_the_gradient_through_shared_convolutions_is_that_of_the_modules(image: tuple[int, int, int]) -> None:
    policy = _policy(image=image)
    states = _pictures(6, image)
    gradient = _gradient(policy, states)
    assert float(gradient.norm()) > 0.1
    torch.testing.assert_close(gradient, _gradient_by_autograd(policy, states), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("modules", [False, True])
def test_that_a_batch_computed_in_parts_gives_the_same(modules: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = _policy(image=PICTURE, modules=modules)
    states = _pictures(10)
    whole, outputs = _gradient(policy, states), policy.fast_actor.outputs(states)
    monkeypatch.setattr(running, "PART", 4)
    torch.testing.assert_close(_gradient(policy, states), whole, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(policy.fast_actor.outputs(states), outputs, atol=1e-6)


def test_that_of_a_batch_computed_in_parts_no_graph_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = _policy(modules=True)
    assert policy.fast_actor.forward(observations(4))[1].y is not None
    monkeypatch.setattr(running, "PART", 3)
    assert policy.fast_actor.forward(observations(4))[1].y is None


def test_that_actor_and_critic_alone_agree_with_both_in_one_pass() -> None:
    policy, states = _policy(image=PICTURE), _pictures(5)
    said = policy.assess(states, np.zeros(5, np.int64))
    assert said.values_B is not None
    np.testing.assert_array_equal(policy.values(states), said.values_B)
    assert policy.fast_critic is not None
    outputs, kept = policy.fast_critic.forward(states)
    np.testing.assert_array_equal(outputs[:, 0], policy.values(states))
    alone = np.zeros(policy.flat.numel(), np.float32)
    policy.fast_critic.backward(np.ones_like(outputs), kept, alone)
    assert policy.critic is not None
    total = policy.critic(torch.from_numpy(states)).sum()
    for parameter, expected in zip(
        policy.critic.parameters(), torch.autograd.grad(total, list(policy.critic.parameters())), strict=True
    ):
        start = parameter.storage_offset()
        got = torch.from_numpy(alone[start : start + parameter.numel()])
        torch.testing.assert_close(got, expected.reshape(-1), rtol=1e-4, atol=1e-5)


def test_that_shared_convolutions_are_counted_once() -> None:
    policy = _policy(image=PICTURE)
    assert policy.critic is not None
    shared = size_of(policy.actor[0])
    assert policy.flat.numel() == size_of(policy.actor) + size_of(policy.critic) - shared
    assert shared > 100_000
    assert len(dict(policy.named_parameters())) == 8 + 6 + 6


def test_that_a_gradient_is_not_needed_in_all_outputs() -> None:
    policy, states = _policy(image=PICTURE), _pictures(3)
    _, values_B1, kept = policy.fast_both.forward(states, learning=True)
    assert values_B1 is not None
    gradient_P = np.zeros(policy.flat.numel(), np.float32)
    policy.fast_both.backward(None, np.ones_like(values_B1), kept, gradient_P)
    policy.flat.grad = torch.from_numpy(gradient_P)
    named = policy.named_gradients()
    assert not named["actor.1.weight"].any()
    assert named["actor.0.1.weight"].any()


@ACTIVATIONS
@pytest.mark.parametrize("modules", [False, True])
def test_that_the_gradient_in_the_inputs_is_that_of_autograd(activation: str, modules: bool) -> None:
    network = mlp((OBSERVATION_SIZE, 7, 2), activation, 1.0, torch.Generator().manual_seed(0))
    runner: Network = ModuleNetwork(network, 0, "cpu") if modules else Perceptron(network, 0)
    x = torch.from_numpy(observations(6)).requires_grad_()
    weights = torch.arange(12.0).view(6, 2)
    (network(x) * weights).sum().backward()
    given = x.detach().numpy().copy()
    kept = runner.forward(given)[1]
    got = runner.backward(weights.numpy(), kept, np.zeros(size_of(network), np.float32), to_input=True)
    assert got is not None
    assert x.grad is not None
    np.testing.assert_allclose(got, x.grad.numpy(), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(given, observations(6))
    out = np.zeros(size_of(network), np.float32)
    assert runner.backward(weights.numpy(), runner.forward(given)[1], out) is None


def test_that_weights_that_change_are_read_anew() -> None:
    policy, states = _policy(modules=True), observations(4)
    before = policy.fast_actor.outputs(states)
    scramble(policy, seed=9)
    after = policy.fast_actor.outputs(states)
    assert np.abs(after - before).max() > 0.1
    assert isinstance(policy.actor, nn.Sequential)
    np.testing.assert_allclose(after, policy.actor(torch.from_numpy(states)).detach(), atol=1e-6)
