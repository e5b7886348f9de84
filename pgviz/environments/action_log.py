"""ActionLog: how each copy's present episode came to be where it is, and what its steps led to.

An episode can be rebuilt in a fresh environment from its seed and its actions, and in no other way that works for
every environment: copying one after it has drawn itself fails, or, for Box2D and MuJoCo, gives a wrong one.

Shape suffixes: N copies, O numbers in an encoded observation, A options of a mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pgviz.environments.step import VectorStep

# One of so many entries of the tape may be there in vain.
MOST_IN_VAIN = 64


@dataclass(slots=True)
class LoggedStep:
    """One step of all copies. Its arrays are those of the run itself and must not be written into.

    Parameters
    ----------
    actions
        What the policy sent, one per copy.
    stepped_N
        Which copies took the step; ``None`` for all.
    result
        What it led to.
    masks_NA
        Which actions were legal after it; ``None`` where the environment does not say.
    told_NA
        π(·|s) of each copy, where the environment was told; see :meth:`VectorEnvironment.tell`.
    """

    actions: NDArray[Any]
    stepped_N: NDArray[np.bool_] | None
    result: VectorStep
    masks_NA: NDArray[np.bool_] | None = None
    told_NA: NDArray[np.float64] | None = None

    @property
    def size(self) -> int:
        """Bytes of memory, to a few percent."""
        mask = 0 if self.masks_NA is None else self.masks_NA.nbytes
        return 900 + mask + self.actions.nbytes + self.result.observations.nbytes + self.result.rewards.nbytes


class LoggedBeginning(NamedTuple):
    """An episode that was begun between two steps.

    Parameters
    ----------
    which
        Which copy.
    observation_O
        What it saw first.
    masks_NA
        Which actions were legal then, in all copies.
    """

    which: int
    observation_O: NDArray[np.float32]
    masks_NA: NDArray[np.bool_] | None


class ActionLog:
    """The steps since the oldest of the present episodes began, and a tape of all that happened.

    Parameters
    ----------
    copies
        Copies N of the environment.

    Attributes
    ----------
    tape
        All steps and beginnings since `tape_start`, oldest first.
    tape_start
        How many entries of the tape have been dropped.
    """

    def __init__(self, copies: int) -> None:
        self.tape: list[LoggedStep | LoggedBeginning] = []
        self.tape_start = 0
        self._steps: list[LoggedStep] = []
        self._dropped = 0
        self._began = [0] * copies

    @property
    def tape_position(self) -> int:
        """Entries that the tape has had so far."""
        return self.tape_start + len(self.tape)

    def begin(self, copy: int) -> None:
        """Note that a copy begins another episode before the next step."""
        self._began[copy] = self._dropped + len(self._steps)

    def append(self, step: LoggedStep) -> None:
        """Note one step; its arrays are kept, not copied."""
        self._steps.append(step)
        self.tape.append(step)

    def recent(self) -> tuple[tuple[LoggedStep, ...], tuple[int, ...]]:
        """The steps that the present episodes consist of, and where among them each copy's episode begins."""
        oldest = min(self._began)
        del self._steps[: oldest - self._dropped]
        self._dropped = oldest
        return tuple(self._steps), tuple(began - oldest for began in self._began)

    def restore(self, steps: Sequence[LoggedStep], began: Sequence[int], tape_position: int) -> None:
        """Go on from what :meth:`recent` returned when the tape was that long."""
        self._steps, self._began, self._dropped = list(steps), list(began), 0
        del self.tape[max(tape_position - self.tape_start, 0) :]
        if not self.tape:
            self.tape_start = tape_position

    def follow(self, earlier: ActionLog) -> None:
        """Put before this tape what an earlier one, that it branched off from, held before it."""
        self.tape = earlier.tape[: self.tape_start - earlier.tape_start] + self.tape
        self.tape_start = earlier.tape_start

    def forget_tape(self, before: int) -> None:
        """Drop the tape's entries before the position `before`, once they are many: each time the rest moves."""
        if (before - self.tape_start) * MOST_IN_VAIN >= len(self.tape):
            del self.tape[: max(before - self.tape_start, 0)]
            self.tape_start = max(self.tape_start, before)
