"""π(·|s) of finitely many actions, and below it what each is worth, as played out.

Shape suffix: A actions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from pgviz.gui.widgets.banded_plot import VALUES, BandedPlot, Draw
from pgviz.gui.widgets.bar_distribution import DOT, BarDistribution
from pgviz.gui.widgets.distribution_plot import Floats, Table
from pgviz.gui.widgets.step_axis import MINUS

CRITIC = 3  # the series whose colour V has
WHISKER = 7.0  # pixels across
# Of the height, that the estimates keep where V(s) is drawn too; those nearer to each other than this share of
# themselves are taken for equal.
LEAST_SHARE, LEAST_SPAN = 0.2, 0.02
FADED = 0.35


def follow_estimates(plot: BandedPlot, means_A: Floats, errors_A: Floats, critic: float | None) -> bool:
    """Range over estimates with their errors, and say whether over V(s) too.

    It is left out where it is so far off that there would be no room to tell the estimates apart.
    """
    ends = np.concatenate([means_A - 2 * errors_A, means_A + 2 * errors_A])
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    own = max(high - low, LEAST_SPAN * max(abs(low), abs(high)))
    near = critic is not None and own >= LEAST_SHARE * (max(high, critic) - min(low, critic))
    plot.follow_values(np.append(ends, critic) if near and critic is not None else ends)
    return near


def critic_words(name: str, critic: float | None, near: bool) -> str:
    """What the caption says of V(s), or of what stands in its place."""
    return "" if critic is None else f"{name} {critic:.3g}{'' if near else ', off the scale'}".replace("-", MINUS)


def draw_critic(plot: BandedPlot, painter: QPainter, value: float | None) -> None:
    """Draw V(s) as a line through the band of the values."""
    if value is not None:
        band = plot.value_band()
        y = band.bottom() - plot.value_share(value) * band.height()
        painter.setPen(QPen(QColor(plot.theme.series[CRITIC]), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(0.0, y, band.width(), y))


def draw_estimate(painter: QPainter, at: QPointF, reach: float, colour: QColor, radius: float = DOT) -> None:
    """Draw an estimate with its two standard errors, `reach` pixels up and down."""
    painter.setPen(QPen(colour, 1.5))
    for end in (-reach, reach):
        painter.drawLine(QLineF(at.x() - WHISKER / 2, at.y() + end, at.x() + WHISKER / 2, at.y() + end))
    painter.drawLine(QLineF(at.x(), at.y() - reach, at.x(), at.y() + reach))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(at, radius, radius)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def draw_critic_sample(plot: BandedPlot, painter: QPainter, at: QPointF) -> None:
    """Draw what stands for V(s) in the caption."""
    painter.setPen(QPen(QColor(plot.theme.series[CRITIC]), 1.5, Qt.PenStyle.DashLine))
    painter.drawLine(QLineF(at.x() - 8, at.y(), at.x() + 8, at.y()))


class WorthBars(BarDistribution):
    """Bars that can be clicked; below them the estimates with whiskers, and V(s) as a line.

    Attributes
    ----------
    picked
        The option that was clicked.
    errors_A, critic, critic_name
        Standard errors as drawn, V(s), and what that is with this policy.
    can_be_picked
        Whether an option can be clicked.
    """

    picked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.errors_A: Floats = np.zeros(0)
        self.critic: float | None = None
        self.critic_name = "V(s)"
        self.can_be_picked = True
        self._near = False
        super().__init__(parent)
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.plot.scene().sigMouseClicked.connect(self._click)

    def show_worth(self, means_A: Floats | None, errors_A: Floats, critic: float | None) -> None:
        """Draw estimates, NaN where there is none, and V(s); for ``None`` there is π alone."""
        self.errors_A, self.critic = errors_A, critic
        if (means_A is not None) != self._has_values:
            self.begin_bands(means_A is not None, self._has_masks)
        self.values_A = means_A
        if means_A is not None:
            self._near = follow_estimates(self, means_A, errors_A, critic)
        self.redraw()

    def describe(self, place: float) -> str:
        """The probability and worth of one action in words."""
        words, index = super().describe(place), round(place)
        if words and self.values_A is not None and np.isfinite(self.values_A[index]):
            words = f"{words} ± {2 * self.errors_A[index]:.3g}"
        return f"{words}. Click to force it." if words and self._can_be_taken(index) else words

    def table(self) -> Table:
        """A row for each action; its value is the mean of what was played out."""
        columns = dict(super().table())
        if self.values_A is not None:
            columns["standard error"] = np.where(np.isfinite(self.values_A), self.errors_A, np.nan)
            columns[self.critic_name] = [] if self.critic is None else [self.critic]
        if "chosen" in columns:
            columns["forced"] = columns.pop("chosen")
        return columns

    def _click(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:  # which has a menu
            return
        index = round(self.view.mapSceneToView(event.scenePos()).x())
        if 0 <= index < len(self.probabilities_A) and self._can_be_taken(index) and self.isEnabled():
            self.picked.emit(float(index))

    def _can_be_taken(self, index: int) -> bool:
        return self.can_be_picked and (not self.heeds_mask or self._is_legal(index))

    def _draw(self, painter: QPainter) -> None:
        painter.setOpacity(1.0 if self.isEnabled() else FADED)
        super()._draw(painter)

    def _draw_captions(self, painter: QPainter) -> None:
        painter.setFont(self._small)
        if not self._has_captions:
            return
        row = self.caption_row()
        marks: list[tuple[str, Draw]] = []
        marks += [("forced", self._draw_chosen_sample)] if self.chosen is not None else []
        marks += [("illegal here", self._draw_illegal_sample)] if self._has_masks else []
        self._draw_row(painter, row, "π(a|s)", marks)
        if self._has_values:
            below = row.translated(0.0, self.value_caption_offset())
            words = critic_words(self.critic_name, self.critic, self._near)
            line = [(words, lambda painter, at: draw_critic_sample(self, painter, at))] if words else []
            self._draw_row(painter, below, "Q(s, a) ± 2 standard errors", line)

    def _draw_values(self, painter: QPainter, middles: list[float], slot: float) -> None:
        assert self.values_A is not None
        band = self.value_band()
        draw_critic(self, painter, self.critic if self._near else None)
        painter.setFont(self._small)
        metrics = QFontMetricsF(self._small)
        for index, value in enumerate(self.values_A.tolist()):
            if not np.isfinite(value):
                continue
            at = QPointF(middles[index], band.bottom() - self.value_share(value) * band.height())
            reach = (self.value_share(2 * self.errors_A[index]) - self.value_share(0.0)) * band.height()
            draw_estimate(painter, at, reach, self._colour(VALUES, index == self.chosen), min(DOT, 0.4 * slot))
            text = self._scale.format(value)
            if metrics.horizontalAdvance(text) + WHISKER + 4 < slot / 2:
                painter.setPen(QColor(self._theme.text))
                painter.drawText(at + QPointF(WHISKER, metrics.ascent() / 2 - 1), text)
