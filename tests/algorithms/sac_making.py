"""SAC to test with: small, far from its special beginnings, with a rollout to learn from."""

from __future__ import annotations

import numpy as np
import torch
from gymnasium import spaces

from pgviz.algorithms.build import build_algorithm
from pgviz.algorithms.rollout import Rollout
from pgviz.algorithms.sac import SAC
from pgviz.config import RunConfig
from tests.algorithms.making import BOX, OBSERVATION_SIZE, make_rollout

# A batch of the whole rollout's size, from the first step on.
SETTINGS: dict[str, object] = {
    "hidden_sizes": (7, 6),
    "batch_size": 48,
    "learning_starts": 0,
    "buffer_size": 1000,
    "gradient_steps": 1,
}


def make_sac(
    space: spaces.Box = BOX, size: int = OBSERVATION_SIZE, *, moved: float = 0.2, **settings: object
) -> SAC:
    """SAC with small networks, the weights of all four of which were `moved` apart."""
    config = RunConfig.create("Any-v0", "sac", **(SETTINGS | settings))
    algorithm = build_algorithm(
        config, space, size, weights=torch.Generator().manual_seed(0), rng=np.random.default_rng(0)
    )
    assert isinstance(algorithm, SAC)
    with torch.no_grad():
        flat = algorithm.policy.flat
        log_temperature = algorithm.policy.log_temperature.clone()
        flat.add_(moved * torch.randn(flat.numel(), generator=torch.Generator().manual_seed(1)))
        algorithm.policy.log_temperature.copy_(log_temperature)
    return algorithm


def random_steps(length: int = 12, copies: int = 4, dimensions: int = 2, seed: int = 5) -> Rollout:
    """A rollout of random states, samples and rewards, with one episode terminated and two truncated."""
    rng = np.random.default_rng(seed)
    size = OBSERVATION_SIZE
    ends = {(5, 0): rng.normal(size=size), (7, 2): rng.normal(size=size), (length - 1, 1): rng.normal(size=size)}
    return make_rollout(
        rng.normal(size=(length, copies, size)).astype(np.float32),
        rng.normal(size=(length, copies, dimensions)).astype(np.float32),
        rng.normal(size=(length, copies)),
        terminated=((5, 0),),
        truncated=((7, 2), (length - 1, 1)),
        finals={place: each.astype(np.float32) for place, each in ends.items()},
        last_NO=rng.normal(size=(copies, size)).astype(np.float32),
    )


def update(algorithm: SAC, rollout: Rollout | None = None) -> list[float]:
    """Make one update and return the loss of each minibatch."""
    losses = []
    algorithm.begin_update(1.0)
    for minibatch in algorithm.minibatches(random_steps() if rollout is None else rollout):
        losses.append(minibatch.loss)
        algorithm.apply(minibatch)
    return losses
