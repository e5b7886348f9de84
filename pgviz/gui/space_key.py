"""The space bar: it plays and pauses, but presses what a person has come to by keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QComboBox, QWidget

from pgviz.gui.appearance import application

PRESSED_BY_IT = (QAbstractButton, QAbstractItemView, QComboBox)


class SpaceKey(QObject):
    """Leaves the space bar to the button, box or list that has the focus, unless a click has left it there.

    A shortcut of the window comes before what its widgets do with a key, so that with one on the space bar no
    button could be pressed by keys. Who has clicked a button has the mouse at hand, and wants to play.

    Parameters
    ----------
    window
        Whose shortcut it is.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._reached: QWidget | None = None
        application().focusChanged.connect(self._follow)

    def _follow(self, before: QWidget | None, now: QWidget | None) -> None:
        """Note who has the focus, where it was given by a key; watching all events would cost too much."""
        # Nobody chose what gets it with the window, or from a widget that has just been disabled.
        by_key = (
            QApplication.mouseButtons() == Qt.MouseButton.NoButton and before is not None and before.isEnabled()
        )
        reached = by_key and isinstance(now, PRESSED_BY_IT) and now.window() is self._window
        self._reached = now if reached else None
        if reached and now is not None:
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the space bar from being taken for the shortcut."""
        if event.type() != QEvent.Type.ShortcutOverride or watched is not self._reached:
            return False
        assert isinstance(event, QKeyEvent)
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            event.accept()
            return True
        return False
