"""The space bar and the arrows serve what was reached by keys; else they play and step."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pgviz.session.notices import RunState
from tests.e2e.conftest import Bench
from tests.hands import click, press


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def tab_to(start: QWidget, wanted: QWidget) -> None:
    start.setFocus()
    for _ in range(10):
        if focused() is wanted:
            return
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    raise AssertionError(f"{wanted} is not reached by Tab")


def stays_paused(bench: Bench, qtbot: QtBot) -> bool:
    qtbot.wait(100)
    return bench.window.model.state is RunState.PAUSED and not bench.window.model.step


def test_that_space_presses_what_was_reached_by_tab(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    bench.window.docks.breakpoints.raise_()
    form = bench.window.breakpoints.form
    bench.window.activateWindow()
    tab_to(form.condition, form.once)

    press(form.once, Qt.Key.Key_Space)

    assert form.once.isChecked()
    assert stays_paused(bench, qtbot)
    tab_to(form.once, form.log)
    press(bench.window, Qt.Key.Key_Space)
    bench.wait_state(RunState.PLAYING)


def test_that_space_plays_after_a_click_on_a_box(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    bench.window.docks.breakpoints.raise_()
    form = bench.window.breakpoints.form
    bench.window.activateWindow()
    form.condition.setFocus()
    click(form.once)
    assert form.once.isChecked()

    press(form.once, Qt.Key.Key_Space)

    bench.wait_state(RunState.PLAYING)
    assert form.once.isChecked()


def test_that_space_plays_where_the_focus_was_lost_to_the_next_button(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    panel = bench.window.closer.what_if
    bench.window.docks.what_if.raise_()
    bench.window.activateWindow()
    qtbot.waitUntil(panel.force.isVisible)
    panel.force.setFocus()
    panel.force.setEnabled(False)
    assert focused() is not panel.force

    press(focused(), Qt.Key.Key_Space)

    bench.wait_state(RunState.PLAYING)


def test_that_the_arrows_go_along_tabs_that_were_reached_by_tab(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    bench.window.activateWindow()
    rows = bench.window.layout_.tabs.rows
    for _ in range(40):
        if rows[0].hasFocus():
            break
        press(QApplication.focusWidget() or bench.window, Qt.Key.Key_Tab)
    assert rows[0].hasFocus()

    press(rows[0], Qt.Key.Key_Right)
    qtbot.waitUntil(rows[1].hasFocus)
    press(rows[1], Qt.Key.Key_Left)
    qtbot.waitUntil(rows[0].hasFocus)

    assert stays_paused(bench, qtbot)


def test_that_the_arrows_turn_a_knob_that_was_reached_by_tab(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    bench.window.activateWindow()
    knob = bench.window.controls.sliders["learning_rate"]
    tab_to(bench.window.controls.speed.slider, knob.slider)
    before = knob.slider.value()

    press(knob.slider, Qt.Key.Key_Left)

    assert knob.slider.value() < before
    assert stays_paused(bench, qtbot)


def test_that_the_arrows_step_after_a_click_on_a_slider(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    bench.window.activateWindow()
    slider = bench.window.controls.sliders["learning_rate"].slider
    bench.window.controls.speed.slider.setFocus()
    click(slider)
    value = slider.value()

    press(slider, Qt.Key.Key_Right)

    qtbot.waitUntil(lambda: bench.window.model.step > 0)
    assert slider.value() == value
