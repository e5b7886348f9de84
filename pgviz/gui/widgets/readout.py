"""Readout: a row of captions and values that does not move when the values change."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized
from pgviz.gui.widgets.step_axis import MINUS

DASH = "–"
HYPHEN_BEFORE_DIGIT = re.compile(r"(?<!\w)-(?=\d)")
GAP = 12
LEFT = Qt.AlignmentFlag.AlignLeft
NARROWEST = 44  # pixels; less shows no number


class Readout(QWidget):
    """Values under their captions, in columns that keep their width; a value that is too long is elided.

    Where there is no room for all of them the last ones give way.

    It is painted in one go: labels in a layout would have the window laid out again for every new number.

    Parameters
    ----------
    captions
        What each value is, by the name under which it is set.
    shares
        Shares of the width, by name; 1 where none is given.
    """

    def __init__(
        self, captions: Mapping[str, str], shares: Mapping[str, int] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._captions = dict(captions)
        self._shares = {name: (shares or {}).get(name, 1) for name in captions}
        self._values = dict.fromkeys(captions, DASH)
        self._theme = LIGHT
        self._value_font = sized(self.font(), 1.0, bold=True)
        self._places: dict[str, QRect] = {}
        self._places_in: QRect | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(", ".join(captions.values()))

    def sizeHint(self) -> QSize:
        """Room for two lines."""
        margins = self.contentsMargins()
        height = 2 * QFontMetrics(self._value_font).height() + 4
        return QSize(60 * len(self._captions), height + margins.top() + margins.bottom())

    def minimumSizeHint(self) -> QSize:
        """The same height, in whatever width there is."""
        return QSize(40, self.sizeHint().height())

    def set_captions(self, captions: Mapping[str, str]) -> None:
        """Show other values from now on, all of them dashes at first."""
        self._captions = dict(captions)
        self._shares = dict.fromkeys(captions, 1)
        self._values = dict.fromkeys(captions, DASH)
        self._places_in = None
        self.setAccessibleName(", ".join(captions.values()))
        self.update()

    def set(self, name: str, text: str) -> None:
        """Show a value; the same text again costs nothing."""
        text = HYPHEN_BEFORE_DIGIT.sub(MINUS, text)
        if self._values[name] != text:
            self._values[name] = text
            self.update()

    @property
    def names(self) -> tuple[str, ...]:
        """What there is to show, by name."""
        return tuple(self._captions)

    def text(self, name: str) -> str:
        """The value shown."""
        return self._values[name]

    def clear(self) -> None:
        """Show dashes."""
        for name in self._values:
            self.set(name, DASH)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.update()

    def event(self, event: QEvent) -> bool:
        """Say in a tool tip what there was no room for."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.whole_text(event.pos()), self)
            return True
        return super().event(event)

    def whole_text(self, at: QPoint) -> str:
        """The value at one point, where it is elided; else the tool tip."""
        for name, column in self._columns().items():
            if column.contains(at) and self._elided(self._values[name], column.width()) != self._values[name]:
                return f"{self._captions[name]}: {self._values[name]}"
        return self.toolTip()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw all captions and values."""
        painter, columns = QPainter(self), self._columns()
        metrics = QFontMetrics(self._value_font)
        line = metrics.height()
        # All captions, then all values: each call of Qt may hand Python's lock to the trainer and wait for it.
        painter.setFont(self.font())
        painter.setPen(QColor(self._theme.muted))
        for name, column in columns.items():
            painter.drawText(column, LEFT | Qt.AlignmentFlag.AlignTop, self._captions[name])
        painter.setFont(self._value_font)
        painter.setPen(QColor(self._theme.text))
        painter.translate(0, line + 2)
        for name, column in columns.items():
            text = metrics.elidedText(self._values[name], Qt.TextElideMode.ElideRight, column.width())
            painter.drawText(column, LEFT | Qt.AlignmentFlag.AlignTop, text)
        painter.end()

    def _columns(self) -> dict[str, QRect]:
        """Where each value is that there is room for; worked out again only where something else has changed."""
        area = self.contentsRect()
        if area != self._places_in:
            self._places, self._places_in = self._shared_out(area), area
        return self._places

    def _shared_out(self, area: QRect) -> dict[str, QRect]:
        shares = dict(self._shares)
        while (unit := (area.width() + GAP) / sum(shares.values())) * min(shares.values()) < NARROWEST + GAP:
            if len(shares) == 1:
                break
            shares.popitem()
        columns, x = {}, float(area.left())
        for name, share in shares.items():
            columns[name] = QRect(round(x), area.top(), round(share * unit) - GAP, area.height())
            x += share * unit
        return columns

    def _elided(self, text: str, width: int) -> str:
        return QFontMetrics(self._value_font).elidedText(text, Qt.TextElideMode.ElideRight, width)
