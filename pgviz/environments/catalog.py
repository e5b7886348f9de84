"""What can be run, in the order in which a person would like to meet it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import gymnasium
from gymnasium import spaces

from pgviz.environments.factory import make
from pgviz.environments.facts import EnvironmentListing
from pgviz.environments.faults import RAISED
from pgviz.environments.labels import title
from pgviz.environments.packages import missing_for, missing_for_atari
from pgviz.environments.registry import ATARI_PREFIX, OWN_PREFIX, newest_ids, register_atari
from pgviz.environments.spaces import Space, in_words, unsupported
from pgviz.errors import PgvizError

DEFAULT_ENVIRONMENTS = (
    "CartPole-v1",
    "Pendulum-v1",
    "Acrobot-v1",
    "MountainCar-v0",
    "MountainCarContinuous-v0",
    "FrozenLake-v1",
    "CliffWalking-v1",
    "Taxi-v4",
    "pgviz/RockPaperScissors-v0",
    "pgviz/MaskedGrid-v0",
    "pgviz/FactoredReach-v0",
    "LunarLander-v3",
    "LunarLanderContinuous-v3",
    "BipedalWalker-v3",
    "InvertedPendulum-v5",
    "HalfCheetah-v5",
)

# Shown where the Atari games are not installed, and so not registered.
_ATARI_EXAMPLES = ("ALE/Breakout-v5", "ALE/Pong-v5")
_FAMILIES = ("classic_control", "toy_text", "box2d", "mujoco")

# Unusual spaces, known without making the environments, so that the list stays cheap; a test compares what the
# list says with the environments themselves.
_UNUSUAL_SPACES: dict[str, tuple[Space, str]] = {
    "Blackjack-v1": (
        spaces.Tuple((spaces.Discrete(32), spaces.Discrete(11), spaces.Discrete(2))),
        "observations",
    ),
}


@dataclass(frozen=True, slots=True)
class Examined:
    """What an environment turned out to be when it was made.

    Parameters
    ----------
    id, title
        The Gymnasium id and a name to show.
    observation, action
        The two spaces in words; empty where it could not be made.
    trainable
        Whether pgviz can train it now.
    reason
        Why not; empty where it can.
    """

    id: str
    title: str
    observation: str
    action: str
    trainable: bool
    reason: str = ""


def listing() -> tuple[EnvironmentListing, ...]:
    """All environments that are registered, the newest version of each, without making any."""
    register_atari()
    listed = [_listed(id) for id in newest_ids()]
    if missing_for_atari():
        listed += [EnvironmentListing(id, False, missing_for_atari()) for id in _ATARI_EXAMPLES]
    return tuple(sorted(listed, key=_rank))


def examine(id: str) -> Examined:
    """Make an environment once to see whether it can be trained on; never raises for one that cannot."""
    try:
        environment = make(id, render=False)
    except PgvizError as error:
        return Examined(id, title(id), "", "", trainable=False, reason=str(error))
    observation_space, action_space = environment.observation_space, environment.action_space
    with contextlib.suppress(*RAISED):
        environment.close()
    reason = unsupported(observation_space, "observations") or unsupported(action_space, "actions")
    return Examined(id, title(id), in_words(observation_space), in_words(action_space), not reason, reason)


def _listed(id: str) -> EnvironmentListing:
    unusual = _UNUSUAL_SPACES.get(id)
    reason = missing_for(gymnasium.registry[id].entry_point) or (unsupported(*unusual) if unusual else "")
    return EnvironmentListing(id, not reason, reason)


def _rank(listed: EnvironmentListing) -> tuple[int, int, str]:
    if listed.id in DEFAULT_ENVIRONMENTS:
        return -1, DEFAULT_ENVIRONMENTS.index(listed.id), ""
    if listed.id.startswith(ATARI_PREFIX):
        return len(_FAMILIES) + 1, 0, listed.id
    if listed.id.startswith(OWN_PREFIX):
        return len(_FAMILIES), -1, listed.id
    entry_point = str(gymnasium.registry[listed.id].entry_point)
    family = next((place for place, name in enumerate(_FAMILIES) if f"envs.{name}" in entry_point), len(_FAMILIES))
    return family, 0, listed.id
