"""A readout gives its values places that follow its width and what there is to show."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from pgviz.gui.widgets.readout import DASH, Readout

WIDE = 600


def _readout(qtbot: QtBot) -> Readout:
    readout = Readout({"step": "step", "note": "note"})
    qtbot.addWidget(readout)
    readout.resize(WIDE, readout.sizeHint().height())
    readout.show()
    readout.set("note", "far too long for a column " * 10)
    return readout


def test_that_what_is_elided_can_be_read_where_it_stands_at_any_width(qtbot: QtBot) -> None:
    readout = _readout(qtbot)
    for width in (WIDE, WIDE // 2):
        readout.resize(width, readout.height())
        note = readout.value_label("note")
        assert note.text().endswith("…")
        assert note.fontMetrics().horizontalAdvance(note.text()) <= note.width() <= width // 2
        assert note.toolTip() == f"note: {readout.text('note')}"
        assert readout.value_label("step").toolTip() == ""
    readout.set("note", "short")
    assert (readout.value_label("note").text(), readout.value_label("note").toolTip()) == ("short", "")


def test_that_the_last_values_give_way_where_there_is_no_room(qtbot: QtBot) -> None:
    readout = _readout(qtbot)
    readout.resize(60, readout.height())
    assert readout.value_label("step").isVisible()
    assert not readout.value_label("note").isVisible()
    readout.resize(WIDE, readout.height())
    assert readout.value_label("note").isVisible()


def test_that_other_captions_take_the_places_of_the_first(qtbot: QtBot) -> None:
    readout = _readout(qtbot)
    readout.set_captions({"only": "only", "other": "other"})
    assert readout.names == ("only", "other")
    assert readout.text("only") == DASH
    readout.set("only", "far too long for the half of it " * 20)
    assert readout.value_label("only").isVisible()
    assert readout.value_label("only").width() < readout.value_label("other").geometry().right() < WIDE
    readout.clear()
    assert readout.text("only") == DASH


def test_that_another_value_does_not_have_the_window_laid_out_anew(qtbot: QtBot) -> None:
    class Counted(QObject):
        count = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.count += event.type() == QEvent.Type.LayoutRequest
            return False

    window, counted = QWidget(), Counted()
    readout = Readout({"step": "step"})
    QVBoxLayout(window).addWidget(readout)
    qtbot.addWidget(window)
    window.show()
    QApplication.processEvents()
    window.installEventFilter(counted)

    readout.set("step", "a good deal longer than a dash")
    QApplication.processEvents()

    assert counted.count == 0


def test_that_screen_readers_read_the_values(qtbot: QtBot) -> None:
    readout = _readout(qtbot)
    readout.set("step", "41")
    interface = QAccessible.queryAccessibleInterface(readout.value_label("step"))
    assert interface.text(QAccessible.Text.Name) == "41"
