"""A small picture of what a finding rests on: curves over steps or, for single numbers, bars."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized
from pgviz.gui.widgets.distribution_plot import Table
from pgviz.gui.widgets.drawn_export import DrawnExport
from pgviz.session.doctor import Evidence

GAP = 6.0
LIMIT_DASH = 1.5
HEADROOM = 0.08
DOT = 2.5


class EvidencePlot(QWidget):
    """Drawn once for each finding; it never changes.

    Parameters
    ----------
    evidence
        What was measured.
    """

    def __init__(self, evidence: Evidence, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.evidence = evidence
        self._theme = LIGHT
        self._font = sized(self.font(), 0.85)
        self._low, self._high = _range(evidence)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setMinimumSize(180, 112)
        self.setAccessibleName(evidence.caption)
        self.setToolTip(self._in_words())
        DrawnExport(self, "evidence", self.table, lambda: self._theme)

    def table(self) -> Table:
        """What was measured, as columns: a row for each step at which it was."""
        return {"step": self.evidence.steps, **dict(zip(self.evidence.names, self.evidence.values, strict=True))}

    def sizeHint(self) -> QSize:
        """Room for a few ticks."""
        return QSize(240, 124)

    def apply_theme(self, theme: Theme) -> None:
        """Draw in a theme's colours."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw caption, scale, limit and what was measured."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        metrics = QFontMetricsF(self._font)
        line = metrics.height()
        left = max(metrics.horizontalAdvance(_short(each)) for each in (self._low, self._high)) + GAP
        band = QRectF(left, 2 * line + GAP, self.width() - left - GAP, self.height() - 3 * line - 2 * GAP)
        self._draw_words(painter, metrics, line)
        self._draw_scale(painter, band, line)
        if self.evidence.is_bars:
            self._draw_bars(painter, band, line)
        else:
            self._draw_curves(painter, band, line)
        self._draw_limit(painter, band)

    def _draw_words(self, painter: QPainter, metrics: QFontMetricsF, line: float) -> None:
        painter.setPen(QColor(self._theme.muted))
        elided = metrics.elidedText(self.evidence.caption, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QPointF(0.0, metrics.ascent()), elided)
        if self.evidence.is_bars:
            return
        x = 0.0
        for index, name in enumerate(self.evidence.names):
            painter.setPen(QPen(QColor(self._theme.colour(index)), 2.0))
            painter.drawLine(QLineF(x, 1.5 * line, x + 10, 1.5 * line))
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(QPointF(x + 14, line + metrics.ascent()), name)
            x += 14 + metrics.horizontalAdvance(name) + 2 * GAP

    def _draw_scale(self, painter: QPainter, band: QRectF, line: float) -> None:
        for value in (self._low, self._high):
            y = self._y(value, band)
            painter.setPen(QPen(QColor(self._theme.grid), 1.0))
            painter.drawLine(QLineF(band.left(), y, band.right(), y))
            painter.setPen(QColor(self._theme.muted))
            box = QRectF(0.0, y - line / 2, band.left() - GAP / 2, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _short(value))

    def _draw_curves(self, painter: QPainter, band: QRectF, line: float) -> None:
        steps = self.evidence.steps
        first, last = float(steps[0]), float(steps[-1])
        for index, row in enumerate(self.evidence.values):
            known = np.flatnonzero(np.isfinite(row)).tolist()
            points = [
                QPointF(band.left() + band.width() * (steps[i] - first) / (last - first), self._y(row[i], band))
                for i in known
            ]
            painter.setPen(QPen(QColor(self._theme.colour(index)), 1.5))
            painter.drawPolyline(QPolygonF(points))
            painter.setBrush(QColor(self._theme.colour(index)))
            for point in points:
                painter.drawEllipse(point, DOT, DOT)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(self._theme.muted))
        below = QRectF(band.left(), band.bottom() + GAP / 2, band.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, f"step {first:,.0f}")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{last:,.0f}")

    def _draw_bars(self, painter: QPainter, band: QRectF, line: float) -> None:
        slot = band.width() / len(self.evidence.names)
        zero = self._y(0.0, band)
        for index, (name, value) in enumerate(
            zip(self.evidence.names, self.evidence.values[:, 0].tolist(), strict=True)
        ):
            left, y = band.left() + index * slot, self._y(value, band)
            bar = QRectF(left + slot / 4, min(y, zero), slot / 2, max(abs(y - zero), 1.0))
            painter.fillRect(bar, QColor(self._theme.colour(index)))
            painter.setPen(QColor(self._theme.muted))
            below = QRectF(left, band.bottom() + GAP / 2, slot, line)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, f"{name} {_short(value)}")

    def _draw_limit(self, painter: QPainter, band: QRectF) -> None:
        if self.evidence.limit is None:
            return
        y = self._y(self.evidence.limit, band)
        painter.setPen(QPen(QColor(self._theme.warn), LIMIT_DASH, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(band.left(), y, band.right(), y))

    def _y(self, value: float, band: QRectF) -> float:
        return band.bottom() - band.height() * (value - self._low) / (self._high - self._low)

    def _in_words(self) -> str:
        lines = [self.evidence.caption]
        for name, row in zip(self.evidence.names, self.evidence.values, strict=True):
            known = row[np.isfinite(row)]
            lines += [f"{name}: {_short(float(known[-1]))}"] if len(known) else []
        if self.evidence.limit is not None:
            lines.append(f"dashed: {_short(self.evidence.limit)}")
        return "\n".join(lines)


def _range(evidence: Evidence) -> tuple[float, float]:
    """The least and the most to be drawn, with the limit, and 0 under bars."""
    known = evidence.values[np.isfinite(evidence.values)].tolist()
    known += [] if evidence.limit is None else [evidence.limit]
    known += [0.0] if evidence.is_bars or not known else []
    low, high = min(known), max(known)
    if low == high:
        return (min(low, 0.0), max(high, 0.0)) if low else (-1.0, 1.0)
    room = HEADROOM * (high - low)
    return (low if low >= 0.0 > low - room else low - room), high + room


def _short(value: float) -> str:
    return f"{value:.2g}".replace("-", "−") if abs(value) < 100 or abs(value) >= 1e5 else f"{value:,.0f}"
