"""Playback: opening a recording in the window, what is different while it is shown, and taking over from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSizePolicy,
    QToolBar,
    QWidget,
)

from pgviz.config import RunConfig
from pgviz.gui.actions import Actions
from pgviz.gui.import_question import ask_to_import
from pgviz.gui.pump import Pump
from pgviz.gui.run_control import RunControl
from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import set_role
from pgviz.gui.widgets.speed_slider import SpeedSlider
from pgviz.recording import SUFFIX
from pgviz.session.agreement import module_of
from pgviz.session.commands import OpenRecording, SetSpeed, TakeOver
from pgviz.session.notices import RecordingOpened, TakenOver
from pgviz.session.recorded import left_out_text

RECORDED = "This is a recording; take over from it (Ctrl+T) to go on live."
SPEED_TIP = "How fast the recording is played, as a multiple of the time in which it was recorded."
NOTE_MS = 8000


class Playback(QObject):
    """Shows recordings on behalf of the window.

    Parameters
    ----------
    window
        The owner.
    model
        What is known of the run.
    control
        Sends commands.
    speed
        Where the speed is chosen.
    copies
        Where the watched copy is chosen, which a recording does not let one do.

    Attributes
    ----------
    badge
        Says "Playback" while a recording is shown.
    """

    def __init__(
        self,
        window: QMainWindow,
        model: RunModel,
        control: RunControl,
        speed: SpeedSlider,
        copies: QWidget,
    ) -> None:
        super().__init__(window)
        self._window, self._model, self._control = window, model, control
        self._speed, self._speed_tip = speed, speed.toolTip()
        self._copies, self._copies_tip = copies, copies.toolTip()
        self._live_speed: tuple[float | None] | None = None
        self._unknown: set[str] = set()  # modules that only a recording has named
        self._folder = Path.home()
        self._note: Callable[[str], object] = lambda _: None
        self.badge = QLabel("Playback")
        set_role(self.badge, "chip-warn")
        self.badge.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        control.ask_first = self._ask_first

    def serve(self, actions: Actions, pump: Pump, bar: QToolBar, note: Callable[[str], object]) -> None:
        """Do what the actions ask for, and tell recording from run.

        Parameters
        ----------
        actions, pump
            What asks, and what says what has come of it.
        bar
            Where the badge goes.
        note
            Shows a sentence that a person should not miss.
        """
        self._note = note
        room = QWidget()
        row = QHBoxLayout(room)
        row.setContentsMargins(10, 0, 4, 0)
        row.addWidget(self.badge)
        self._badge = bar.addWidget(room)
        self._badge.setVisible(False)
        actions.recording_requested.connect(self.ask_what_to_open)
        actions.take_over_requested.connect(self.take_over)
        pump.recording_opened.connect(self._opened)
        pump.run_started.connect(lambda _: self._show())
        pump.taken_over.connect(self._taken_over)

    # Opening ----------------------------------------------------------------------------------------------------

    def ask_what_to_open(self) -> None:
        """Ask for a file, and play it."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, "Open a recording", str(self._folder), f"Recordings (*{SUFFIX})"
        )
        if chosen:
            self.open(Path(chosen))

    def open(self, path: Path) -> None:
        """Play a recording; one that cannot be read leaves what is there."""
        self._folder = path.parent
        self._control.post(OpenRecording(path))

    @staticmethod
    def dropped(data: QMimeData) -> Path | None:
        """The recording among what is dragged, where it is one file alone."""
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        return paths[0] if len(paths) == 1 and paths[0].suffix.lower() == SUFFIX else None

    # Showing ----------------------------------------------------------------------------------------------------

    def speed_of_runs(self) -> float | None:
        """The speed that a person has chosen for runs."""
        return self._speed.speed if self._live_speed is None else self._live_speed[0]

    def _opened(self, opened: RecordingOpened) -> None:
        if self._live_speed is None:
            self._live_speed = (self._speed.speed,)
            self._set_speed(1.0)

    def _show(self) -> None:
        """Show whether this is a recording."""
        recording = self._model.recording
        self._badge.setVisible(recording is not None)
        self._speed.setToolTip(SPEED_TIP if recording else self._speed_tip)
        self._copies.setEnabled(recording is None)
        self._copies.setToolTip(RECORDED if recording else self._copies_tip)
        if recording is not None:
            self.badge.setToolTip(_words(recording))
            self._window.setWindowTitle(f"Playback of {recording.info.path.name} — pgviz")
            self._doubt()
        elif self._live_speed is not None:
            (speed,), self._live_speed = self._live_speed, None
            self._set_speed(speed)

    def _set_speed(self, speed: float | None) -> None:
        self._speed.set_speed(speed)
        self._control.post(SetSpeed(speed))

    # Going on live ----------------------------------------------------------------------------------------------

    def take_over(self) -> None:
        """Go on live from the moment that is looked at, once it is agreed to what that imports."""
        config = self._model.config
        if config is not None and self._model.recording is not None:
            module = module_of(config.environment)
            self._ask_first(config, lambda: self._control.post(TakeOver(agreed=module)))

    def _taken_over(self, taken: TakenOver) -> None:
        self._show()
        if taken.approximate:
            self._note(
                f"Taken over at step {taken.step:,}, not exactly: {taken.approximate} {taken.remark}".strip()
            )
        elif taken.remark:
            self._note(f"Taken over at step {taken.step:,}: the run goes on live. {taken.remark}")
        else:
            self._window.statusBar().showMessage(
                f"Taken over at step {taken.step:,}: the run goes on live", NOTE_MS
            )

    def _doubt(self) -> None:
        """Remember which module a file has named, so that it is not imported unasked."""
        config = self._model.config
        if config is not None and (module := module_of(config.environment)):
            self._unknown.add(module)

    def _ask_first(self, config: RunConfig, then: Callable[[], None]) -> None:
        """Go on with a run, at once or when a person has agreed to have the module imported that a file named."""
        module = module_of(config.environment)
        if module not in self._unknown:
            then()
            return

        def agree() -> None:
            self._unknown.discard(module)
            then()

        ask_to_import(self._window, config.environment, "The recording", agree)


def _words(recording: RecordingOpened) -> str:
    """What the recording is, in a few lines."""
    info = recording.info
    lines = [str(info.path), f"recorded {info.created[:10]}, {info.seconds:,.0f} s, {recording.steps:,} steps"]
    if not info.complete:
        lines.append("It was cut off: up to a second of it is missing.")
    if info.snapshots_left_out:
        lines.append(left_out_text(info.snapshots_left_out))
    return "\n".join(lines)
