"""Repeat: a number typed before a key says how often."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

MOST_DIGITS = 6


class Repeat(QObject):
    """Gathers digits that are typed anywhere in a window but in its text entries, which keep them.

    Parameters
    ----------
    window
        The owner.

    Attributes
    ----------
    changed
        The digits typed so far, or empty.
    """

    changed = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.pending = ""
        for digit in "0123456789":
            shortcut = QShortcut(QKeySequence(digit), window)
            shortcut.activated.connect(lambda digit=digit: self._type(digit))
        # Enabled only while there is something to clear: Escape has other uses.
        self._escape = QShortcut(QKeySequence("Escape"), window)
        self._escape.setEnabled(False)
        self._escape.activated.connect(self.clear)

    def take(self) -> int:
        """The number typed, or 1; it counts for one command only."""
        count = int(self.pending or 1)
        self.clear()
        return count

    def clear(self) -> None:
        """Forget the number."""
        self._set("")

    def _type(self, digit: str) -> None:
        if len(self.pending) < MOST_DIGITS and (self.pending or digit != "0"):
            self._set(self.pending + digit)

    def _set(self, pending: str) -> None:
        if pending != self.pending:
            self.pending = pending
            self._escape.setEnabled(bool(pending))
            self.changed.emit(pending)
