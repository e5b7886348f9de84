"""The right policy for an action space."""

from __future__ import annotations

import itertools

import torch
from gymnasium import Space, spaces

from pgviz.action_layout import ActionLayout, is_factored, unsupported
from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.categorical import CategoricalPolicy
from pgviz.policies.convolution import FEATURES, ImageShape
from pgviz.policies.device import choose_device
from pgviz.policies.factored import FactoredPolicy
from pgviz.policies.gaussian import GaussianPolicy
from pgviz.policies.networks import NetworkShape
from pgviz.policies.normalization import Normalization
from pgviz.policies.policy import Policy
from pgviz.policies.q_policy import build_q_policy
from pgviz.policies.sac_policy import build_sac_policy


def build_policy(
    action_space: Space[object],
    observation_size: int,
    config: RunConfig,
    *,
    critic: bool,
    generator: torch.Generator,
    image: ImageShape | None = None,
) -> Policy:
    """Build the policy that `config` describes.

    Parameters
    ----------
    action_space, observation_size
        What it gives, and how many numbers it is given.
    config
        The run.
    critic
        Whether there is a critic beside it.
    generator
        Where the initial weights come from.
    image
        Shape of the observation, where it is a picture.

    Raises
    ------
    UsageError
        For an action space that no policy covers, a device that there is not, or pictures to be normalised.
    """
    shape = _network_shape(config, observation_size, image, critic=critic)
    policy = _build(action_space, shape, config, generator)
    policy.normalization = _normalization(config, shape)
    return policy


def _network_shape(config: RunConfig, size: int, image: ImageShape | None, *, critic: bool) -> NetworkShape:
    hidden_sizes, declared = config.sizes("hidden_sizes"), config.parameters
    layers = itertools.pairwise((size if image is None else FEATURES, *hidden_sizes))
    weights = sum(inputs * outputs for inputs, outputs in layers) * (2 if critic else 1)
    wanted = config.text("device") if "device" in declared else "cpu"
    return NetworkShape(
        size,
        hidden_sizes,
        config.text("activation"),
        critic,
        image=image,
        orthogonal="orthogonal_initialization" not in declared or config.flag("orthogonal_initialization"),
        device=choose_device(wanted, weights, pictures=image is not None),
    )


def _normalization(config: RunConfig, shape: NetworkShape) -> Normalization:
    observations, rewards = (
        name in config.parameters and config.flag(name) for name in ("normalize_observation", "normalize_reward")
    )
    if observations and shape.image is not None:
        raise UsageError(
            f"{config.environment} shows pictures, which are scaled in any case: set normalize_observation=false."
        )
    return Normalization(shape.observation_size if observations else 0, rewards=rewards)


def _build(
    action_space: Space[object], shape: NetworkShape, config: RunConfig, generator: torch.Generator
) -> Policy:
    reason = unsupported(action_space)
    if reason:
        raise UsageError(f"{config.environment}: {reason}.")
    if config.algorithm == "dqn":
        return build_q_policy(action_space, shape, config, generator)
    if config.algorithm == "sac":
        return build_sac_policy(action_space, shape, config, generator)
    if isinstance(action_space, spaces.Discrete):
        return CategoricalPolicy(shape, int(action_space.n), int(action_space.start), generator)
    squash, initial_std = config.text("action_bounds") == "squash", config.number("initial_std")
    state_std = config.text("std_kind") == "state"
    if isinstance(action_space, spaces.Box) and not is_factored(action_space):
        box = (action_space.low, action_space.high)
        return GaussianPolicy(shape, box, generator, squash=squash, initial_std=initial_std, state_std=state_std)
    layout = ActionLayout(action_space)
    return FactoredPolicy(shape, layout, generator, squash=squash, initial_std=initial_std, state_std=state_std)
