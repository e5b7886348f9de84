"""The optimiser against torch's own objects."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pgviz.algorithms.optimizer import ADAM_DECAY, EPSILON, RMSPROP_DECAY, Optimizer
from pgviz.policies.policy import Policy
from tests.algorithms.making import BOX, make_algorithm

OPTIMIZERS = pytest.mark.parametrize("name", ["adam", "rmsprop"])
RATES = (1e-2, 1e-2, 3e-3, 5e-2, 1e-3, 1e-3)


def _policy() -> Policy:
    return make_algorithm("ppo", BOX).policy


def _peer(name: str, parameter: torch.Tensor) -> torch.optim.Optimizer:
    if name == "adam":
        return torch.optim.Adam([parameter], betas=ADAM_DECAY, eps=EPSILON)
    return torch.optim.RMSprop([parameter], alpha=RMSPROP_DECAY, eps=EPSILON)


def _loss(flat: torch.Tensor, step: int) -> torch.Tensor:
    """A loss with a gradient of its own at each step."""
    return ((flat - torch.linspace(-1, 1, flat.numel()) * step) ** 2).sum() + torch.sin(3 * flat).sum()


def _gradient(flat: torch.Tensor, step: int) -> np.ndarray:
    return np.asarray(torch.autograd.grad(_loss(flat, step), flat)[0].numpy())


@OPTIMIZERS
@pytest.mark.parametrize("max_norm", [None, 0.5, 1e3])
def test_that_steps_are_those_of_torch_with_its_gradient_clipping(name: str, max_norm: float | None) -> None:
    policy = _policy()
    mirror = policy.flat.detach().clone().requires_grad_()
    ours, peer = Optimizer(policy.flat, name), _peer(name, mirror)
    for step, rate in enumerate(RATES):
        norm = ours.receive(_gradient(policy.flat, step))
        ours.step(rate, norm, max_norm)
        peer.zero_grad()
        _loss(mirror, step).backward()  # type: ignore[no-untyped-call]
        limit = float("inf") if max_norm is None else max_norm
        expected = torch.nn.utils.clip_grad_norm_([mirror], limit)
        assert norm == pytest.approx(float(expected), rel=1e-6)
        peer.param_groups[0]["lr"] = rate
        peer.step()
        assert ours.learning_rate == rate
        torch.testing.assert_close(policy.flat.detach(), mirror.detach(), rtol=1e-6, atol=1e-7)


def test_that_a_long_gradient_is_shortened_to_the_limit_and_a_short_one_left_alone() -> None:
    policy = _policy()
    optimizer = Optimizer(policy.flat, "adam")
    weights = torch.linspace(-3, 3, policy.flat.numel())
    for limit, expected in ((0.25, 0.25), (1e3, float(weights.norm()))):
        norm = optimizer.receive(weights.numpy().copy())
        assert norm == pytest.approx(float(weights.norm()), rel=1e-6)
        optimizer.step(1e-4, norm, limit)
        assert policy.flat.grad is not None
        assert float(policy.flat.grad.norm()) == pytest.approx(expected, rel=1e-5)


@OPTIMIZERS
def test_that_forgetting_clears_the_moments_of_that_parameter_alone(name: str) -> None:
    policy = _policy()
    assert policy.log_std is not None
    optimizer = Optimizer(policy.flat, name)
    for step in range(3):
        optimizer.step(1e-2, optimizer.receive(_gradient(policy.flat, step)), None)
    moments = (optimizer._mean, optimizer._square)
    before = [moment.clone() for moment in moments]
    optimizer.forget(policy.log_std)
    count = policy.log_std.numel()
    for moment, kept in zip(moments, before, strict=True):
        assert not bool(moment[-count:].any())
        assert torch.equal(moment[:-count], kept[:-count])
    assert bool(before[1][-count:].all())


def test_that_a_new_gradient_replaces_the_last_one() -> None:
    policy = _policy()
    optimizer = Optimizer(policy.flat, "adam")
    norms = [optimizer.receive(np.ones(policy.flat.numel(), np.float32)) for _ in range(2)]
    assert norms[0] == norms[1] == pytest.approx(policy.flat.numel() ** 0.5)


@OPTIMIZERS
def test_that_what_is_written_into_the_same_array_counts_anew(name: str) -> None:
    policies = [_policy() for _ in range(2)]
    reused, fresh = (Optimizer(policy.flat, name) for policy in policies)
    array = np.empty(policies[0].flat.numel(), np.float32)
    for step, rate in enumerate(RATES):
        array[:] = _gradient(policies[0].flat, step)
        norms = [reused.receive(array), fresh.receive(array.copy())]
        assert norms[0] == norms[1]
        for optimizer in (reused, fresh):
            optimizer.step(rate, norms[0], 0.5)
    assert torch.equal(policies[0].flat, policies[1].flat)
    assert policies[0].flat.grad is not None
    assert policies[0].flat.grad.numpy() is not array
    assert np.shares_memory(policies[0].flat.grad.numpy(), array)
