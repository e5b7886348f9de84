"""Snapshot: where a run is between two iterations, in a form from which it can be taken up again.

Shape suffixes: N copies of the environment, O observation entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.algorithms.replay_buffer import BufferMark
from pgviz.environments.state import EnvironmentState


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that decides how a run goes on from where an iteration begins; nothing in it is shared with the run.

    Parameters
    ----------
    step, update
        Environment steps taken over all copies, and updates applied.
    environment
        How the copies of the environment came where they are.
    algorithm
        What :meth:`pgviz.algorithms.algorithm.Algorithm.capture` returned.
    acting
        State of the generator that actions are drawn from.
    observations_NO
        What the copies see.
    active_N, to_begin
        Where whole episodes are played: which copies are playing, and how many episodes are still to begin.
    forced
        Actions that a person chose for the next step, by copy.
    """

    step: int
    update: int
    environment: EnvironmentState
    algorithm: Mapping[str, Any]
    acting: Mapping[str, Any]
    observations_NO: NDArray[np.float32]
    active_N: NDArray[np.bool_] | None
    to_begin: int
    forced: Mapping[int, Any]

    @property
    def learned_size(self) -> int:
        """Bytes of memory that all that was learned takes, to a few percent."""
        return _size(self.algorithm)

    def size_beyond(self, before: Snapshot | None, learned: int | None = None) -> int:
        """Bytes of memory, to a few percent, less what is shared with the snapshot `before` this one.

        Parameters
        ----------
        before
            The one taken before; ``None`` where nothing is shared.
        learned
            The :attr:`learned_size`, where it is known: adding it up takes longer than the snapshot.
        """
        steps = self.environment.steps
        last = before.environment.steps[-1] if before is not None and before.environment.steps else None
        new = next((count for count, step in enumerate(reversed(steps)) if step is last), len(steps))
        own = (
            (self.learned_size if learned is None else learned)
            + _size(self.environment.arrays)
            + 8 * len(steps)
            + 2000
        )
        return own + (new * steps[-1].size if new else 0)

    def forget_before(self) -> None:
        """Let go of what only earlier snapshots would need: what a replay buffer has overwritten."""
        for mark in _buffer_marks(self.algorithm):
            mark.buffer.forget(mark)


def _buffer_marks(state: Mapping[str, Any]) -> Iterator[BufferMark]:
    for value in state.values():
        if isinstance(value, BufferMark):
            yield value
        elif isinstance(value, Mapping):
            yield from _buffer_marks(value)


def _size(value: object) -> int:
    if isinstance(value, np.ndarray):
        return int(value.nbytes) + 112
    if isinstance(value, Mapping):
        return 64 + sum(100 + _size(each) for each in value.values())
    if isinstance(value, BufferMark):
        return 100
    if isinstance(value, tuple):
        return 48 + sum(8 + _size(each) for each in value)
    return 32
