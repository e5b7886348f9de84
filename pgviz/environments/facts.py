"""What can be said of an environment without having Gymnasium loaded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActionFactor:
    """One of several choices that make up an action, in the order of a ``FactoredDecision``'s factors.

    Parameters
    ----------
    name
        What is chosen.
    labels
        A name for each option, or, of a real vector, for each dimension.
    low, high
        Bounds of each dimension of a real vector, ±inf where there is none; empty for a choice among options.
    """

    name: str
    labels: tuple[str, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class EnvironmentFacts:
    """What a panel may want to say of an environment.

    Parameters
    ----------
    id, title
        The Gymnasium id and a name to show.
    observation, action
        The two spaces in words.
    action_labels
        A name for each discrete action, or for each dimension of a continuous one. Where the action is made up of
        several, for each continuous dimension in it: what log_std has an entry for.
    action_low, action_high
        Bounds of each continuous action dimension; empty for discrete actions.
    frames_per_second
        The environment's own real-time rate.
    episode_step_limit
        Steps after which an episode is truncated, or ``None``.
    reward_threshold
        The mean return at which the environment counts as solved, or ``None``.
    renders
        Whether it can draw ``rgb_array`` frames.
    factors
        What an action is made up of; empty for plain ``Discrete`` and real ``Box`` actions.
    has_masks
        Whether it says, state by state, which choices are legal.
    observation_labels
        A name for each entry of an observation; empty where they are known by their index only.
    best_is_mixed
        Whether it says (``best_is_mixed`` in its metadata) that what is best in it is a mix of actions, so that
        the likeliest ones alone say little of a policy.
    """

    id: str
    title: str
    observation: str
    action: str
    action_labels: tuple[str, ...]
    action_low: tuple[float, ...] = ()
    action_high: tuple[float, ...] = ()
    frames_per_second: float = 30.0
    episode_step_limit: int | None = None
    reward_threshold: float | None = None
    renders: bool = True
    factors: tuple[ActionFactor, ...] = ()
    has_masks: bool = False
    observation_labels: tuple[str, ...] = ()
    best_is_mixed: bool = False


@dataclass(frozen=True, slots=True)
class EnvironmentListing:
    """One line of the list of environments.

    Parameters
    ----------
    id
        The Gymnasium id.
    available
        Whether it can be trained here: its packages are installed, and its spaces supported.
    reason
        Why not, with what to install where that helps; empty where it is available.
    """

    id: str
    available: bool
    reason: str = ""
