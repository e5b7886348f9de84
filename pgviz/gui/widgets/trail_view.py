"""The trail of a probe: a line per option, or a mean with its standard deviation, over the updates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from pgviz.gui.probe_trail import Floats
from pgviz.gui.theme import LIGHT, Theme, sized
from pgviz.gui.widgets.distribution_plot import Table
from pgviz.gui.widgets.drawn_export import DrawnExport
from pgviz.gui.widgets.step_axis import compact

MOST_NAMED = 6
NAME_SHARE = 0.35  # of the width, for names at most
LABELS = 34  # pixels of the numbers at the left


class TrailView(QWidget):
    """Draws the whole trail into whatever room there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._updates: Sequence[int] = ()
        self._rows: Floats = np.zeros((0, 0))
        self._labels: Sequence[str] = ()
        self._range: tuple[float, float] | None = None
        self.setFont(sized(self.font(), 0.8))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("How it got there")
        DrawnExport(self, "trail", self.table, lambda: self._theme)

    def table(self) -> Table:
        """What is drawn, as columns: a row for each update."""
        names = self._labels or ("mean", "lower", "upper")
        series = {name: self._rows[:, index] for index, name in enumerate(names) if index < self._rows.shape[1]}
        return {"update": self._updates, **series}

    def show_trail(
        self, updates: Sequence[int], rows: Floats, labels: Sequence[str], bounds: tuple[float, float] | None
    ) -> None:
        """Draw numbers by update, ``(T, S)``.

        Parameters
        ----------
        updates, rows
            What is drawn.
        labels
            A name for each series; empty for a mean and, where there are three, its standard deviation.
        bounds
            The range of the numbers; ``None`` for that of those there are.
        """
        # A copy: the trail goes on before this is painted.
        self._updates, self._rows, self._labels, self._range = tuple(updates), rows, labels, bounds
        if len(updates):
            self.setToolTip(f"From update {updates[0]:,} to {updates[-1]:,}")
        self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """As high as the plot beside it."""
        return QSize(180, 96)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame, the lines and their names."""
        painter, metrics = QPainter(self), QFontMetricsF(self.font())
        line = metrics.height()
        names = self._labels if len(self._labels) <= MOST_NAMED else ()
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        right = min(widest, NAME_SHARE * self.width()) + 8 if names else 8.0
        area = QRectF(LABELS, line / 2 + 2, self.width() - LABELS - right, self.height() - 2 * line - 6)
        low, high = self._bounds()
        self._draw_frame(painter, area, (low, high), metrics)
        if len(self._updates) and area.width() > 0:
            self._draw_lines(painter, area, low, high)
            self._draw_names(painter, area, (low, high), names, metrics)
        painter.end()

    def _bounds(self) -> tuple[float, float]:
        if self._range is not None:
            return self._range
        if not self._rows.size:
            return 0.0, 1.0
        low, high = float(np.nanmin(self._rows)), float(np.nanmax(self._rows))
        margin = max(0.05 * (high - low), 1e-3 * max(abs(low), abs(high), 1e-3))
        return low - margin, high + margin

    def _draw_frame(
        self, painter: QPainter, area: QRectF, bounds: tuple[float, float], metrics: QFontMetricsF
    ) -> None:
        painter.setPen(QPen(QColor(self._theme.grid), 1))
        for share in (0.0, 0.5, 1.0):
            y = area.bottom() - share * area.height()
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(QColor(self._theme.muted))
        right, middle = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignVCenter
        for value, y in ((bounds[0], area.bottom()), (bounds[1], area.top())):
            room = QRectF(0, y - metrics.height() / 2, LABELS - 5, metrics.height())
            painter.drawText(room, right | middle, compact(value))
        below = QRectF(area.left(), area.bottom() + 3, area.width(), metrics.height())
        if len(self._updates):
            first = f"update {self._updates[0]:,}"
            last = f"{self._updates[-1]:,}"
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, first)
            if metrics.horizontalAdvance(first + last) + 12 < area.width():
                painter.drawText(below, right, last)

    def _draw_lines(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        first, last = self._updates[0], max(self._updates[-1], self._updates[0] + 1)
        x_T = area.left() + (np.array(self._updates) - first) / (last - first) * area.width()
        y_TS = area.bottom() - np.clip((self._rows - low) / (high - low), 0.0, 1.0) * area.height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._labels and y_TS.shape[1] == 3:
            band = [*_points(x_T, y_TS[:, 1]), *reversed(_points(x_T, y_TS[:, 2]))]
            fill = QColor(self._theme.series[0])
            fill.setAlpha(60)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF(band))
            y_TS = y_TS[:, :1]
        for index in range(y_TS.shape[1]):
            colour = QColor(self._theme.colour(index))
            painter.setPen(QPen(colour, 1.5))
            points = _points(x_T, y_TS[:, index])
            painter.drawPolyline(QPolygonF(points))
            painter.setPen(QPen(colour, 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoint(points[-1])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_names(
        self,
        painter: QPainter,
        area: QRectF,
        bounds: tuple[float, float],
        names: Sequence[str],
        metrics: QFontMetricsF,
    ) -> None:
        """Write the names beside the ends of their lines, pushed apart where they would lie on one another."""
        height, (low, high) = metrics.height() - 2, bounds
        ends = sorted((float(self._rows[-1, index]), index) for index in range(len(names)))
        y = self.height() + height
        for place, (value, index) in enumerate(ends):
            wanted = area.bottom() - (value - low) / (high - low) * area.height()
            # Those above need their room as well.
            y = max(min(wanted, y - height), area.top() + height * (len(ends) - 1 - place))
            painter.setPen(QColor(self._theme.colour(index)))
            room = self.width() - area.right() - 6
            text = metrics.elidedText(names[index], Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(area.right() + 6, y + metrics.ascent() / 2 - 1), text)


def _points(x_T: Floats, y_T: Floats) -> list[QPointF]:
    return [QPointF(x, y) for x, y in zip(x_T.tolist(), y_T.tolist(), strict=True)]
