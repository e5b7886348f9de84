"""Player: plays a recording as far as was asked for, and tells the window what it needs to know on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pgviz.errors import PgvizError
from pgviz.session import commands
from pgviz.session.clock import Clock
from pgviz.session.commands import Command
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import (
    BreakpointHit,
    BreakpointsListed,
    CommandRejected,
    HistoryHeld,
    RecordedWait,
    RecordingOpened,
    RunRewound,
    RunState,
    RunWaits,
    SpeedMeasured,
    StateChanged,
    WaitShown,
)
from pgviz.session.pacing import Pacing
from pgviz.session.tape import Cue, Tape
from pgviz.training.events import Event, PastShown, StepTaken

Until = Callable[[Event], bool]

# More facts than these wait for a window that is slow to take them, rather than pile up.
MOST_WAITING = 5_000


class Player:
    """One recording, played until a predicate holds or a command waits.

    Parameters
    ----------
    inbox
        Where commands come from.
    mailbox
        Where events go to.
    tape
        The recording.
    """

    def __init__(self, inbox: Inbox, mailbox: Mailbox, tape: Tape) -> None:
        self._inbox, self._mailbox, self._tape = inbox, mailbox, tape
        self._state = RunState.EMPTY
        self._until: Until | None = None
        self._pacing, self._clock = Pacing(), Clock()
        self._looking = True
        self._kept: dict[tuple[type[Command], int], Command] = {}
        self._rewind_to_start()

    def _rewind_to_start(self) -> None:
        """Stand at the beginning; nothing is said of it."""
        self._head, self._seconds = 1, 0.0
        self._step = self._tape.started.step
        self._cursor: int | None = None
        self._cues: Iterator[Cue] | None = None
        self._cue: Cue | None = None
        self._wait: RecordedWait | None = None

    def _put(self, event: Event) -> None:
        self._mailbox.put(event)

    def _enter(self, state: RunState) -> None:
        if state is not self._state:
            self._state = state
            self._put(StateChanged(self._step, state))

    # Beginning -------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Say what the recording is of, and show its first step."""
        self._introduce()
        self._enter(RunState.PAUSED)
        if len(self._tape.positions_K):
            self._seek(0)

    def _introduce(self) -> None:
        tape = self._tape
        self._rewind_to_start()
        self._put(RecordingOpened(self._step, tape.recording.info, tape.steps))
        self._put(tape.started)
        first = int(tape.steps_K[0]) if len(tape.steps_K) else None
        self._put(HistoryHeld(self._step, first, 0, 0))

    def _keep(self, command: Command) -> None:
        """Heed what the window asks of whatever is served, and keep it for a run that takes over."""
        kind, id = type(command), 0
        if isinstance(command, commands.PutBreakpoint):
            id = command.breakpoint.id
        elif isinstance(command, commands.RemoveBreakpoint):
            self._kept.pop((commands.PutBreakpoint, command.id), None)
            return
        elif isinstance(command, commands.SetSpeed):
            self._pacing.multiplier = command.multiplier
            self._pacing.start(self._seconds)
        elif isinstance(command, commands.Look):
            self._looking = command.looking
        self._kept[kind, id] = command

    def _list_breakpoints(self) -> None:
        """Name those that are kept for a run; nothing in a recording stops at them."""
        listed = tuple(each.breakpoint for each in self._kept.values() if isinstance(each, commands.PutBreakpoint))
        self._put(BreakpointsListed(self._step, listed, (0,) * len(listed)))

    # Looking ---------------------------------------------------------------------------------------------------

    @property
    def _index(self) -> int:
        """The step or state that the window shows as the present."""
        return self._tape.index_at(self._head)

    @property
    def _watched(self) -> int:
        """The copy of the environment that was recorded here."""
        index = self._index if self._cursor is None else self._cursor
        return self._tape.detail(index).environment_index if index >= 0 else 0

    def _look(self, index: int) -> None:
        """Look at a step: one before the present as the past, a later one by going on to it."""
        if index < 0:
            return
        present = self._index
        if index >= present:
            self._cursor = None
            if index > present:
                self._seek(index)
            else:
                self._show_present()
            return
        self._cursor = index
        detail, position = self._tape.detail(index), int(self._tape.positions_K[index])
        update, step = self._tape.update_at(position), int(self._tape.steps_K[index])
        self._put(PastShown(step, detail, position, self._step, update))
        self._show_wait(self._tape.settled(index))

    def _move(self, count: int) -> None:
        """Look so many steps further on, or back."""
        held = self._tape.held(self._head)
        if not len(held):
            return
        here = self._index if self._cursor is None else self._cursor
        at = int(held.searchsorted(here)) + count
        if at < len(held):
            self._look(int(held[max(at, 0)]))
        else:
            self._look(min(int(held[-1]) + at - len(held) + 1, len(self._tape.positions_K) - 1))

    def _show_present(self) -> None:
        """Show the step or state that the head stands at, with its details, and whether the run waited there."""
        if self._index >= 0:
            self._put(self._tape.shown(self._index))
        self._show_wait(self._head)

    def _show_wait(self, position: int) -> None:
        """Say how the run waited at a place, where that is not what was said last."""
        wait = self._tape.waits.at(position)
        if wait is not self._wait:
            self._wait = wait
            self._put(WaitShown(self._step, wait))
        if problem := self._tape.waits.take_problem():
            self._put(CommandRejected(self._step, problem))

    # Going elsewhere -------------------------------------------------------------------------------------------

    def _leave_past(self) -> None:
        """Make the step that is looked back at the present."""
        if self._cursor is not None:
            self._seek(self._cursor)

    def _seek(self, index: int) -> None:
        """Make a step or state the present, with the wait that it ended in.

        The window is told what it has to forget, and what it does not know yet.
        """
        tape, position = self._tape, int(self._tape.positions_K[index])
        known = self._take_back(index) if position < self._head else -1
        recorded = tape.recorded_at(index)
        if known < 0:  # of an hour's recording the curves may take seconds, and the picture need not
            self._put(recorded.event)
        self._step = recorded.event.step
        self._tell_facts(tape.settled(index), known)
        self._seconds = recorded.seconds
        self._cursor = self._cues = self._cue = None
        self._show_present()
        self._say_speed(0.0)

    def _tell_facts(self, position: int, known: int) -> None:
        """Tell what happened from the head to a place, but for what is known of the first `known` steps."""
        try:
            for recorded in self._tape.facts(self._head, position):
                if recorded.event.step > known:
                    self._put_fact(recorded.event)
                self._head = recorded.position  # what cannot be read after it must not have it told twice
        except PgvizError:
            self._cursor = self._cues = self._cue = None
            self._show_present()
            raise
        self._head = position

    def _put_fact(self, event: Event) -> None:
        """Tell a fact; that the run waited is told with all that was looked at then."""
        if not isinstance(event, RunWaits):
            self._put(event)

    def _take_back(self, index: int) -> int:
        """Have the window forget what came after; returns up to which step it still knows what happened."""
        tape, step = self._tape, int(self._tape.steps_K[index])
        while index and tape.steps_K[index - 1] == step:
            index -= 1  # all that happened after so many steps is forgotten
        before = int(tape.positions_K[index - 1]) if index else 1
        straight = tape.is_straight(before, self._head) and not tape.has_forks(before, self._head)
        if not index or step <= tape.started.step or not straight:  # what is said of forks is only what is new
            self._introduce()
            return -1
        update = tape.update_at(int(tape.positions_K[index]), step - 1)
        self._put(RunRewound(step - 1, tape.detail(index).episode, update))
        self._head = before
        if probes := tape.probes_at(before):
            self._put(probes)
        return step - 1

    # Playing ---------------------------------------------------------------------------------------------------

    def _go(self, until: Until, *, again: bool = False) -> None:
        """Play until the predicate holds; with `again`, from the beginning where this is the end."""
        self._leave_past()
        if again and self._peek() is None:
            self._begin()
        self._until = until
        self._pacing.start(self._seconds)
        self._enter(RunState.PLAYING)

    def _peek(self) -> Cue | None:
        """What comes next; ``None`` at the end."""
        if self._cue is None:
            if self._cues is None:
                self._cues = self._tape.onward(self._head)
            self._cue = next(self._cues, None)
        return self._cue

    def _play(self) -> None:
        """Play until a command waits, the predicate holds, or the recording is over."""
        self._clock.start(self._step)
        with self._saying(), self._stopping():
            while not self._inbox and self._until is not None:
                cue = self._peek()
                if cue is None:
                    self._pause()
                elif self._is_time(cue) and self._until(self._tell(cue)):
                    self._arrive()
        self._clock.stop()

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """Stop where what comes next cannot be read; what the present looks like may not be there either."""
        try:
            yield
        except PgvizError:
            self._cues = self._cue = None
            self._pause()
            raise

    @contextmanager
    def _saying(self) -> Iterator[None]:
        """Say what cannot be done or read, and go on."""
        try:
            yield
        except PgvizError as error:
            self._put(CommandRejected(self._step, str(error)))

    def _is_time(self, cue: Cue) -> bool:
        """Wait until something is due; ``False`` where a command came first, or the window lags behind."""
        if self._mailbox.waiting > MOST_WAITING:
            self._inbox.wait(0.02)
            return False
        if self._pacing.multiplier is None:
            return True
        recorded = self._tape.recorded_at(cue.index) if cue.fact is None else cue.fact
        wait = self._pacing.wait_for(recorded.seconds)
        if wait > 0.0 and self._inbox.wait(wait):
            return False
        self._pacing.passed(recorded.seconds)
        self._seconds = recorded.seconds
        return True

    def _tell(self, cue: Cue) -> Event:
        """Tell the window what comes next, and have it be past."""
        self._cue = None
        if cue.fact is not None:
            event, self._seconds = cue.fact.event, cue.fact.seconds
        elif self._looking and self._mailbox.wants_step:
            event = self._tape.shown(cue.index)
        else:
            event = StepTaken(cue.step)
        self._head, self._step = cue.position, cue.step
        self._put_fact(event)
        self._show_wait(self._head)
        speed = self._clock.measure(event.step)
        if speed is not None:
            self._say_speed(max(speed, 0.0))
        return event

    def _arrive(self) -> None:
        """Stop: what was asked for is done. The step in which it happened is told after it, and is shown."""
        step = self._step
        while (cue := self._peek()) is not None and cue.step == step:
            if cue.fact is not None and not isinstance(cue.fact.event, BreakpointHit | RunWaits):
                break
            self._tell(cue)
            if cue.fact is None:
                break
        self._pause()

    def _pause(self) -> None:
        """Play no further, and show where it stands."""
        if self._until is None:
            return
        self._until = None
        self._clock.rest()
        self._say_speed(0.0)
        self._enter(RunState.PAUSED)
        self._show_present()

    def _say_speed(self, speed: float) -> None:
        self._put(SpeedMeasured(self._step, speed, self._seconds))
