"""Everything that a key, a menu entry or a tool button can do."""

from __future__ import annotations

from collections.abc import Callable

import qtawesome
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMainWindow

from pgviz.gui.about import key_text
from pgviz.gui.run_control import GOING, STARTED, RunControl
from pgviz.gui.theme import LIGHT, Theme
from pgviz.session.notices import RunState

PLAY_ICON, PAUSE_ICON = "mdi6.play", "mdi6.pause"


class Actions(QObject):
    """The window's actions, and which of them can be used when.

    Parameters
    ----------
    control
        What the transport does.
    window
        The owner; its shortcuts work wherever the focus is in it, text entries apart.
    """

    def __init__(self, control: RunControl, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._theme = LIGHT
        self._icons: dict[QAction, str] = {}
        self._add_transport(control)
        self.quit = self._add("Quit", window.close, "Ctrl+Q", "Stop the run and close the window")
        self.full_screen = self._add("Full screen", self._toggle_full_screen, "F12", "Fill the screen, or not")
        self.update_state(RunState.EMPTY)

    @property
    def transport(self) -> tuple[QAction, ...]:
        """Those of the tool bar, in order."""
        return (
            self.play,
            self.step,
            self.step_update,
            self.stop,
            self.restart,
            self.restart_with_new_seed,
        )

    @property
    def with_keys(self) -> tuple[QAction, ...]:
        """Those that have a shortcut, for the list of keys."""
        return tuple(action for action in self._icons if not action.shortcut().isEmpty())

    def update_state(self, state: RunState) -> None:
        """Enable what makes sense in `state`."""
        going, playing = state in GOING, state is RunState.PLAYING
        # Not where the run has ended: Space, meant to pause, would then wipe the plots a moment later.
        self.play.setEnabled(going)
        self.step.setEnabled(going)
        self.step_update.setEnabled(going)
        self.stop.setEnabled(going)
        self.restart.setEnabled(state in STARTED)
        self.restart_with_new_seed.setEnabled(state in STARTED)
        self._show_play_as("Pause" if playing else "Play", playing)

    def recolour(self, theme: Theme) -> None:
        """Draw the icons in a theme's colours."""
        self._theme = theme
        for action, name in self._icons.items():
            if name:
                action.setIcon(self._icon(name))

    def _add_transport(self, control: RunControl) -> None:
        self.play = self._add("Play", control.toggle_play, "Space", "Train, or hold where it is", PLAY_ICON)
        self.step = self._add(
            "Step", control.step_environment, "Right", "Take one environment step", "mdi6.skip-next"
        )
        self.step_update = self._add(
            "Step update", control.step_update, "F11", "Go on until the policy is updated", "mdi6.skip-forward"
        )
        self.stop = self._add("Stop", control.stop, "Ctrl+.", "End the run here", "mdi6.stop")
        self.restart = self._add(
            "Restart", control.restart, "Ctrl+Shift+F5", "Begin again with the same seed", "mdi6.restart"
        )
        self.restart_with_new_seed = self._add(
            "Restart with a new seed",
            control.restart_with_new_seed,
            "Ctrl+Shift+N",
            "Begin again with other random numbers",
            "mdi6.dice-5-outline",
        )
        self.restart_with_new_seed.setIconText("New seed")

    def _add(self, text: str, slot: Callable[[], object], keys: str, tip: str, icon: str = "") -> QAction:
        action = QAction(text, self._window)
        action.setShortcut(QKeySequence(keys))
        action.setToolTip(f"{tip} ({key_text(action)})")
        action.triggered.connect(lambda _checked=False: slot())
        self._icons[action] = icon
        if icon:
            action.setIcon(self._icon(icon))
        self._window.addAction(action)
        return action

    def _icon(self, name: str) -> QIcon:
        # Play is drawn on a filled button.
        colour = self._theme.on_accent if name in (PLAY_ICON, PAUSE_ICON) else self._theme.text
        return QIcon(qtawesome.icon(name, color=colour, color_disabled=self._theme.disabled))

    def _show_play_as(self, text: str, playing: bool) -> None:
        self._icons[self.play] = PAUSE_ICON if playing else PLAY_ICON
        self.play.setIcon(self._icon(self._icons[self.play]))
        self.play.setText(text)

    def _toggle_full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()
