"""Learning with a log_std that is an output of the network, on policy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from tests.algorithms.making import ALGORITHMS, BOX, make_algorithm, random_rollout

EACH = pytest.mark.parametrize("name", ALGORITHMS)
SETTINGS: dict[str, Any] = {"std_kind": "state", "entropy_coefficient": 0.01}


def _update(algorithm: OnPolicyAlgorithm) -> None:
    rollout = random_rollout(algorithm)
    algorithm.begin_update(1.0)
    for minibatch in algorithm.minibatches(rollout):
        algorithm.apply(minibatch)


@EACH
def test_that_the_log_std_reported_is_the_mean_over_the_states_of_the_last_minibatch(name: str) -> None:
    algorithm = make_algorithm(name, BOX, **SETTINGS)
    algorithm.begin_update(1.0)
    states, weights = np.zeros((0, 4), np.float32), algorithm.policy.flat.detach().clone()
    for minibatch in algorithm.minibatches(random_rollout(algorithm)):
        assert algorithm.open_batch is not None
        states, weights = algorithm.open_batch.observations_BO, algorithm.policy.flat.detach().clone()
        algorithm.apply(minibatch)
    reported = algorithm.finish_update().log_std
    with torch.no_grad():
        algorithm.policy.flat.copy_(weights)
        distribution: Any = algorithm.policy.distribution(torch.from_numpy(states))
    assert reported == pytest.approx(distribution.log_std_D.numpy().mean(0), abs=1e-5)


@EACH
def test_that_the_gradient_of_the_loss_is_that_of_the_modules(name: str) -> None:
    algorithm = make_algorithm(name, BOX, normalize_advantage=False, **SETTINGS)
    algorithm.begin_update(1.0)
    minibatch = next(algorithm.minibatches(random_rollout(algorithm)))
    batch, policy = algorithm.open_batch, algorithm.policy
    assert batch is not None
    distribution = policy.distribution(torch.from_numpy(batch.observations_BO))
    # At the first step of an update PPO's ratio is 1, and its gradient the policy gradient's.
    surrogate = (
        distribution.log_prob(torch.from_numpy(batch.samples_B)) * torch.from_numpy(batch.advantages_B)
    ).mean()
    loss = -surrogate - 0.01 * distribution.entropy().mean()
    expected = torch.autograd.grad(loss, list(policy.actor.parameters()))
    computed = policy.named_gradients()
    for (parameter, _), gradient in zip(policy.actor.named_parameters(), expected, strict=True):
        torch.testing.assert_close(computed[f"actor.{parameter}"], gradient, rtol=1e-4, atol=1e-5)
    assert minibatch.gradient_norm > 0.0


def test_that_starting_the_std_again_clears_the_moments_of_its_rows_alone() -> None:
    algorithm = make_algorithm("ppo", BOX, **SETTINGS)
    _update(algorithm)
    algorithm.set_std(0.5)
    square = algorithm.capture()["optimizer"]["square"]
    rows = np.zeros(len(square), bool)
    for parameter in algorithm.policy.std_parameters:
        rows[parameter.storage_offset() : parameter.storage_offset() + parameter.numel()] = True
    assert rows.sum() == 2 * 6 + 2
    assert not square[rows].any()
    assert (square[~rows] > 0.0).mean() > 0.9
    distribution: Any = algorithm.policy.distribution(torch.zeros(3, 4))
    np.testing.assert_allclose(distribution.log_std_D.detach(), np.log(0.5), rtol=1e-6)
    _update(algorithm)
    distribution = algorithm.policy.distribution(torch.eye(4))
    assert float(distribution.log_std_D.detach().std(0).min()) > 0.0
