"""The right policy for an action space."""

from __future__ import annotations

import torch
from gymnasium import Space, spaces

from pgviz.action_layout import ActionLayout, is_factored, unsupported
from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.categorical import CategoricalPolicy
from pgviz.policies.factored import FactoredPolicy
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
    reason = unsupported(action_space)
    if reason:
        raise UsageError(f"{config.environment}: {reason}.")
    shape = NetworkShape(observation_size, config.sizes("hidden_sizes"), config.text("activation"), critic)
    if config.algorithm == "dqn":
        return build_q_policy(action_space, shape, config, generator)
    if isinstance(action_space, spaces.Discrete):
        return CategoricalPolicy(shape, int(action_space.n), int(action_space.start), generator)
    squash, initial_std = config.text("action_bounds") == "squash", config.number("initial_std")
    state_std = config.text("std_kind") == "state"
    if isinstance(action_space, spaces.Box) and not is_factored(action_space):
        box = (action_space.low, action_space.high)
        return GaussianPolicy(shape, box, generator, squash=squash, initial_std=initial_std, state_std=state_std)
    layout = ActionLayout(action_space)
    return FactoredPolicy(shape, layout, generator, squash=squash, initial_std=initial_std, state_std=state_std)
