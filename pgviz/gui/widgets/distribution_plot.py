"""What the plots of one distribution over actions have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QVBoxLayout, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized
from pgviz.gui.widgets.step_axis import NO_CONTENTS, RoundAxis

Floats = NDArray[np.floating[Any]]

Table = Mapping[str, Sequence[Any] | NDArray[Any]]
"""Columns of numbers, or words, by their headings."""

CHOSEN = 1  # the series whose colour the action that was taken has, everywhere


class DistributionPlot(QWidget):
    """A pyqtgraph plot in which everything is drawn by one item, which costs a fraction of an item each.

    Subclasses draw in pixels of the plot's area, with :meth:`pixel`.

    Parameters
    ----------
    bottom
        The axis of the actions.
    """

    def __init__(self, bottom: RoundAxis | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        axes = {"left": RoundAxis("left", 36), "bottom": bottom or RoundAxis("bottom", 56)}
        self.plot = pg.PlotWidget(axisItems=axes)
        self.plot.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.plot.setMouseEnabled(x=True, y=False)
        item = self.plot.getPlotItem()
        item.hideButtons()
        item.setContentsMargins(4, 6, 10, 4)
        item.table = self.table  # for the export in its menu
        self.view: pg.ViewBox = item.getViewBox()
        for frame in (item, self.view):
            frame.setFlag(NO_CONTENTS)
        self.view.setDefaultPadding(0.0)
        self._drawing = _Drawing(self.view, self._draw)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.plot.scene().sigMouseMoved.connect(self._hover)

    def setAccessibleName(self, name: str) -> None:
        """Name it, and with it the plot inside, which is what takes the focus."""
        super().setAccessibleName(name)
        self.plot.setAccessibleName(name)

    @abstractmethod
    def _draw(self, painter: QPainter) -> None:
        """Draw the distribution."""

    @abstractmethod
    def describe(self, place: float) -> str:
        """What there is at one place of the axis, in words; empty where there is nothing."""

    def table(self) -> Table:
        """What is drawn as columns of numbers, for plots that draw it themselves; empty for those of pyqtgraph."""
        return {}

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
        painter.setBrush(QColor(self._theme.series[CHOSEN]))
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
