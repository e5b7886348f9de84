"""The timeline: all steps of the run, and which of them is looked at."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pgviz.gui.run_model import Mark, RunModel
from pgviz.gui.theme import LIGHT, Theme, set_role, tabular
from pgviz.gui.widgets.parts import Still, in_sight
from pgviz.gui.widgets.timeline_view import TimelineData, TimelineView
from pgviz.hyperparameters import declaration
from pgviz.parameters import ParameterSet
from pgviz.training.events import PastShown, RunStarted, Shown

NOTHING_YET = "The steps of the run appear here; click or drag to look back at any of them."
LEGEND_FROM = 620  # pixels; in a narrower panel the words beside it need the room


class TimelinePanel(QWidget):
    """A slim strip over all steps: click or drag to look back, turn the wheel to zoom.

    Only one step is asked for at a time; of those that a drag passes meanwhile only the newest is asked for next.

    Attributes
    ----------
    look_requested
        A step to look back at.
    move_requested
        So many steps further on, or back.
    follow_requested
        Back to the present.
    """

    look_requested = Signal(int)
    move_requested = Signal(int)
    follow_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = TimelineView()
        self.words, self.legend = QLabel(NOTHING_YET), QLabel()
        self._parameters = ParameterSet(())
        self._theme = LIGHT
        self._said = NOTHING_YET
        self._is_recorded = False
        self._is_asked = False
        self._waiting: int | None = None
        self.view.step_requested.connect(self._ask)
        self.view.move_requested.connect(self.move_requested)
        self.view.follow_requested.connect(self._follow)
        self.view.hovered.connect(self._hover)
        self._arrange()

    def _arrange(self) -> None:
        self.words.setFont(tabular(self.words.font()))
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        for label in (self.words, self.legend):
            set_role(label, "muted")
        header = QHBoxLayout()
        header.setContentsMargins(6, 0, 6, 0)
        header.setSpacing(12)
        header.addWidget(Still(self.words), 1)  # a long sentence must not hold the window open
        header.addWidget(self.legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 4)
        column.setSpacing(2)
        column.addLayout(header)
        column.addWidget(self.view)
        set_role(self, "panel")
        self.setMaximumHeight(self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the legend out where there is little room."""
        super().resizeEvent(event)
        self.legend.setVisible(event.size().width() >= LEGEND_FROM)

    def begin(self, started: RunStarted) -> None:
        """Make ready for another run."""
        self._parameters = declaration(started.config.algorithm).parameters
        self._waiting = None
        self.answered()
        self.view.begin()
        self._say(NOTHING_YET)

    def show_step(self, event: Shown) -> None:
        """Move the cursor."""
        self.answered()
        cursor = event.step if isinstance(event, PastShown) or self._is_recorded else None
        if cursor != self.view.data.cursor and in_sight(self):
            self.view.show_data(replace(self.view.data, cursor=cursor))

    def refresh(self, model: RunModel) -> None:
        """Draw what the model holds now, where anybody can see it."""
        if not in_sight(self) or model.started is None:
            return
        debug, recording = model.debug, model.recording
        self._is_recorded = recording is not None
        here = model.step if recording is not None else None
        self.view.show_data(
            TimelineData(
                model.step if recording is None else recording.steps,
                debug.first_held,
                here if debug.cursor is None else debug.cursor.step,
                model.episodes.column(0),
                model.updates.column(0),
                [(mark.step, self._text(mark)) for mark in model.marks],
                [(stop.step, f"stopped: {stop.hit.breakpoint.name}") for stop in debug.stops],
            )
        )
        self._say(_words(model) if model.step else NOTHING_YET)

    def answered(self) -> None:
        """What was asked for has been shown, or refused: ask for what is wanted by now."""
        waiting, self._waiting = self._waiting, None
        self._is_asked = False
        if waiting is not None:
            self._ask(waiting)
        else:
            self.view.arrive()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.view.apply_theme(theme)
        signs = (
            ("|", theme.text, "episode"),
            ("|", theme.series[2], "update"),
            ("◆", theme.mark, "knob"),
            ("●", theme.error, "stop"),
        )
        self.legend.setText(
            "&nbsp;&nbsp; ".join(f"<span style='color:{c}'>{s}</span>&nbsp;{t}" for s, c, t in signs)
        )

    def _ask(self, step: int) -> None:
        if self._is_asked:
            self._waiting = step
        else:
            self._is_asked = True
            self.look_requested.emit(step)

    def _follow(self) -> None:
        self._waiting = None
        self.follow_requested.emit()

    def _hover(self, text: str) -> None:
        self.words.setText(text or self._said)

    def _say(self, text: str) -> None:
        if self.words.text() == self._said:
            self.words.setText(text)
        self._said = text

    def _text(self, mark: Mark) -> str:
        parameter = self._parameters[mark.name]
        return f"{parameter.label} {parameter.format(mark.previous)} → {parameter.format(mark.value)}"


def _words(model: RunModel) -> str:
    """Which step is looked at, and how far back one can."""
    debug = model.debug
    if model.recording is not None:
        at = model.step if debug.cursor is None else debug.cursor.step
        return f"Step {at:,} of {model.recording.steps:,} · recorded"
    here = f"Step {model.step:,}" if debug.cursor is None else f"Step {debug.cursor.step:,} of {model.step:,}"
    if debug.first_held is None:
        return here
    size = f"{debug.held_bytes / 2**20:,.1f}"
    if debug.first_held <= 1:
        return f"{here} · all held, in {size} MB"
    return f"{here} · held from step {debug.first_held:,} on, in {size} MB"
