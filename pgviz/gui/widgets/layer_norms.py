"""Norms of each layer's parameters, of their gradient and of the step, on one logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from pgviz.gui.theme import LIGHT, Theme, set_role, sized
from pgviz.gui.widgets.distribution_plot import Table
from pgviz.gui.widgets.drawn_export import DrawnExport
from pgviz.gui.widgets.move_plot import DIGITS, FADED
from pgviz.training.examination import LayerNorms

KINDS = ("parameter", "gradient", "step")
SERIES = (6, 3, 2)
TITLES = ("‖θ‖ parameter", "‖g‖ gradient", "‖Δθ‖ step")
ROW, LEAST_ROW = 22, 14  # pixels; rows move closer before the list has to scroll
RADIUS = 4.5
LEAST = 1e-12
MOST_DECADES = 7


class LayerNormsView(QWidget):
    """A row per tensor with three marks; their numbers are in the tool tip.

    Attributes
    ----------
    layers
        What is drawn.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.layers: Sequence[LayerNorms] = ()
        self.setFont(sized(self.font(), 0.9))
        set_role(self, "panel")
        self.setAccessibleName("Norms of each layer")
        DrawnExport(self, "layer-norms", self.table, lambda: self._theme)

    def table(self) -> Table:
        """What is drawn, as columns."""
        norms = {kind: [getattr(layer, kind) for layer in self.layers] for kind in KINDS}
        return {"layer": [layer.name for layer in self.layers], **norms}

    def show_layers(self, layers: Sequence[LayerNorms]) -> None:
        """Draw these."""
        self.layers = layers
        self.setMinimumHeight(self._top() + LEAST_ROW * len(layers) + 4)
        self.setAccessibleDescription("; ".join(describe(layer) for layer in layers))
        self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """A few rows."""
        return QSize(260, self._top() + ROW * max(len(self.layers), 4))

    def event(self, event: QEvent) -> bool:
        """Say the numbers of the row under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = int((event.pos().y() - self._top()) // self._row)
            text = describe(self.layers[row]) if 0 <= row < len(self.layers) else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def decades(self) -> tuple[int, int]:
        """The powers of ten at the ends of the scale."""
        norms = [getattr(layer, kind) for layer in self.layers for kind in KINDS]
        logs = [math.log10(norm) for norm in norms if norm > LEAST and math.isfinite(norm)]
        if not logs:
            return -3, 1
        low, high = math.floor(min(logs)), math.ceil(max(logs))
        return (low, high) if high > low else (low, low + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the scale and the rows."""
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else FADED)
        metrics = QFontMetricsF(self.font())
        names = [layer.name for layer in self.layers]
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        left = min(widest, 0.4 * self.width()) + 16
        room = QRectF(left, self._top(), self.width() - left - 16, self._row * len(names))
        self._draw_legend(painter, metrics)
        self._draw_scale(painter, room, metrics)
        for row, layer in enumerate(self.layers):
            y = room.top() + (row + 0.5) * self._row
            painter.setPen(QColor(self._theme.text))
            name = metrics.elidedText(layer.name, Qt.TextElideMode.ElideLeft, left - 16)
            painter.drawText(QPointF(4, y + metrics.ascent() / 2 - 1), name)
            self._draw_row(painter, room, y, layer)
        painter.end()

    def _top(self) -> int:
        return 2 * self.fontMetrics().height() + 12

    @property
    def _row(self) -> float:
        """How high a row is in the room that there is."""
        return min(ROW, (self.height() - self._top() - 4) / max(len(self.layers), 1))

    def _draw_legend(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        x = 4.0
        for kind, title in enumerate(TITLES):
            self._draw_sign(painter, QPointF(x + 6, metrics.height() / 2 + 1), kind)
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(QPointF(x + 16, metrics.ascent() + 1), title)
            x += metrics.horizontalAdvance(title) + 30

    def _draw_scale(self, painter: QPainter, room: QRectF, metrics: QFontMetricsF) -> None:
        low, high = self.decades()
        every = max(1, math.ceil((high - low) / MOST_DECADES))
        for power in range(low, high + 1, every):
            x = room.left() + (power - low) / (high - low) * room.width()
            painter.setPen(QPen(QColor(self._theme.grid), 1))
            painter.drawLine(QLineF(x, room.top(), x, room.bottom()))
            text = f"10{str(power).translate(DIGITS)}"
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(QPointF(x - metrics.horizontalAdvance(text) / 2, room.top() - 3), text)

    def _draw_row(self, painter: QPainter, room: QRectF, y: float, layer: LayerNorms) -> None:
        low, high = self.decades()
        for kind, name in enumerate(KINDS):
            norm = getattr(layer, name)
            if norm > LEAST and math.isfinite(norm):
                share = (math.log10(norm) - low) / (high - low)
                self._draw_sign(painter, QPointF(room.left() + share * room.width(), y), kind)

    def _draw_sign(self, painter: QPainter, at: QPointF, kind: int) -> None:
        """Draw a square, a disc or a triangle: told apart without colour as well."""
        colour = QColor(self._theme.series[SERIES[kind]])
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(colour if kind else QColor(self._theme.panel))
        if kind == 0:
            painter.drawRect(QRectF(at.x() - RADIUS + 1, at.y() - RADIUS + 1, 2 * RADIUS - 2, 2 * RADIUS - 2))
        elif kind == 1:
            painter.drawEllipse(at, RADIUS - 0.5, RADIUS - 0.5)
        else:
            up, across = QPointF(0, RADIUS), QPointF(RADIUS, 0)
            painter.drawPolygon(QPolygonF([at - up, at + up + across, at + up - across]))


def describe(layer: LayerNorms) -> str:
    """The norms of one tensor, in words."""
    relative = f", {layer.step / layer.parameter:.2g} of the parameter" if layer.parameter > 0 else ""
    return (
        f"{layer.name}: parameter {layer.parameter:.4g}, gradient {layer.gradient:.4g}, "
        f"step {layer.step:.4g}{relative}"
    )
