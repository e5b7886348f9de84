"""Readout: a row of captions and values that does not move when the values change."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from pgviz.gui.theme import set_role, sized
from pgviz.gui.widgets.step_axis import MINUS

DASH = "–"
HYPHEN_BEFORE_DIGIT = re.compile(r"(?<!\w)-(?=\d)")
GAP, LINES_APART = 12, 2
NARROWEST = 44  # pixels; less shows no number


class Readout(QWidget):
    """Values under their captions, in columns that keep their width; a value that is too long is elided.

    Where there is no room for all of them the last ones give way.

    Labels of Qt's own paint them, for what is painted in Python takes Python's lock from the trainer. In a layout
    they would have the window laid out again for every new number.

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
        self._columns: dict[str, _Column] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._make(captions, shares or {})

    def sizeHint(self) -> QSize:
        """Room for two lines."""
        margins = self.contentsMargins()
        height = 2 * QFontMetrics(sized(self.font(), 1.0, bold=True)).height() + 2 * LINES_APART
        return QSize(60 * len(self._columns), height + margins.top() + margins.bottom())

    def minimumSizeHint(self) -> QSize:
        """The same height, in whatever width there is."""
        return QSize(40, self.sizeHint().height())

    def set_captions(self, captions: Mapping[str, str]) -> None:
        """Show other values from now on, all of them dashes at first."""
        self._make(captions, {})
        self._place()

    def _make(self, captions: Mapping[str, str], shares: Mapping[str, int]) -> None:
        for column in self._columns.values():
            column.remove()
        self._columns = {name: _Column(self, text, shares.get(name, 1)) for name, text in captions.items()}
        self.setAccessibleName(", ".join(captions.values()))

    def set(self, name: str, text: str) -> None:
        """Show a value; the same text again costs nothing."""
        self._columns[name].set(text)

    @property
    def names(self) -> tuple[str, ...]:
        """What there is to show, by name."""
        return tuple(self._columns)

    def text(self, name: str) -> str:
        """The value shown, in full."""
        return self._columns[name].text

    def value_label(self, name: str) -> QLabel:
        """What a value is shown on; hidden where there is no room for it."""
        return self._columns[name].value

    def clear(self) -> None:
        """Show dashes."""
        for column in self._columns.values():
            column.set(DASH)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out anew."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        area = self.contentsRect()
        shares = {name: column.share for name, column in self._columns.items()}
        while (unit := (area.width() + GAP) / sum(shares.values())) * min(shares.values()) < NARROWEST + GAP:
            if len(shares) == 1:
                break
            shares.popitem()
        x = float(area.left())
        for name, column in self._columns.items():
            width = shares.get(name, 0) * unit
            column.place(QRect(round(x), area.top(), max(round(width) - GAP, 0), area.height()))
            x += width


class _Column:
    """One value under its caption."""

    def __init__(self, owner: QWidget, caption: str, share: int) -> None:
        self.share, self.text = share, DASH
        self.caption, self.value = QLabel(caption, owner), QLabel(DASH, owner)
        set_role(self.caption, "muted")
        self.value.setFont(sized(owner.font(), 1.0, bold=True))
        # What is shown of a name may hold what looks like a tag.
        for label in (self.caption, self.value):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._metrics = QFontMetrics(self.value.font())
        self._width = 0

    def set(self, text: str) -> None:
        """Show a value."""
        text = HYPHEN_BEFORE_DIGIT.sub(MINUS, text)
        if text != self.text:
            self.text = text
            self._show()

    def _show(self) -> None:
        shown = self._metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, self._width)
        self.value.setText(shown)
        tip = "" if shown == self.text else f"{self.caption.text()}: {self.text}"
        if tip != self.value.toolTip():
            self.value.setToolTip(tip)

    def place(self, area: QRect) -> None:
        """Take this place; one without width shows nothing."""
        line = self._metrics.height()
        self._width = area.width()
        self.caption.setGeometry(area.left(), area.top(), area.width(), line)
        self.value.setGeometry(area.left(), area.top() + line + LINES_APART, area.width(), line)
        for label in (self.caption, self.value):
            label.setVisible(area.width() > 0)
        self._show()

    def remove(self) -> None:
        """Leave the owner."""
        for label in (self.caption, self.value):
            label.hide()
            label.deleteLater()
