"""Probabilities, and values, of finitely many actions.

Shape suffix: A actions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from pgviz.gui.widgets.banded_plot import VALUES, BandedPlot
from pgviz.gui.widgets.choice_axis import ChoiceAxis
from pgviz.gui.widgets.distribution_plot import Floats, Table

# With more bars than this, labels of probabilities would touch.
LABELLED_BARS = 10
BAR_WIDTH = 0.7
DOT = 4.0  # radius of the head of a value's pin


class BarDistribution(BandedPlot):
    """A bar per action; the chosen one has another colour and a mark above it, an illegal one a hatched slot.

    Of a value-based agent there is a pin per action as well, with a diamond at the greedy one.

    Attributes
    ----------
    probabilities_A, chosen, mask_A
        What is drawn; the mask is true where an action is legal, and ``None`` where all are.
    heeds_mask
        Whether illegal actions were ruled out. Where they were not they count like all others: they have values
        that are learned, and are part of what is even.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self.names = ChoiceAxis()
        super().__init__(self.names, parent)
        self.setAccessibleName("Probability of each action")
        self._labels: tuple[str, ...] = ()
        self.probabilities_A: Floats = np.zeros(0)
        self.mask_A: NDArray[np.bool_] | None = None
        self.chosen: int | None = None
        self.heeds_mask = True
        self.view.sigResized.connect(self.names.fit)
        self.apply_theme(self._theme)

    def begin(self, labels: Sequence[str], has_values: bool = False, has_masks: bool = False) -> None:
        """Make ready for a policy over these actions."""
        count = len(labels)
        self._labels = tuple(labels)
        self.probabilities_A, self.mask_A, self.chosen = np.zeros(count), None, None
        self.setAccessibleName(
            "Probability and value of each action" if has_values else "Probability of each action"
        )
        self.plot.setXRange(-0.6, count - 0.4)
        self.names.set_names(labels)
        self.begin_bands(has_values, has_masks)
        self.redraw()

    def show_distribution(
        self,
        probabilities_A: Floats,
        chosen: int | None,
        mask_A: NDArray[np.bool_] | None = None,
        values_A: Floats | None = None,
        heeds_mask: bool = True,
    ) -> None:
        """Draw π(·|s), the action that was chosen, if one was, which are legal, and Q(s, ·), if there is one."""
        self.probabilities_A, self.chosen, self.mask_A = probabilities_A, chosen, mask_A
        self.heeds_mask = heeds_mask
        self.names.strike(() if mask_A is None else np.flatnonzero(~mask_A).tolist())
        if values_A is not None and mask_A is not None and heeds_mask:
            # What an illegal action would be worth means nothing: it is never learned.
            values_A = np.where(mask_A, values_A, np.nan)
        self.set_values(values_A)
        self.redraw()

    @property
    def even(self) -> float:
        """The probability that a policy gives each action that is even over what is not ruled out."""
        if self.mask_A is None or not self.heeds_mask:
            return 1 / len(self.probabilities_A)
        return 1 / max(int(self.mask_A.sum()), 1)

    @property
    def greedy(self) -> int | None:
        """The action, of those not ruled out, that is valued most, or ``None`` where there are no values."""
        if self.values_A is None or not np.isfinite(self.values_A).any():
            return None
        return int(np.nanargmax(self.values_A))

    def describe(self, place: float) -> str:
        """The probability and value of one action in words; empty where there is no such action."""
        index = round(place)
        if not 0 <= index < len(self.probabilities_A):
            return ""
        facts = [f"probability {self.probabilities_A[index]:.4f}"]
        if not self._is_legal(index):
            facts = ["illegal here"] + (facts if self.probabilities_A[index] > 0 else [])
        if self.values_A is not None and np.isfinite(self.values_A[index]):
            facts.append(f"value {self.values_A[index]:.4g}")
        facts += ["greedy"] if index == self.greedy else []
        facts += ["chosen"] if index == self.chosen else []
        return f"{self._labels[index]}: {', '.join(facts)}"

    def table(self) -> Table:
        """A row for each action, with what is known of it."""
        count = len(self.probabilities_A)
        columns: dict[str, Any] = {"action": self._labels[:count], "probability": self.probabilities_A}
        if self.values_A is not None:
            columns["value"] = self.values_A
        if self.mask_A is not None:
            columns["legal"] = self.mask_A
        if self.chosen is not None:
            columns["chosen"] = np.arange(count) == self.chosen
        return columns

    def _is_legal(self, index: int) -> bool:
        return self.mask_A is None or bool(self.mask_A[index])

    def _draw(self, painter: QPainter) -> None:
        count = len(self.probabilities_A)
        if not count:
            return
        (left, right), width = self.view.viewRange()[0], self.view.rect().width()
        slot = width / (right - left)
        middles = [(index - left) * slot for index in range(count)]
        if self.mask_A is not None:
            self._draw_illegal(painter, middles, slot)
        self._draw_probabilities(painter, middles, slot)
        self._draw_captions(painter)
        if self.values_A is not None:
            self._draw_values(painter, middles, slot)

    def _draw_illegal(self, painter: QPainter, middles: list[float], slot: float) -> None:
        bands = [self.probability_band()] + ([self.value_band()] if self._has_values else [])
        for index in self.names.struck:
            for band in bands:
                left, width = middles[index] - slot * BAR_WIDTH / 2, slot * BAR_WIDTH
                self._hatch(painter, QRectF(left, band.top(), width, band.height()))

    def _draw_probabilities(self, painter: QPainter, middles: list[float], slot: float) -> None:
        band, labelled = self.probability_band(), len(middles) <= LABELLED_BARS
        metrics, level = QFontMetricsF(painter.font()), self._draw_uniform(painter, band)
        for index, probability in enumerate(self.probabilities_A.tolist()):
            top = QPointF(middles[index], band.bottom() - probability * band.height())
            bar = QRectF(top.x() - slot * BAR_WIDTH / 2, top.y(), slot * BAR_WIDTH, band.bottom() - top.y())
            painter.fillRect(bar, self._colour(0, index == self.chosen))
            if labelled and (probability > 0.0 or self._is_legal(index)):
                text = f"{probability:.2f}"
                room = QRectF(0.0, 0.0, metrics.horizontalAdvance(text), metrics.height())
                room.moveCenter(top - QPointF(0.0, metrics.height() / 2 + 1))
                if room.top() < level < room.bottom():
                    # A number with a line through it would look like one that does not count.
                    painter.fillRect(room.adjusted(-2, 0, 2, 0), QColor(self._theme.panel))
                painter.setPen(QColor(self._theme.text))
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
            if index == self.chosen:
                self._draw_mark(painter, top - QPointF(0, metrics.height() + 3 if labelled else 3))

    def _draw_uniform(self, painter: QPainter, band: QRectF) -> float:
        """Draw where a policy that is even over what is not ruled out would be; return its height in pixels."""
        level = band.bottom() - band.height() * self.even
        painter.setPen(QPen(QColor(self._theme.muted), 0, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(0, level, band.width(), level))
        return level

    def _draw_values(self, painter: QPainter, middles: list[float], slot: float) -> None:
        assert self.values_A is not None
        band, greedy = self.value_band(), self.greedy
        texts = [self._scale.format(value) if np.isfinite(value) else "" for value in self.values_A.tolist()]
        painter.setFont(self._small)
        metrics = QFontMetricsF(self._small)
        fits = max(metrics.horizontalAdvance(text) for text in texts) < slot - 4
        for index, value in enumerate(self.values_A.tolist()):
            if not np.isfinite(value):
                continue
            head = QPointF(middles[index], band.bottom() - self._scale.share(value) * band.height())
            colour = self._colour(VALUES, index == self.chosen)
            painter.setPen(QPen(colour, 3))
            painter.drawLine(QLineF(head, QPointF(head.x(), band.bottom())))
            if index == greedy:
                self._draw_greedy(painter, head)
            else:
                self._draw_head(painter, head, colour, slot)
            if fits:
                painter.setPen(QColor(self._theme.text))
                painter.drawText(
                    head - QPointF(metrics.horizontalAdvance(texts[index]) / 2, DOT + 4), texts[index]
                )

    def _draw_head(self, painter: QPainter, head: QPointF, colour: QColor, slot: float) -> None:
        radius = min(DOT, 0.4 * slot)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(head, radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
