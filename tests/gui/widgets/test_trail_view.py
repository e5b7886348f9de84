"""What a trail draws is what it was given, whatever has come since."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from pgviz.gui.widgets.trail_view import TrailView


def test_that_a_trail_that_goes_on_before_it_is_painted_is_painted_as_it_was(qtbot: QtBot) -> None:
    view, updates = TrailView(), [1, 2, 3]
    qtbot.addWidget(view)
    view.resize(200, 100)
    view.show_trail(updates, np.array([[0.1], [0.5], [0.9]]), ["left"], (0.0, 1.0))
    before = view.grab().toImage()

    updates.append(4)

    assert view.grab().toImage() == before
    assert "to 3" in view.toolTip()
