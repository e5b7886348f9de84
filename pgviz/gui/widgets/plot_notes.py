"""What is written into a plot: reference lines, the knobs that were turned, and the point hovered over."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QApplication, QStyleOptionGraphicsItem, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized

PAD = 3.0
GAP = 8.0
MOST_MARKS = 50
MOST_ROWS = 9


class PlotNotes(pg.GraphicsObject):  # type: ignore[misc]
    """Lines and labels over the curves of a view; it draws in the view's pixels, so that labels can keep apart.

    Parameters
    ----------
    view
        The :class:`pyqtgraph.ViewBox` whose range places everything.

    Attributes
    ----------
    references
        Values of y and their labels.
    marks
        Values of x and their labels, oldest first.
    cursor
        Value of x that is looked back at, or ``None``.
    hovered
        Value of x, and rows of colour, name and value, or ``None``.
    """

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self._view, self._theme = view, LIGHT
        self.references: Sequence[tuple[float, str]] = ()
        self.marks: Sequence[tuple[float, str]] = ()
        self.cursor: float | None = None
        self.hovered: tuple[float, list[tuple[str, str, str]]] | None = None
        self.setZValue(1000)
        view.sigResized.connect(self._follow)
        view.sigRangeChanged.connect(self._redraw)

    @property
    def label_height(self) -> float:
        """Pixels that one row of labels takes."""
        return QFontMetricsF(_font()).height() + 2 * PAD

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.update()

    def boundingRect(self) -> QRectF:
        """The whole view, in its pixels."""
        return QRectF(self._view.rect())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw everything."""
        painter.setFont(_font())
        if self.cursor is not None:
            self._draw_cursor(painter, self.cursor)
        labels = [label for mark in self.placed_marks() for label in [self._draw_mark(painter, *mark)] if label]
        for reference in self.references:
            labels.append(self._draw_reference(painter, *reference, labels))
        if self.hovered is not None:
            self._draw_hovered(painter, *self.hovered)

    def placed_marks(self) -> list[tuple[float, str, QRectF | None]]:
        """Pixel, text and room for the label of each mark in sight, newest first; some go without a label."""
        metrics, area = QFontMetricsF(_font()), self.boundingRect()
        placed: list[tuple[float, str, QRectF | None]] = []
        taken: list[QRectF] = []
        for step, text in reversed(self.marks[-MOST_MARKS:]):
            x = self._to_pixel(QPointF(step, 0)).x()
            if not 0 <= x <= area.width():
                continue
            room = QRectF(x + PAD, PAD, metrics.horizontalAdvance(text) + 2 * PAD, metrics.height())
            if room.right() > area.width():
                room.moveRight(x - PAD)
            blocked = room.left() < 0 or any(room.adjusted(-GAP, 0, GAP, 0).intersects(other) for other in taken)
            if not blocked:
                taken.append(room)
            placed.append((x, text, None if blocked else room))
        return placed

    def _draw_mark(self, painter: QPainter, x: float, text: str, room: QRectF | None) -> QRectF | None:
        pen = _hairline(self._theme.mark, Qt.PenStyle.DashLine)
        pen.setDashPattern([3, 4])
        painter.setPen(pen)
        painter.drawLine(QLineF(x, 0, x, self.boundingRect().height()))
        if room is not None:
            self._draw_label(painter, room, text, self._theme.mark)
        return room

    def _draw_cursor(self, painter: QPainter, step: float) -> None:
        x = round(self._to_pixel(QPointF(step, 0)).x())
        halo = QColor(self._theme.accent)
        halo.setAlpha(60)
        # Broad and pale about a thin line, so that it is not taken for a curve.
        painter.fillRect(QRectF(x - 3, 0, 7, self.boundingRect().height()), halo)
        painter.setPen(_hairline(self._theme.accent))
        painter.drawLine(QLineF(x, 0, x, self.boundingRect().height()))

    def _draw_reference(self, painter: QPainter, value: float, text: str, taken: list[QRectF]) -> QRectF:
        area, metrics = self.boundingRect(), QFontMetricsF(_font())
        y = self._to_pixel(QPointF(0, value)).y()
        if 0 <= y <= area.height():
            painter.setPen(_hairline(self._theme.muted, Qt.PenStyle.DashDotLine))
            painter.drawLine(QLineF(0, y, area.width(), y))
        else:
            text, y = f"{text} {'↑' if y < 0 else '↓'}", min(max(y, 0.0), area.height())
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width() - 4 * PAD)
        size = metrics.horizontalAdvance(text) + 2 * PAD, metrics.height()
        room = QRectF(area.width() - size[0] - PAD, y - size[1] - 1, *size)
        if room.top() < 0 or any(room.intersects(other) for other in taken):
            room.moveTop(max([y, *(other.bottom() for other in taken)]) + 1 if y < self.label_height else y + 1)
        self._draw_label(painter, room, text, self._theme.muted)
        return room

    def _draw_label(self, painter: QPainter, room: QRectF, text: str, colour: str) -> None:
        ground = QColor(self._theme.panel)
        ground.setAlpha(215)
        painter.fillRect(room, ground)
        painter.setPen(QColor(colour))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_hovered(self, painter: QPainter, step: float, rows: list[tuple[str, str, str]]) -> None:
        area, theme = self.boundingRect(), self._theme
        x = self._to_pixel(QPointF(step, 0)).x()
        painter.setPen(_hairline(theme.muted))
        painter.drawLine(QLineF(x, 0, x, area.height()))
        shown = rows[:MOST_ROWS]
        if len(rows) > MOST_ROWS:
            shown = [*rows[: MOST_ROWS - 1], (theme.muted, f"… +{len(rows) - MOST_ROWS + 1}", "")]
        metrics = QFontMetricsF(_font())
        names = max(metrics.horizontalAdvance(name) for _, name, _ in shown)
        values = max(metrics.horizontalAdvance(value) for _, _, value in shown)
        box = QRectF(x + GAP, 2 * PAD, names + values + 4 * GAP, len(shown) * metrics.height() + 2 * GAP)
        if box.right() > area.width():
            box.moveRight(x - GAP)
        box.moveLeft(max(box.left(), 0.0))
        self._draw_box(painter, box, shown)

    def _draw_box(self, painter: QPainter, box: QRectF, rows: list[tuple[str, str, str]]) -> None:
        theme = self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(_hairline(theme.border))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(box, 4, 4)
        height = QFontMetricsF(_font()).height()
        row = QRectF(box.left() + GAP, box.top() + GAP, box.width() - 2 * GAP, height)
        for colour, name, value in rows:
            painter.fillRect(QRectF(row.left(), row.center().y() - 1, GAP, 2), QColor(colour))
            painter.setPen(QColor(theme.muted))
            painter.drawText(row.adjusted(1.5 * GAP, 0, 0, 0), Qt.AlignmentFlag.AlignLeft, name)
            painter.setPen(QColor(theme.text))
            painter.drawText(row, Qt.AlignmentFlag.AlignRight, value)
            row.translate(0, height)

    def _to_pixel(self, point: QPointF) -> QPointF:
        return QPointF(self._view.mapFromView(point))

    def _follow(self) -> None:
        self.prepareGeometryChange()
        self.update()

    def _redraw(self) -> None:
        self.update()


def _font() -> QFont:
    return sized(QApplication.font(), 0.85)


def _hairline(colour: str, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    return QPen(QColor(colour), 1, style)
