"""One series of a plot: what it looks like, and what of it is drawn.

Shape suffix: N points of the series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from pgviz.gui.theme import Theme

Floats = NDArray[np.float64]

DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
MOST_DOTS = 5000
DOT_SIZE = 3


@dataclass(frozen=True, slots=True)
class Look:
    """How a series is drawn.

    Parameters
    ----------
    name
        What the legend and the readout call it.
    index
        Chooses its colour and its dashes, so that neighbours differ in both.
    dots
        Whether each point is a pale dot instead of a corner of a line.
    strong
        Whether the line is twice as wide.
    """

    name: str
    index: int = 0
    dots: bool = False
    strong: bool = False

    def pen(self, theme: Theme) -> QPen:
        """The pen of its line."""
        pen = QPen(QColor(theme.colour(self.index)), 2 if self.strong else 1, DASHES[self.index % len(DASHES)])
        pen.setCosmetic(True)
        return pen

    def dot_colour(self, theme: Theme) -> QColor:
        """The colour of its dots."""
        colour = QColor(theme.muted)
        colour.setAlpha(120)
        return colour


class Trace:
    """A series in a plot.

    Parameters
    ----------
    look
        How it is drawn.

    Attributes
    ----------
    item
        The graphics item that draws it.
    x, y
        Its finite points by increasing x, ``(N,)``, as last taken over.
    """

    def __init__(self, look: Look) -> None:
        self.look = look
        self.x: Floats = np.empty(0)
        self.y: Floats = np.empty(0)
        self._taken = self._seen = 0
        self._dots_drawn: tuple[int, int, int] | None = None
        self.item = _dots() if look.dots else _line()

    def take(self, x_N: Floats, y_N: Floats) -> bool:
        """Take over a longer series and draw it; says whether it did.

        Fewer new points than a thousandth of all are narrower than a pixel; they wait until there are more of
        them or no more come, so that a very long series costs no more than a short one.
        """
        length, seen = len(x_N), self._seen
        self._seen = length
        if length == self._taken or (length != seen and 0 < length - self._taken < length // 1000):
            return False
        self._taken = length
        finite = np.isfinite(y_N)
        self.x, self.y = (x_N.copy(), y_N.copy()) if finite.all() else (x_N[finite], y_N[finite])
        self._dots_drawn = None
        if not self.look.dots:
            self.item.setData(self.x, self.y, skipFiniteCheck=True)
        return True

    def show_between(self, first: float, last: float) -> None:
        """Draw no more dots than can be told apart, evenly chosen from those between two x."""
        if not self.look.dots:
            return
        begin, end = int(np.searchsorted(self.x, first)), int(np.searchsorted(self.x, last, "right"))
        # Powers of two keep the same dots while the series grows, so that the picture does not flicker.
        stride = 1 << max(0, (max(end - begin, 1) - 1) // MOST_DOTS).bit_length()
        wanted = (begin - begin % stride, end, stride)
        if wanted != self._dots_drawn:
            self._dots_drawn = wanted
            self.item.setData(self.x[slice(*wanted)], self.y[slice(*wanted)])

    def bounds(self, first: float, last: float) -> tuple[float, float] | None:
        """The lowest and highest y between two x."""
        begin, end = np.searchsorted(self.x, first), np.searchsorted(self.x, last, "right")
        y_N = self.y[begin:end]
        return (float(y_N.min()), float(y_N.max())) if len(y_N) else None

    def nearest(self, x: float) -> int | None:
        """Index of the point nearest to `x`."""
        if not len(self.x):
            return None
        right = min(int(np.searchsorted(self.x, x)), len(self.x) - 1)
        left = max(right - 1, 0)
        return left if x - self.x[left] <= self.x[right] - x else right

    def recolour(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        if self.look.dots:
            self.item.setBrush(self.look.dot_colour(theme))
        else:
            self.item.setPen(self.look.pen(theme))


def _dots() -> pg.ScatterPlotItem:
    return pg.ScatterPlotItem(size=DOT_SIZE, pen=None, antialias=True)


def _line() -> pg.PlotDataItem:
    line = pg.PlotDataItem(antialias=True)
    line.setClipToView(True)
    line.setDownsampling(auto=True, method="peak")
    return line
