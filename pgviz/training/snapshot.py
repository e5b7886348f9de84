"""Snapshot: where a run is between two iterations, in a form from which it can be taken up again.

Shape suffixes: N copies of the environment, O observation entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.environments.rebuild import EnvironmentState


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
    """

    step: int
    update: int
    environment: EnvironmentState
    algorithm: Mapping[str, Any]
    acting: Mapping[str, Any]
    observations_NO: NDArray[np.float32]
    active_N: NDArray[np.bool_] | None
    to_begin: int

    @property
    def size(self) -> int:
        """Bytes of memory, to a few percent; what it shares with the snapshot before it is counted again."""
        return _size(self.algorithm) + _size(self.environment.steps) + _size(self.environment.arrays) + 2000


def _size(value: object) -> int:
    if isinstance(value, np.ndarray):
        return int(value.nbytes) + 112
    if isinstance(value, Mapping):
        return 64 + sum(100 + _size(each) for each in value.values())
    if isinstance(value, tuple):
        return 48 + sum(8 + _size(each) for each in value)
    return 32
