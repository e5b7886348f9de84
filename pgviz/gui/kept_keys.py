"""Keys that a widget keeps once a person has come to it by keys, though the window has a use for them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QTabBar,
    QWidget,
)

from pgviz.gui.appearance import application

ALONG = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End})
KEPT: dict[type[QWidget], frozenset[Qt.Key]] = {
    QAbstractButton: frozenset({Qt.Key.Key_Space}),
    QAbstractItemView: frozenset({Qt.Key.Key_Space}),
    QComboBox: frozenset({Qt.Key.Key_Space}),
    QTabBar: ALONG,
    QAbstractSlider: ALONG,
}


class KeptKeys(QObject):
    """Leaves the space bar to a button, box or list that was reached by keys, and the arrows to tabs and sliders.

    A shortcut of the window comes before what its widgets do with a key, so that with one on the space bar no
    button could be pressed by keys. Who has clicked a button has the mouse at hand, and wants to play.

    Parameters
    ----------
    window
        Whose shortcuts they are.
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
        self._reached = None
        if by_key and now is not None and isinstance(now, tuple(KEPT)) and now.window() is self._window:
            self._reached = now
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the key that a widget has a use for from being taken for the shortcut."""
        if event.type() != QEvent.Type.ShortcutOverride or watched is not self._reached:
            return False
        assert isinstance(event, QKeyEvent)
        kept = any(event.key() in keys for kind, keys in KEPT.items() if isinstance(watched, kind))
        if kept and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.accept()
            return True
        return False
