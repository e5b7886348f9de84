"""What a panel may want to say of an environment that has been made."""

from __future__ import annotations

import gymnasium
from gymnasium import spaces

from pgviz.environments.factory import Environment
from pgviz.environments.facts import ActionFactor, EnvironmentFacts
from pgviz.environments.labels import action_factors, action_labels, title
from pgviz.environments.observation_labels import observation_labels
from pgviz.environments.spaces import Space, bounds, in_words

_DEFAULT_FRAMES_PER_SECOND = 30.0


def describe(id: str, environment: Environment) -> EnvironmentFacts:
    """Collect the facts of an environment whose spaces are supported.

    Parameters
    ----------
    id
        The id it was made from.
    environment
        Any copy of it.
    """
    action_space = environment.action_space
    factors = action_factors(id, action_space)
    low, high = _bounds(action_space, factors)
    spec = environment.spec or gymnasium.envs.registration.EnvSpec(id)
    threshold = spec.reward_threshold
    return EnvironmentFacts(
        id=id,
        title=title(id),
        observation=in_words(environment.observation_space),
        action=in_words(action_space),
        action_labels=action_labels(id, action_space),
        action_low=low,
        action_high=high,
        frames_per_second=_frames_per_second(environment),
        episode_step_limit=spec.max_episode_steps,
        reward_threshold=None if threshold is None else float(threshold),
        renders=environment.render_mode == "rgb_array",
        factors=factors,
        observation_labels=observation_labels(id, environment.observation_space.shape),
        best_is_mixed=(environment.metadata or {}).get("best_is_mixed") is True,
    )


def _bounds(space: Space, factors: tuple[ActionFactor, ...]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Bounds of each continuous dimension of an action."""
    if isinstance(space, spaces.Box) and not factors:
        low_D, high_D = bounds(space)
        return tuple(low_D.tolist()), tuple(high_D.tolist())
    lows, highs = ([bound for factor in factors for bound in getattr(factor, end)] for end in ("low", "high"))
    return tuple(lows), tuple(highs)


def _frames_per_second(environment: Environment) -> float:
    rate = (environment.metadata or {}).get("render_fps")
    return float(rate) if isinstance(rate, int | float) and rate > 0 else _DEFAULT_FRAMES_PER_SECOND
