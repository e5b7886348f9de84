"""Bringing all copies of an environment back to where they once were, by seed and actions.

Shape suffixes: N copies, A choices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pgviz.environments.action_log import LoggedStep
from pgviz.environments.state import Divergence, EnvironmentState

if TYPE_CHECKING:
    from pgviz.environments.vector import VectorEnvironment

# What the state of all copies consists of, besides the environments themselves.
_ARRAYS = ("episode_numbers", "episode_seeds", "episode_lengths", "episode_returns", "_observations", "masks_NA")


def capture(environment: VectorEnvironment) -> EnvironmentState:
    """Say where all copies are, in a form from which :func:`restore` can rebuild them.

    The environment must keep a log.
    """
    assert environment.log is not None, "nothing was logged"
    steps, began = environment.log.recent()
    arrays = {name: _copy(getattr(environment, name)) for name in _ARRAYS}
    waiting = frozenset(environment._waiting)
    return EnvironmentState(
        steps,
        began,
        arrays,
        tuple(environment._begun),
        environment._episodes,
        waiting,
        environment.log.tape_position,
    )


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
    adopt(environment, state)
    environment.episode_lengths[:] = 0  # counted up again, for a fault's message
    divergence = _replay(environment, state)
    adopt(environment, state)
    return divergence


def adopt(environment: VectorEnvironment, state: EnvironmentState) -> None:
    """Take over the numbers of a state, and leave the copies themselves as they are."""
    for name, array in state.arrays.items():
        setattr(environment, name, _copy(array))
    environment._begun, environment._episodes = list(state.begun), state.episodes
    environment._waiting = set(state.waiting)
    if environment.log is not None:
        environment.log.restore(state.steps, state.began, state.tape_position)


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
        if step.told_NA is not None:
            environment.tell(step.told_NA)
        seen, _ = environment._step_each(playing, step.actions, *unused)
        environment.episode_lengths[playing] += 1
        differs = environment.encoder.encode_batch(seen) != step.result.observations[playing]
        if differs.any():
            index = playing[int(differs.any(1).argmax())]
            return Divergence(index, int(environment.episode_lengths[index]))
    return None


def _stepped(step: LoggedStep, index: int) -> bool:
    return step.stepped_N is None or bool(step.stepped_N[index])


def _copy(array: NDArray[Any] | None) -> NDArray[Any] | None:
    return None if array is None else array.copy()


def clones(environment: VectorEnvironment, index: int, count: int) -> VectorEnvironment | None:
    """Make `count` environments that are all where copy `index` is now; the caller closes them.

    Returns
    -------
    VectorEnvironment or None
        Without a log; ``None`` where the environment, played again, did not come where it is.

    Raises
    ------
    EnvironmentFault
        Where the environment raises.
    """
    from pgviz.environments.vector import VectorEnvironment

    state = capture(environment)
    made = VectorEnvironment(environment.id, count, np.random.SeedSequence(0), render=False)
    try:
        made._observations = np.stack(
            [made._reset_one(each, int(environment.episode_seeds[index])) for each in range(count)]
        )
        for step in state.steps[state.began[index] :]:
            if _stepped(step, index):
                if step.told_NA is not None:
                    made.tell(np.repeat(step.told_NA[index : index + 1], count, axis=0))
                made.step(np.repeat(step.actions[index : index + 1], count, axis=0), autoreset=False)
        there = np.array_equal(made._observations[0], environment._observations[index])
    except BaseException:
        made.close()
        raise
    if there:
        return made
    made.close()
    return None
