"""The panels that share a place are chosen by tabs that can be read."""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from pgviz.gui.main_window import MainWindow
from pgviz.gui.settings import Settings
from pgviz.gui.widgets.panel_tabs import PanelTabs
from tests.gui.conftest import Desk
from tests.gui.fake_host import FakeHost
from tests.hands import press


def row_of(dock: QDockWidget) -> PanelTabs:
    row = dock.titleBarWidget()
    assert isinstance(row, PanelTabs)
    return row


def is_shown(dock: QDockWidget) -> bool:
    return not dock.visibleRegion().isEmpty()


def bars(desk: Desk) -> list[QTabBar]:
    """Those that Qt shows for docks in one place."""
    found = desk.window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return [bar for bar in found if bar.isVisible() and bar.height() > 0]


def click_tab(row: PanelTabs, index: int) -> None:
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(row.tabRect(index).center()))


def test_that_every_panel_is_named_in_full_at_1280_pixels(desk: Desk, qtbot: QtBot) -> None:
    desk.window.resize(1280, 800)
    desk.window.layout_.reset()
    row = row_of(desk.window.docks.controls)
    qtbot.waitUntil(lambda: row.width() > 450)
    assert row.shows_words
    assert [row.tabText(index) for index in range(row.count())] == [
        "Controls",
        "Set-up",
        "Inspector",
        "Breakpoints",
        "Microscope",
        "What if",
        "Forks",
        "Probes",
        "Doctor",
    ]
    assert not bars(desk)


def test_that_a_click_and_the_arrow_keys_choose_a_panel(desk: Desk, qtbot: QtBot) -> None:
    docks = desk.window.docks
    click_tab(row_of(docks.controls), 6)
    qtbot.waitUntil(lambda: is_shown(docks.forks))
    row_of(docks.forks).setFocus()
    press(row_of(docks.forks), Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: is_shown(docks.probes))
    assert row_of(docks.probes).hasFocus()
    assert [row_of(dock).currentIndex() for dock in docks.tabs] == list(range(9))


def test_that_a_panel_that_is_closed_has_no_tab(desk: Desk, qtbot: QtBot) -> None:
    docks = desk.window.docks
    docks.forks.toggleViewAction().trigger()
    qtbot.waitUntil(lambda: not row_of(docks.controls).isTabVisible(6))
    docks.forks.toggleViewAction().trigger()
    qtbot.waitUntil(lambda: row_of(docks.controls).isTabVisible(6))
    desk.window.layout_.reset()
    assert [row_of(dock).currentIndex() for dock in docks.tabs] == list(range(9))
    assert is_shown(docks.controls)


def test_that_plots_in_one_place_keep_the_tabs_of_qt(desk: Desk, qtbot: QtBot) -> None:
    docks = desk.window.docks
    desk.window.tabifyDockWidget(docks.entropy, docks.returns)
    desk.window.layout_.tabs.hide_bar()
    qtbot.waitUntil(lambda: len(bars(desk)) == 1)
    assert {bars(desk)[0].tabText(index) for index in range(2)} == {"Entropy", "Return"}


def test_that_a_closed_panel_has_no_tab_at_the_next_start_either(
    desk: Desk, settings: Settings, qtbot: QtBot
) -> None:
    desk.window.docks.probes.close()
    desk.window.close()
    window = MainWindow(settings, FakeHost)
    qtbot.addWidget(window)
    window.show()
    row = row_of(window.docks.controls)
    assert [index for index in range(9) if not row.isTabVisible(index)] == [7]
    window.close()


def stops(window: MainWindow) -> list[QWidget]:
    """Where Tab goes, once around."""
    window.activateWindow()
    found: list[QWidget] = []
    while (reached := _after_tab(window)) is not None and reached not in found:
        found.append(reached)
    return found


def _after_tab(window: MainWindow) -> QWidget | None:
    press(window.focusWidget() or window, Qt.Key.Key_Tab)
    return window.focusWidget()


def test_that_tab_passes_by_what_is_behind_another_panel(desk: Desk, qtbot: QtBot) -> None:
    docks, controls, setup = desk.window.docks, desk.window.controls, desk.window.setup
    docks.controls.raise_()
    qtbot.waitUntil(lambda: is_shown(docks.controls) and not is_shown(docks.setup))
    reached = stops(desk.window)
    assert any(controls.isAncestorOf(each) for each in reached)
    assert not any(setup.isAncestorOf(each) for each in reached)
    press(
        desk.window.focusWidget() or desk.window,
        QKeyCombination(Qt.KeyboardModifier.ShiftModifier, Qt.Key.Key_Backtab),
    )
    assert not setup.isAncestorOf(desk.window.focusWidget())
