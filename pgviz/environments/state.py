"""Where the copies of an environment are, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from numpy.typing import NDArray

from pgviz.environments.action_log import LoggedStep


@dataclass(frozen=True, slots=True)
class EnvironmentState:
    """Where N copies are, told by how they came there; holds no environment.

    Parameters
    ----------
    steps, began
        The actions and observations of the present episodes; see :meth:`ActionLog.recent`.
    arrays
        The per-copy arrays of a :class:`pgviz.environments.vector.VectorEnvironment` by name, copied.
    begun
        Episodes that each copy has begun.
    episodes
        Episodes begun in all.
    waiting
        Copies between two episodes.
    tape_position
        Entries that the log's tape had had.
    """

    steps: tuple[LoggedStep, ...]
    began: tuple[int, ...]
    arrays: dict[str, NDArray[Any] | None]
    begun: tuple[int, ...]
    episodes: int
    waiting: frozenset[int]
    tape_position: int


class Divergence(NamedTuple):
    """Where an environment, rebuilt from seed and actions, saw something else than the first time.

    Parameters
    ----------
    copy, episode_step
        Which copy, and after how many steps of its episode; 0 for its reset.
    """

    copy: int
    episode_step: int
