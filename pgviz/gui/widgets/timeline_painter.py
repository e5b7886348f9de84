"""How the timeline is drawn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen, QPicture, QPolygonF

from pgviz.gui.theme import Theme
from pgviz.gui.widgets.step_axis import compact, nice_spacing
from pgviz.gui.widgets.step_ticks import counts_by_column, draw_ticks

if TYPE_CHECKING:
    from pgviz.gui.widgets.timeline_view import Moments, TimelineData

FLAG_HEIGHT = 14
MARGIN = 6  # pixels at both ends, so that a handle there is whole
BAND_HEIGHT = 24
FLAG = 4.0  # pixels from the middle of a flag to its edge
LABEL_EVERY = 70  # pixels


class Scale:
    """The numbers under a timeline, which stay the same for many paints of it.

    Kept as a picture, they are one call of Qt: each one may hand Python's lock to the trainer and wait for it.
    """

    def __init__(self) -> None:
        self._picture = QPicture()
        self._drawn: tuple[object, ...] | None = None

    def draw(self, painter: QPainter, theme: Theme, width: int, between: tuple[float, float]) -> None:
        """Draw them where the strip of the timeline ends."""
        wanted = (theme, width, between, painter.font().key())
        if wanted != self._drawn:
            self._drawn, self._picture = wanted, QPicture()
            inside = QPainter(self._picture)
            inside.setFont(painter.font())
            _draw_numbers(inside, theme, width, between)
            inside.end()
        painter.drawPicture(0, 0, self._picture)


def _draw_numbers(painter: QPainter, theme: Theme, width: int, between: tuple[float, float]) -> None:
    first, last = between
    spacing = max(nice_spacing(last - first, width // LABEL_EVERY), 1.0)
    metrics, bottom = QFontMetricsF(painter.font()), FLAG_HEIGHT + BAND_HEIGHT
    step = math.ceil(first / spacing) * spacing
    while step <= last:
        x, text = _place(step, width, between), compact(step, spacing)
        painter.setPen(QColor(theme.border))
        painter.drawLine(QPointF(round(x), bottom), QPointF(round(x), bottom + 3))
        taken = metrics.horizontalAdvance(text)
        left = min(max(x - taken / 2, 0.0), width - taken)
        painter.setPen(QColor(theme.muted))
        painter.drawText(QPointF(left, bottom + 4 + metrics.ascent()), text)
        step += spacing


def _place(step: float, width: int, between: tuple[float, float]) -> float:
    """Where a step is, in pixels."""
    return MARGIN + (step - between[0]) / (between[1] - between[0]) * max(width - 2 * MARGIN, 1)


class TimelinePainter:
    """Draws a timeline once.

    Parameters
    ----------
    painter
        With the font of the numbers.
    theme
        Colours.
    size
        In pixels.
    between
        First and last step in sight.
    data
        What is drawn.
    scale
        Its numbers.
    """

    def __init__(
        self,
        painter: QPainter,
        theme: Theme,
        size: QSize,
        between: tuple[float, float],
        data: TimelineData,
        *,
        scale: Scale,
    ) -> None:
        self._painter, self._theme, self._size = painter, theme, size
        self._first, self._last = between
        self._data, self._scale = data, scale

    def draw(self, cursor: int | None, hover: float | None, focused: bool) -> None:
        """Draw everything; `cursor` is a step and `hover` a pixel."""
        self._draw_band()
        self._scale.draw(self._painter, self._theme, self._size.width(), (self._first, self._last))
        self._draw_ticks()
        if hover is not None and self._data.head:
            self._line(round(hover), self._theme.muted)
        self._draw_head(cursor is None)
        if cursor is not None:
            self._draw_cursor(self._x(cursor), self._theme.accent)
        self._draw_all_flags()
        if focused:
            self._painter.setPen(QPen(QColor(self._theme.accent), 1))
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.drawRect(self._band.adjusted(0, 0, -1, 0))

    @property
    def _band(self) -> QRectF:
        return QRectF(MARGIN, FLAG_HEIGHT, max(self._size.width() - 2 * MARGIN, 1), BAND_HEIGHT)

    def _x(self, step: float) -> float:
        return _place(step, self._size.width(), (self._first, self._last))

    def _draw_band(self) -> None:
        painter, theme, data, band = self._painter, self._theme, self._data, self._band
        painter.fillRect(band, QColor(theme.window))
        head, held = self._x(data.head), self._x(max((data.first_held or data.head + 1) - 1, 0))
        tint = QColor(theme.accent)
        tint.setAlphaF(0.22 if theme.is_dark else 0.16)
        painter.fillRect(QRectF(held, band.top(), max(head - held, 0.0), band.height()).intersected(band), tint)
        if data.head and held > 0:
            gone = QRectF(0, band.top(), min(held, head), band.height()).intersected(band)
            painter.fillRect(gone, QColor(theme.raised))
            painter.fillRect(gone, QBrush(QColor(theme.disabled), Qt.BrushStyle.BDiagPattern))

    def _draw_ticks(self) -> None:
        painter, theme, data, band = self._painter, self._theme, self._data, self._band
        columns, middle = round(band.width()), round(band.center().y())
        lanes = (
            (data.episodes, theme.text, round(band.top()) + 3, middle - 1),
            (data.updates, theme.series[2], middle + 1, round(band.bottom()) - 3),
        )
        painter.translate(MARGIN, 0)
        for steps, colour, top, bottom in lanes:
            draw_ticks(painter, counts_by_column(steps, self._first, self._last, columns), top, bottom, colour)
        painter.translate(-MARGIN, 0)

    def _draw_all_flags(self) -> None:
        painter, theme, data = self._painter, self._theme, self._data
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_flags(data.marks, theme.mark, round_one=False)
        self._draw_flags(data.stops, theme.error, round_one=True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_flags(self, moments: Moments, colour: str, *, round_one: bool) -> None:
        """Draw a diamond or a disc above the strip for each moment, one for those at the same place."""
        painter, y = self._painter, FLAG_HEIGHT / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        last = -math.inf
        for step, _ in moments:
            x = self._x(step)
            if not MARGIN <= x <= self._size.width() - MARGIN or x - last < 1.0:
                continue
            last = x
            if round_one:
                painter.drawEllipse(QPointF(x, y), FLAG, FLAG)
            else:
                corners = [(x, y - FLAG - 1), (x + FLAG, y), (x, y + FLAG + 1), (x - FLAG, y)]
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))

    def _draw_head(self, is_followed: bool) -> None:
        if self._data.head == 0:
            return
        x = self._x(self._data.head)
        if is_followed:
            self._draw_cursor(x, self._theme.text)
        else:
            self._line(round(x), self._theme.text)

    def _draw_cursor(self, x: float, colour: str) -> None:
        painter, band = self._painter, self._band
        if not MARGIN - 1 <= x <= self._size.width() - MARGIN + 1:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colour), 2))
        painter.drawLine(QPointF(x, band.top() - 3), QPointF(x, band.bottom() + 3))
        painter.setPen(QPen(QColor(self._theme.panel), 1))
        painter.setBrush(QColor(colour))
        top = band.top() - 2
        handle = [(x - 5, top - 9), (x + 5, top - 9), (x + 5, top - 4), (x, top + 2), (x - 5, top - 4)]
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in handle]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _line(self, x: float, colour: str) -> None:
        if MARGIN <= x <= self._size.width() - MARGIN:
            self._painter.setPen(QColor(colour))
            self._painter.drawLine(QPointF(x, self._band.top()), QPointF(x, self._band.bottom()))
