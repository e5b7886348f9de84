"""DebugModel: what the window knows of the debugger: where it looks, what is held, where it stops. Knows no Qt."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from pgviz.session.breakpoints import Breakpoint, Hit
from pgviz.session.doctor import Finding
from pgviz.session.notices import (
    BreakpointHit,
    BreakpointsListed,
    CommandRejected,
    FindingMade,
    HistoryHeld,
    LinesMissed,
    RecordedWait,
    RunRewound,
    RunState,
    StateChanged,
    TakenOver,
    WaitShown,
)
from pgviz.training.events import Event, PastShown, Shown, StepTaken

MOST_STOPS = 1000
MOST_LOGGED = 500


@dataclass(frozen=True, slots=True)
class Stop:
    """A breakpoint that was hit, and where on the step axis."""

    step: int
    hit: Hit


class DebugModel:
    """Kept up to date by :meth:`apply`.

    Attributes
    ----------
    cursor
        The moment of the past that is looked at; ``None`` while the present is followed.
    first_held
        The oldest step that can be looked back at; ``None`` where there is none.
    held_bytes, held_limit
        Memory that the past takes, and may take.
    rewinds
        How often the past was made the present in this run.
    not_reproducible
        Why the run cannot go on from a moment of its past; empty where nothing is known against it.
    breakpoints, hits
        Those that are set, and how often the condition of each has held in this run.
    stops
        Where breakpoints have stopped this run, oldest first, the newest :data:`MOST_STOPS` of them.
    stopped
        Those at which the run stands now.
    log, logged
        What logpoints had to say, oldest first, and how many lines there have been.
    findings
        Common mistakes that the doctor has seen in this run, oldest first.
    waited
        How the recorded run waited at the moment that is looked at; ``None`` where it went on, or is live.
    """

    def __init__(self) -> None:
        self.breakpoints: tuple[Breakpoint, ...] = ()
        self.begin()

    def begin(self) -> None:
        """Forget the last run; breakpoints stay."""
        self.cursor: PastShown | None = None
        self.first_held: int | None = None
        self.held_bytes = self.held_limit = 0
        self.rewinds = 0
        self.not_reproducible = ""
        self.hits: dict[int, int] = {}
        self.stops: deque[Stop] = deque(maxlen=MOST_STOPS)
        self.stopped: tuple[Stop, ...] = ()
        self.log: deque[Stop] = deque(maxlen=MOST_LOGGED)
        self.logged = 0
        self.findings: tuple[Finding, ...] = ()
        self.waited: RecordedWait | None = None

    @property
    def looks_back(self) -> bool:
        """Whether a moment of the past is looked at."""
        return self.cursor is not None

    def apply(self, event: Event) -> None:
        """Take one event in; those that are not about the debugger change nothing."""
        if isinstance(event, Shown):
            self._show(event)
        elif isinstance(event, StateChanged):
            if event.state is RunState.PLAYING:
                self.cursor, self.stopped = None, ()
        elif isinstance(event, HistoryHeld):
            self.first_held, self.held_bytes, self.held_limit = event.first_step, event.size, event.limit
        elif isinstance(event, BreakpointsListed):
            self.breakpoints = event.breakpoints
            self.hits = {each.id: hits for each, hits in zip(event.breakpoints, event.hits, strict=True)}
        elif isinstance(event, BreakpointHit):
            self._hit(Stop(event.step, event.hit))
        elif isinstance(event, LinesMissed):
            self.logged += event.count
        elif isinstance(event, FindingMade):
            self.findings = (*self.findings, event.finding)
        elif isinstance(event, WaitShown):
            self.waited = event.wait
        elif isinstance(event, TakenOver):
            self.waited = None
        elif isinstance(event, RunRewound):
            self._rewind(event)
        elif isinstance(event, CommandRejected) and event.not_reproducible:
            self.not_reproducible = event.message

    def _show(self, event: Shown) -> None:
        self.cursor = event if isinstance(event, PastShown) else None
        if self.stopped and isinstance(event, StepTaken) and event.step > self.stopped[-1].step:
            self.stopped = ()

    def _hit(self, stop: Stop) -> None:
        if stop.hit.stops:
            self.stops.append(stop)
            same = self.stopped and self.stopped[-1].step == stop.step
            self.stopped = (*self.stopped, stop) if same else (stop,)
        else:
            self.log.append(stop)
            self.logged += 1

    def _rewind(self, event: RunRewound) -> None:
        self.cursor, self.stopped, self.hits = None, (), {}
        self.rewinds += 1
        self.findings = tuple(each for each in self.findings if each.step <= event.step)
        kept = [stop for stop in self.stops if stop.step <= event.step]
        self.stops = deque(kept, maxlen=MOST_STOPS)
