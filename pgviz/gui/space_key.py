"""The space bar and the arrows: they play and step, but first serve what a person has come to by keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QComboBox, QTabBar, QWidget

from pgviz.gui.appearance import application

PRESSED_BY_IT = (QAbstractButton, QAbstractItemView, QComboBox)
ALONG_TABS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)


class SpaceKey(QObject):
    """Leaves the space bar to the button, box or list that has the focus, unless a click has left it there.

    A row of tabs keeps the keys that go along it in the same way.

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
        reached = by_key and isinstance(now, (*PRESSED_BY_IT, QTabBar)) and now.window() is self._window
        self._reached = now if reached else None
        if reached and now is not None:
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the key that a widget has a use for from being taken for the shortcut."""
        if event.type() != QEvent.Type.ShortcutOverride or watched is not self._reached:
            return False
        assert isinstance(event, QKeyEvent)
        keys = ALONG_TABS if isinstance(watched, QTabBar) else (Qt.Key.Key_Space,)
        if event.key() in keys and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.accept()
            return True
        return False
