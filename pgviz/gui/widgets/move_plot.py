"""π(·|s) before and after a step, and the difference, which is often too small to be seen in the first.

Shape suffixes: A options, X points of a curve; the four of NAMES in pgviz.gui.moving stand in rows.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from pgviz.gui.moving import NAMES
from pgviz.gui.theme import Theme
from pgviz.gui.widgets.banded_plot import BandedPlot
from pgviz.gui.widgets.choice_axis import ChoiceAxis
from pgviz.gui.widgets.distribution_plot import Floats, Table
from pgviz.gui.widgets.step_axis import RoundAxis

SERIES = (0, 1, 3, 2)  # the colours of before, alone, minibatch, step
PENS = (Qt.PenStyle.SolidLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashLine, Qt.PenStyle.SolidLine)
BRUSHES = (
    Qt.BrushStyle.SolidPattern,
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.Dense6Pattern,
    Qt.BrushStyle.NoBrush,
)
SLOT = 0.84  # of the room of an option, for all of its bars
DIGITS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
FADED = 0.35


def pen_of(move: int, theme: Theme) -> QPen:
    """The line of one of the four."""
    return QPen(QColor(theme.series[SERIES[move]]), 2 if move == 3 else 1.5, PENS[move])


def draw_bar(painter: QPainter, bar: QRectF, move: int, theme: Theme) -> None:
    """Draw a bar of one of the four: filled before, and outlined with a pattern of its own after."""
    colour = QColor(theme.series[SERIES[move]])
    if move == 0:
        colour.setAlpha(110)
        painter.fillRect(bar, colour)
        return
    painter.fillRect(bar, QBrush(colour, BRUSHES[move]))
    pen = QPen(colour, 2 if move == 3 else 1)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar)


class MovePlot(BandedPlot):
    """Above, the four distributions; below, how the three after differ from the one before."""

    VALUE_SHARE = 0.52
    LABELLED = False

    def __init__(self, bottom: RoundAxis, parent: QWidget | None = None) -> None:
        super().__init__(bottom, parent)
        self._power = 0
        self.begin_bands(has_values=True)

    def set_changes(self, changes: Floats) -> None:
        """Take over the differences, scaled by a power of ten so that their axis has short numbers."""
        largest = float(np.abs(changes).max()) if changes.size else 0.0
        self._power = 0 if largest in (0.0, math.inf) else min(math.floor(math.log10(largest)), 0)
        if self._power > -2:
            self._power = 0
        scaled = changes.ravel() * 10.0**-self._power
        self.set_values(np.concatenate([scaled, [0.0, 1e-6]]))

    def share(self, change: float) -> float:
        """Where in the lower band a difference is drawn."""
        return self._scale.share(change * 10.0**-self._power)

    def changeEvent(self, event: QEvent) -> None:
        """Fade where this cannot be used, for it is of the past."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.redraw()

    def _draw_captions(self, painter: QPainter) -> None:
        painter.setOpacity(1.0 if self.isEnabled() else FADED)
        painter.setFont(self._small)
        painter.setPen(QColor(self._theme.muted))
        metrics = QFontMetricsF(self._small)
        row = QRectF(4.0, 0.0, self.view.rect().width() - 8.0, metrics.height())
        times = f", × 10{str(self._power).translate(DIGITS)}" if self._power else ""
        below = row.translated(0.0, self._split() + 8.0)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(row, left, self._caption())
        painter.drawText(below, left, f"Change{times}")

    def _draw_zero(self, painter: QPainter, band: QRectF) -> float:
        zero = band.bottom() - self.share(0.0) * band.height()
        painter.setPen(QPen(QColor(self._theme.muted), 1))
        painter.drawLine(QLineF(0.0, zero, band.width(), zero))
        return zero

    @abstractmethod
    def _caption(self) -> str:
        """What is above."""


class MoveBars(MovePlot):
    """Of a choice among options: four bars of probability for each, and three of change.

    Attributes
    ----------
    rows
        The four distributions, ``(4, A)``.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self.names = ChoiceAxis()
        super().__init__(self.names, parent)
        self._labels: Sequence[str] = ()
        self.rows: Floats = np.zeros((4, 0))
        self.setAccessibleName("Probability of each action before and after the step")
        self.view.sigResized.connect(self.names.fit)
        self.apply_theme(self._theme)

    def begin(self, labels: Sequence[str]) -> None:
        """Make ready for a choice among these options."""
        self._labels, self.rows = labels, np.zeros((4, 0))
        self.names.set_names(labels)
        self.plot.setXRange(-0.6, len(labels) - 0.4)
        self.redraw()

    def show_rows(self, rows: Floats) -> None:
        """Draw four distributions, ``(4, A)``."""
        self.rows = rows
        self.set_changes(rows[1:] - rows[0])
        self.redraw()

    def describe(self, place: float) -> str:
        """The probabilities of one option, in words."""
        index = round(place)
        if not 0 <= index < self.rows.shape[1]:
            return ""
        before, alone, batch, step = self.rows[:, index].tolist()
        return f"{self._labels[index]}: {before:.5f}; alone {alone:.5f}, minibatch {batch:.5f}, step {step:.5f}"

    def table(self) -> Table:
        """A row for each option: its probability before, and after each move."""
        labels = self._labels[: self.rows.shape[1]]
        return {"action": labels, **dict(zip(NAMES, self.rows, strict=True))}

    def _caption(self) -> str:
        return "π(a|s)"

    def _draw(self, painter: QPainter) -> None:
        self._draw_captions(painter)
        (left, right), width = self.view.viewRange()[0], self.view.rect().width()
        slot, above, below = width / (right - left), self.probability_band(), self.value_band()
        zero = self._draw_zero(painter, below) if self.rows.shape[1] else 0.0
        for index in range(self.rows.shape[1]):
            first = (index - left) * slot - slot * SLOT / 2
            for move in range(4):
                bar_width = slot * SLOT / 4
                at, gap = first + move * bar_width, min(2.0, bar_width / 4)
                height = float(self.rows[move, index]) * above.height()
                draw_bar(
                    painter,
                    QRectF(at + gap / 2, above.bottom() - height, bar_width - gap, height),
                    move,
                    self._theme,
                )
                if move:
                    change = float(self.rows[move, index] - self.rows[0, index])
                    end = below.bottom() - self.share(change) * below.height()
                    bar = QRectF(at + gap / 2, min(zero, end), bar_width - gap, abs(zero - end))
                    draw_bar(painter, bar, move, self._theme)


class MoveCurves(MovePlot):
    """Of a real number: four densities over one another, and three differences.

    Attributes
    ----------
    over_X, rows
        The axis, and the densities ``(4, X)``.
    action
        The one that was done, or ``None``.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(RoundAxis("bottom", 56), parent)
        self._label = ""
        self.over_X: Floats = np.zeros(0)
        self.rows: Floats = np.zeros((4, 0))
        self.action: float | None = None
        self.setAccessibleName("Density before and after the step")
        self.apply_theme(self._theme)

    def begin(self, label: str) -> None:
        """Make ready for a real number of this name."""
        self._label, self.over_X, self.rows = label, np.zeros(0), np.zeros((4, 0))
        self.plot.getPlotItem().setLabel("bottom", label)
        self.redraw()

    def show_rows(self, over_X: Floats, rows: Floats, action: float | None) -> None:
        """Draw four densities, ``(4, X)``, over one axis."""
        self.over_X, self.rows, self.action = over_X, np.nan_to_num(rows, posinf=0.0), action
        self.plot.setXRange(float(over_X[0]), float(over_X[-1]))
        self.set_changes(self.rows[1:] - self.rows[0])
        self.redraw()

    def describe(self, place: float) -> str:
        """The densities at one place, in words."""
        if not len(self.over_X) or not self.over_X[0] <= place <= self.over_X[-1]:
            return ""
        before, *after = (float(np.interp(place, self.over_X, row_X)) for row_X in self.rows)
        alone, batch, step = after
        here = f"{self._label} {place:.3f}: {before:.4f}"
        return f"{here}; alone {alone:.4f}, minibatch {batch:.4f}, step {step:.4f}"

    def table(self) -> Table:
        """The four densities over one axis."""
        return {self._label: self.over_X, **dict(zip(NAMES, self.rows, strict=True))}

    def _caption(self) -> str:
        return "density of π(·|s)"

    def _set_ticks(self, *_: object) -> None:
        super()._set_ticks()
        axis, height = self.plot.getPlotItem().getAxis("left"), max(QRectF(self.view.rect()).height(), 1.0)
        middle = 1.0 - self._split() / height
        # A density has no scale that says anything: its area is 1.
        axis.setTicks([[tick for tick in axis._tickLevels[0] if tick[0] < middle]])

    def _draw(self, painter: QPainter) -> None:
        self._draw_captions(painter)
        if not len(self.over_X):
            return
        above, below = self.probability_band(), self.value_band()
        top = max(float(np.percentile(self.rows, 98)) * 1.2, 1e-12)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_zero(painter, below)
        for move in range(4):
            shares_X = np.clip(self.rows[move] / top, 0.0, 1.0)
            self._draw_curve(painter, above, shares_X, move)
            if move:
                change_X = (self.rows[move] - self.rows[0]) * 10.0**-self._power
                shares_X = (change_X - self._scale.low) / (self._scale.high - self._scale.low)
                self._draw_curve(painter, below, np.clip(shares_X, 0.0, 1.0), move)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self.action is not None:
            x = self.pixel(self.action, 0.0).x()
            painter.setPen(QPen(QColor(self._theme.muted), 0, Qt.PenStyle.DotLine))
            painter.drawLine(QLineF(x, above.top(), x, below.bottom()))
            self._draw_mark(painter, QPointF(x, above.top() + 2))

    def _draw_curve(self, painter: QPainter, band: QRectF, shares_X: Floats, move: int) -> None:
        left = self.pixel(float(self.over_X[0]), 0.0).x()
        right = self.pixel(float(self.over_X[-1]), 0.0).x()
        x_X = np.linspace(left, right, len(shares_X)).tolist()
        points = [
            QPointF(x, band.bottom() - y * band.height()) for x, y in zip(x_X, shares_X.tolist(), strict=True)
        ]
        if move == 0:
            fill = QColor(self._theme.series[SERIES[0]])
            fill.setAlpha(60)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF([QPointF(left, band.bottom()), *points, QPointF(right, band.bottom())]))
        painter.setPen(pen_of(move, self._theme))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
