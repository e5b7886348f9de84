"""Algorithms and rollouts to test with."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from gymnasium import Space, spaces
from torch import Tensor

from pgviz.algorithms.build import build_algorithm
from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.algorithms.rollout import Rollout
from pgviz.config import RunConfig

ALGORITHMS = ("reinforce", "a2c", "ppo")
DISCRETE = spaces.Discrete(3)
BOX = spaces.Box(np.array([-2.0, -1.0], np.float32), np.array([2.0, 5.0], np.float32))
OBSERVATION_SIZE = 4


def make_algorithm(
    name: str,
    space: Space[Any] = DISCRETE,
    size: int = OBSERVATION_SIZE,
    *,
    moved: float = 0.3,
    **settings: object,
) -> OnPolicyAlgorithm:
    """An algorithm with a small policy whose weights were `moved` away from their special beginnings."""
    config = RunConfig.create("Any-v0", name, **({"hidden_sizes": (6,)} | settings))
    algorithm = build_algorithm(
        config, space, size, weights=torch.Generator().manual_seed(0), rng=np.random.default_rng(0)
    )
    with torch.no_grad():
        flat = algorithm.policy.flat
        flat.add_(moved * torch.randn(flat.numel(), generator=torch.Generator().manual_seed(1)))
    assert isinstance(algorithm, OnPolicyAlgorithm)
    return algorithm


def make_rollout(
    observations_TNO: Any,
    samples_TN: Any,
    rewards_TN: Any,
    *,
    terminated: tuple[tuple[int, int], ...] = (),
    truncated: tuple[tuple[int, int], ...] = (),
    finals: dict[tuple[int, int], Any] | None = None,
    last_NO: Any = None,
) -> Rollout:
    """A rollout with these steps; `terminated`, `truncated` and `finals` go by (step, copy)."""
    length, copies, size = observations_TNO.shape
    rollout = Rollout(copies, size, length)
    for t in range(length):
        flags = [np.array([(t, n) in ends for n in range(copies)]) for ends in (terminated, truncated)]
        rollout.append(observations_TNO[t], samples_TN[t], np.asarray(rewards_TN[t], float), *flags)
        for n in range(copies):
            if flags[0][n] or flags[1][n]:
                rollout.add_final_observation(n, (finals or {}).get((t, n), np.zeros(size, np.float32)))
    rollout.last_observations_NO = np.zeros((copies, size), np.float32) if last_NO is None else last_NO
    return rollout


def random_rollout(algorithm: OnPolicyAlgorithm, length: int = 12, copies: int = 4, seed: int = 5) -> Rollout:
    """A rollout of random states and rewards with actions of the algorithm's own policy, some episodes ending."""
    rng = np.random.default_rng(seed)
    size = OBSERVATION_SIZE
    observations = rng.normal(size=(length, copies, size)).astype(np.float32)
    samples = np.stack([algorithm.policy.act(each, rng) for each in observations])
    ends = {(5, 0): rng.normal(size=size), (7, 2): rng.normal(size=size), (length - 1, 1): rng.normal(size=size)}
    return make_rollout(
        observations,
        samples,
        rng.normal(size=(length, copies)),
        terminated=((5, 0),),
        truncated=((7, 2), (length - 1, 1)),
        finals={place: each.astype(np.float32) for place, each in ends.items()},
        last_NO=rng.normal(size=(copies, size)).astype(np.float32),
    )


def actor_gradient(algorithm: OnPolicyAlgorithm) -> Tensor:
    """The part of the gradient that belongs to the actor's network, a copy."""
    gradient = algorithm.policy.flat.grad
    assert gradient is not None
    size = sum(parameter.numel() for parameter in algorithm.policy.actor.parameters())
    return gradient[:size].clone()
