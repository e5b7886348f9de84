"""DQN agents and remembered steps to test with."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from gymnasium import Space, spaces

from pgviz.algorithms.build import build_algorithm
from pgviz.algorithms.dqn import DQN
from pgviz.algorithms.replay_buffer import Transitions
from pgviz.algorithms.rollout import Rollout
from pgviz.config import RunConfig
from tests.algorithms.making import make_rollout

DISCRETE = spaces.Discrete(3, start=2)
OBSERVATION_SIZE = 4


def make_dqn(space: Space[Any] = DISCRETE, *, moved: float = 0.3, **settings: object) -> DQN:
    """A DQN with a small network, its weights and those of its target `moved` apart, that learns at once."""
    small: dict[str, object] = {"hidden_sizes": (6,), "learning_starts": 0, "buffer_size": 1000, "batch_size": 8}
    config = RunConfig.create("Any-v0", "dqn", **(small | settings))
    generator, rng = torch.Generator().manual_seed(0), np.random.default_rng(0)
    algorithm = build_algorithm(config, space, OBSERVATION_SIZE, weights=generator, rng=rng)
    assert isinstance(algorithm, DQN)
    noise = np.random.default_rng(1)
    flat = algorithm.policy.flat.detach().numpy()
    flat += (moved * noise.normal(size=flat.size)).astype(np.float32)
    algorithm.target.weights_P += (moved * noise.normal(size=flat.size)).astype(np.float32)
    return algorithm


def make_transitions(
    count: int = 16, actions: int = 3, *, seed: int = 3, masked: bool = False, scale: float = 1.0
) -> Transitions:
    """Random steps, some of them the last; where masked, of each state at least one action is legal."""
    rng = np.random.default_rng(seed)
    masks = [rng.random((count, actions)) < 0.6 for _ in range(2)]
    samples_B = rng.integers(0, actions, count)
    masks[0][np.arange(count), rng.integers(0, actions, count)] = True
    masks[1][np.arange(count), samples_B] = True
    return Transitions(
        rng.normal(size=(count, OBSERVATION_SIZE)).astype(np.float32),
        samples_B,
        (scale * rng.normal(size=count)).astype(np.float32),
        rng.normal(size=(count, OBSERVATION_SIZE)).astype(np.float32),
        (np.arange(count) % 5 == 2).astype(np.float32),
        masks[0] if masked else None,
        masks[1] if masked else None,
    )


def steps(count: int, first: int = 0, copies: int = 1) -> Rollout:
    """A rollout in which step t of copy n is told from all others by its reward, first + t · copies + n."""
    numbers = first + np.arange(count * copies).reshape(count, copies)
    observations = np.repeat(numbers[..., None], OBSERVATION_SIZE, -1).astype(np.float32)
    last = np.full((copies, OBSERVATION_SIZE), first + count * copies, np.float32)
    return make_rollout(observations, numbers % 3, numbers, last_NO=last + np.arange(copies)[:, None])
