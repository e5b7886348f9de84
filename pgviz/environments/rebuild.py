"""Bringing all copies of an environment back to where they once were, by seed and actions.

Shape suffixes: N copies, A choices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pgviz.environments.action_log import LoggedStep
from pgviz.environments.vector import VectorEnvironment

# What the state of all copies consists of, besides the environments themselves.
_ARRAYS = ("episode_numbers", "episode_seeds", "episode_lengths", "episode_returns", "_observations", "masks_NA")


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
    """

    steps: tuple[LoggedStep, ...]
    began: tuple[int, ...]
    arrays: dict[str, NDArray[Any] | None]
    begun: tuple[int, ...]
    episodes: int
    waiting: frozenset[int]


class Divergence(NamedTuple):
    """Where an environment, rebuilt from seed and actions, saw something else than the first time.

    Parameters
    ----------
    copy, episode_step
        Which copy, and after how many steps of its episode; 0 for its reset.
    """

    copy: int
    episode_step: int


def capture(environment: VectorEnvironment) -> EnvironmentState:
    """Say where all copies are, in a form from which :func:`restore` can rebuild them.

    The environment must keep a log.
    """
    assert environment.log is not None, "nothing was logged"
    steps, began = environment.log.recent()
    arrays = {name: _copy(getattr(environment, name)) for name in _ARRAYS}
    waiting = frozenset(environment._waiting)
    return EnvironmentState(steps, began, arrays, tuple(environment._begun), environment._episodes, waiting)


def restore(environment: VectorEnvironment, state: EnvironmentState) -> Divergence | None:
    """Bring all copies where `state` says, by playing their present episodes again.

    Returns
    -------
    Divergence or None
        The first place where a copy saw something else than it did then: the environment does not depend on its
        seed and its actions alone, and the copies are not where they were.

    Raises
    ------
    EnvironmentFault
        Where the environment raises.
    """
    _set(environment, state)
    environment.episode_lengths[:] = 0  # counted up again, for a fault's message
    divergence = _replay(environment, state)
    _set(environment, state)
    return divergence


def _set(environment: VectorEnvironment, state: EnvironmentState) -> None:
    for name, array in state.arrays.items():
        setattr(environment, name, _copy(array))
    environment._begun, environment._episodes = list(state.begun), state.episodes
    environment._waiting = set(state.waiting)
    if environment.log is not None:
        environment.log.restore(state.steps, state.began)


def _replay(environment: VectorEnvironment, state: EnvironmentState) -> Divergence | None:
    going = [index for index in range(environment.count) if index not in state.waiting]
    for index in going:
        first_O = environment._reset_one(index, int(environment.episode_seeds[index]))
        if state.began[index] == len(state.steps) and not np.array_equal(
            first_O, environment._observations[index]
        ):
            return Divergence(index, 0)
    unused = (np.zeros(environment.count), np.zeros(environment.count, bool), np.zeros(environment.count, bool))
    for place, step in enumerate(state.steps):
        playing = [index for index in going if state.began[index] <= place and _stepped(step, index)]
        if not playing:
            continue
        seen, _ = environment._step_each(playing, step.actions, *unused)
        environment.episode_lengths[playing] += 1
        differs = environment.encoder.encode_batch(seen) != step.observations_NO[playing]
        if differs.any():
            index = playing[int(differs.any(1).argmax())]
            return Divergence(index, int(environment.episode_lengths[index]))
    return None


def _stepped(step: LoggedStep, index: int) -> bool:
    return step.stepped_N is None or bool(step.stepped_N[index])


def _copy(array: NDArray[Any] | None) -> NDArray[Any] | None:
    return None if array is None else array.copy()
