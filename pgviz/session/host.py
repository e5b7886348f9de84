"""SessionHost: what the worker runs. Takes commands in, pulls the session, puts events out."""

from __future__ import annotations

import time
from collections import deque
from functools import singledispatchmethod

from pgviz.config import RunConfig
from pgviz.environments.catalog import listing
from pgviz.errors import PgvizError
from pgviz.session import commands
from pgviz.session.commands import Command
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import CommandRejected, EnvironmentsListed, RunState, SpeedMeasured, StateChanged
from pgviz.session.session import Predicate, Session, environment_steps, forever, updates
from pgviz.training.events import Event, RunFailed, RunFinished, StepTaken


class SessionHost:
    """Owns the present session; lives in one thread and never leaves it.

    Parameters
    ----------
    inbox
        Where commands come from.
    mailbox
        Where events go to.
    """

    def __init__(self, inbox: Inbox, mailbox: Mailbox) -> None:
        self._inbox = inbox
        self._mailbox = mailbox
        self._session: Session | None = None
        self._until: Predicate | None = None
        self._state = RunState.EMPTY
        self._looking = True
        self._stepping = False
        self._watched = 0
        self._clock = Clock()
        self._open = True

    def run(self) -> None:
        """Serve until told to quit."""
        try:
            while self._open:
                command = self._inbox.take()
                if command is not None:
                    self._carry_out(command)
                elif self._until is None:
                    self._inbox.wait()
                else:
                    self._pull()
        finally:
            self._close()

    def _carry_out(self, command: Command) -> None:
        """Carry one command out; what cannot be done is said and changes nothing."""
        try:
            self._do(command)
        except PgvizError as error:
            self._put(CommandRejected(self._step, str(error)))

    @property
    def _step(self) -> int:
        return self._session.trainer.step if self._session else 0

    def _put(self, event: Event) -> None:
        self._mailbox.put(event)

    def _enter(self, state: RunState) -> None:
        if state is not self._state:
            self._state = state
            self._put(StateChanged(self._step, state))

    def _pull(self) -> None:
        """Pull events until a command waits, the predicate holds, or the run is over."""
        session, inbox, mailbox, clock = self._session, self._inbox, self._mailbox, self._clock
        assert session is not None
        assert self._until is not None
        watch, until = session.trainer.watch, self._until
        clock.start(session.trainer.step)
        arrived: Event | None = None
        while not inbox:
            watch.wanted = self._stepping or (self._looking and mailbox.wants_step)
            event = session.pull()
            if event is None:
                break
            mailbox.put(event)
            if until(event) or session.over:
                arrived = event
                break
            if isinstance(event, StepTaken):
                self._after_step(event.step)
        clock.stop()
        if arrived is not None:
            self._arrive(arrived)

    def _after_step(self, step: int) -> None:
        """Measure the speed, and wait where steps are shown in real time."""
        clock = self._clock
        speed = clock.measure(step)
        if speed is not None:
            self._put(SpeedMeasured(step, speed, clock.seconds))
        wait = clock.wait_for()
        if wait > 0.0:
            self._inbox.wait(wait)

    def _arrive(self, event: Event) -> None:
        """Stop pulling: the predicate held, or the run is over."""
        self._until = None
        self._stepping = False
        self._rest()
        if isinstance(event, RunFailed):
            self._enter(RunState.FAILED)
            return
        if isinstance(event, RunFinished):
            self._enter(RunState.FINISHED)
        else:
            self._enter(RunState.PAUSED)
        if not isinstance(event, StepTaken):
            self._show_state()

    def _rest(self) -> None:
        """Say that nothing moves any more."""
        self._clock.rest()
        self._put(SpeedMeasured(self._step, 0.0, self._clock.seconds))

    def _show_state(self) -> None:
        """Show the state that the run waits in, rather than one of a moment ago."""
        if self._session is not None and self._looking:
            self._put(self._session.trainer.look())

    def _go(self, until: Predicate, *, stepping: bool = False) -> None:
        """Go on until the predicate holds, where there is a run that can."""
        if self._session is None or self._session.over:
            return
        self._until, self._stepping = until, stepping
        if not stepping:
            self._enter(RunState.PLAYING)

    def _begin(self, config: RunConfig, *, play: bool) -> None:
        """Set a run up; the present one is left only once that has worked."""
        before = self._state
        self._enter(RunState.PREPARING)
        try:
            session = Session(config, render=True)
        except Exception:
            self._enter(before)
            raise
        if self._session is not None:
            self._session.close()
        self._session, self._until, self._stepping = session, None, False
        self._clock = Clock(self._clock.multiplier)
        session.trainer.watch.index = self._watched
        started = session.pull()
        assert started is not None
        self._put(started)
        if isinstance(started, RunFailed):
            self._enter(RunState.FAILED)
            return
        self._clock.frames_per_second = session.trainer.environment.facts.frames_per_second
        self._enter(RunState.PAUSED)
        self._show_state()
        if play:
            self._go(forever)

    def _end(self) -> None:
        if self._session is not None and not self._session.over:
            self._session.close()
            self._until = None
            self._rest()
            self._enter(RunState.STOPPED)

    def _close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    @singledispatchmethod
    def _do(self, command: Command) -> None:
        raise TypeError(f"unknown command {command!r}")

    @_do.register
    def _(self, command: commands.StartRun) -> None:
        self._begin(command.config, play=command.play)

    @_do.register
    def _(self, command: commands.Restart) -> None:
        if self._session is not None:
            config = self._session.config
            config = config if command.seed is None else config.changed(seed=command.seed)
            self._begin(config, play=command.play)

    @_do.register
    def _(self, _: commands.Play) -> None:
        self._go(forever)

    @_do.register
    def _(self, _: commands.Pause) -> None:
        if self._until is not None:
            self._until, self._stepping = None, False
            self._rest()
            self._enter(RunState.PAUSED)
            self._show_state()

    @_do.register
    def _(self, command: commands.StepEnvironment) -> None:
        self._enter_paused()
        self._go(environment_steps(command.count), stepping=True)

    @_do.register
    def _(self, command: commands.StepUpdate) -> None:
        # An update can take a while: it plays until it is there, and can be paused on the way.
        self._go(updates(command.count))

    def _enter_paused(self) -> None:
        if self._state is RunState.PLAYING:
            self._enter(RunState.PAUSED)

    @_do.register
    def _(self, _: commands.Stop) -> None:
        self._end()

    @_do.register
    def _(self, command: commands.SetParameter) -> None:
        if self._session is not None:
            self._session.trainer.ask(command.name, command.value)

    @_do.register
    def _(self, command: commands.SetSpeed) -> None:
        self._clock.multiplier = command.multiplier

    @_do.register
    def _(self, command: commands.Look) -> None:
        self._looking = command.looking

    @_do.register
    def _(self, command: commands.WatchEnvironment) -> None:
        self._watched = command.index
        if self._session is not None:
            self._session.trainer.watch.index = command.index
            if self._until is None and not self._session.over:
                self._show_state()

    @_do.register
    def _(self, _: commands.ListEnvironments) -> None:
        self._put(EnvironmentsListed(self._step, listing()))

    @_do.register
    def _(self, _: commands.Quit) -> None:
        self._open = False


class Clock:
    """Time spent playing, the speed of the last moment, and the wait that real time asks for.

    Parameters
    ----------
    multiplier
        Times real time at which steps are shown; ``None`` for as fast as they come.
    """

    INTERVAL = 0.25
    # Measurements looked back on. Steps come in bursts, between updates that may take most of a second.
    LOOK_BACK = 12

    def __init__(self, multiplier: float | None = None) -> None:
        self.multiplier = multiplier
        self.frames_per_second = 30.0
        self.seconds = 0.0
        self._began = self._due = 0.0
        self._marks: deque[tuple[float, int]] = deque(maxlen=self.LOOK_BACK)

    def start(self, step: int) -> None:
        """Begin to play."""
        now = time.perf_counter()
        self._began = now
        self._due = max(self._due, now)
        if not self._marks:
            self._marks.append((now, step))

    def stop(self) -> None:
        """Stop playing for a moment, to carry out a command."""
        self.seconds += time.perf_counter() - self._began

    def rest(self) -> None:
        """Stop playing: the time until the next start counts for nothing."""
        self._marks.clear()

    def measure(self, step: int) -> float | None:
        """Return the speed of the last few seconds in steps/s, about four times a second, else ``None``."""
        now = time.perf_counter()
        if now - self._marks[-1][0] < self.INTERVAL:
            return None
        then, step_then = self._marks[0]
        self._marks.append((now, step))
        self.seconds += now - self._began
        self._began = now
        return (step - step_then) / (now - then)

    def wait_for(self) -> float:
        """Return the seconds until the next step is due."""
        if self.multiplier is None:
            return 0.0
        now = time.perf_counter()
        # A step that came late moves the ones after it, rather than being caught up with in a rush.
        self._due = max(self._due + 1.0 / (self.frames_per_second * self.multiplier), now)
        return self._due - now
