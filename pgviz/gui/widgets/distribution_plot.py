"""Plots of one distribution over actions: bars for finitely many, densities for real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainterPath
from PySide6.QtWidgets import QGraphicsPathItem, QVBoxLayout, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized
from pgviz.gui.widgets.step_axis import RoundAxis

Floats = NDArray[np.floating[Any]]

# With more bars than this, labels of probabilities would touch; with more than that, names of actions would.
LABELLED_BARS, NAMED_BARS = 10, 24


def plain_plot(theme: Theme) -> pg.PlotWidget:
    """A plot with calm axes, whose own menu keeps zoom and export."""
    axes = {"left": RoundAxis("left", 36), "bottom": RoundAxis("bottom", 56)}
    plot = pg.PlotWidget(background=theme.panel, axisItems=axes)
    item = plot.getPlotItem()
    item.hideButtons()
    item.setContentsMargins(4, 6, 10, 4)
    item.getViewBox().setDefaultPadding(0.0)
    plot.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
    return plot


def colour_axes(plot: pg.PlotWidget, theme: Theme) -> None:
    """Draw a plot's background, axes and tick labels in a theme's colours."""
    plot.setBackground(theme.panel)
    font = sized(plot.font(), 0.85)
    for name in ("left", "bottom"):
        plot.getPlotItem().getAxis(name).apply_theme(theme, font)


class BarDistribution(QWidget):
    """A bar per action; the chosen one is outlined and has a mark above it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Probability of each action")
        self._theme = LIGHT
        self._labels: tuple[str, ...] = ()
        self._probabilities = np.zeros(0)
        self._chosen: int | None = None
        self.plot = plain_plot(self._theme)
        self.plot.setMouseEnabled(x=True, y=False)
        self.bars = pg.BarGraphItem(x=[], height=[], width=0.7)
        self.chosen_bar = pg.BarGraphItem(x=[], height=[], width=0.7)
        self.uniform = pg.InfiniteLine(angle=0)
        self.mark = pg.ScatterPlotItem(size=9, symbol="t")
        self.texts: list[pg.TextItem] = []
        for item in (self.bars, self.chosen_bar, self.uniform, self.mark):
            self.plot.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.plot.scene().sigMouseMoved.connect(self._hover)
        self.apply_theme(self._theme)

    def _hover(self, at: QPointF) -> None:
        place = self.plot.getPlotItem().getViewBox().mapSceneToView(at)
        self.plot.setToolTip(self.describe(round(place.x())))

    def describe(self, index: int) -> str:
        """The probability of one action in words; empty where there is no such action."""
        if not 0 <= index < len(self._probabilities):
            return ""
        chosen = ", chosen" if index == self._chosen else ""
        return f"{self._labels[index]}: probability {self._probabilities[index]:.4f}{chosen}"

    def begin(self, labels: Sequence[str]) -> None:
        """Make ready for a policy over these actions."""
        self._labels = tuple(labels)
        self._probabilities, self._chosen = np.zeros(len(labels)), None
        for text in self.texts:
            self.plot.removeItem(text)
        count = len(labels)
        self.texts = [pg.TextItem(anchor=(0.5, 1.0)) for _ in range(count if count <= LABELLED_BARS else 0)]
        for text in self.texts:
            self.plot.addItem(text)
        named = count <= NAMED_BARS
        ticks = [list(enumerate(labels))] if named else None
        self.plot.getPlotItem().getAxis("bottom").setTicks(ticks)
        self.plot.setXRange(-0.6, count - 0.4)
        self.plot.setYRange(0.0, 1.12)
        self.plot.getPlotItem().getAxis("left").setTicks([[(v, f"{v:g}") for v in (0, 0.25, 0.5, 0.75, 1)]])
        self.uniform.setValue(1.0 / max(count, 1))
        self.apply_theme(self._theme)

    def show_distribution(self, probabilities: Floats, chosen: int | None) -> None:
        """Draw π(·|s) and the action that was chosen, if one was."""
        self._probabilities, self._chosen = np.asarray(probabilities, float), chosen
        self._draw()

    def _draw(self) -> None:
        probabilities, chosen, theme = self._probabilities, self._chosen, self._theme
        self.bars.setOpts(x=np.arange(len(probabilities)), height=probabilities, width=0.7)
        for index, text in enumerate(self.texts):
            text.setText(f"{probabilities[index]:.2f}", color=theme.text)
            text.setPos(index, probabilities[index])
        if chosen is None or chosen >= len(probabilities):
            self.chosen_bar.setOpts(x=[], height=[], width=0.7)
            self.mark.setData([], [])
        else:
            self.chosen_bar.setOpts(x=[chosen], height=[probabilities[chosen]], width=0.7)
            above = probabilities[chosen] + (0.11 if self.texts else 0.04)
            self.mark.setData([chosen], [above], brush=theme.series[1], pen=None)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        colour_axes(self.plot, theme)
        self.bars.setOpts(brush=pg.mkBrush(theme.series[0]), pen=pg.mkPen(None))
        self.chosen_bar.setOpts(brush=pg.mkBrush(theme.series[1]), pen=pg.mkPen(None))
        self.uniform.setPen(pg.mkPen(theme.muted, style=Qt.PenStyle.DashLine))
        self._draw()


class DensityDistribution(QWidget):
    """The density of one action dimension between its bounds, with the mean and the action that was drawn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(96)
        self._theme = LIGHT
        self._label, self._top = "", 0.0
        self.plot = plain_plot(self._theme)
        self.plot.setMouseEnabled(x=True, y=False)
        self.plot.getPlotItem().getAxis("left").setStyle(showValues=False)
        self.plot.getPlotItem().getAxis("left").setWidth(6)
        self.area = QGraphicsPathItem()
        self.curve = pg.PlotCurveItem()
        self.mean = pg.InfiniteLine(angle=90)
        self.action = pg.InfiniteLine(angle=90)
        self.tip = pg.ScatterPlotItem(size=10, symbol="t")
        self.bounds = [pg.LinearRegionItem(movable=False) for _ in range(2)]
        for item in (*self.bounds, self.area, self.curve, self.mean, self.action, self.tip):
            self.plot.addItem(item, ignoreBounds=True)
        self.action.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.plot.scene().sigMouseMoved.connect(self._hover)
        self.apply_theme(self._theme)

    def _hover(self, at: QPointF) -> None:
        place = self.plot.getPlotItem().getViewBox().mapSceneToView(at)
        self.plot.setToolTip(self.describe(place.x()))

    def describe(self, action: float) -> str:
        """The density at one action in words; empty where none is drawn."""
        x, y = self.curve.getData()
        if x is None or not len(x) or not x[0] <= action <= x[-1]:
            return ""
        return f"{self._label} {action:.3f}: density {np.interp(action, x, y):.4f}"

    def begin(self, label: str, low: float, high: float) -> None:
        """Make ready for a dimension of this name and these bounds."""
        self._label, self._top = label, 0.0
        self.setAccessibleName(f"Density of {label}")
        self.plot.getPlotItem().setLabel("bottom", label)
        span = high - low if np.isfinite(high - low) else 8.0
        left = low if np.isfinite(low) else (high - span if np.isfinite(high) else -4.0)
        right = high if np.isfinite(high) else left + span
        margin = 0.06 * (right - left)
        for region, (edge, outer) in zip(
            self.bounds, ((low, low - 100 * span), (high, high + 100 * span)), strict=True
        ):
            region.setVisible(bool(np.isfinite(edge)))
            if np.isfinite(edge):
                region.setRegion(sorted((edge, outer)))
        self.plot.setXRange(left - margin, right + margin)
        self.curve.setData([], [])
        self.area.setPath(QPainterPath())
        self.action.hide()
        self.tip.setData([], [])

    def show_density(self, x: Floats, y: Floats, mean: float, action: float | None) -> None:
        """Draw the density over the action, its mean, and the action that was drawn, if one was."""
        y = np.minimum(np.nan_to_num(y, nan=0.0, posinf=1e6), 1e6)
        self._keep_top(y)
        self.curve.setData(np.asarray(x, float), y)
        path = QPainterPath(QPointF(float(x[0]), 0.0))
        for point in zip(x.tolist(), y.tolist(), strict=True):
            path.lineTo(*point)
        path.lineTo(float(x[-1]), 0.0)
        self.area.setPath(path)
        self.mean.setValue(mean)
        self.action.setVisible(action is not None)
        if action is None:
            self.tip.setData([], [])
        else:
            self.action.setValue(action)
            self.tip.setData([action], [self._top * 1.03], brush=self._theme.series[1], pen=None)

    def _keep_top(self, y: Floats) -> None:
        """Scale so that the curve fits, and change the scale only when it fits no longer or far too well.

        Density piled up at a bound has no height worth showing: the scale follows the bulk of the curve.
        """
        wanted = 1.15 * float(np.percentile(y, 97)) if len(y) else 1.0
        if wanted > self._top or wanted < 0.4 * self._top:
            self._top = max(wanted, 1e-3)
        self.plot.setYRange(0.0, 1.12 * self._top)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        colour_axes(self.plot, theme)
        self.curve.setPen(pg.mkPen(theme.series[0], width=1))
        fill = QColor(theme.series[0])
        fill.setAlpha(70)
        self.area.setBrush(fill)
        self.area.setPen(pg.mkPen(None))
        self.mean.setPen(pg.mkPen(theme.series[0], style=Qt.PenStyle.DashLine))
        self.action.setPen(pg.mkPen(theme.series[1], width=2))
        for region in self.bounds:
            region.setBrush(pg.mkBrush(QColor(theme.grid)))
            for line in region.lines:
                line.setPen(pg.mkPen(theme.border))
                line.setHoverPen(pg.mkPen(theme.border))
