"""The small window that asks what is to be different in a fork."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from tests import decisions
from tests.gui.panels.test_forks import dialog_on, waiting_model


def test_that_nothing_of_what_can_differ_is_cut_off_however_narrow_the_window(qtbot: QtBot) -> None:
    dialog = dialog_on(waiting_model(decisions.gaussian([0.0], [0.6], -2.0, 2.0), ()), qtbot, [])
    dialog.resize(1, 1)
    QApplication.processEvents()

    (area,) = dialog.findChildren(QScrollArea)
    inside = area.widget()
    assert inside is not None

    assert area.verticalScrollBar().isVisible()
    assert area.viewport().width() >= inside.minimumSizeHint().width()
