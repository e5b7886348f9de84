"""The menu bar and the tool bar, filled with the window's actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import get_args

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow, QMenu, QSizePolicy, QToolBar, QWidget

from pgviz.gui.about import show_about, show_shortcuts
from pgviz.gui.actions import Actions
from pgviz.gui.appearance import Appearance
from pgviz.gui.layout import Layout
from pgviz.gui.settings import HISTORY_SIZES, ThemeChoice
from pgviz.gui.theme import set_role

ICON_SIZE = QSize(18, 18)


def add_menus(
    window: QMainWindow,
    actions: Actions,
    docks: Sequence[QDockWidget],
    appearance: Appearance,
    layout: Layout,
) -> QMenu:
    """Fill the menu bar.

    Parameters
    ----------
    window
        Whose menu bar.
    actions, docks, appearance, layout
        What the entries work on.

    Returns
    -------
    QMenu
        The Debug menu.
    """
    bar = window.menuBar()
    file = bar.addMenu("&File")
    file.setToolTipsVisible(True)
    file.addActions(
        [
            actions.open_recording,
            actions.record,
            actions.export,
            actions.save,
            actions.open_saved,
            actions.open_policy,
        ]
    )
    file.addSeparator()
    file.addAction(actions.quit)
    run = bar.addMenu("&Run")
    run.addActions([actions.play, actions.stop])
    run.addSeparator()
    run.addActions([actions.restart, actions.restart_with_new_seed])
    debug = bar.addMenu("&Debug")
    _add_debugging(debug, actions)
    view = bar.addMenu("&View")
    view.addActions([dock.toggleViewAction() for dock in docks])
    view.addSeparator()
    _add_themes(view.addMenu("Theme"), appearance)
    view.addAction(actions.full_screen)
    view.addAction("Reset layout").triggered.connect(lambda _checked=False: layout.reset())
    guide = bar.addMenu("&Help")
    guide.addAction("Keyboard shortcuts").triggered.connect(
        lambda _checked=False: show_shortcuts(window, actions.with_keys)
    )
    guide.addAction("About pgviz").triggered.connect(lambda _checked=False: show_about(window))
    return debug


def _add_debugging(menu: QMenu, actions: Actions) -> None:
    menu.setToolTipsVisible(True)
    menu.addActions([actions.go_on, actions.step, actions.step_minibatch, actions.step_update])
    menu.addActions([actions.finish_episode, actions.run_to])
    menu.addSeparator()
    menu.addActions([actions.back, actions.far_back, actions.far_forward, actions.follow])
    menu.addSeparator()
    menu.addActions([actions.resume, actions.fork, actions.take_over])


def add_history_sizes(menu: QMenu, chosen: int, choose: Callable[[int], object]) -> None:
    """Offer how much memory the past may take.

    Parameters
    ----------
    menu
        Where the choice goes.
    chosen
        Megabytes at first.
    choose
        Told of another choice.
    """
    menu = menu.addMenu("Memory for the past")
    group = QActionGroup(menu)
    for size in HISTORY_SIZES:
        text = f"{size} MB" if size < 1024 else f"{size // 1024} GB"
        action = QAction(text, menu, checkable=True, checked=size == chosen)
        action.triggered.connect(lambda _checked=False, size=size: choose(size))
        group.addAction(action)
        menu.addAction(action)


def _add_themes(menu: QMenu, appearance: Appearance) -> None:
    group = QActionGroup(menu)
    for choice in get_args(ThemeChoice):
        action = QAction(choice.capitalize(), menu, checkable=True, checked=choice == appearance.choice)
        action.triggered.connect(lambda _checked=False, choice=choice: appearance.choose(choice))
        group.addAction(action)
        menu.addAction(action)


def add_transport(window: QMainWindow, actions: Actions, title: QLabel) -> QToolBar:
    """Make the tool bar.

    Parameters
    ----------
    window
        The owner.
    actions
        The transport's actions.
    title
        Names the run, at the right end.
    """
    bar = _fixed_bar(window, "Transport", "transport")
    bar.setIconSize(ICON_SIZE)
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bar.addActions(list(actions.transport))
    gap = QWidget()
    gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(gap)
    set_role(title, "muted")
    bar.addWidget(title)
    return bar


def add_banner_bar(window: QMainWindow, banner: QWidget) -> QToolBar:
    """Make the bar under the transport that holds the banner; hidden until it is needed."""
    window.addToolBarBreak()
    bar = _fixed_bar(window, "Message", "message")
    bar.addWidget(banner)
    bar.hide()
    return bar


def _fixed_bar(window: QMainWindow, title: str, name: str) -> QToolBar:
    bar = window.addToolBar(title)
    bar.setObjectName(name)
    bar.setMovable(False)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    bar.toggleViewAction().setVisible(False)
    return bar


def make_main(bar: QToolBar, play: QAction) -> None:
    """Give Play the colour of the main action, and room for both of its words once the style sheet is there."""
    button = bar.widgetForAction(play)
    set_role(button, "primary")
    word = play.text()
    widths = []
    for each in ("Play", "Pause"):
        play.setText(each)
        widths.append(button.sizeHint().width())
    play.setText(word)
    # Qt leaves room for two spaces after the text; on a filled button they would be seen.
    button.setFixedWidth(max(widths) - 2 * button.fontMetrics().horizontalAdvance(" "))
