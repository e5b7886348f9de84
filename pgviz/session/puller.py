"""Puller: pulls a session as far as was asked for, and says what happens on the way."""

from __future__ import annotations

from collections.abc import Iterable

from pgviz.config import RunConfig
from pgviz.errors import PgvizError
from pgviz.session.breakpoints import BreakpointSet
from pgviz.session.clock import Clock
from pgviz.session.cursor import Cursor
from pgviz.session.doctor import Doctor
from pgviz.session.event_values import EventValues
from pgviz.session.forks import Forks
from pgviz.session.history import DEFAULT_LIMIT, History
from pgviz.session.inbox import Inbox
from pgviz.session.list_pace import ListPace
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import (
    BreakpointHit,
    BreakpointsListed,
    CommandRejected,
    FindingMade,
    ForksShown,
    HistoryHeld,
    ProbesShown,
    RunSaved,
    RunState,
    SpeedMeasured,
)
from pgviz.session.probes import Probes
from pgviz.session.saving import Saver
from pgviz.session.session import Predicate, Session, environment_steps, forever
from pgviz.session.step_values import BARE_NAMES, STEP_READERS
from pgviz.session.telling import Teller
from pgviz.session.waiting import waits
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    MinibatchComputed,
    RunFailed,
    RunFinished,
    StepTaken,
    UpdateApplied,
)
from pgviz.training.steering import Watch


class Puller(Teller):
    """One session after another, each pulled until a predicate holds or a command waits.

    Parameters
    ----------
    inbox
        Where commands come from.
    mailbox
        Where events go to.
    """

    def __init__(self, inbox: Inbox, mailbox: Mailbox) -> None:
        super().__init__(mailbox)
        self._inbox = inbox
        self._session: Session | None = None
        self._until: Predicate | None = None
        self._looking = True
        self._stepping = False
        self._watched = 0
        self._clock = Clock()
        self._open = True
        self._cursor: Cursor | None = None
        self._history_limit = DEFAULT_LIMIT
        self._breakpoints = BreakpointSet()
        self._lists = ListPace()
        self._values = EventValues()
        self._probes = Probes()
        self._doctor = Doctor()
        self._forks = Forks()
        self._saver = Saver()

    @property
    def _step(self) -> int:
        return self._session.trainer.step if self._session else 0

    def _pull(self) -> None:
        """Pull events until a command waits, the predicate holds, or the run is over."""
        session, inbox, clock, recorder = self._session, self._inbox, self._clock, self._recorder
        assert session is not None
        trainer = session.trainer
        trainer.algorithm.checks_up = True
        clock.start(trainer.step)
        follow = self._follow if self._forks else None
        listened = self._mailbox.listener is not None
        arrived: Event | None = None
        self._choose_detail(trainer.watch)
        while (not inbox or trainer.telling) and arrived is None:
            event = session.pull()
            if event is None:
                break
            # Thousands a second are these two, and most bear no news: each look at one costs the run speed.
            kind = event.__class__
            if kind is StepTaken:
                self._show(event)  # type: ignore[arg-type]  # its class has just been looked at
            elif kind is not MinibatchComputed:
                self._tell(event)
            else:
                if recorder is not None:
                    recorder.take(event)
                if listened:
                    self._let_listen(event)
            if follow is not None:
                follow(event)
            if self._stops(event):
                arrived = event
            elif kind is StepTaken:
                self._after_step(event.step)
            if kind is not MinibatchComputed:  # which another one follows, or the end of the update
                self._choose_detail(trainer.watch)
        clock.stop()
        if arrived is not None:
            self._arrive(arrived)

    def _follow(self, event: Event) -> None:
        """Have the forks keep up with an event of the run."""
        self._forks.follow(event)
        if self._looking and self._mailbox.wants_forks and self._forks.due:
            self._show_forks()

    def _catch_up(self) -> bool:
        """Have forks that are behind go on for a moment; says whether any was."""
        session = self._session
        if session is None or not self._forks.catch_up(session, lambda: self._inbox):
            return False
        arrived = not self._forks.behind(session)
        if arrived or (self._looking and self._mailbox.wants_forks and self._forks.due):
            self._show_forks()
        return True

    def _show_forks(self) -> None:
        """Say what has become of the forks."""
        if self._session is not None:
            self._put(ForksShown(self._step, *self._forks.told(self._session, self._watched, look=self._looking)))

    def _choose_detail(self, watch: Watch) -> None:
        """Have the next step described where it is to be shown, or a breakpoint asks about it."""
        breakpoints = self._breakpoints
        pictures = self._stepping or (self._looking and self._wants_picture())
        pictures = pictures or (self._recorder is not None and self._recorder.wants_step)
        watch.pictures, watch.wanted = pictures, pictures or breakpoints.needs_detail
        if watch.wanted:
            watch.bare = not pictures and not (breakpoints.needs & STEP_READERS.keys()) - BARE_NAMES

    def _show(self, event: StepTaken) -> None:
        """Put a step where the window takes it from; one described for the breakpoints alone goes without."""
        watch = self._session.trainer.watch if self._session else None
        shown = watch is None or watch.pictures or not watch.wanted
        self._put_step(event if shown else StepTaken(event.step), always=self._stepping)

    def _tell(self, event: Event) -> None:
        """Put an event that is rare where the window takes it from, with what follows from it."""
        self._put(event)
        self._saver.note(event)
        self._examine(event)
        if isinstance(event, UpdateApplied) and self._looking and self._probes.due:
            self._show_probes()

    def _stops(self, event: Event) -> bool:
        """Whether to stop at an event: a breakpoint is hit, what was asked for is done, or the run is over."""
        assert self._session is not None
        assert self._until is not None
        hit = bool(self._breakpoints.kinds) and self._check(event)
        if hit and isinstance(event, EpisodeEnded):  # the step that ended it is told of first
            self._until, hit = environment_steps(), False
        return hit or self._until(event) or self._session.over

    def _examine(self, event: Event) -> None:
        """Show the doctor an event that is no step; of those it has no use for any."""
        for finding in self._doctor.take(event):
            self._put(FindingMade(event.step, finding))

    def _check(self, event: Event) -> bool:
        """Check the breakpoints at an event; says whether one of them stops the run."""
        kind = self._values.take(event)
        hits = [] if kind is None else self._breakpoints.check(kind, self._values)
        for hit in hits:
            self._put(BreakpointHit(event.step, hit))
        stops = any(hit.stops for hit in hits)
        if hits and self._lists.wants_list(stops):
            self._list_breakpoints()
        return stops

    def _list_breakpoints(self) -> None:
        self._lists.listed()
        listed = tuple(self._breakpoints)
        hits = tuple(self._breakpoints.hits(each.id) for each in listed)
        self._put(BreakpointsListed(self._step, listed, hits))

    def _after_step(self, step: int) -> None:
        """Measure the speed, and wait where steps are shown in real time."""
        clock = self._clock
        speed = clock.measure(step)
        if speed is not None:
            measured = SpeedMeasured(step, speed, clock.seconds)
            self._values.take(measured)
            self._put(measured)
            self._say_held()
            self._say_recorded()
            if self._saver.is_due(step):
                self._save_unasked()
        wait = clock.wait_for()
        if wait > 0.0:
            self._inbox.wait(wait)

    def _save_unasked(self) -> None:
        """Save the run; where that fails it is said, and tried again when it is due again."""
        folder = self._saver.safe_folder
        if folder is None or self._session is None:
            return
        try:
            self._saver.save(self._session, folder)
        except PgvizError as error:
            self._put(CommandRejected(self._step, f"The run goes on, but could not be saved: {error}"))
        else:
            self._put(RunSaved(self._step, str(folder), unasked=True))

    def _arrive(self, event: Event) -> None:
        """Stop pulling: the predicate held, or the run is over."""
        self._until = None
        stepped, self._stepping = self._stepping and isinstance(event, StepTaken), False
        self._rest()
        if isinstance(event, RunFailed):
            self._enter(RunState.FAILED)
            return
        if isinstance(event, RunFinished):
            self._enter(RunState.FINISHED)
        else:
            self._enter(RunState.PAUSED)
        if not stepped:  # of steps that rushed by another may have been shown last
            self._show_state()

    def _say_held(self) -> None:
        """Say what can be looked back at, and how often breakpoints were hit, where that is still to be told."""
        if self._lists.owed:
            self._list_breakpoints()
        history = self._session.history if self._session else None
        if history is not None:
            first = history.marks[0].step + 1 if history.marks else None
            self._put(HistoryHeld(self._step, first, history.size, history.limit))

    def _rest(self) -> None:
        """Say that nothing moves any more."""
        self._clock.rest()
        self._say_held()
        self._put(SpeedMeasured(self._step, 0.0, self._clock.seconds))
        self._say_what_waits()
        if self._forks:
            self._show_forks()

    def _say_what_waits(self) -> None:
        """Say what the run would do next, where it can go on."""
        if self._session is not None and not self._session.over:
            self._put(waits(self._session.trainer, self._watched))
            self._show_probes()

    def _show_probes(self, *, gone: bool = False) -> None:
        """Say what the policy would do in the states that are watched, where there are any or one has gone."""
        if (self._probes or gone) and self._session is not None:
            trainer, probes = self._session.trainer, self._probes
            self._put(ProbesShown(trainer.step, trainer.update, probes.ask(trainer), probes.names))

    def _show_state(self) -> None:
        """Show the state that the run waits in, rather than one of a moment ago."""
        if self._session is not None and self._looking:
            self._put(self._session.trainer.look())

    def _go(self, until: Predicate, *, stepping: bool = False) -> None:
        """Go on until the predicate holds, where there is a run that can."""
        if self._session is None or self._session.over:
            return
        if self._cursor is not None:
            self._cursor.follow()
        self._until, self._stepping = until, stepping
        if not stepping:
            self._enter(RunState.PLAYING)

    def _begin(self, config: RunConfig, *, play: bool) -> None:
        """Set a run up; the present one is left only once that has worked."""
        with self._preparing():
            session = Session(config, render=True, history=History(self._history_limit))
        self._adopt(session)
        started = session.pull()
        assert started is not None
        self._introduce(started)
        if play:
            self._go(forever)

    def _adopt(self, session: Session) -> None:
        """Leave the present run for another."""
        self._close()
        self._session, self._until, self._stepping = session, None, False
        self._cursor, self._copies = Cursor(session), session.config.environment_count
        self._clock = Clock(self._clock.multiplier)
        self._breakpoints.reset()
        self._probes.begin(session.config.environment)
        self._saver.begin()
        session.trainer.watch.index = self._watched

    def _introduce(self, started: Event, past: Iterable[Event] = ()) -> None:
        """Say what run it is, and what had happened in it; then wait where it is."""
        session = self._session
        assert session is not None
        self._values.take(started)
        self._doctor.take(started)
        self._put(started)
        if isinstance(started, RunFailed):
            self._enter(RunState.FAILED)
            return
        for event in past:
            self._saver.note(event)
            self._put(event)
        self._clock.frames_per_second = session.trainer.environment.facts.frames_per_second
        self._say_what_waits()
        self._enter(RunState.PAUSED)
        self._show_state()

    def _end(self) -> None:
        if self._session is not None and not self._session.over:
            self._session.close()
            self._until = None
            self._rest()
            self._enter(RunState.STOPPED)

    def _close(self) -> None:
        self._stop_recording()
        self._forks.close()
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None
        if self._session is not None:
            self._session.close()
            self._session.error = None  # it has been told, and its traceback holds the run
            self._session = None

    def _pause(self) -> bool:
        """Stop pulling, where that goes on; says whether it did."""
        if self._until is None:
            return False
        self._until, self._stepping = None, False
        self._rest()
        self._enter(RunState.PAUSED)
        return True
