"""Recording in the window: asking for the file, starting, stopping, and how it stands in the status bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QMainWindow

from pgviz.gui.actions import RECORD, Actions
from pgviz.gui.panels.progress import ProgressBar
from pgviz.gui.pump import Pump
from pgviz.gui.run_model import RunModel
from pgviz.gui.widgets.recording_light import RecordingLight, size_text
from pgviz.recording import SUFFIX
from pgviz.session.commands import Command, StartRecording, StopRecording
from pgviz.session.recorded import RecordingState, left_out_text

SHOWN_MS = 5000


class Recording(QObject):
    """Records the run on behalf of the window.

    Parameters
    ----------
    window, model
        As of :class:`pgviz.gui.playback.Playback`.
    post
        Sends a command to the session.

    Attributes
    ----------
    light
        Shows that a recording is being made.
    """

    def __init__(self, window: QMainWindow, model: RunModel, post: Callable[[Command], None]) -> None:
        super().__init__(window)
        self._window, self._model, self._post = window, model, post
        self._folder: Path | None = None
        self._wish = StartRecording(Path())
        self._state: RecordingState | None = None
        self._note: Callable[[str], object] = lambda _: None
        self.light = RecordingLight(window)

    def serve(self, actions: Actions, pump: Pump, bar: ProgressBar, note: Callable[[str], object]) -> None:
        """Do what the action asks for, and say how the recording stands.

        Parameters
        ----------
        bar
            Where the light goes.
        actions, pump, note
            As of :meth:`pgviz.gui.playback.Playback.serve`.
        """
        self._actions, self._note = actions, note
        bar.addPermanentWidget(self.light)
        actions.record_requested.connect(self.toggle)
        pump.recording_told.connect(self._show)

    @property
    def active(self) -> bool:
        """Whether a recording is being made."""
        return self._state is not None and self._state.active

    def toggle(self) -> None:
        """Stop the recording that is being made, or begin one: the first time in a file to be asked for."""
        if self.active:
            self._post(StopRecording())
        elif self._folder is None:
            self.ask_where()
        else:
            self.start(replace(self._wish, path=self._free_path(self._folder), replace=False))

    def ask_where(self) -> None:
        """Ask for a file, and record into it."""
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        place = self._free_path(Path(documents) if Path(documents).is_dir() else Path.home())
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Record into", str(place), f"Recordings of pgviz (*{SUFFIX})"
        )
        if chosen:
            path = Path(chosen)
            asked = path if path.suffix else path.with_suffix(SUFFIX)
            # The dialog has asked whether to replace what it was shown; another name is not what was agreed to.
            self.start(replace(self._wish, path=asked, replace=asked == path))

    def start(self, wish: StartRecording) -> None:
        """Record as is asked; later recordings go into the same folder, under names of their own."""
        self._wish, self._folder = wish, wish.path.parent
        self._post(wish)

    def _free_path(self, folder: Path) -> Path:
        """A file that is not there yet, named after the environment and the time."""
        environment = self._model.config.environment if self._model.config else "run"
        safe = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in environment)
        now = datetime.now().strftime("%Y-%m-%d %H-%M-%S")
        return folder / f"{safe} {now}{SUFFIX}"

    def _show(self, state: RecordingState) -> None:
        """Show how the recording stands; say once how it ended."""
        was_active, before, self._state = self.active, self._state, state
        self.light.show_state(state)
        self._actions.record.setText("Stop recording" if state.active else RECORD)
        name = Path(state.path).name
        if state.problem is not None:
            self._note(f"The recording {name} has ended: {state.problem}")
        elif not state.active:
            self._window.statusBar().showMessage(f"Recorded {state.path} ({size_text(state.size)})", SHOWN_MS)
        elif state.snapshots_left_out and not (before and before.snapshots_left_out):
            self._note(f"The recording {name} goes on. {left_out_text(state.snapshots_left_out)}")
        elif not was_active:
            self._window.statusBar().showMessage(f"Recording into {state.path}", SHOWN_MS)
