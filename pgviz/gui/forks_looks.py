"""How a fork is drawn, wherever it is drawn: each of the four has dashes and a colour of its own."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from pgviz.gui.forks import KnownFork
from pgviz.gui.theme import LIGHT, Theme
from pgviz.gui.widgets.curve_trace import Look

PEN = Qt.PenStyle
DASHES = (PEN.DashLine, PEN.DotLine, PEN.DashDotLine, PEN.DashDotDotLine)


def look_of(fork: KnownFork, *, strong: bool = True) -> Look:
    """How its curves are drawn: as broad as those of the run beside it."""
    return Look(fork.name, index=fork.place + 1, strong=strong, dash=DASHES[fork.place])


class Sample(QWidget):
    """A short piece of a curve, to tell whose it is."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._theme = look, LIGHT
        self.setFixedSize(QSize(30, 14))

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setPen(self._look.pen(self._theme))
        painter.drawLine(QLineF(0, self.height() / 2, self.width(), self.height() / 2))
