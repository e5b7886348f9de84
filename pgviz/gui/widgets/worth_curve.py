"""The density of one real action, a handle to force it by, and below what it is worth along a grid.

Shape suffixes: A actions tried, X points of a curve.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from pgviz.gui.theme import Theme
from pgviz.gui.widgets.banded_plot import VALUES, BandedPlot
from pgviz.gui.widgets.distribution_plot import CHOSEN, Floats, Table
from pgviz.gui.widgets.step_axis import RoundAxis
from pgviz.gui.widgets.worth_bars import (
    FADED,
    critic_words,
    draw_critic,
    draw_critic_sample,
    draw_estimate,
    follow_estimates,
)

MARGIN = 0.05


class WorthCurve(BandedPlot):
    """Click or drag to pick an action; bins are drawn as a density that is flat in each.

    Attributes
    ----------
    picked
        The action that was picked, while it is dragged too.
    let_go
        The action at which a drag or a click has ended.
    handle
        The upright line that is dragged.
    """

    VALUE_SHARE = 0.55
    LABELLED = False
    picked = Signal(float)
    let_go = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._over_X: Floats = np.zeros(0)
        self._density_X: Floats = np.zeros(0)
        self._places_A: Floats = np.zeros(0)
        self.errors_A: Floats = np.zeros(0)
        self.critic: float | None = None
        self.critic_name = "V(s)"
        self._near = False
        self._label, self._low, self._high = "", -1.0, 1.0
        self._binned = False
        super().__init__(RoundAxis("bottom", 56), parent)
        self.plot.setMouseEnabled(x=False, y=False)
        self.handle = pg.InfiniteLine(movable=True)
        self.handle.setZValue(10)
        self.plot.addItem(self.handle, ignoreBounds=True)
        self.handle.sigDragged.connect(lambda line: self.picked.emit(float(line.value())))
        self.handle.sigPositionChangeFinished.connect(lambda line: self.let_go.emit(float(line.value())))
        self.plot.scene().sigMouseClicked.connect(self._click)
        self.apply_theme(self._theme)

    def begin(self, label: str, low: float, high: float) -> None:
        """Make ready for a real number of this name, within this range."""
        self._label, self._low, self._high = label, low, high
        self.setAccessibleName(f"Density and worth of {label}")
        self.plot.getPlotItem().setLabel("bottom", label)
        margin = MARGIN * (high - low)
        self.plot.setXRange(low - margin, high + margin)
        self.handle.setBounds((low, high))
        self.show_worth(np.zeros(0), None, np.zeros(0), None)

    def show_density(self, over_X: Floats, density_X: Floats, at: float, binned: bool = False) -> None:
        """Draw π(·|s), and put the handle at an action."""
        self._over_X, self._density_X = over_X, np.nan_to_num(density_X, posinf=0.0)
        self._binned = binned
        self.place_handle(at)
        self.redraw()

    def place_handle(self, at: float) -> None:
        """Put the handle at an action without saying that it was picked."""
        self.handle.blockSignals(True)
        self.handle.setValue(min(max(at, self._low), self._high))
        self.handle.blockSignals(False)

    def show_worth(self, places_A: Floats, means_A: Floats | None, errors_A: Floats, critic: float | None) -> None:
        """Draw estimates at some actions, and V(s); for ``None`` there is π alone."""
        self._places_A, self.errors_A, self.critic = places_A, errors_A, critic
        self.begin_bands(means_A is not None)
        self.values_A = means_A
        if means_A is not None:
            self._near = follow_estimates(self, means_A, errors_A, critic)
        self.redraw()

    def describe(self, place: float) -> str:
        """The density, and the worth of the nearest action that was tried, in words."""
        if not len(self._over_X) or not self._low <= place <= self._high:
            return ""
        density = float(np.interp(place, self._over_X, self._density_X, left=0.0, right=0.0))
        words = f"{self._label} {place:.3f}: {'probability' if self._binned else 'density'} {density:.4f}"
        if self.values_A is not None and len(self._places_A):
            nearest = int(np.abs(self._places_A - place).argmin())
            worth = f"{self.values_A[nearest]:.4g} ± {2 * self.errors_A[nearest]:.3g}"
            words += f"; worth {worth} at {self._places_A[nearest]:.3f}"
        return f"{words}. Click or drag the line to force it." if self.handle.movable else words

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        super().apply_theme(theme)
        if hasattr(self, "handle"):
            colour = QColor(theme.series[CHOSEN])
            self.handle.setPen(pg.mkPen(colour, width=2))
            self.handle.setHoverPen(pg.mkPen(colour, width=4))

    def table(self) -> Table:
        """The density, and beside it the actions that were tried and what they are worth."""
        of_bins = "probability" if self._binned else "density"
        columns: dict[str, Any] = {self._label: self._over_X, of_bins: self._density_X}
        if self.values_A is not None:
            tried = {"tried": self._places_A, "value": self.values_A, "standard error": self.errors_A}
            columns |= tried | {self.critic_name: [] if self.critic is None else [self.critic]}
        return columns

    def _click(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:  # which has a menu
            return
        place = float(self.view.mapSceneToView(event.scenePos()).x())
        if self._low <= place <= self._high and len(self._over_X) and self.isEnabled() and self.handle.movable:
            self.place_handle(place)
            self.picked.emit(place)
            self.let_go.emit(place)

    def _set_ticks(self, *_: object) -> None:
        super()._set_ticks()
        axis, height = self.plot.getPlotItem().getAxis("left"), max(QRectF(self.view.rect()).height(), 1.0)
        below = 1.0 - self.probability_band().bottom() / height
        # A density has no scale that says anything: its area is 1.
        axis.setTicks([[tick for tick in axis._tickLevels[0] if tick[0] < below - 1e-6]])

    def _draw(self, painter: QPainter) -> None:
        painter.setOpacity(1.0 if self.isEnabled() else FADED)
        self._draw_captions(painter)
        if not len(self._over_X):
            return
        self._draw_density(painter)
        if self.values_A is not None:
            self._draw_worth(painter, self.values_A)

    def _draw_density(self, painter: QPainter) -> None:
        # Density piled up at a bound has no height worth showing; the likeliest bin has.
        highest = float(np.percentile(self._density_X, 100 if self._binned else 97))
        band, top = self.probability_band(), max(highest * 1.15, 1e-12)
        heights = np.clip(self._density_X / top, 0.0, 1.0).tolist()
        points = [
            QPointF(self.pixel(x, 0.0).x(), band.bottom() - share * band.height())
            for x, share in zip(self._over_X.tolist(), heights, strict=True)
        ]
        fill = QColor(self._theme.series[0])
        fill.setAlpha(70)
        first, last = QPointF(points[0].x(), band.bottom()), QPointF(points[-1].x(), band.bottom())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([first, *points, last]))
        painter.setPen(QPen(QColor(self._theme.series[0]), 1.5))
        painter.drawPolyline(QPolygonF(points))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_worth(self, painter: QPainter, values_A: Floats) -> None:
        band, colour = self.value_band(), QColor(self._theme.series[VALUES])
        draw_critic(self, painter, self.critic if self._near else None)
        ats = [
            QPointF(self.pixel(place, 0.0).x(), band.bottom() - self.value_share(value) * band.height())
            for place, value in zip(self._places_A.tolist(), values_A.tolist(), strict=True)
        ]
        painter.setPen(QPen(colour, 1))
        painter.drawPolyline(QPolygonF(ats))
        for at, error in zip(ats, self.errors_A.tolist(), strict=True):
            reach = (self.value_share(2 * error) - self.value_share(0.0)) * band.height()
            draw_estimate(painter, at, reach, colour, 3.0)

    def _draw_captions(self, painter: QPainter) -> None:
        painter.setFont(self._small)
        self._draw_row(
            painter, self.caption_row(), "π(·|s) of each bin" if self._binned else "density of π(·|s)", []
        )
        if self._has_values:
            below = self.caption_row().translated(0.0, self.value_caption_offset())
            words = critic_words(self.critic_name, self.critic, self._near)
            line = [(words, lambda painter, at: draw_critic_sample(self, painter, at))] if words else []
            self._draw_row(painter, below, "Q(s, a) ± 2 standard errors", line)

    @property
    def _has_captions(self) -> bool:
        return True
