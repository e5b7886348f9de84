"""Values and probabilities of the bins into which one real action dimension is divided.

Shape suffixes: K bins, C columns drawn.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from pgviz.gui.widgets.banded_plot import VALUES, BandedPlot
from pgviz.gui.widgets.distribution_plot import Floats
from pgviz.gui.widgets.step_axis import RoundAxis, compact, nice_spacing

# Bars narrower than this stand together without a gap; bars narrower than a column share one.
GAPPED_PIXELS = 4.0
COLUMN_PIXELS = 2.0
MARGIN = 0.04  # of the range, on either side of the bounds


class BinDistribution(BandedPlot):
    """A bar of Q per bin over the action axis, and above it π of the same bins.

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
        super().__init__(RoundAxis("bottom", 56), parent)
        self._label, self._low, self._high = "", -1.0, 1.0
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
        margin = MARGIN * (high - low)
        self.plot.setXRange(low - margin, high + margin)
        self.begin_bands(has_values=True)
        self.redraw()

    def show_bins(self, centres_K: Floats, probabilities_K: Floats, values_K: Floats, chosen: int | None) -> None:
        """Draw Q(s, ·) and π(·|s) of the bins, and the one that was taken, if one was."""
        self.centres_K, self.probabilities_K, self.chosen = centres_K, probabilities_K, chosen
        self.set_values(values_K)
        self.redraw()

    @property
    def greedy(self) -> int | None:
        """The bin that is valued most."""
        return None if self.values_A is None or not len(self.values_A) else int(np.argmax(self.values_A))

    def describe(self, place: float) -> str:
        """The action, value and probability of one bin in words; empty where there is none."""
        count = len(self.centres_K)
        if self.values_A is None or not self._low <= place <= self._high or not count:
            return ""
        index = min(int((place - self._low) / (self._high - self._low) * count), count - 1)
        action = compact(float(self.centres_K[index]), nice_spacing((self._high - self._low) / count / 10, 1))
        facts = [f"value {self.values_A[index]:.4g}", f"probability {self.probabilities_K[index]:.4f}"]
        facts += ["greedy"] if index == self.greedy else []
        facts += ["chosen"] if index == self.chosen else []
        return f"{self._label} {action} (bin {index + 1} of {count}): {', '.join(facts)}"

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
        low, high = self._x(self._low), self._x(self._high)
        columns_C = in_columns(shares_K, max(int((high - low) / COLUMN_PIXELS), 1))
        width = (high - low) / len(columns_C)
        gap = 1.0 if width >= GAPPED_PIXELS else 0.0
        colour = self._colour(series, chosen=False)
        for index, share in enumerate(columns_C.tolist()):
            height = share * band.height()
            painter.fillRect(QRectF(low + index * width, band.bottom() - height, width - gap, height), colour)
        if self.chosen is None:
            return
        own = (high - low) / len(shares_K)
        height = float(shares_K[self.chosen]) * band.height()
        left, broad = low + self.chosen * own, max(own - gap, COLUMN_PIXELS)
        painter.fillRect(QRectF(left, band.bottom() - height, broad, height), self._colour(series, chosen=True))

    def _top(self, band: QRectF, shares_K: Floats, index: int) -> QPointF:
        """Above the bar of a bin, at the action that it stands for."""
        return QPointF(
            self._x(float(self.centres_K[index])), band.bottom() - float(shares_K[index]) * band.height()
        )

    def _x(self, action: float) -> float:
        return self.pixel(action, 0.0).x()


def in_columns(shares_K: Floats, most: int) -> Floats:
    """The largest share in each of at most so many columns of neighbours, so that no peak is lost."""
    count = len(shares_K)
    if count <= most:
        return shares_K
    starts_C = np.arange(most) * count // most
    return np.asarray(np.maximum.reduceat(shares_K, starts_C))
