"""A readout gives its values places that follow its width and what there is to show."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from pgviz.gui.widgets.readout import Readout

WIDE = 600


def _readout(qtbot: QtBot) -> Readout:
    readout = Readout({"step": "step", "note": "note"})
    qtbot.addWidget(readout)
    readout.resize(WIDE, readout.sizeHint().height())
    readout.set("note", "far too long for a column " * 10)
    return readout


def test_that_what_is_elided_can_be_read_where_it_stands_at_any_width(qtbot: QtBot) -> None:
    readout = _readout(qtbot)
    assert readout.whole_text(QPoint(WIDE - 20, 5)).startswith("note: far too long")
    assert readout.whole_text(QPoint(5, 5)) == ""
    readout.resize(WIDE // 2, readout.height())
    assert readout.whole_text(QPoint(WIDE // 2 - 20, 5)).startswith("note: far too long")


def test_that_other_captions_take_the_places_of_the_first(qtbot: QtBot) -> None:
    readout = _readout(qtbot)
    assert readout.whole_text(QPoint(WIDE - 20, 5))
    readout.set_captions({"only": "only"})
    readout.set("only", "far too long for the whole of it " * 20)
    assert readout.whole_text(QPoint(5, 5)).startswith("only:")
    assert not readout.grab().isNull()
