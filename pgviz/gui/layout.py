"""Where the docks are: the arrangement the window starts with, and its way back from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from pgviz.gui.layout_tabs import DockTabs
from pgviz.gui.settings import LAYOUT_VERSION, Settings
from pgviz.gui.theme import Theme
from pgviz.gui.widgets.panel_tabs import Tab

DEFAULT_SIZE = QSize(1280, 800)
# Of the window's width; what is left belongs to the environment and the controls under it.
PLOTS_SHARE = 0.6
CONTROLS_HEIGHT_SHARE = 0.46
CONTROLS_HEIGHT = 390  # all that is in sight at first; more belongs to the environment


@dataclass(frozen=True, slots=True)
class Docks:
    """The window's docks."""

    policy: QDockWidget
    log_std: QDockWidget
    entropy: QDockWidget
    returns: QDockWidget
    timeline: QDockWidget
    controls: QDockWidget
    setup: QDockWidget
    inspector: QDockWidget
    breakpoints: QDockWidget
    microscope: QDockWidget
    what_if: QDockWidget
    forks: QDockWidget
    probes: QDockWidget
    doctor: QDockWidget

    @property
    def all(self) -> tuple[QDockWidget, ...]:
        """In the order in which the View menu lists them."""
        plots = (self.policy, self.log_std, self.entropy, self.returns)
        return (*plots, self.timeline, *self.tabs)

    @property
    def tabs(self) -> dict[QDockWidget, Tab]:
        """Those that share a place, in the order of their tabs: for the run, for looking closer."""
        return {
            self.controls: Tab("Controls", "mdi6.tune-vertical"),
            self.setup: Tab("Set-up", "mdi6.cog-outline"),
            self.inspector: Tab("Inspector", "mdi6.card-search-outline", begins_group=True),
            self.breakpoints: Tab("Breakpoints", "mdi6.stop-circle-outline"),
            self.microscope: Tab("Microscope", "mdi6.microscope"),
            self.what_if: Tab("What if", "mdi6.help-circle-outline"),
            self.forks: Tab("Forks", "mdi6.source-fork"),
            self.probes: Tab("Probes", "mdi6.pin-outline"),
            self.doctor: Tab("Doctor", "mdi6.stethoscope"),
        }


def dock(title: str, name: str, content: QWidget, window: QMainWindow, titled: bool = True) -> QDockWidget:
    """Put a panel into a dock.

    Parameters
    ----------
    title
        Shown in its title bar or tab, and in the View menu.
    name
        Names it in the settings.
    content
        The panel.
    window
        The owner.
    titled
        Whether it has a title bar; a dock that lives in a tab does without one.
    """
    result = QDockWidget(title, window)
    result.setObjectName(name)
    result.setWidget(content)
    if not titled:
        result.setTitleBarWidget(QWidget(result))
        result.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
    return result


class Layout:
    """Arranges the docks of a window.

    Parameters
    ----------
    window
        Their owner.
    docks
        What is arranged.
    """

    def __init__(self, window: QMainWindow, docks: Docks) -> None:
        self._window, self._docks = window, docks
        right = Qt.DockWidgetArea.RightDockWidgetArea
        window.setCorner(Qt.Corner.TopRightCorner, right)
        window.setCorner(Qt.Corner.BottomRightCorner, right)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, window.tabPosition(right).North)
        window.setDockNestingEnabled(True)
        self.tabs = DockTabs(window, docks.tabs)
        self.tabs.watch(docks.all)
        self._arrange()

    def restore(self, settings: Settings) -> None:
        """Go back to where the person left it; an arrangement that cannot be read is left aside."""
        if settings.geometry is None or not self._window.restoreGeometry(settings.geometry):
            self._window.resize(DEFAULT_SIZE.boundedTo(self._window.screen().availableSize()))
        if settings.docks is None or not self._window.restoreState(settings.docks, LAYOUT_VERSION):
            self._share_out()
        self.tabs.catch_up()

    def apply_theme(self, theme: Theme) -> None:
        """Draw the tabs in a theme's colours."""
        self.tabs.apply_theme(theme)

    def save(self, settings: Settings) -> None:
        """Remember where everything is."""
        settings.geometry = self._window.saveGeometry()
        settings.docks = self._window.saveState(LAYOUT_VERSION)

    def reset(self) -> None:
        """Put every dock back where it was at the first start."""
        for each in self._docks.all:
            each.setFloating(False)
            self._window.removeDockWidget(each)
        self._arrange()
        for each in self._docks.all:
            each.show()
        self._docks.controls.raise_()
        self._share_out()

    def scale(self, before: QSize, after: QSize) -> None:
        """Let the docks keep their share of a width that changes; Qt would give all to the centre."""
        sides = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea)
        docked = [each for each in self._docks.all if each.isVisible() and not each.isFloating()]
        beside = [each for each in docked if self._window.dockWidgetArea(each) in sides]
        if before.width() != after.width() and beside:
            widths = [round(each.width() * after.width() / before.width()) for each in beside]
            self._window.resizeDocks(beside, widths, Qt.Orientation.Horizontal)

    def _arrange(self) -> None:
        docks, window = self._docks, self._window
        for each in (docks.policy, docks.entropy, docks.timeline):
            window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, each, Qt.Orientation.Vertical)
        window.splitDockWidget(docks.policy, docks.log_std, Qt.Orientation.Horizontal)
        window.splitDockWidget(docks.entropy, docks.returns, Qt.Orientation.Horizontal)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, docks.controls)
        for before, after in pairwise(docks.tabs):
            window.tabifyDockWidget(before, after)
        docks.controls.raise_()
        self.tabs.hide_bar()

    def _share_out(self) -> None:
        docks, size = self._docks, self._window.size()
        plot_width = round(size.width() * PLOTS_SHARE / 2)
        height = size.height() // 2
        upper_left, lower_left = docks.policy, docks.entropy
        self._window.resizeDocks(
            [upper_left, docks.log_std, lower_left, docks.returns], [plot_width] * 4, Qt.Orientation.Horizontal
        )
        self._window.resizeDocks([upper_left, lower_left], [height, height], Qt.Orientation.Vertical)
        below = min(round(size.height() * CONTROLS_HEIGHT_SHARE), CONTROLS_HEIGHT)
        self._window.resizeDocks([docks.controls], [below], Qt.Orientation.Vertical)
