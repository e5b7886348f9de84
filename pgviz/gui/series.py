"""Numbers that come one after another, to be drawn. Knows no Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Series:
    """Rows of numbers that grow at the end; room is made by doubling, so appending is cheap.

    Parameters
    ----------
    columns
        Numbers in each row.
    """

    def __init__(self, columns: int) -> None:
        self._rows = np.empty((1024, columns))
        self._length = 0

    def append(self, *row: float) -> None:
        """Add one row."""
        if self._length == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[self._length] = row
        self._length += 1

    def __len__(self) -> int:
        return self._length

    def forget_after(self, step: float) -> None:
        """Drop the rows at the end whose first number is greater than `step`."""
        self._length = int(np.searchsorted(self.column(0), step, "right"))

    def row_at(self, step: float) -> Floats | None:
        """The last row whose first number is at most `step`; a view that must not be written to."""
        count = int(np.searchsorted(self.column(0), step, "right"))
        return self._rows[count - 1] if count else None

    def column(self, index: int) -> Floats:
        """One column of all rows; a view that must not be written to."""
        return self._rows[: self._length, index]
