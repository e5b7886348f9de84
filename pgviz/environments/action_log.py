"""ActionLog: how each copy's present episode came to be where it is.

An episode can be rebuilt in a fresh environment from its seed and its actions, and in no other way that works for
every environment: copying one after it has drawn itself fails, or, for Box2D and MuJoCo, gives a wrong one.

Shape suffixes: N copies, O numbers in an encoded observation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class LoggedStep(NamedTuple):
    """One step of all copies.

    Parameters
    ----------
    actions
        What the policy sent, one per copy.
    stepped_N
        Which copies took the step; ``None`` for all.
    observations_NO
        What they saw then. Of a copy whose episode ended, this is the next episode's first.
    """

    actions: Any
    stepped_N: NDArray[np.bool_] | None
    observations_NO: NDArray[np.float32]


class ActionLog:
    """The steps since the oldest of the present episodes began.

    Parameters
    ----------
    copies
        Copies N of the environment.
    """

    def __init__(self, copies: int) -> None:
        self._steps: list[LoggedStep] = []
        self._dropped = 0
        self._began = [0] * copies

    def begin(self, copy: int) -> None:
        """Note that a copy begins another episode before the next step."""
        self._began[copy] = self._dropped + len(self._steps)

    def append(self, step: LoggedStep) -> None:
        """Note one step; its arrays are kept, not copied, and must not be written into."""
        self._steps.append(step)

    def recent(self) -> tuple[tuple[LoggedStep, ...], tuple[int, ...]]:
        """The steps that the present episodes consist of, and where among them each copy's episode begins."""
        oldest = min(self._began)
        del self._steps[: oldest - self._dropped]
        self._dropped = oldest
        return tuple(self._steps), tuple(began - oldest for began in self._began)

    def restore(self, steps: Sequence[LoggedStep], began: Sequence[int]) -> None:
        """Go on from what :meth:`recent` returned."""
        self._steps, self._began, self._dropped = list(steps), list(began), 0
