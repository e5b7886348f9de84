"""Plots of one distribution over actions: bars for finitely many, densities for real ones.

Shape suffixes: A actions, X points of a curve.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QVBoxLayout, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized
from pgviz.gui.widgets.step_axis import RoundAxis

Floats = NDArray[np.floating[Any]]

# With more bars than this, labels of probabilities would touch; with more than that, names of actions would.
LABELLED_BARS, NAMED_BARS = 10, 24
BAR_WIDTH = 0.7


class DistributionPlot(QWidget):
    """A pyqtgraph plot in which everything is drawn by one item, which costs a fraction of an item each.

    Subclasses draw in pixels of the plot's area, with :meth:`pixel`.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        axes = {"left": RoundAxis("left", 36), "bottom": RoundAxis("bottom", 56)}
        self.plot = pg.PlotWidget(axisItems=axes)
        self.plot.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.plot.setMouseEnabled(x=True, y=False)
        item = self.plot.getPlotItem()
        item.hideButtons()
        item.setContentsMargins(4, 6, 10, 4)
        self.view: pg.ViewBox = item.getViewBox()
        self.view.setDefaultPadding(0.0)
        self._drawing = _Drawing(self.view, self._draw)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.plot.scene().sigMouseMoved.connect(self._hover)

    @abstractmethod
    def _draw(self, painter: QPainter) -> None:
        """Draw the distribution."""

    @abstractmethod
    def describe(self, place: float) -> str:
        """What there is at one place of the axis, in words; empty where there is nothing."""

    def pixel(self, x: float, y: float) -> QPointF:
        """Where a point of the plot is, in pixels of its area."""
        (left, right), (bottom, top) = self.view.viewRange()
        area = self.view.rect()
        return QPointF((x - left) / (right - left) * area.width(), (top - y) / (top - bottom) * area.height())

    def redraw(self) -> None:
        """Draw again what has changed."""
        self._drawing.update()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.plot.setBackground(theme.panel)
        font = sized(self.plot.font(), 0.85)
        for name in ("left", "bottom"):
            self.plot.getPlotItem().getAxis(name).apply_theme(theme, font)
        self.redraw()

    def _hover(self, at: QPointF) -> None:
        self.plot.setToolTip(self.describe(self.view.mapSceneToView(at).x()))

    def _draw_mark(self, painter: QPainter, tip: QPointF) -> None:
        """Draw a small triangle that points down at the action that was chosen."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.series[1]))
        corners = [tip, tip + QPointF(-5, -9), tip + QPointF(5, -9)]
        painter.drawPolygon(QPolygonF(corners))


class _Drawing(pg.GraphicsObject):  # type: ignore[misc]
    """One item over the whole area of a view, which lets somebody else draw."""

    def __init__(self, view: pg.ViewBox, draw: Any) -> None:
        super().__init__(view)
        self._view, self._draw_all = view, draw
        view.sigResized.connect(self._follow)
        view.sigRangeChanged.connect(self._redraw)

    def _follow(self, *_: object) -> None:
        self.prepareGeometryChange()
        self.update()

    def _redraw(self, *_: object) -> None:
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self._view.rect())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        self._draw_all(painter)


class BarDistribution(DistributionPlot):
    """A bar per action; the chosen one has another colour and a mark above it.

    Attributes
    ----------
    probabilities_A, chosen
        What is drawn.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Probability of each action")
        self._labels: tuple[str, ...] = ()
        self.probabilities_A: Floats = np.zeros(0)
        self.chosen: int | None = None
        self.apply_theme(self._theme)

    def begin(self, labels: Sequence[str]) -> None:
        """Make ready for a policy over these actions."""
        count = len(labels)
        self._labels = tuple(labels)
        self.probabilities_A, self.chosen = np.zeros(count), None
        item = self.plot.getPlotItem()
        item.getAxis("bottom").setTicks([list(enumerate(labels))] if count <= NAMED_BARS else None)
        item.getAxis("left").setTicks([[(value, f"{value:g}") for value in (0, 0.25, 0.5, 0.75, 1)]])
        self.plot.setXRange(-0.6, count - 0.4)
        self.plot.setYRange(0.0, 1.14)
        self.redraw()

    def show_distribution(self, probabilities_A: Floats, chosen: int | None) -> None:
        """Draw π(·|s) and the action that was chosen, if one was."""
        self.probabilities_A, self.chosen = probabilities_A, chosen
        self.redraw()

    def describe(self, place: float) -> str:
        """The probability of one action in words; empty where there is no such action."""
        index = round(place)
        if not 0 <= index < len(self.probabilities_A):
            return ""
        chosen = ", chosen" if index == self.chosen else ""
        return f"{self._labels[index]}: probability {self.probabilities_A[index]:.4f}{chosen}"

    def _draw(self, painter: QPainter) -> None:
        if not len(self.probabilities_A):
            return
        labelled = len(self.probabilities_A) <= LABELLED_BARS
        metrics = QFontMetricsF(painter.font())
        for index, probability in enumerate(self.probabilities_A.tolist()):
            self._draw_bar(painter, index, probability)
            top = self.pixel(index, probability)
            if labelled:
                text = f"{probability:.2f}"
                painter.setPen(QColor(self._theme.text))
                painter.drawText(top - QPointF(metrics.horizontalAdvance(text) / 2, 4), text)
            if index == self.chosen:
                self._draw_mark(painter, top - QPointF(0, metrics.height() + 6 if labelled else 3))
        self._draw_uniform(painter)

    def _draw_bar(self, painter: QPainter, index: int, probability: float) -> None:
        corner = self.pixel(index - BAR_WIDTH / 2, probability)
        opposite = self.pixel(index + BAR_WIDTH / 2, 0.0)
        painter.fillRect(QRectF(corner, opposite), QColor(self._theme.series[int(index == self.chosen)]))

    def _draw_uniform(self, painter: QPainter) -> None:
        level = self.pixel(0.0, 1.0 / len(self.probabilities_A)).y()
        painter.setPen(QPen(QColor(self._theme.muted), 0, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(0, level, self.view.rect().width(), level))


class DensityDistribution(DistributionPlot):
    """The density of one action dimension between its bounds, with the mean and the action that was drawn.

    Attributes
    ----------
    curve
        The density.
    mean, action
        Where the mean leads, and the action that was drawn; ``None`` where there is none.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(96)
        self._label, self._top = "", 0.0
        self._low, self._high = -np.inf, np.inf
        self.mean: float | None = None
        self.action: float | None = None
        axis = self.plot.getPlotItem().getAxis("left")
        axis.setStyle(showValues=False, tickLength=0)
        axis.setWidth(6)
        # A curve of pyqtgraph's own, so that its menu can export the numbers.
        self.curve = pg.PlotCurveItem(fillLevel=0.0)
        self.curve.setZValue(-1)
        self.plot.addItem(self.curve, ignoreBounds=True)
        self.apply_theme(self._theme)

    def begin(self, label: str, low: float, high: float) -> None:
        """Make ready for a dimension of this name and these bounds, infinite where there is none."""
        self._label, self._top, self._low, self._high = label, 0.0, low, high
        self.mean = self.action = None
        self.setAccessibleName(f"Density of {label}")
        self.plot.getPlotItem().setLabel("bottom", label)
        span = high - low if np.isfinite(high - low) else 8.0
        left = low if np.isfinite(low) else (high - span if np.isfinite(high) else -4.0)
        right = high if np.isfinite(high) else left + span
        margin = 0.06 * (right - left)
        self.plot.setXRange(left - margin, right + margin)
        self.curve.setData([], [])

    def show_density(self, x_X: Floats, y_X: Floats, mean: float, action: float | None) -> None:
        """Draw the density over the action, its mean, and the action that was drawn, if one was."""
        y_X = np.minimum(np.nan_to_num(y_X, nan=0.0, posinf=1e6), 1e6)
        self.mean, self.action = mean, action
        self._keep_top(y_X)
        self.curve.setData(np.asarray(x_X, float), y_X)
        self.redraw()

    def describe(self, place: float) -> str:
        """The density at one action in words; empty where none is drawn."""
        x_X, y_X = self.curve.getData()
        if x_X is None or not len(x_X) or not x_X[0] <= place <= x_X[-1]:
            return ""
        return f"{self._label} {place:.3f}: density {np.interp(place, x_X, y_X):.4f}"

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        super().apply_theme(theme)
        fill = QColor(theme.series[0])
        self.curve.setPen(pg.mkPen(fill, width=1))
        fill.setAlpha(70)
        self.curve.setBrush(fill)

    def _keep_top(self, y_X: Floats) -> None:
        """Scale so that the curve fits, and change the scale only when it fits no longer or far too well.

        Density piled up at a bound has no height worth showing: the scale follows the bulk of the curve.
        """
        wanted = 1.15 * float(np.percentile(y_X, 97)) if len(y_X) else 1.0
        if wanted > self._top or wanted < 0.4 * self._top:
            self._top = max(wanted, 1e-3)
            self.plot.setYRange(0.0, 1.12 * self._top)

    def _draw(self, painter: QPainter) -> None:
        area = QRectF(self.view.rect())
        shade = QColor(self._theme.grid)
        for bound, outer in ((self._low, area.left()), (self._high, area.right())):
            if np.isfinite(bound):
                edge = self.pixel(bound, 0.0).x()
                painter.fillRect(QRectF(min(edge, outer), 0, abs(edge - outer), area.height()), shade)
        if self.mean is not None:
            painter.setPen(QPen(QColor(self._theme.series[0]), 0, Qt.PenStyle.DashLine))
            self._draw_upright(painter, self.mean)
        if self.action is not None:
            painter.setPen(QPen(QColor(self._theme.series[1]), 2))
            self._draw_upright(painter, self.action)
            self._draw_mark(painter, QPointF(self.pixel(self.action, 0.0).x(), 12.0))

    def _draw_upright(self, painter: QPainter, place: float) -> None:
        x = self.pixel(place, 0.0).x()
        painter.drawLine(QLineF(x, 0, x, self.view.rect().height()))
