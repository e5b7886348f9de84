"""Everything that a key, a menu entry or a tool button can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import qtawesome
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMainWindow

from pgviz.gui.about import key_text
from pgviz.gui.focus_back import FocusBack
from pgviz.gui.kept_keys import KeptKeys
from pgviz.gui.repeat import Repeat
from pgviz.gui.run_control import GOING, STARTED, RunControl
from pgviz.gui.theme import LIGHT, Theme
from pgviz.session.notices import RunState

PLAY_ICON, PAUSE_ICON = "mdi6.play", "mdi6.pause"
FOLLOW_KEYS = ("Escape", "End")
RECORD, RECORD_TIP = "Record…", "Record what is seen into a file, which can be played again and sent to others"
EXPORT_TIP = "Turn a recording into a film, pictures, a table or TensorBoard files"
NOT_RECORDED = "There is nothing to export yet: record the run (Ctrl+R) or open a recording first"
RECORDED = "This is a recording; take over from it to go on live"
FAR = 100  # steps of a longer jump into the past


class Actions(QObject):
    """The window's actions, and which of them can be used when.

    Parameters
    ----------
    control
        What the transport does.
    window
        The owner; its shortcuts work wherever the focus is in it, text entries apart.

    Attributes
    ----------
    repeat
        The number typed before a key.
    save_requested, open_requested
        The run is to be saved where it is; one that was saved is to be gone on with.
    policy_requested
        A policy from elsewhere is to be chosen and stepped through.
    record_requested
        The run is to be recorded from now on, or no longer.
    recording_requested, take_over_requested
        A recording is to be chosen and played; the run is to go on live from what is looked at in it.
    export_requested
        A recording is to be turned into a film or a table.
    fork_requested
        A second run is to begin where the run is looked at.
    """

    save_requested = Signal()
    record_requested = Signal()
    open_requested = Signal()
    policy_requested = Signal()
    recording_requested = Signal()
    take_over_requested = Signal()
    export_requested = Signal()
    fork_requested = Signal()

    def __init__(self, control: RunControl, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._theme = LIGHT
        self._icons: dict[QAction, str] = {}
        self._tips: dict[QAction, str] = {}
        self.repeat = Repeat(window)
        KeptKeys(window)
        FocusBack(window)
        self._add_transport(control)
        self._add_debugging(control)
        self._add_endings(control)
        self.save = self._add("Save", self.save_requested.emit, "Ctrl+S", "Save the run as it is now")
        self.open_saved = self._add(
            "Go on with a saved run…",
            self.open_requested.emit,
            "Ctrl+Shift+O",
            "Choose a folder and go on from there",
        )
        self.open_policy = self._add(
            "Open a policy of Stable-Baselines3…",
            self.policy_requested.emit,
            "Ctrl+Shift+P",
            "Choose the file of an agent for this environment, and step through it",
        )
        self.record = self._add(
            RECORD, self.record_requested.emit, "Ctrl+R", RECORD_TIP, "mdi6.record-circle-outline"
        )
        self._add_playback()
        self.export = self._add("Export…", self.export_requested.emit, "Ctrl+E", EXPORT_TIP, "mdi6.export-variant")
        self.quit = self._add("Quit", window.close, "Ctrl+Q", "Stop the run and close the window")
        self.full_screen = self._add("Full screen", self._toggle_full_screen, "F12", "Fill the screen, or not")
        # Escape belongs to the number first.
        self.repeat.changed.connect(lambda pending: self._set_keys(self.follow, FOLLOW_KEYS[bool(pending) :]))
        self.update_state(RunState.EMPTY)

    @property
    def transport(self) -> tuple[QAction, ...]:
        """Those of the tool bar, in order."""
        return (
            self.play,
            self.back,
            self.step,
            self.step_minibatch,
            self.step_update,
            self.finish_episode,
            self.stop,
            self.restart,
            self.restart_with_new_seed,
        )

    @property
    def with_keys(self) -> tuple[QAction, ...]:
        """Those that have a shortcut, for the list of keys."""
        return tuple(action for action in self._icons if not action.shortcut().isEmpty())

    def update_state(self, state: RunState, looks_back: bool = False, recorded: bool = False) -> None:
        """Enable what makes sense in `state`, while the past is looked at or not, and in a recording."""
        going, started, playing = state in GOING, state in STARTED, state is RunState.PLAYING
        # Not where the run has ended: Space, meant to pause, would then wipe the plots a moment later.
        for action in (self.play, self.step_minibatch, self.step_update, self.finish_episode, self.stop):
            action.setEnabled(going)
        self.step.setEnabled(going or looks_back)
        self.go_on.setEnabled(going and not playing)
        self.save.setEnabled(going)
        self.record.setEnabled(started)
        for action in (self.restart, self.restart_with_new_seed, self.run_to, self.fork, self.back, self.far_back):
            action.setEnabled(started)
        for action in (self.far_forward, self.follow, self.resume):
            action.setEnabled(looks_back)
        self._show_play_as("Pause" if playing else "Play", playing)
        self._heed_recording(recorded)

    def _heed_recording(self, recorded: bool) -> None:
        """Leave out what a recording cannot do, and say what the others do with one."""
        self.take_over.setEnabled(recorded)
        instead = {
            self.play: "Play the recording, or hold where it is",
            self.stop: "Go back to the beginning of the recording",
            self.restart: "Play the recording from its beginning",
            self.step: "Show the next step that was recorded",
            self.step_minibatch: "Go on to the next minibatch at which the run was stopped",
        }
        live = (self.restart_with_new_seed, self.resume, self.fork, self.save, self.record)
        for action in live:
            instead[action] = RECORDED
            if recorded:
                action.setEnabled(False)
        for action, tip in instead.items():
            action.setToolTip(f"{tip if recorded else self._tips[action]} ({key_text(action)})")

    def allow_export(self, there: bool) -> None:
        """Say whether there is a recording that can be exported."""
        self.export.setEnabled(there)
        self.export.setToolTip(f"{EXPORT_TIP if there else NOT_RECORDED} ({key_text(self.export)})")

    def recolour(self, theme: Theme) -> None:
        """Draw the icons in a theme's colours."""
        self._theme = theme
        for action, name in self._icons.items():
            if name:
                action.setIcon(self._icon(name))

    def _add_transport(self, control: RunControl) -> None:
        add, counted = self._add, self._add_counted
        self.play = add("Play", control.toggle_play, "Space", "Train, or hold where it is", PLAY_ICON)
        self.go_on = add("Continue", control.go_on, "F5", "Train until something stops the run")
        self.go_on.setIconText("Continue (F5)")
        self.step = counted(
            "Step",
            control.step_environment,
            ("Right", "F10"),
            "Take one environment step; while looking back, look at the next one",
            "mdi6.skip-next",
        )
        self.back = counted("Back", control.step_back, "Left", "Look at the step before", "mdi6.skip-previous")
        self.step_minibatch = counted(
            "Next minibatch",
            control.step_minibatch,
            "F11",
            "Go on to the next minibatch, whose loss is there and whose step is not taken",
            "mdi6.chevron-double-right",
        )
        self.step_update = counted(
            "End of the iteration",
            control.step_update,
            "Shift+F11",
            "Go on to the end of the iteration: until the policy has been updated",
            "mdi6.skip-forward",
        )
        self.finish_episode = counted(
            "End of the episode",
            control.finish_episode,
            "Ctrl+F10",
            "Go on to the end of the watched copy's episode",
            "mdi6.flag-checkered",
        )

        self.step_minibatch.setIconText("Minibatch")
        self.step_update.setIconText("Update")
        self.finish_episode.setIconText("Episode")

    def _add_debugging(self, control: RunControl) -> None:
        add, counted = self._add, self._add_counted
        self.run_to = add(
            "Run to…",
            lambda: control.ask_how_far(self._window),
            "Ctrl+G",
            "Go on to a step, an episode or an update",
        )
        self.far_back = counted(
            f"Back {FAR} steps", lambda count: control.step_back(FAR * count), "Shift+Left", "Look further back"
        )
        self.far_forward = counted(
            f"Forward {FAR} steps",
            lambda count: control.step_environment(FAR * count),
            "Shift+Right",
            "While looking back, look further forward",
        )
        self.follow = add("Follow", control.follow, FOLLOW_KEYS, "Look at the present again")
        self.follow.setIconText("Follow (Esc)")
        self.fork = add(
            "Fork here…",
            self.fork_requested.emit,
            "Ctrl+K",
            "Begin a second run from the state that is shown, with something different in it",
            "mdi6.source-fork",
        )
        self.resume = add(
            "Resume from here",
            control.resume,
            ("Ctrl+Return", "Ctrl+Enter"),
            "Make the step that is looked at the present; what came after it is let go of",
            "mdi6.source-branch",
        )

        self.resume.setIconText("Resume here")

    def _add_endings(self, control: RunControl) -> None:
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

    def _add_playback(self) -> None:
        self.open_recording = self._add(
            "Open a recording…",
            self.recording_requested.emit,
            "Ctrl+O",
            "Play what was recorded; a file can be dropped on the window as well",
        )
        self.take_over = self._add(
            "Take over from here",
            self.take_over_requested.emit,
            "Ctrl+T",
            "Leave the recording: bring the run back to this moment and go on live",
            "mdi6.account-arrow-right-outline",
        )

    def _add_counted(
        self, text: str, slot: Callable[[int], object], keys: str | Sequence[str], tip: str, icon: str = ""
    ) -> QAction:
        """Add an action that a number typed before it repeats."""
        return self._add(text, slot, keys, tip, icon, counted=True)

    def _add(
        self,
        text: str,
        slot: Callable[..., object],
        keys: str | Sequence[str],
        tip: str,
        icon: str = "",
        *,
        counted: bool = False,
    ) -> QAction:
        action = QAction(text, self._window)
        self._set_keys(action, (keys,) if isinstance(keys, str) else keys)
        action.setToolTip(f"{tip} ({key_text(action)})")
        self._tips[action] = tip

        def trigger(_checked: bool = False) -> None:
            count = self.repeat.take()
            if counted:
                slot(count)
            else:
                slot()

        action.triggered.connect(trigger)
        self._icons[action] = icon
        if icon:
            action.setIcon(self._icon(icon))
        self._window.addAction(action)
        return action

    def _set_keys(self, action: QAction, keys: Sequence[str]) -> None:
        action.setShortcuts([QKeySequence(key) for key in keys])

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
