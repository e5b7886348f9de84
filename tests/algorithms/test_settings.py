"""Settings of the optimiser and of schedules do what they say."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.algorithms.making import make_algorithm, random_rollout


@pytest.mark.parametrize("name", ["ppo", "a2c", "reinforce"])
@pytest.mark.parametrize("epsilon", [1e-8, 0.1])
def test_that_the_optimiser_adds_the_epsilon_that_was_set(name: str, epsilon: float) -> None:
    algorithm = make_algorithm(name, optimizer="adam", optimizer_epsilon=epsilon, max_gradient_norm=None)
    mirror = algorithm.policy.flat.detach().clone().requires_grad_()
    peer = torch.optim.Adam([mirror], lr=algorithm.scheduled("learning_rate"), eps=epsilon)
    algorithm.begin_update(1.0)
    minibatch = next(algorithm.minibatches(random_rollout(algorithm)))
    assert algorithm.policy.flat.grad is not None
    mirror.grad = algorithm.policy.flat.grad.clone()
    algorithm.apply(minibatch)
    peer.step()
    torch.testing.assert_close(algorithm.policy.flat.detach(), mirror.detach(), rtol=1e-6, atol=1e-7)


def _losses(remaining: float, **settings: Any) -> list[float]:
    algorithm = make_algorithm("ppo", epochs=4, minibatch_size=100, learning_rate=0.1, **settings)
    rollout = random_rollout(algorithm)
    algorithm.begin_update(remaining)
    losses = []
    for minibatch in algorithm.minibatches(rollout):
        losses.append(minibatch.loss)
        algorithm.apply(minibatch)
    return losses


def test_that_the_value_clip_range_falls_with_what_is_left_of_the_run() -> None:
    scheduled = _losses(0.25, value_clip_range=0.2, value_clip_range_schedule="linear")
    assert scheduled == _losses(0.25, value_clip_range=0.05)
    assert scheduled != _losses(1.0, value_clip_range=0.2, value_clip_range_schedule="linear")
