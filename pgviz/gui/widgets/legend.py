"""A legend in one row: a sample of each line, and its name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized
from pgviz.gui.widgets.curve_trace import Look

SAMPLE = 18
GAP = 6
BETWEEN = 14
MOST_NAMES = 8


class Legend(QWidget):
    """Names as many series as there is room for, then says how many more there are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._looks: Sequence[Look] = ()
        self._theme = LIGHT
        self.setFont(sized(self.font(), 0.9))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_looks(self, looks: Sequence[Look]) -> None:
        """Name these series."""
        self._looks = looks
        self.setToolTip(", ".join(look.name for look in looks))
        self.setAccessibleName(f"Curves: {self.toolTip()}")
        self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """One line of text high."""
        return QSize(120, self.fontMetrics().height() + 2)

    def texts(self) -> list[str]:
        """The names there is room for, and the number of those left out."""
        shown = min(len(self._looks), MOST_NAMES)
        while shown > 1 and self._width(shown) > self.width():
            shown -= 1
        names = [look.name for look in self._looks[:shown]]
        return names if shown == len(self._looks) else [*names, f"… +{len(self._looks) - shown}"]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a sample and a name for each."""
        painter, x = QPainter(self), 0
        for index, text in enumerate(self.texts()):
            if index < len(self._looks) and text == self._looks[index].name:
                self._draw_sample(painter, x, self._looks[index])
                x += SAMPLE + GAP
            painter.setPen(QColor(self._theme.muted))
            room = QRectF(x, 0, self.width() - x, self.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            x += self.fontMetrics().horizontalAdvance(text) + BETWEEN

    def _draw_sample(self, painter: QPainter, x: int, look: Look) -> None:
        middle = self.height() / 2
        pen = look.pen(self._theme)
        pen.setCosmetic(False)
        painter.setPen(pen)
        if look.dots:
            painter.drawPoints(
                [QPointF(x + 3, middle + 3), QPointF(x + 9, middle - 3), QPointF(x + 15, middle + 1)]
            )
        else:
            painter.drawLine(QLineF(x, middle, x + SAMPLE, middle))

    def _width(self, shown: int) -> int:
        names = [look.name for look in self._looks[:shown]]
        width = (
            sum(SAMPLE + GAP + self.fontMetrics().horizontalAdvance(name) + BETWEEN for name in names) - BETWEEN
        )
        left = len(self._looks) - shown
        return width + (BETWEEN + self.fontMetrics().horizontalAdvance(f"… +{left}") if left else 0)
