"""What a person's hands do to a widget, as typed functions."""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget


def click(widget: QWidget) -> None:
    """Click in the middle of a widget."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def press(widget: QWidget, key: Qt.Key | QKeyCombination) -> None:
    """Press and let go of a key, with its modifiers."""
    if isinstance(key, QKeyCombination):
        QTest.keyClick(widget, key.key(), key.keyboardModifiers())
    else:
        QTest.keyClick(widget, key)


def write(widget: QWidget, text: str) -> None:
    """Type a text."""
    QTest.keyClicks(widget, text)


def drag(widget: QWidget, start: QPoint, end: QPoint, moves: int = 5) -> None:
    """Drag with the left button, in a few moves."""
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
    for move in range(1, moves + 1):
        QTest.mouseMove(widget, start + (end - start) * move / moves)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)
