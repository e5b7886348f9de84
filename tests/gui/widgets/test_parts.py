"""Labels that change many times a second do not have the window laid out again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from pgviz.gui.widgets.parts import SteadyLabel, Still


class Layouts(QObject):
    """Counts how often a widget is asked to lay itself out."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


def beside(qtbot: QtBot, widget: QWidget) -> tuple[QWidget, Layouts]:
    """A window with this widget in a row with another, and what counts its layouts."""
    window = QWidget()
    row = QHBoxLayout(window)
    row.addWidget(QLabel("left"), 1)
    row.addWidget(widget)
    qtbot.addWidget(window)
    window.resize(400, 60)
    window.show()
    QApplication.processEvents()
    return window, Layouts(window)


@pytest.mark.parametrize("still", [False, True])
def test_that_another_text_in_the_same_room_lays_nothing_out(qtbot: QtBot, still: bool) -> None:
    label = QLabel() if still else SteadyLabel("100,000 steps/s")
    _window, layouts = beside(qtbot, Still(label) if still else label)

    for step in range(5):
        label.setText(f"{step} steps/s")
        QApplication.processEvents()

    assert layouts.count == 0
    assert label.text() == "4 steps/s"


def test_that_a_plain_label_would(qtbot: QtBot) -> None:
    label = QLabel("0 steps/s")
    _window, layouts = beside(qtbot, label)

    label.setText("1 steps/s")
    QApplication.processEvents()

    assert layouts.count > 0


def test_that_a_longer_text_gets_its_room_and_an_empty_one_gives_it_back(qtbot: QtBot) -> None:
    label = SteadyLabel()
    _window, _ = beside(qtbot, label)

    label.setText("a text that needs more room than there was")
    QApplication.processEvents()
    assert label.width() >= label.fontMetrics().horizontalAdvance(label.text()) > 100

    label.setText("short")
    assert label.width() > 100
    label.setText("")
    assert label.minimumWidth() < 20


def test_that_a_larger_font_gets_its_room(qtbot: QtBot) -> None:
    label = SteadyLabel("100,000 steps/s")
    _window, _ = beside(qtbot, label)
    narrow = label.minimumWidth()

    font = label.font()
    font.setPointSizeF(2 * font.pointSizeF())
    label.setFont(font)

    assert label.minimumWidth() > 1.5 * narrow


def test_that_a_label_held_still_fills_its_place(qtbot: QtBot) -> None:
    label = QLabel("words")
    still = Still(label)
    _window, _ = beside(qtbot, still)
    still.resize(200, 20)

    assert label.geometry() == still.rect()
    assert still.sizeHint().height() == label.sizeHint().height()
