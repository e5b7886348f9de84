"""The algorithm, and the policy that it needs, for a configuration."""

from __future__ import annotations

import numpy as np
import torch
from gymnasium import Space

from pgviz.algorithms.a2c import A2C
from pgviz.algorithms.algorithm import Algorithm
from pgviz.algorithms.dqn import DQN
from pgviz.algorithms.ppo import PPO
from pgviz.algorithms.reinforce import Reinforce
from pgviz.algorithms.sac import SAC
from pgviz.config import RunConfig
from pgviz.policies.build import build_policy
from pgviz.policies.convolution import ImageShape

_ALGORITHMS: dict[str, type[Algorithm]] = {"ppo": PPO, "a2c": A2C, "reinforce": Reinforce, "dqn": DQN, "sac": SAC}


def build_algorithm(
    config: RunConfig,
    action_space: Space[object],
    observation_size: int,
    *,
    weights: torch.Generator,
    rng: np.random.Generator,
    image: ImageShape | None = None,
) -> Algorithm:
    """Build policy and algorithm.

    Parameters
    ----------
    config
        The run.
    action_space, observation_size
        What the environment takes and, once encoded, gives.
    weights
        Where the initial weights come from.
    rng
        Where minibatches are drawn from.
    image
        Shape of the observation, where it is a picture.

    Raises
    ------
    UsageError
        Where no policy is like what `config` asks for.
    """
    critic = config.algorithm != "reinforce" or config.flag("baseline")
    policy = build_policy(action_space, observation_size, config, critic=critic, generator=weights, image=image)
    return _ALGORITHMS[config.algorithm](config, policy, rng)
