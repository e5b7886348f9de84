"""One series of a plot: what it looks like, and what of it is drawn.

Shape suffix: N points of the series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from pgviz.gui.theme import Theme
from pgviz.gui.widgets.thinning import Floats, means, outline

DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
MOST_DOTS = 3000
DOT_SIZE = 3
FEW_DOTS = 1000


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
    right
        Whether it belongs to the logarithmic scale at the right; its points then are common logarithms.
    dash
        Its dashes, where they do not follow from `index`.
    """

    name: str
    index: int = 0
    dots: bool = False
    strong: bool = False
    right: bool = False
    dash: Qt.PenStyle | None = None

    @property
    def width(self) -> int:
        """Width of its line in device-independent pixels."""
        return 2 if self.strong else 1

    def pen(self, theme: Theme) -> QPen:
        """The pen of its line, or of its dots."""
        if self.dots:
            pen = QPen(_mixed(theme.muted, theme.panel), DOT_SIZE)
            pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        else:
            # Colours come round again after eight; the dashes are then others.
            dashes = DASHES[(self.index + self.index // len(theme.series)) % len(DASHES)]
            pen = QPen(QColor(theme.colour(self.index)), self.width, self.dash or dashes)
        pen.setCosmetic(True)
        return pen


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
        self._drawn: tuple[int, int, int, int] | None = None
        self.item = _Dots(self) if look.dots else _Line(self)

    def take(self, x_N: Floats, y_N: Floats) -> bool:
        """Take over a longer series; says whether it did.

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
        return True

    def take_back(self) -> None:
        """Take the next series over whatever its length: its end may be another."""
        self._taken = self._seen = -1
        self._drawn = None

    def show_between(self, first: float, last: float, width: int) -> None:
        """Draw what can be told apart of the points between two x, on so many pixels."""
        begin, end = int(np.searchsorted(self.x, first)), int(np.searchsorted(self.x, last, "right"))
        drawn = (len(self.x), begin, end, width)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        if self.look.dots:
            # Powers of two keep the same dots while the series grows, so that the picture does not flicker.
            stride = 1 << max(0, (max(end - begin, 1) - 1) // MOST_DOTS).bit_length()
            chosen = slice(begin - begin % stride, end, stride)
            self.item.setData(self.x[chosen], self.y[chosen])
            return
        chosen = slice(max(begin - 1, 0), end + 1)  # the line goes on to the edges
        x_M, y_M = self.x[chosen], self.y[chosen]
        if len(x_M):
            # A broad line through every peak would be a band.
            x_M, y_M = means(x_M, y_M, width // 2) if self.look.strong else outline(x_M, y_M, width)
        self.item.setData(x_M, y_M, skipFiniteCheck=True)

    def shown(self, index: int) -> float:
        """The number that a point stands for."""
        return float(10.0 ** self.y[index] if self.look.right else self.y[index])

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
        self.item.setPen(self.look.pen(theme))


def _mixed(one: str, other: str) -> QColor:
    first, second = QColor(one), QColor(other)
    return QColor(
        (first.red() + second.red()) // 2,
        (first.green() + second.green()) // 2,
        (first.blue() + second.blue()) // 2,
    )


class _Line(pg.PlotCurveItem):  # type: ignore[misc]
    """The line of a trace, or a dot while it has one point only; exported are all of its points."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(antialias=True, name=trace.look.name)
        self._trace = trace

    def boundingRect(self) -> QRectF:
        """All that is in sight: to find out which part of it the points take would cost more than to draw them."""
        view = self.getViewBox()
        return QRectF() if view is None else QRectF(view.viewRect())

    def getOriginalDataset(self) -> tuple[Floats, Floats]:
        """What pyqtgraph exports."""
        return self._trace.x, 10.0**self._trace.y if self._trace.look.right else self._trace.y

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None) -> None:
        """Draw the line."""
        x_M, _ = self.getData()
        if x_M is not None and len(x_M) == 1:
            self._paint_points(painter, DOT_SIZE + 1)
        else:
            # Qt takes the width of a cosmetic pen for device pixels, which are small on a high-DPI screen.
            self.opts["pen"].setWidthF(self._trace.look.width * painter.device().devicePixelRatioF())
            super().paint(painter, option, widget)

    def _paint_points(self, painter: QPainter, size: int) -> None:
        pen = QPen(self.opts["pen"])
        pen.setWidthF(size * painter.device().devicePixelRatioF())
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        painter.setPen(pen)
        painter.drawPoints(pg.functions.arrayToQPolygonF(*self.getData()))


class _Dots(_Line):
    """The dots of a trace: opaque squares, which Qt paints ten times faster than discs that shine through."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None) -> None:
        """Draw the points."""
        x_M, _ = self.getData()
        if x_M is not None and len(x_M):
            self._paint_points(painter, DOT_SIZE if len(x_M) <= FEW_DOTS else DOT_SIZE - 1)
