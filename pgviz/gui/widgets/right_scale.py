"""RightScale: a second, logarithmic scale at the right of a plot, for a positive number in other units.

Its traces hold the common logarithm of what they show, and are laid over the view by a transformation, so that the
view's own range, zooming and panning know nothing of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtGui import QFont, QTransform

from pgviz.gui.theme import Theme
from pgviz.gui.widgets.curve_trace import Trace
from pgviz.gui.widgets.curve_view import CurveView
from pgviz.gui.widgets.step_axis import MINUS, RoundAxis

RIGHT = 1  # the series at the right
MARGIN = 0.02  # of the height, under the lowest power of ten


class RightScale:
    """Keeps the right-hand axis of a plot, and the traces that belong to it, in step with the view.

    Parameters
    ----------
    plot
        Where the axis is shown.
    view
        What the traces are laid over.
    axis
        The plot's right-hand axis.

    Attributes
    ----------
    low, high
        The powers of ten at its ends.
    """

    def __init__(self, plot: pg.PlotItem, view: CurveView, axis: PowerAxis) -> None:
        self._plot, self._view, self._axis = plot, view, axis
        self._traces: list[Trace] = []
        self.low, self.high = -1, 0
        view.sigYRangeChanged.connect(self._lay_over)
        view.sigResized.connect(self._lay_over)

    def begin(self, traces: Sequence[Trace]) -> None:
        """Make ready for these traces; without any there is no axis."""
        self._traces, self.low, self.high = list(traces), -1, 0
        self._plot.showAxis("right", bool(traces))
        self._lay_over()

    def follow(self) -> None:
        """Take in powers of ten that the traces have reached."""
        bounds = [found for trace in self._traces if (found := trace.bounds(-math.inf, math.inf)) is not None]
        if not bounds:
            return
        high = math.ceil(max(high for _, high in bounds) - 1e-9)
        low = min(math.floor(min(low for low, _ in bounds) + 1e-9), high - 1)
        if (low, high) != (self.low, self.high):
            self.low, self.high = low, high
            self._lay_over()

    def _lay_over(self, *_: object) -> None:
        if not self._traces:
            return
        bottom, top = self._view.viewRange()[1]
        free = min(self._view.headroom / max(self._view.height(), 1.0), 0.5)
        bottom, top = bottom + MARGIN * (top - bottom), top - max(free, MARGIN) * (top - bottom)
        factor = (top - bottom) / (self.high - self.low)
        offset = bottom - self.low * factor
        for trace in self._traces:
            trace.item.setTransform(QTransform(1.0, 0.0, 0.0, factor, 0.0, offset))
        self._axis.lay_over(factor, offset)


class PowerAxis(RoundAxis):
    """The axis of a :class:`RightScale`: powers of ten, written out."""

    def __init__(self) -> None:
        super().__init__("right", 26)
        self._factor, self._offset = 1.0, 0.0

    def lay_over(self, factor: float, offset: float) -> None:
        """Say that a power p of ten is at factor · p + offset of the view."""
        self._factor, self._offset = factor, offset
        self.linkedViewChanged(self.linkedView())

    def linkedViewChanged(self, view: pg.ViewBox, newRange: Sequence[float] | None = None) -> None:
        """Follow the view's range, in powers of ten."""
        if view is None:
            return
        bottom, top = view.viewRange()[1]
        self.setRange((bottom - self._offset) / self._factor, (top - self._offset) / self._factor)

    def apply_theme(self, theme: Theme, font: QFont) -> None:
        """Take over a theme's colours; the numbers have that of the curve."""
        super().apply_theme(theme, font)
        self.setTextPen(theme.colour(RIGHT))

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        """Whole powers, as close as there is room for."""
        span = max(maxVal - minVal, 1e-9)
        return [(max(math.ceil(span * self._pixels / max(size, 1.0)), 1), 0.0)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The numbers themselves, as long as they are short."""
        return [power_text(round(value)) for value in values]


def power_text(power: int) -> str:
    """A power of ten for a tick: ``"100"``, ``"0.01"``, ``"1e−6"``."""
    return f"{10.0**power:g}" if -4 <= power <= 4 else f"1e{power}".replace("-", MINUS)
