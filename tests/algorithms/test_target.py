"""The target network computes what the network computed when it was copied."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pgviz.algorithms.target import TargetNetwork
from pgviz.policies.networks import mlp


def _network(seed: int) -> torch.nn.Sequential:
    return mlp((4, 7, 5, 3), "relu", 1.0, torch.Generator().manual_seed(seed))


def _weights(network: torch.nn.Sequential) -> np.ndarray:
    return torch.cat([each.detach().reshape(-1) for each in network.parameters()]).numpy()


def _computed(network: torch.nn.Sequential, x: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return np.asarray(network(torch.from_numpy(x)).numpy())


X = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)


def test_that_it_stays_as_it_is_while_the_network_moves() -> None:
    network = _network(0)
    before = _computed(network, X)
    target = TargetNetwork(network)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1.0)
    np.testing.assert_allclose(target.forward(X), before, rtol=1e-5, atol=1e-6)


def test_that_a_rate_of_one_copies_to_the_bit() -> None:
    target, other = TargetNetwork(_network(0)), _network(1)
    target.follow(_weights(other), 1.0)
    assert target.weights_P.tobytes() == _weights(other).tobytes()
    np.testing.assert_allclose(target.forward(X), _computed(other, X), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("rate", [0.005, 0.3])
def test_that_a_smaller_rate_is_a_weighted_mean(rate: float) -> None:
    target, other = TargetNetwork(_network(0)), _network(1)
    target.follow(_weights(other), rate)
    np.testing.assert_allclose(
        target.weights_P, (1 - rate) * _weights(_network(0)) + rate * _weights(other), rtol=1e-5, atol=1e-7
    )
