"""Policies to test with."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from gymnasium import Space, spaces

from pgviz.config import RunConfig
from pgviz.policies.build import build_policy
from pgviz.policies.gaussian import GaussianPolicy
from pgviz.policies.policy import Policy

DISCRETE = spaces.Discrete(3, start=4)
BOX = spaces.Box(np.array([-2.0, -1.0], np.float32), np.array([2.0, 5.0], np.float32))
OBSERVATION_SIZE = 5


def make_policy(space: Space[Any], *, critic: bool = True, seed: int = 0, **settings: object) -> Policy:
    """A policy for observations of five numbers, with small layers where nothing else is asked for."""
    config = RunConfig.create("Any-v0", "ppo", **({"hidden_sizes": (8, 6)} | settings))
    generator = torch.Generator().manual_seed(seed)
    return build_policy(space, OBSERVATION_SIZE, config, critic=critic, generator=generator)


def make_gaussian(space: spaces.Box, **settings: object) -> GaussianPolicy:
    """The Gaussian policy for a box."""
    policy = make_policy(space, **settings)  # type: ignore[arg-type]
    assert isinstance(policy, GaussianPolicy)
    return policy


def scramble(policy: Policy, scale: float = 0.5, seed: int = 1) -> None:
    """Move all weights, so that nothing in the policy is special any more."""
    with torch.no_grad():
        noise = torch.randn(policy.flat.numel(), generator=torch.Generator().manual_seed(seed))
        policy.flat.add_(scale * noise)


def observations(count: int, seed: int = 2) -> Any:
    """Random states, ``(count, 5)`` float32."""
    return np.random.default_rng(seed).normal(size=(count, OBSERVATION_SIZE)).astype(np.float32)
