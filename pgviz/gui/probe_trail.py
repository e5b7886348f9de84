"""How π(·|s) of one state came to be what it is. Knows no Qt.

Shape suffixes: T updates, S series.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.gui.moving import Part
from pgviz.training.events import BinnedDecision, CategoricalDecision, Decision, GaussianDecision

Floats = NDArray[np.floating[Any]]

# With more points than this every second one goes: a trail is a few hundred pixels long.
MOST = 1000
# Each change of a pinned state, while it is dragged, begins one.
MOST_TRAILS = 500


class Trail:
    """Decisions in one state, oldest first.

    Attributes
    ----------
    updates
        After how many updates each was taken.
    """

    def __init__(self) -> None:
        self.updates: list[int] = []
        self._decisions: list[Decision] = []
        self._part: Part | None = None
        self._rows: list[list[float]] = []  # of that part, as far as they have been asked for

    def __len__(self) -> int:
        return len(self.updates)

    @property
    def newest(self) -> Decision | None:
        """The decision as it is now."""
        return self._decisions[-1] if self._decisions else None

    def add(self, update: int, decision: Decision) -> None:
        """Take another one in; after the same update as the last it takes its place."""
        if self.updates and self.updates[-1] == update:
            self.forget_after(update - 1)
        self.updates.append(update)
        self._decisions.append(decision)
        if len(self.updates) > MOST:
            self.updates, self._decisions = self.updates[::-2][::-1], self._decisions[::-2][::-1]
            self._rows = []

    def forget_after(self, update: int) -> None:
        """Drop what came after an update."""
        kept = sum(each <= update for each in self.updates)
        del self.updates[kept:], self._decisions[kept:], self._rows[kept:]

    def clear(self) -> None:
        """Drop all."""
        self.forget_after(-1)

    def series(self, part: Part) -> Floats:
        """The numbers to draw of one part, ``(T, S)``.

        Of a choice each option's probability; of a real number the action that the mean leads to, and those a
        standard deviation below and above; of bins the one that is valued most.
        """
        if part != self._part:
            self._part, self._rows = part, []
        new = self._decisions[len(self._rows) :]
        self._rows += [_numbers(part.of(each), part) for each in new]
        return np.array(self._rows)


class RecordedTrails:
    """The trails of a recording's pinned states; one that is gone back to has its trail again."""

    def __init__(self) -> None:
        self._trails: dict[tuple[int, tuple[float, ...]], Trail] = {}

    def of(self, id: int, observation: tuple[float, ...]) -> Trail:
        """The trail of a state that was pinned under a number; one that is edited is another."""
        trail = self._trails.setdefault((id, observation), Trail())
        if len(self._trails) > MOST_TRAILS:
            del self._trails[next(iter(self._trails))]
        return trail

    def forget_after(self, update: int) -> None:
        """Drop what came after an update."""
        for trail in self._trails.values():
            trail.forget_after(update)


def _numbers(own: Decision, part: Part) -> list[float]:
    if isinstance(own, CategoricalDecision):
        return [float(chance) for chance in own.probabilities_A]
    if isinstance(own, BinnedDecision):
        best = int(own.values_DK[part.dimension].argmax())
        return [float(own.centres_DK[part.dimension, best])]
    assert isinstance(own, GaussianDecision)
    ends = [own.to_action(np.asarray(own.mean_D + sign * own.std_D, float)) for sign in (0.0, -1.0, 1.0)]
    return [float(each[part.dimension]) for each in ends]
