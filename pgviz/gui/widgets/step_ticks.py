"""Many moments on few pixels: how many of them fall into each column.

Shape suffixes: N moments, C columns of pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from pgviz.gui.widgets.thinning import Floats

PALEST = 0.3
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
    used_C = counts_C > 0
    if not used_C.any():
        return
    opacity_C = used_C.astype(float)
    if used_C.mean() > SPARSE_SHARE:
        opacity_C *= PALEST + (1.0 - PALEST) * counts_C / counts_C.max()
    shade = np.uint32(QColor(colour).rgb() & 0xFFFFFF)
    pixels_C = np.ascontiguousarray((opacity_C * 255).astype(np.uint32) << 24 | shade)
    columns = len(pixels_C)
    # One row of pixels, stretched: a line for each tick would take several times as long.
    row = QImage(pixels_C.data, columns, 1, 4 * columns, QImage.Format.Format_ARGB32)
    painter.drawImage(QRect(0, top, columns, bottom - top + 1), row)
