"""What a panel may want to say of an environment that has been made."""

from __future__ import annotations

import gymnasium
from gymnasium import spaces

from pgviz.environments.factory import Environment
from pgviz.environments.facts import EnvironmentFacts
from pgviz.environments.labels import action_labels, title
from pgviz.environments.spaces import bounds, in_words

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
    low, high = bounds(action_space) if isinstance(action_space, spaces.Box) else ((), ())
    spec = environment.spec or gymnasium.envs.registration.EnvSpec(id)
    threshold = spec.reward_threshold
    return EnvironmentFacts(
        id=id,
        title=title(id),
        observation=in_words(environment.observation_space),
        action=in_words(action_space),
        action_labels=action_labels(id, action_space),
        action_low=tuple(float(bound) for bound in low),
        action_high=tuple(float(bound) for bound in high),
        frames_per_second=_frames_per_second(environment),
        episode_step_limit=spec.max_episode_steps,
        reward_threshold=None if threshold is None else float(threshold),
        renders=environment.render_mode == "rgb_array",
    )


def _frames_per_second(environment: Environment) -> float:
    rate = (environment.metadata or {}).get("render_fps")
    return float(rate) if isinstance(rate, int | float) and rate > 0 else _DEFAULT_FRAMES_PER_SECOND
