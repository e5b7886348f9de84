"""The plot of returns: its dots, its mean, and the mean in figures."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pgviz.gui.panels.curves import ReturnPanel
from tests.gui.panels.test_curves import add_episode, cartpole, points, shown


def test_that_returns_are_dots_and_their_mean_a_line(qtbot: QtBot) -> None:
    model, panel = cartpole(), ReturnPanel()
    for episode in range(1, 201):
        add_episode(model, episode, float(episode))
    shown(qtbot, panel, model)
    np.testing.assert_array_equal(points(panel, "episode")[1], np.arange(1, 201))
    assert points(panel, "mean of 100")[1][-1] == pytest.approx(150.5)
    assert panel.curve.value.text() == "mean 150.5"
    assert panel.curve.notes.references == [(475.0, "solved: 475")]


def test_that_a_small_mean_return_has_hundredths(qtbot: QtBot) -> None:
    model, panel = cartpole(), ReturnPanel()
    add_episode(model, 1, -0.848)
    shown(qtbot, panel, model)
    assert panel.curve.value.text() == "mean −0.85"


def test_that_a_huge_mean_return_does_not_widen_the_window(qtbot: QtBot) -> None:
    model, panel = cartpole(), ReturnPanel()
    add_episode(model, 1, -2e301)
    shown(qtbot, panel, model)
    assert panel.curve.value.text() == "mean −2e+301"
