"""Axes with few, short and round tick labels."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem

from pgviz.gui.theme import Theme

MINUS = "−"
# Pixels past the ends of a grid within which a label is measured, and those that it may keep of them.
OVERHANG, SPILL = 15.0, 1.0
# Of a part of a plot that draws nothing itself: Qt then need not ask it where, at every paint.
NO_CONTENTS = QGraphicsItem.GraphicsItemFlag.ItemHasNoContents
SUFFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def nice_spacing(span: float, intervals: int) -> float:
    """The smallest of 1, 2 or 5 times a power of ten that divides `span` into at most `intervals`."""
    rough = span / max(intervals, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= rough * (1 - 1e-9)), 10 * power)


def compact(value: float, spacing: float = 0.0) -> str:
    """A number for a tick: ``"0.25"``, ``"−1.5k"``, ``"1M"``.

    Parameters
    ----------
    value
        What is written.
    spacing
        Distance to the next tick, which says how many digits are needed; 0 for three significant ones.
    """
    magnitude = max(abs(value), spacing)
    unit, suffix = next(((unit, suffix) for unit, suffix in SUFFIXES if magnitude >= unit), (1.0, ""))
    if abs(value) < spacing * 1e-6 or value == 0:
        return "0"
    scaled, step = abs(value) / unit, spacing / unit
    if spacing and scaled < 1e7 and step > 1e-7:
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        text = f"{scaled:.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if suffix and "." in text else text
    else:
        text = f"{scaled:.3g}"
    return f"{MINUS if value < 0 else ''}{text}{suffix}"


class RoundAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis with one level of ticks, at round numbers.

    Parameters
    ----------
    orientation
        ``"left"`` or ``"bottom"``.
    pixels
        The least distance between two ticks.
    whole
        Whether there is nothing between two whole numbers.
    """

    def __init__(self, orientation: str, pixels: int, whole: bool = False) -> None:
        self._placed: tuple[object, ...] | None = None
        self._bounds = QRectF()
        super().__init__(orientation, maxTickLength=-4)
        self._pixels, self._whole = pixels, whole
        self.enableAutoSIPrefix(False)
        # It stays as it is for many redraws of the curves; Qt then copies it without asking Python for anything.
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        # A column of labels that shrank with its numbers would make the whole plot jump.
        self.setStyle(autoReduceTextSpace=False, maxTickLevel=0, hideOverlappingLabels=False)

    def apply_theme(self, theme: Theme, font: QFont) -> None:
        """Take over a theme's colours, and a font for the labels."""
        self.setPen(theme.border)
        self.setTickPen(theme.border if self.grid is False else theme.grid)
        self.setTextPen(theme.muted)
        self.setTickFont(font)
        self.label.setFont(font)
        if self.orientation == "bottom":
            # pyqtgraph keeps room for larger type between the numbers and what they count.
            self.setHeight(round(2.4 * QFontMetricsF(font).height()) + 4)

    def boundingRect(self) -> QRectF:
        """Where it draws; the labels at the two ends of a grid as well, which pyqtgraph would leave out."""
        # Asked for several times a paint: it is worked out again only where something has moved.
        view = self.linkedView()
        placed = self.geometry(), None if view is None else view.geometry(), self.grid
        if placed != self._placed:
            self._placed, rect = placed, QRectF(super().boundingRect())
            self._bounds = rect if self.grid is False else rect.adjusted(0.0, -OVERHANG, 0.0, OVERHANG)
        return self._bounds

    def generateDrawSpecs(self, p: QPainter) -> Any:
        """What is drawn; at the ends of a grid labels move in, away from those of the axis below and the edge."""
        specs = super().generateDrawSpecs(p)
        view = self.linkedView()
        if specs is None or view is None or self.grid is False:
            return specs
        ends = view.mapRectToItem(self, view.boundingRect())
        for rect, _, _ in specs[2]:
            lowest = min(rect.top(), ends.bottom() + SPILL - rect.height())
            rect.moveTop(max(lowest, ends.top() - SPILL))
        return specs

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        """One level of ticks."""
        span = maxVal - minVal
        if not math.isfinite(span) or span <= 0:
            return []
        spacing = nice_spacing(span, int(size // self._pixels))
        return [(max(spacing, 1.0) if self._whole else spacing, 0.0)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The numbers at the ticks, in few letters."""
        return [compact(value * scale, spacing * scale) for value in values]
