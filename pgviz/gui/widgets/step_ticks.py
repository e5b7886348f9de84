"""Many moments on few pixels: how many of them fall into each column.

Shape suffixes: N moments, C columns of pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLine
from PySide6.QtGui import QColor, QPainter

from pgviz.gui.widgets.thinning import Floats

LEVELS = 4
# With more columns in use than this share, single ticks cannot be told apart, and their density is drawn instead.
SPARSE_SHARE = 0.2


def counts_by_column(steps_N: Floats, first: float, last: float, columns: int) -> NDArray[np.intp]:
    """Count the moments in each of C equal parts of [first, last].

    Parameters
    ----------
    steps_N
        Increasing, ``(N,)``.
    first, last
        What is in sight; ``first < last``.
    columns
        How many parts C.

    Returns
    -------
    numpy.ndarray
        ``(C,)``; found by bisection, so that a million moments cost no more than a thousand.
    """
    edges = np.linspace(first, last, columns + 1)
    places = np.searchsorted(steps_N, edges)
    # What lies on the last edge belongs to the last part.
    places[-1] = np.searchsorted(steps_N, last, "right")
    return np.diff(places)


def draw_ticks(painter: QPainter, counts_C: NDArray[np.intp], top: int, bottom: int, colour: str) -> None:
    """Draw a tick in each column in use; once single ones blur, paler ones where there are fewer."""
    used = np.flatnonzero(counts_C)
    if not len(used):
        return
    levels = np.full(len(used), LEVELS)
    if len(used) > SPARSE_SHARE * len(counts_C):
        share = counts_C[used] / counts_C.max()
        levels = np.ceil(share * (LEVELS - 1)).astype(int)
    for level in range(1, LEVELS + 1):
        shade = QColor(colour)
        shade.setAlphaF(0.2 + 0.8 * level / LEVELS)
        painter.setPen(shade)
        painter.drawLines([QLine(x, top, x, bottom) for x in used[levels == level].tolist()])
