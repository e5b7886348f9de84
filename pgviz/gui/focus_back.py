"""The keys go back to the window when a dialog has gone."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from pgviz.gui.appearance import application


class FocusBack(QObject):
    """Activates the window that a dialog belonged to, once that is closed, where nothing else does.

    A window manager does so itself. Where there is none, as on a bare X server that is looked at from afar, no
    window would have the keys any more, and not even Ctrl+Q would be heard.

    Parameters
    ----------
    window
        Where the keys go where a dialog belonged to no other.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        application().focusChanged.connect(self._follow)

    def _follow(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is None and before is not None and before.window() is not self._window:
            left = before.window()
            owner = left.parentWidget()
            # It is hidden only after the focus has left it.
            QTimer.singleShot(0, self, lambda: self._give_back(left, owner))

    def _give_back(self, left: QWidget, owner: QWidget | None) -> None:
        if QApplication.activeWindow() is not None or not self._window.isVisible():
            return
        # One that is still there has lost the keys to another program, which is to keep them.
        if not isValid(left) or not left.isVisible():
            there = owner is not None and isValid(owner) and owner.isVisible()
            (owner.window() if owner is not None and there else self._window).activateWindow()
