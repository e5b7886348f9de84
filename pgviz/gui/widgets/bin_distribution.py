"""Values and probabilities of the bins into which one real action dimension is divided.

Shape suffixes: K bins, C columns drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from pgviz.gui.widgets.banded_plot import VALUES, BandedPlot
from pgviz.gui.widgets.distribution_plot import Floats, Table
from pgviz.gui.widgets.step_axis import RoundAxis, compact, nice_spacing

# No bar is broader than this share of the range: few bins are lonely columns with nothing in between.
BROADEST = 0.25
# Bars narrower than this stand together without a gap; bars narrower than a column share one.
GAPPED_PIXELS = 4.0
COLUMN_PIXELS = 2.0
MARGIN = 0.04  # of the range, on either side of the bounds


class BinDistribution(BandedPlot):
    """A bar of Q per bin, centred on the action that the bin stands for, and above it π of the same bins.

    Attributes
    ----------
    centres_K, probabilities_K
        The action that each bin stands for, and its probability, as drawn; the values are in ``values_A``.
    chosen
        The bin that was taken, or ``None``.
    """

    VALUE_SHARE = 0.6
    LABELLED = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(RoundAxis("bottom", 30), parent)
        self._label, self._low, self._high, self._width = "", -1.0, 1.0, 0.0
        self.centres_K: Floats = np.zeros(0)
        self.probabilities_K: Floats = np.zeros(0)
        self.chosen: int | None = None
        self.apply_theme(self._theme)

    def begin(self, label: str, low: float, high: float) -> None:
        """Make ready for a dimension of this name and these bounds."""
        self._label, self._low, self._high = label, low, high
        self.centres_K, self.probabilities_K, self.chosen = np.zeros(0), np.zeros(0), None
        self.setAccessibleName(f"Value and probability of each bin of {label}")
        self.plot.getPlotItem().setLabel("bottom", label)
        self._width = 0.0
        self._make_room(0.0)
        self.begin_bands(has_values=True)
        self.redraw()

    def show_bins(self, centres_K: Floats, probabilities_K: Floats, values_K: Floats, chosen: int | None) -> None:
        """Draw Q(s, ·) and π(·|s) of the bins, and the one that was taken, if one was."""
        self.centres_K, self.probabilities_K, self.chosen = centres_K, probabilities_K, chosen
        spacing = float(centres_K[1] - centres_K[0]) if len(centres_K) > 1 else np.inf
        self._make_room(min(spacing, BROADEST * (self._high - self._low)))
        self.set_values(values_K)
        self.redraw()

    @property
    def greedy(self) -> int | None:
        """The bin that is valued most."""
        return None if self.values_A is None or not len(self.values_A) else int(np.argmax(self.values_A))

    def describe(self, place: float) -> str:
        """The action, value and probability of one bin in words; empty where there is none."""
        count = len(self.centres_K)
        if self.values_A is None or not count:
            return ""
        index = int(np.abs(self.centres_K - place).argmin())
        if abs(self.centres_K[index] - place) > self._width / 2:
            return ""
        action = compact(float(self.centres_K[index]), nice_spacing((self._high - self._low) / count / 10, 1))
        facts = [f"value {self.values_A[index]:.4g}", f"probability {self.probabilities_K[index]:.4f}"]
        facts += ["greedy"] if index == self.greedy else []
        facts += ["chosen"] if index == self.chosen else []
        return f"{self._label} {action} (bin {index + 1} of {count}): {', '.join(facts)}"

    def table(self) -> Table:
        """A row for each bin, with what is known of it."""
        columns: dict[str, Any] = {self._label: self.centres_K, "probability": self.probabilities_K}
        if self.values_A is not None:
            columns["value"] = self.values_A
        if self.chosen is not None:
            columns["chosen"] = np.arange(len(self.centres_K)) == self.chosen
        return columns

    def _draw(self, painter: QPainter) -> None:
        self._draw_bounds(painter)
        self._draw_captions(painter)
        if self.values_A is None or not len(self.centres_K):
            return
        probabilities, values = self.probability_band(), self.value_band()
        shares_K = np.clip((self.values_A - self._scale.low) / (self._scale.high - self._scale.low), 0.0, 1.0)
        self._draw_bars(painter, probabilities, self.probabilities_K, 0)
        self._draw_bars(painter, values, shares_K, VALUES)
        if self.chosen is not None:
            self._draw_mark(painter, self._top(probabilities, self.probabilities_K, self.chosen) - QPointF(0, 3))
        if self.greedy is not None:
            self._draw_greedy(painter, self._top(values, shares_K, self.greedy))

    def _draw_bounds(self, painter: QPainter) -> None:
        area, shade = QRectF(self.view.rect()), QColor(self._theme.grid)
        low, high = self._x(self._low), self._x(self._high)
        painter.fillRect(QRectF(area.left(), 0, low - area.left(), area.height()), shade)
        painter.fillRect(QRectF(high, 0, area.right() - high, area.height()), shade)

    def _draw_bars(self, painter: QPainter, band: QRectF, shares_K: Floats, series: int) -> None:
        """Draw bars of these shares of the band's height, the chosen one last."""
        half = self._width / 2
        first, last = self._x(float(self.centres_K[0]) - half), self._x(float(self.centres_K[-1]) + half)
        columns_C = in_columns(shares_K, max(int((last - first) / COLUMN_PIXELS), 1))
        if len(columns_C) == len(shares_K):
            lefts, width = [self._x(each - half) for each in self.centres_K.tolist()], self._pixels()
        else:
            width = (last - first) / len(columns_C)
            lefts = [first + index * width for index in range(len(columns_C))]
        colour = self._colour(series, chosen=False)
        for left, share in zip(lefts, columns_C.tolist(), strict=True):
            painter.fillRect(_bar(band, left, width, share), colour)
        if self.chosen is not None:
            broad = max(self._pixels(), COLUMN_PIXELS)
            left = self._x(float(self.centres_K[self.chosen])) - broad / 2
            painter.fillRect(
                _bar(band, left, broad, float(shares_K[self.chosen])), self._colour(series, chosen=True)
            )

    def _top(self, band: QRectF, shares_K: Floats, index: int) -> QPointF:
        """Above the bar of a bin, at the action that it stands for."""
        return QPointF(
            self._x(float(self.centres_K[index])), band.bottom() - float(shares_K[index]) * band.height()
        )

    def _make_room(self, width: float) -> None:
        """Show the bounds, and the whole of bars of this width on them."""
        if width == self._width and width:
            return
        self._width = width
        margin = MARGIN * (self._high - self._low) + width / 2
        self.plot.setXRange(self._low - margin, self._high + margin)

    def _pixels(self) -> float:
        """Pixels that a bar is broad."""
        return self._x(self._width) - self._x(0.0)

    def _x(self, action: float) -> float:
        return self.pixel(action, 0.0).x()


def _bar(band: QRectF, left: float, width: float, share: float) -> QRectF:
    """A bar of a share of the band's height, with a gap to its neighbour where there is room for one."""
    gap = 1.0 if width >= GAPPED_PIXELS else 0.0
    height = share * band.height()
    return QRectF(left + gap / 2, band.bottom() - height, width - gap, height)


def in_columns(shares_K: Floats, most: int) -> Floats:
    """The largest share in each of at most so many columns of neighbours, so that no peak is lost."""
    count = len(shares_K)
    if count <= most:
        return shares_K
    starts_C = np.arange(most) * count // most
    return np.asarray(np.maximum.reduceat(shares_K, starts_C))
