"""The range over which values are drawn: it follows them, but not every small move. Knows no Qt.

Shape suffix: A actions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.gui.widgets.step_axis import compact, nice_spacing

# Of the range on either side of the values, so that the lowest can be seen as well.
ROOM = 0.12
# Values that take less than this share of the range are too flat to be told apart.
LEAST_SHARE = 0.3
# Differences smaller than this share of the values themselves are chance, and would only make the axis jump.
LEAST_SPAN = 1e-3


class ValueScale:
    """A range of action values with round ends.

    Attributes
    ----------
    low, high
        The ends.
    """

    def __init__(self) -> None:
        self.low, self.high = 0.0, 1.0

    def follow(self, values_A: NDArray[np.floating[Any]]) -> bool:
        """Range over these values where they do not fit well; says whether it did.

        Those that are not finite are left out.
        """
        finite = values_A[np.isfinite(values_A)]
        if not len(finite):
            return False
        lowest, highest = float(finite.min()), float(finite.max())
        span = max(highest - lowest, LEAST_SPAN * max(abs(lowest), abs(highest)), 1e-9)
        fits = self.low <= lowest and highest <= self.high and span >= LEAST_SHARE * (self.high - self.low)
        if fits:
            return False
        step = nice_spacing(span, 8)
        self.low = math.floor((lowest - ROOM * span) / step) * step
        self.high = math.ceil((highest + ROOM * span) / step) * step
        return True

    def share(self, value: float) -> float:
        """Where a value lies between the ends, from 0 to 1; beyond them for one that lies outside."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """At most so many round values, but two in any case, from low to high, and how they are written."""
        first = last = 0
        for intervals in range(max(most - 1, 1), 2 * most + 10):
            spacing = nice_spacing(self.high - self.low, intervals)
            first, last = math.ceil(self.low / spacing - 1e-9), math.floor(self.high / spacing + 1e-9)
            if last > first:
                break
        return [(index * spacing, compact(index * spacing, spacing)) for index in range(first, last + 1)]

    def format(self, value: float) -> str:
        """A value in as few digits as tell it from its neighbours."""
        return compact(value, nice_spacing((self.high - self.low) / 20, 1))
