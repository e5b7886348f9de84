"""Readout: a small grid of captions and values that does not move when the values change."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget
from superqt import QElidingLabel

from pgviz.gui.theme import set_role, sized
from pgviz.gui.widgets.step_axis import MINUS

DASH = "–"
HYPHEN_BEFORE_DIGIT = re.compile(r"(?<!\w)-(?=\d)")


class Readout(QWidget):
    """Values under their captions, in columns that keep their width.

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
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        self._values: dict[str, QElidingLabel] = {}
        for column, (name, caption) in enumerate(captions.items()):
            above, below = QLabel(caption), QElidingLabel(DASH)
            set_role(above, "muted")
            below.setFont(sized(below.font(), 1.0, bold=True))
            below.setAccessibleName(caption)
            grid.addWidget(above, 0, column)
            grid.addWidget(below, 1, column)
            grid.setColumnStretch(column, (shares or {}).get(name, 1))
            # A long value must not push its neighbours: it ends in an ellipsis instead.
            below.setMinimumWidth(24)
            self._values[name] = below

    def set(self, name: str, text: str) -> None:
        """Show a value; the same text again costs nothing."""
        label = self._values[name]
        text = HYPHEN_BEFORE_DIGIT.sub(MINUS, text)
        if label.text() != text:
            label.setText(text)

    def text(self, name: str) -> str:
        """The value shown."""
        return str(self._values[name].text())

    def clear(self) -> None:
        """Show dashes."""
        for name in self._values:
            self.set(name, DASH)
