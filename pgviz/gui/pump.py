"""The pump: the one timer that carries what training put in the mailbox to what the window shows."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from pgviz.gui.pace import Pace
from pgviz.gui.run_model import RunModel
from pgviz.gui.widgets.throttle import Throttle
from pgviz.session.commands import Look
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import (
    BreakpointsListed,
    CommandRejected,
    EnvironmentsListed,
    MinibatchExamined,
    ProbesShown,
    RecordingOpened,
    RunRewound,
    RunSaved,
    RunState,
    RunWaits,
    StateChanged,
    TakenOver,
    ValuesEstimated,
    WaitShown,
)
from pgviz.session.recorded import RecordingState
from pgviz.session.step_pace import FOLLOWED
from pgviz.training.events import Event, ParameterChanged, RunFailed, RunStarted, Shown, StepTaken


class Panel(Protocol):
    """What every panel lets be done to it."""

    def begin(self, started: RunStarted) -> None:
        """Make ready for another run."""

    def show_step(self, event: Shown) -> None:
        """Show one step: every one that can be followed, a few a second of those that rush by."""

    def refresh(self, model: RunModel) -> None:
        """Draw what the model holds now."""


class Picture(Protocol):
    """What shows the frame of the environment."""

    def show_frame(self, event: Shown) -> None:
        """Show the frame of one step, at most 30 times a second."""


class Pump(QObject):
    """Polls the mailbox; frames at 30 Hz, curves at 10 Hz or less where that is too much work, text at 5 Hz.

    Signals carry the rare facts only, all of them on the window's thread.

    Parameters
    ----------
    inbox, mailbox
        The way to the session and back.
    model
        Kept up to date with every fact.
    is_watched
        Says whether somebody can see the window.
    parent
        The Qt owner.

    Attributes
    ----------
    pace
        How often the curves are redrawn.
    tick_times
        When the latest ticks began, in seconds of :func:`time.perf_counter`, oldest first.
    """

    INTERVAL_MS = 33
    CURVES_EVERY = 3
    CURVES_EVERY_AT_MOST = 36
    TEXT_EVERY = 6
    SECONDS_BETWEEN = 0.33
    # A frame costs the trainer a few milliseconds, and of those that rush by fewer will do.
    RUSHING_FRAMES_EVERY = 5

    run_started = Signal(object)
    run_failed = Signal(object)
    state_changed = Signal(object)
    parameter_changed = Signal(object)
    command_rejected = Signal(object)
    environments_listed = Signal(object)
    breakpoints_listed = Signal(object)
    rewound = Signal(object)
    recording_opened = Signal(object)
    taken_over = Signal(object)
    run_saved = Signal(object)
    recording_told = Signal(object)
    run_waits = Signal(object)
    minibatch_examined = Signal(object)
    values_estimated = Signal(object)
    probes_shown = Signal(object)
    wait_shown = Signal(object)
    looking_back = Signal(bool)

    def __init__(
        self,
        inbox: Inbox,
        mailbox: Mailbox,
        model: RunModel,
        is_watched: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._inbox, self._mailbox, self._model, self._is_watched = inbox, mailbox, model, is_watched
        self._curves: list[Panel] = []
        self._texts: list[Panel] = []
        self._picture: Picture | None = None
        self._steps = Throttle(self._show_step, self.SECONDS_BETWEEN)
        self._last_shown = 0
        self._rushing = self._looked_back = False
        self._said_watched: bool | None = None
        self._ticks = 0
        self.pace = Pace(self.CURVES_EVERY, self.CURVES_EVERY_AT_MOST)
        self._signals = {
            RunStarted: self.run_started,
            RunFailed: self.run_failed,
            StateChanged: self.state_changed,
            ParameterChanged: self.parameter_changed,
            CommandRejected: self.command_rejected,
            EnvironmentsListed: self.environments_listed,
            BreakpointsListed: self.breakpoints_listed,
            RunRewound: self.rewound,
            RecordingOpened: self.recording_opened,
            TakenOver: self.taken_over,
            RunSaved: self.run_saved,
            RecordingState: self.recording_told,
            RunWaits: self.run_waits,
            MinibatchExamined: self.minibatch_examined,
            ValuesEstimated: self.values_estimated,
            ProbesShown: self.probes_shown,
            WaitShown: self.wait_shown,
        }
        self.tick_times: deque[float] = deque(maxlen=10_000)
        self._timer = QTimer(self, interval=self.INTERVAL_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)

    def feed(self, curves: Sequence[Panel], texts: Sequence[Panel], picture: Picture | None = None) -> None:
        """Name the panels that are refreshed at 10 Hz, those that are at 5 Hz, and the one with the picture."""
        self._curves, self._texts, self._picture = list(curves), list(texts), picture

    def start(self) -> None:
        """Begin to poll."""
        self._timer.start()

    def stop(self) -> None:
        """Poll no more."""
        self._timer.stop()

    def put(self, event: Event) -> None:
        """Take an event in as a session would put it, for whoever has none; the next tick shows it."""
        self._mailbox.put(event)

    def tick(self) -> None:
        """Carry over what has come since the last tick."""
        self.tick_times.append(time.perf_counter())
        self._say_whether_watched()
        facts, step = self._take()
        for fact in facts:
            self._apply(fact)
        if step is not None:
            self._show(step)
        self._say_whether_looking_back()
        self._steps.catch_up()
        self._refresh()
        self._ticks += 1

    def _take(self) -> tuple[list[Event], Shown | None]:
        """Facts, and the newest step; one that is left in the mailbox keeps the session from capturing another."""
        if self._rushing and self._model.state is RunState.PLAYING and self._ticks % self.RUSHING_FRAMES_EVERY:
            return self._mailbox.take_facts(), None
        return self._mailbox.take()

    def refresh_all(self) -> None:
        """Carry everything over and draw it all now."""
        self.tick()
        self._refresh_all()

    def _refresh_all(self) -> None:
        for panel in self._all_panels():
            panel.refresh(self._model)

    def _apply(self, fact: Event) -> None:
        self._model.apply(fact)
        if isinstance(fact, RunStarted):
            self._steps.forget()
            for panel in self._all_panels():
                panel.begin(fact)
        elif isinstance(fact, RunRewound):
            self._refresh_all()  # before other points take the place of those that are gone
        if isinstance(fact, RunFailed):
            self._said_watched = None  # a session that crashed is followed by one that knows nothing
        if signal := self._signals.get(type(fact)):
            signal.emit(fact)

    def _show(self, step: Shown) -> None:
        self._model.apply(step)
        if self._picture is not None:
            self._picture.show_frame(step)
        self._rushing = self._rushes_by(step)
        self._steps.offer(step, at_once=not isinstance(step, StepTaken) or not self._rushing)

    def _rushes_by(self, step: Shown) -> bool:
        copies = self._model.config.environment_count if self._model.config else 1
        passed, self._last_shown = step.step - self._last_shown, step.step
        return passed > FOLLOWED * copies

    def _show_step(self, step: Shown) -> None:
        for panel in self._all_panels():
            panel.show_step(step)

    def _refresh(self) -> None:
        if not self._said_watched:
            return
        every = self.pace.tick()
        for index, panel in enumerate(self._curves):
            # Each has its own tick, so that no tick has to wait for all of them.
            if (self._ticks + index) % every == 0:
                panel.refresh(self._model)
        if self._ticks % self.TEXT_EVERY == 1:
            for panel in self._texts:
                panel.refresh(self._model)

    def _say_whether_watched(self) -> None:
        watched = self._is_watched()
        if watched != self._said_watched:
            self._said_watched = watched
            self._inbox.post(Look(watched))

    def _say_whether_looking_back(self) -> None:
        looks_back = self._model.debug.looks_back
        if looks_back != self._looked_back:
            self._looked_back = looks_back
            self.looking_back.emit(looks_back)

    def _all_panels(self) -> list[Panel]:
        return self._curves + self._texts
