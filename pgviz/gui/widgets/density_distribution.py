"""The density of one real action dimension.

Shape suffix: X points of a curve.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from pgviz.gui.theme import Theme
from pgviz.gui.widgets.distribution_plot import CHOSEN, DistributionPlot, Floats


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
        super().__init__(parent=parent)
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
            painter.setPen(QPen(QColor(self._theme.series[CHOSEN]), 2))
            self._draw_upright(painter, self.action)
            self._draw_mark(painter, QPointF(self.pixel(self.action, 0.0).x(), 12.0))

    def _draw_upright(self, painter: QPainter, place: float) -> None:
        x = self.pixel(place, 0.0).x()
        painter.drawLine(QLineF(x, 0, x, self.view.rect().height()))
