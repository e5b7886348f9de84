"""The status bar: what the session is doing and how far it has come."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStatusBar, QWidget

from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import set_role
from pgviz.gui.widgets.parts import SteadyLabel
from pgviz.session.notices import RunState
from pgviz.training.events import RunStarted, Shown

WORDS = {
    RunState.EMPTY: "No run",
    RunState.PREPARING: "Preparing",
    RunState.PAUSED: "Paused",
    RunState.PLAYING: "Training",
    RunState.FINISHED: "Finished",
    RunState.STOPPED: "Stopped",
    RunState.FAILED: "Failed",
}


def duration(seconds: float) -> str:
    """Seconds as a person reads them: ``0:07``, ``12:05``, ``1:02:03``."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def time_left(model: RunModel) -> float | None:
    """Seconds until all wanted steps are taken at the present speed, or ``None`` where that is unknown."""
    if (
        model.recording
        or model.state is not RunState.PLAYING
        or model.config is None
        or model.steps_per_second <= 0
    ):
        return None
    return max(0, model.config.steps - model.step) / model.steps_per_second


class ProgressBar(QStatusBar):
    """State, steps, speed, episodes, elapsed time and time left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.state_label = self._label("What the session is doing", "Preparing")
        self.count_label = self._label("How often the next command is repeated; Escape forgets it")
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self.bar.setFixedWidth(88)
        self.bar.setFixedHeight(12)
        self.bar.setToolTip("Steps done of steps wanted")
        self.steps_label = self._label("Environment steps, counted over all copies", "100,000 of 100,000 steps")
        self.speed_label = self._label(
            "Environment steps per second, over the last moment of training", "10,000 steps/s"
        )
        self.episodes_label = self._label("Episodes ended, over all copies", "100 episodes")
        self.elapsed_label = self._label("Time spent training, pauses left out", "0:00 elapsed")
        self.left_label = self._label("Time until the last step, at the present speed", "0:00 left")
        self._arrange()
        self.show_count("")
        self.refresh(RunModel())

    def begin(self, started: RunStarted) -> None:
        """Make ready for another run."""

    def show_step(self, event: Shown) -> None:
        """Take no notice of a single step; :meth:`refresh` counts them."""

    def show_count(self, digits: str) -> None:
        """Show the number that was typed to repeat the next command, or nothing."""
        self.count_label.setText(f"{digits} ×" if digits else "")
        self.count_label.setVisible(bool(digits))

    def refresh(self, model: RunModel) -> None:
        """Say how far the run has come."""
        going, recording = model.state is RunState.PLAYING, model.recording
        self.state_label.setText("Playing" if going and recording else WORDS[model.state])
        wanted = recording.steps if recording else model.config.steps if model.config else 0
        self.bar.setValue(min(1000, model.step * 1000 // wanted) if wanted else 0)
        self.steps_label.setText(f"{model.step:,} of {wanted:,} steps" if wanted else "")
        self.speed_label.setText(f"{model.steps_per_second:,.0f} steps/s" if going else "")
        count = len(model.episodes)
        self.episodes_label.setText(f"{count:,} episode{'' if count == 1 else 's'}" if wanted else "")
        self.elapsed_label.setText(f"{duration(model.seconds)} elapsed" if wanted else "")
        left = time_left(model)
        self.left_label.setText("" if left is None else f"{duration(left)} left")

    def _label(self, tip: str, widest: str = "") -> SteadyLabel:
        label = SteadyLabel(widest)
        label.setToolTip(tip)
        label.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        return label

    def _arrange(self) -> None:
        font = self.state_label.font()
        font.setBold(True)
        self.state_label.setFont(font)
        set_role(self.count_label, "mark")
        # Together, for a status bar leaves a gap for what is hidden, too.
        first = QWidget()
        row = QHBoxLayout(first)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.state_label)
        row.addWidget(self.count_label)
        for widget in (first, self.bar, self.steps_label, self.episodes_label):
            self.addWidget(widget)
        for widget in (self.speed_label, self.elapsed_label, self.left_label):
            self.addPermanentWidget(widget)
