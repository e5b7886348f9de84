"""What is drawn for one factor of an action: bars for a choice among options, a density for a real number.

Shape suffixes: A options, X points of a curve.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from pgviz.gui.theme import Theme
from pgviz.gui.widgets.distribution_plot import CHOSEN, Floats
from pgviz.gui.widgets.step_axis import compact
from pgviz.training.events import CategoricalDecision, Decision, GaussianDecision

BAR_WIDTH = 0.72
MARK = 7.0  # pixels that the mark above a bar takes
BETWEEN = 5.0  # pixels under a cell
BAR_PIXELS = 15  # that a bar needs to have its label under it
MOST_BARS_IN_COLUMNS = 24  # options beyond this have a column as wide as for so many
POINTS = 81
COLUMNS = ("part", "option", "probability", "legal", "chosen", "x", "density", "mean", "action")
"""Of a table of what is drawn."""

Row = dict[str, str | float | bool | None]


class Cell(ABC):
    """One small plot: a title and what was chosen above, names or bounds below.

    Parameters
    ----------
    factor
        Its number in the decision.
    title
        What is chosen.
    """

    def __init__(self, factor: int, title: str) -> None:
        self.factor, self.title = factor, title

    @abstractmethod
    def show(self, decision: Decision) -> None:
        """Take over what is drawn next."""

    @abstractmethod
    def width_wanted(self) -> int:
        """Pixels across that it needs to be read."""

    @abstractmethod
    def describe(self, share: float) -> str:
        """What there is at one share of its width, in words."""

    @abstractmethod
    def chosen_text(self) -> str:
        """What was chosen, in few words; empty where nothing was."""

    @abstractmethod
    def rows(self) -> list[Row]:
        """What is drawn, as rows of a table; see :data:`COLUMNS`."""

    @abstractmethod
    def _draw_inside(self, painter: QPainter, area: QRectF, below: QRectF, theme: Theme) -> None:
        """Draw the distribution, and the names under it."""

    def draw(self, painter: QPainter, at: QRectF, theme: Theme) -> None:
        """Draw the cell into a rectangle."""
        text = QFontMetricsF(painter.font()).height()
        title = QRectF(at.left(), at.top(), at.width(), text)
        below = QRectF(at.left(), at.bottom() - BETWEEN - text, at.width(), text)
        area = QRectF(at.left(), title.bottom() + MARK + 2, at.width(), below.top() - title.bottom() - MARK - 3)
        self._draw_title(painter, title, theme)
        if area.height() > 0:
            self._draw_inside(painter, area, below, theme)
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.drawLine(QLineF(area.left(), area.bottom() + 0.5, area.right(), area.bottom() + 0.5))

    def _draw_title(self, painter: QPainter, at: QRectF, theme: Theme) -> None:
        metrics, chosen = QFontMetricsF(painter.font()), self.chosen_text()
        painter.setPen(QColor(theme.text))
        painter.drawText(at, Qt.AlignmentFlag.AlignRight, chosen)
        painter.setPen(QColor(theme.muted))
        room = at.width() - metrics.horizontalAdvance(chosen) - 8
        painter.drawText(
            at, Qt.AlignmentFlag.AlignLeft, metrics.elidedText(self.title, Qt.TextElideMode.ElideRight, room)
        )


class OptionsCell(Cell):
    """A bar per option; the chosen one has another colour and a mark, an illegal one a hatched slot.

    Attributes
    ----------
    decision
        What is drawn, or ``None`` before the first step.
    """

    def __init__(self, factor: int, title: str, labels: Sequence[str]) -> None:
        super().__init__(factor, title)
        self.labels = tuple(labels)
        self.decision: CategoricalDecision | None = None

    def show(self, decision: Decision) -> None:
        """Take over what is drawn next."""
        self.decision = decision if isinstance(decision, CategoricalDecision) else None

    def width_wanted(self) -> int:
        """Room for a label under every bar, up to a point."""
        return BAR_PIXELS * min(len(self.labels), MOST_BARS_IN_COLUMNS)

    def chosen_text(self) -> str:
        """The option that was chosen, and its probability."""
        if self.decision is None or self.decision.chosen is None:
            return ""
        chosen = self.decision.chosen
        return f"{self.labels[chosen]}  {self.decision.probabilities_A[chosen]:.2f}"

    def describe(self, share: float) -> str:
        """The probability of the option there."""
        if self.decision is None:
            return ""
        index = min(max(int(share * len(self.labels)), 0), len(self.labels) - 1)
        probability = float(self.decision.probabilities_A[index])
        facts = [] if self._is_legal(index) else ["illegal here"]
        facts += [f"probability {probability:.4f}"] if not facts or probability > 0 else []
        facts += ["chosen"] if index == self.decision.chosen else []
        return f"{self.title}, {self.labels[index]}: {', '.join(facts)}"

    def rows(self) -> list[Row]:
        """A row for each option."""
        if self.decision is None:
            return []
        return [
            {
                "part": self.title,
                "option": self.labels[index],
                "probability": probability,
                "legal": self._is_legal(index),
                "chosen": index == self.decision.chosen,
            }
            for index, probability in enumerate(self.decision.probabilities_A.tolist())
        ]

    def _is_legal(self, index: int) -> bool:
        mask_A = self.decision.mask_A if self.decision else None
        return mask_A is None or bool(mask_A[index])

    def _draw_inside(self, painter: QPainter, area: QRectF, below: QRectF, theme: Theme) -> None:
        painter.setPen(QPen(QColor(theme.grid), 1))
        painter.drawLine(QLineF(area.left(), area.top(), area.right(), area.top()))  # where π is 1
        if self.decision is None:
            return
        slot = area.width() / len(self.labels)
        hatched = QBrush(QColor(theme.disabled), Qt.BrushStyle.BDiagPattern)
        for index, probability in enumerate(self.decision.probabilities_A.tolist()):
            left, width = area.left() + (index + (1 - BAR_WIDTH) / 2) * slot, slot * BAR_WIDTH
            if not self._is_legal(index):
                painter.fillRect(QRectF(left, area.top(), width, area.height()), hatched)
            height, is_chosen = probability * area.height(), index == self.decision.chosen
            colour = QColor(theme.series[CHOSEN if is_chosen else 0])
            painter.fillRect(QRectF(left, area.bottom() - height, width, height), colour)
            if is_chosen:
                draw_mark(painter, QPointF(left + width / 2, area.bottom() - height - 2), theme)
        self._draw_labels(painter, below, slot, theme)

    def _draw_labels(self, painter: QPainter, below: QRectF, slot: float, theme: Theme) -> None:
        font, metrics = painter.font(), QFontMetricsF(painter.font())
        widest = max(metrics.horizontalAdvance(label) for label in self.labels)
        # Where not every name fits, those that do are spread evenly.
        every = max(int(np.ceil((widest + 4) / slot)), 1)
        struck = QFont(font)
        struck.setStrikeOut(True)
        painter.setPen(QColor(theme.muted))
        for index in range(0, len(self.labels), every):
            painter.setFont(font if self._is_legal(index) else struck)
            room = QRectF(below)
            room.setWidth(metrics.horizontalAdvance(self.labels[index]))
            # Under its bar, but not beyond the cell, where its neighbour's names are.
            left = below.left() + (index + 0.5) * slot - room.width() / 2
            room.moveLeft(max(min(left, below.right() - room.width()), below.left()))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, self.labels[index])
        painter.setFont(font)


class DensityCell(Cell):
    """The density of one real number between its bounds, its mean, and the number that was drawn.

    Attributes
    ----------
    decision
        What is drawn, or ``None`` before the first step.
    """

    def __init__(self, factor: int, title: str, dimension: int, low: float, high: float) -> None:
        super().__init__(factor, title)
        self.decision: GaussianDecision | None = None
        self._dimension = dimension
        self._low = low if np.isfinite(low) else (high - 8.0 if np.isfinite(high) else -4.0)
        self._high = high if np.isfinite(high) else self._low + 8.0

    def show(self, decision: Decision) -> None:
        """Take over what is drawn next."""
        self.decision = decision if isinstance(decision, GaussianDecision) else None

    def width_wanted(self) -> int:
        """A curve can be read at any width."""
        return 0

    def chosen_text(self) -> str:
        """The number that was drawn."""
        action = self._action()
        return "" if action is None else compact(action, 0.01)

    def describe(self, share: float) -> str:
        """The density there."""
        if self.decision is None:
            return ""
        place = self._low + share * (self._high - self._low)
        x_X, y_X = self.decision.density(self._dimension, POINTS)
        return f"{self.title} {place:.3f}: density {np.interp(place, x_X, y_X, 0.0, 0.0):.4f}"

    def rows(self) -> list[Row]:
        """A row for each point of the curve; mean and action are in the first."""
        if self.decision is None:
            return []
        curve = zip(*(each.tolist() for each in self.decision.density(self._dimension, POINTS)), strict=True)
        rows: list[Row] = [{"part": self.title, "x": x, "density": density} for x, density in curve]
        rows[0] |= {"mean": float(self.decision.mean_action_D[self._dimension]), "action": self._action()}
        return rows

    def _action(self) -> float | None:
        action_D = None if self.decision is None else self.decision.action_D
        return None if action_D is None else float(action_D[self._dimension])

    def _draw_inside(self, painter: QPainter, area: QRectF, below: QRectF, theme: Theme) -> None:
        painter.setPen(QColor(theme.muted))
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, compact(self._low, 0.01))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, compact(self._high, 0.01))
        if self.decision is None:
            return
        painter.save()
        painter.setClipRect(area.adjusted(0, -MARK - 2, 0, 0))
        self._draw_curve(painter, area, theme, *self.decision.density(self._dimension, POINTS))
        mean = self._x(area, float(self.decision.mean_action_D[self._dimension]))
        painter.setPen(QPen(QColor(theme.series[0]), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(mean, area.top(), mean, area.bottom()))
        if (action := self._action()) is not None:
            x = self._x(area, action)
            painter.setPen(QPen(QColor(theme.series[CHOSEN]), 2))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
            draw_mark(painter, QPointF(x, area.top()), theme)
        painter.restore()

    def _draw_curve(self, painter: QPainter, area: QRectF, theme: Theme, x_X: Floats, y_X: Floats) -> None:
        # Density piled up at a bound has no height worth showing: the scale follows the bulk of the curve.
        top = max(1.1 * float(np.percentile(np.nan_to_num(y_X, posinf=1e6), 97)), 1e-9)
        heights_X = np.minimum(np.nan_to_num(y_X, posinf=1e6) / top, 1.0) * area.height()
        corners = [
            QPointF(self._x(area, x), area.bottom() - height)
            for x, height in zip(x_X.tolist(), heights_X.tolist(), strict=True)
        ]
        outline = [QPointF(corners[0].x(), area.bottom()), *corners, QPointF(corners[-1].x(), area.bottom())]
        fill = QColor(theme.series[0])
        painter.setPen(QPen(fill, 1))
        fill.setAlpha(70)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF(outline))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _x(self, area: QRectF, action: float) -> float:
        return area.left() + (action - self._low) / (self._high - self._low) * area.width()


def draw_mark(painter: QPainter, tip: QPointF, theme: Theme) -> None:
    """Draw a small triangle that points down at what was chosen."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.series[CHOSEN]))
    painter.drawPolygon(QPolygonF([tip, tip + QPointF(-4, -MARK), tip + QPointF(4, -MARK)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
