"""The right policy for an action space."""

from __future__ import annotations

import numpy as np
import torch
from gymnasium import Space, spaces

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.categorical import CategoricalPolicy
from pgviz.policies.gaussian import GaussianPolicy
from pgviz.policies.networks import NetworkShape
from pgviz.policies.policy import Policy
from pgviz.policies.q_policy import build_q_policy


def build_policy(
    action_space: Space[object],
    observation_size: int,
    config: RunConfig,
    *,
    critic: bool,
    generator: torch.Generator,
) -> Policy:
    """Build the policy that `config` describes.

    Raises
    ------
    UsageError
        For an action space that no policy covers.
    """
    shape = NetworkShape(observation_size, config.sizes("hidden_sizes"), config.text("activation"), critic)
    if config.algorithm == "dqn":
        return build_q_policy(action_space, shape, config, generator)
    if isinstance(action_space, spaces.Discrete):
        return CategoricalPolicy(shape, int(action_space.n), int(action_space.start), generator)
    if isinstance(action_space, spaces.Box) and np.issubdtype(action_space.dtype, np.floating):
        return GaussianPolicy(
            shape,
            (action_space.low, action_space.high),
            generator,
            squash=config.text("action_bounds") == "squash",
            initial_std=config.number("initial_std"),
        )
    raise UsageError(f"{config.environment} has the action space {action_space}: no policy covers it yet.")
