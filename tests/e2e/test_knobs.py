"""A knob turned in the window changes what is learned with."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pgviz.session.notices import RunState
from tests.e2e.conftest import CARTPOLE, PENDULUM, Bench
from tests.hands import drag, press, write


def drag_handle(slider: QWidget, start: float, end: float) -> None:
    """Drag over a slider, from and to fractions of its width."""
    middle, width = slider.height() // 2, slider.width()
    drag(slider, QPoint(round(start * width), middle), QPoint(round(end * width), middle))


def test_that_a_dragged_learning_rate_reaches_the_optimiser(bench: Bench, qtbot: QtBot) -> None:
    bench.begin(play=True)
    bench.wait_updates(2)
    slider = bench.window.controls.sliders["learning_rate"]
    assert bench.learning_rates[0] == CARTPOLE.value("learning_rate")

    drag_handle(slider.slider, 0.5, 0.8)

    bench.wait_marks(1)
    qtbot.waitUntil(lambda: not slider.is_pending)
    mark = bench.window.model.marks[-1]
    assert mark.name == "learning_rate"
    assert isinstance(mark.value, float)
    assert mark.value > 1e-3
    qtbot.waitUntil(lambda: bench.learning_rates[-1] == mark.value)
    assert slider.applied == mark.value


def test_that_a_typed_entropy_coefficient_is_applied(bench: Bench) -> None:
    bench.begin(play=True)
    entry = bench.window.controls.sliders["entropy_coefficient"].entry

    entry.selectAll()
    write(entry, "0.05")
    press(entry, Qt.Key.Key_Return)

    bench.wait_marks(1)
    mark = bench.window.model.marks[0]
    assert (mark.name, mark.previous, mark.value) == ("entropy_coefficient", 0.0, 0.05)


def test_that_the_initial_std_starts_log_std_again(bench: Bench) -> None:
    bench.begin(PENDULUM)
    press(bench.window, Qt.KeyboardModifier.ShiftModifier | Qt.Key.Key_F11)
    bench.wait_updates(1)
    bench.wait_state(RunState.PAUSED)
    entry = bench.window.controls.sliders["initial_std"].entry

    entry.selectAll()
    write(entry, "0.2")
    press(entry, Qt.Key.Key_Return)
    bench.window.setFocus()
    bench.window.actions_.step_update.trigger()
    bench.wait_updates(2)
    bench.wait_marks(1)

    log_std = bench.window.model.log_std
    assert log_std is not None
    first, *_, after = log_std.column(1)
    assert first == pytest.approx(0.0, abs=0.05)
    assert after == pytest.approx(math.log(0.2), abs=0.05)
    assert bench.window.model.values["initial_std"] == 0.2


def test_that_a_softmax_policy_has_no_std_to_set(bench: Bench) -> None:
    bench.begin(CARTPOLE)

    slider = bench.window.controls.sliders["initial_std"]
    assert not slider.slider.isEnabled()
    assert "softmax" in slider.slider.toolTip()
