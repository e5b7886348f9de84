"""Breakpoints, written and chosen in the window, stop the real engine."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pgviz.gui.main_window import MainWindow
from pgviz.gui.settings import Settings
from pgviz.session.breakpoints import Breakpoint
from pgviz.session.notices import RunState
from tests.e2e.conftest import Bench
from tests.gui.fake_host import FakeHost
from tests.hands import click, press, write

KEY = Qt.Key


def open_panel(bench: Bench) -> None:
    bench.begin()
    bench.window.docks.breakpoints.raise_()


def add(bench: Bench, qtbot: QtBot, condition: str, message: str = "") -> None:
    """Type a breakpoint in."""
    form, debug = bench.window.breakpoints.form, bench.window.model.debug
    count = len(debug.breakpoints)
    form.condition.setFocus()
    write(form.condition, condition)
    press(form.condition, KEY.Key_Escape)  # no completion
    write(form.log, message)
    click(form.add_button)
    qtbot.waitUntil(lambda: len(debug.breakpoints) == count + 1)


def test_that_a_typed_breakpoint_stops_the_run_and_says_which_and_why(bench: Bench, qtbot: QtBot) -> None:
    open_panel(bench)
    window, panel, debug = bench.window, bench.window.breakpoints, bench.window.model.debug
    form = panel.form
    form.condition.setFocus()

    write(form.condition, "upd")
    assert form.condition.offers.isVisible()
    press(form.condition, KEY.Key_Tab)
    write(form.condition, " >= 3 and minibatch == 1")
    press(form.condition, KEY.Key_Return)
    qtbot.waitUntil(lambda: len(debug.breakpoints) == 1)
    assert debug.breakpoints[0].condition == "update >= 3 and minibatch == 1"
    press(window, KEY.Key_F5)

    qtbot.waitUntil(lambda: bool(debug.stopped) and window.model.state is RunState.PAUSED)
    assert len(window.model.updates) == 2  # its batch is open
    qtbot.waitUntil(window.moment.isVisible)
    assert window.moment.words.text().startswith("Stopped: minibatch = 1, update = 3")
    qtbot.waitUntil(lambda: panel.table.rows.stopped == {1})
    qtbot.waitUntil(lambda: len(window.timeline.view.data.stops) == 1)

    click(window.moment.go_on)
    qtbot.waitUntil(lambda: len(window.model.updates) == 3 and window.model.state is RunState.PAUSED)
    panel.table.selectRow(0)
    press(panel.table, KEY.Key_Delete)
    qtbot.waitUntil(lambda: debug.breakpoints == ())


def test_that_a_wrong_condition_is_underlined_and_not_sent(bench: Bench, qtbot: QtBot) -> None:
    open_panel(bench)
    form = bench.window.breakpoints.form
    form.condition.setFocus()

    write(form.condition, "kl > entropie")
    press(form.condition, KEY.Key_Escape)
    click(form.add_button)

    assert "did you mean entropy" in form.hint.text()
    selections = form.condition.extraSelections()
    marked = selections[0].cursor
    assert (marked.selectionStart(), marked.selectionEnd()) == (5, 13)
    form.condition.set_text("kl > 1")
    write(form.log, "{kl")
    click(form.add_button)
    assert form.hint.text().startswith("In the message")
    qtbot.wait(50)
    assert bench.window.model.debug.breakpoints == ()


def test_that_logpoints_log_and_a_breakpoint_can_be_changed_and_switched_off(bench: Bench, qtbot: QtBot) -> None:
    open_panel(bench)
    panel, debug = bench.window.breakpoints, bench.window.model.debug
    add(bench, qtbot, "rising(update)", "update {update}")
    qtbot.waitUntil(lambda: panel.table.rows.rowCount() == 1)

    panel.table.selectRow(0)
    press(panel.table, KEY.Key_Return)
    assert panel.form.log.text() == "update {update}"
    panel.form.once.click()
    click(panel.form.add_button)
    qtbot.waitUntil(lambda: debug.breakpoints[0].one_shot)
    bench.window.actions_.play.trigger()
    bench.wait_updates(4)
    qtbot.waitUntil(lambda: "update 2" in panel.log.toPlainText())

    assert debug.logged == 1
    # Lists come a little later than lines, and the table a little later than they.
    rows, role = panel.table.rows, Qt.ItemDataRole.CheckStateRole
    qtbot.waitUntil(lambda: rows.data(rows.index(0, 0), role) in (Qt.CheckState.Unchecked, 0))
    assert not debug.breakpoints[0].enabled
    index = panel.table.rows.index(0, 0)
    assert panel.table.rows.setData(index, True, Qt.ItemDataRole.CheckStateRole)
    qtbot.waitUntil(lambda: debug.logged == 2)


def test_that_a_ready_made_breakpoint_is_set_and_remembered(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    open_panel(bench)
    menu = bench.window.breakpoints.ready.menu()
    chosen = next(action for action in menu.actions() if action.text() == "Episode end")
    assert isinstance(chosen, QAction)
    chosen.trigger()
    qtbot.waitUntil(lambda: len(bench.window.model.debug.breakpoints) == 1)
    press(bench.window, KEY.Key_F5)
    qtbot.waitUntil(lambda: bool(bench.window.model.debug.stopped))
    bench.window.close()

    settings = Settings.in_file(tmp_path / "settings.ini")
    assert [each.title for each in settings.breakpoints] == ["Episode end"]
    window = MainWindow(settings, FakeHost)
    qtbot.addWidget(window)
    assert settings.breakpoints == (Breakpoint("terminated or truncated", id=1, title="Episode end"),)


def test_that_digits_and_keys_are_typed_into_a_condition(bench: Bench, qtbot: QtBot) -> None:
    open_panel(bench)
    condition = bench.window.breakpoints.form.condition
    condition.setFocus()

    write(condition, "kl > 5")
    press(condition, KEY.Key_Left)
    QTest.keyClick(condition, KEY.Key_1)

    assert condition.text == "kl > 15"
    assert bench.window.actions_.repeat.pending == ""
    assert bench.window.model.step == 0
