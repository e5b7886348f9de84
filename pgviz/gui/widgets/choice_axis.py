"""The axis under bars, with the name of each choice."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from pgviz.gui.theme import LIGHT, Theme
from pgviz.gui.widgets.step_axis import RoundAxis

# With more bars than this, names would touch even where they are written upwards.
NAMED_BARS = 24
LONGEST_NAME = 96  # pixels of a name written upwards; a longer one is elided
PAD = 5.0
MOST_LINES = 2


class ChoiceAxis(RoundAxis):
    """Writes the names under the bars: side by side, in two lines, or upwards, as there is room for them.

    A choice that is ruled out has its name struck through. Choices too many for names are numbered.

    Attributes
    ----------
    struck
        The choices whose names are struck through, in order.
    """

    def __init__(self) -> None:
        super().__init__("bottom", 56, whole=True)
        self._theme = LIGHT
        self._names: tuple[str, ...] = ()
        self._upwards = False
        self.struck: tuple[int, ...] = ()
        self._font = QFont()

    def set_names(self, names: Sequence[str]) -> None:
        """Name the choices 0, 1, 2 ..."""
        self._names = tuple(names) if len(names) <= NAMED_BARS else ()
        self.struck = ()
        self.fit()
        self.update()

    def strike(self, choices: Sequence[int]) -> None:
        """Strike the names of these choices through; drawn again only where they are others than before."""
        if tuple(choices) != self.struck:
            self.struck = tuple(choices)
            self.update()

    def apply_theme(self, theme: Theme, font: QFont) -> None:
        """Take over a theme's colours, and a font for the names."""
        super().apply_theme(theme, font)
        self._theme, self._font = theme, font
        self.fit()
        self.update()

    def fit(self) -> None:
        """Take the height that the names need at the present width."""
        metrics = QFontMetricsF(self._font)
        lines = self._lines()
        self._upwards = bool(self._names) and not lines
        if self._upwards:
            longest = max(metrics.horizontalAdvance(name) for name in self._names)
            height = min(longest, LONGEST_NAME) + 2 * PAD
        else:
            height = max(lines, 1) * metrics.height() + 2 * PAD
        if height != self.height():
            self.setHeight(height)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the line and the names."""
        if not self._names:
            super().paint(painter, option, widget)
            return
        painter.setPen(QColor(self._theme.border))
        painter.drawLine(QLineF(0, 0, self.width(), 0))
        slot, left = self._slot()
        for index, name in enumerate(self._names):
            middle = (index - left) * slot
            if -slot / 2 < middle < self.width() + slot / 2:
                self._write(painter, name, middle, slot, index)

    def _write(self, painter: QPainter, name: str, middle: float, slot: float, index: int) -> None:
        font = QFont(self._font)
        font.setStrikeOut(index in self.struck)
        painter.setFont(font)
        painter.setPen(QPen(QColor(self._theme.muted)))
        metrics = QFontMetricsF(font)
        if not self._upwards:
            room = QRectF(middle - slot / 2, PAD, slot, MOST_LINES * metrics.height())
            top = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
            painter.drawText(room, top | Qt.TextFlag.TextWordWrap, name)
            return
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, LONGEST_NAME)
        painter.save()
        painter.translate(QPointF(middle, PAD))
        painter.rotate(-90)
        room = QRectF(-LONGEST_NAME - PAD, -metrics.height() / 2, LONGEST_NAME + PAD, metrics.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()

    def _lines(self) -> int:
        """Lines that the names take side by side; 0 where they do not fit."""
        if not self._names:
            return 1
        metrics, (slot, _) = QFontMetricsF(self._font), self._slot()
        if all(metrics.horizontalAdvance(name) <= slot - PAD for name in self._names):
            return 1
        words = [word for name in self._names for word in name.split()]
        few = all(len(name.split()) <= MOST_LINES for name in self._names)
        return MOST_LINES if few and all(metrics.horizontalAdvance(word) <= slot - PAD for word in words) else 0

    def _slot(self) -> tuple[float, float]:
        """Pixels from one choice to the next, and the place at the left end of the axis."""
        view = self.linkedView()
        left, right = view.viewRange()[0] if view is not None else (0.0, 1.0)
        return self.width() / max(right - left, 1e-9), left
