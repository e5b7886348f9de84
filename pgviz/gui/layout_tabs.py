"""The tabs of the docks that share a place: their own row of icons and words, in the place of Qt's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QToolButton, QWidget

from pgviz.gui.theme import Theme
from pgviz.gui.widgets.panel_tabs import PanelTabs, Tab

BADGE_FROM_TITLE = " · "


class DockTabs(QObject):
    """Gives each dock of a group a row of tabs for a title bar, and hides the bar that Qt would show for them.

    Qt cuts the words of its bar short where there are many; a plot that a person drops among them has it back.

    Parameters
    ----------
    window
        The owner of the docks.
    tabs
        The tab of each dock, in their order. A badge is what stands before :data:`BADGE_FROM_TITLE` in its title.

    Attributes
    ----------
    rows
        The row in each dock.
    """

    def __init__(self, window: QMainWindow, tabs: Mapping[QDockWidget, Tab]) -> None:
        super().__init__(window)
        self._window, self._docks = window, tuple(tabs)
        self.rows: list[PanelTabs] = []
        for own, each in enumerate(self._docks):
            row = PanelTabs(tuple(tabs.values()))
            row.setCurrentIndex(own)
            row.currentChanged.connect(partial(self._choose, own))
            self.rows.append(row)
            each.setTitleBarWidget(row)
            each.toggleViewAction().toggled.connect(partial(self._show_tab, own))
            each.windowTitleChanged.connect(partial(self._retitle, own))
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.hide_bar)

    def watch(self, docks: Sequence[QDockWidget]) -> None:
        """See to Qt's bar again whenever one of these docks was moved."""
        for each in docks:
            each.dockLocationChanged.connect(lambda _: self._later.start())
            each.topLevelChanged.connect(lambda _: self._later.start())

    def catch_up(self) -> None:
        """See which docks are closed, after an arrangement was taken over."""
        for index, each in enumerate(self._docks):
            self._set_tab(index, not each.isHidden())
        self.hide_bar()

    def hide_bar(self) -> None:
        """Hide the bar that Qt has for these docks, and show those that it has for others."""
        titles = {each.windowTitle() for each in self._docks}
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            words = {bar.tabText(index) for index in range(bar.count())}
            hidden = bool(words) and words <= titles
            if bool(bar.property("replaced")) != hidden:
                bar.setProperty("replaced", hidden)
                bar.style().unpolish(bar)
                bar.style().polish(bar)
                for each in (bar, *bar.findChildren(QToolButton)):  # those that scroll it
                    each.setFocusPolicy(Qt.FocusPolicy.NoFocus if hidden else Qt.FocusPolicy.TabFocus)
                bar.updateGeometry()

    def hides(self, widget: QWidget) -> bool:
        """Whether a widget is in a dock that another one stands before."""
        behind = (each for each in self._docks if each.isVisible() and each.visibleRegion().isEmpty())
        return any(each.isAncestorOf(widget) for each in behind)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        for row in self.rows:
            row.apply_theme(theme)
        self.hide_bar()

    def _choose(self, own: int, index: int) -> None:
        """Show another dock; the row that was clicked goes on to show its own."""
        if index in (own, -1):
            return
        row, had_focus = self.rows[own], self.rows[own].hasFocus()
        row.blockSignals(True)
        row.setCurrentIndex(own)
        row.blockSignals(False)
        self._docks[index].raise_()
        if had_focus:
            self.rows[index].setFocus(Qt.FocusReason.TabFocusReason)

    def _show_tab(self, index: int, shown: bool) -> None:
        self._set_tab(index, shown)
        self._later.start()

    def _set_tab(self, index: int, shown: bool) -> None:
        if self.rows[0].isTabVisible(index) == shown:
            return
        for own, row in enumerate(self.rows):
            row.blockSignals(True)
            row.setTabVisible(index, shown)
            row.setCurrentIndex(own)  # Qt goes to another tab when one is hidden
            row.blockSignals(False)

    def _retitle(self, index: int, title: str) -> None:
        badge = title.partition(BADGE_FROM_TITLE)[0] if BADGE_FROM_TITLE in title else ""
        for row in self.rows:
            row.set_badge(index, badge)
