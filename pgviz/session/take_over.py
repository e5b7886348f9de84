"""Taking over: a run brought back to a moment of its recording, so that it goes on live from there.

The nearest snapshot before that moment is restored, and what followed is lived again, with what a person did on
the way. What happens then is compared with what was recorded.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from pgviz.errors import PgvizError, UsageError
from pgviz.recording.events import Intervened
from pgviz.recording.snapshots import decode_snapshot
from pgviz.session.history import History
from pgviz.session.notices import RecordedWait
from pgviz.session.recorded import left_out_text
from pgviz.session.recorded_facts import (
    COMPARED,
    READ,
    Origin,
    not_taken_back,
    other_versions,
    same,
    same_detail,
    takes_back,
)
from pgviz.session.relive import NotReproducible
from pgviz.session.session import Session
from pgviz.session.tape import Tape
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    MinibatchComputed,
    RunFailed,
    StateShown,
    StepTaken,
)


@dataclass(frozen=True, slots=True)
class Lived:
    """A run at a moment of its recording.

    Parameters
    ----------
    session
        The run.
    copy
        Which copy of the environment was watched.
    approximate
        Why it is not exactly where it was; empty where it is.
    past
        What had happened in it: episodes, updates and knobs turned, oldest first.
    remark
        From how far back it had to be lived again, where the recording should have led to less; else empty.
    """

    session: Session
    copy: int
    approximate: str
    past: list[Event]
    remark: str = ""


def lived_to(tape: Tape, index: int, history: History) -> Lived:
    """Bring a run to where one of its recorded steps is the next to be taken, or to where it waited in a state.

    Parameters
    ----------
    tape
        The recording.
    index
        Which of its steps or states; -1 for its beginning.
    history
        Where to keep the past from then on.

    Raises
    ------
    UsageError
        Where there is no snapshot from before that moment, or the run cannot be set up here.
    PgvizError
        Where it cannot be lived up to that moment.
    """
    wanted = tape.shown(index) if index >= 0 else None
    place = int(tape.positions_K[index]) if index >= 0 else 1
    waits = isinstance(wanted, StateShown)
    origin = _nearest(tape, place, wanted.step + waits if wanted else tape.started.step)
    session = Session(tape.started.config, render=True, history=history, start=origin.snapshot)
    try:
        if origin.snapshot is None:
            session.pull()
        detail = wanted.detail if wanted else None
        copy = detail.environment_index if detail else 0
        session.trainer.watch.index = copy
        differs = False
        if isinstance(wanted, StepTaken):
            differs = _Journey(session, tape, origin, place).go(wanted)
        elif wanted is not None:
            differs = _Journey(session, tape, origin, place).wait_in(wanted, tape.waits.at(place))
        past = not_taken_back(each.event for each in tape.recording.events(1, place, kinds=READ))
        return Lived(session, copy, _approximate(session, tape, differs=differs), past, _remark(tape, origin))
    except BaseException:
        session.close()
        raise


def _nearest(tape: Tape, place: int, step: int) -> Origin:
    """The last snapshot that leads to a place, or the run's beginning."""
    at = place
    while (found := tape.recording.snapshot_before(at)) is not None:
        position, body = found
        snapshot, pulled = decode_snapshot(body)
        rewinds = [each for each in tape.rewinds if position < each.position <= place]
        if snapshot.step < step and not any(takes_back(each.event, snapshot.step, pulled) for each in rewinds):
            return Origin(position, pulled, snapshot)
        at = position - 1
    if tape.started.step:
        left_out = tape.recording.info.snapshots_left_out
        why = f" {left_out_text(left_out)}" if left_out else ""
        raise UsageError(
            "the recording holds no snapshot from before this moment, so that the run cannot be brought back to"
            f" it; take over at a later one.{why}"
        )
    return Origin()


def _remark(tape: Tape, origin: Origin) -> str:
    left_out = tape.recording.info.snapshots_left_out
    if not left_out:
        return ""
    begun = origin.snapshot.step if origin.snapshot is not None else tape.started.step
    return f"It was lived again from step {begun:,}. {left_out_text(left_out)}"


class _Journey:
    """Lives a run again from a snapshot, and compares what happens with what was recorded."""

    def __init__(self, session: Session, tape: Tape, origin: Origin, place: int) -> None:
        self._session = session
        lived = not_taken_back(
            each.event for each in tape.recording.events(origin.position + 1, place, kinds=READ)
        )
        self._expected = deque(each for each in lived if isinstance(each, COMPARED))
        # The session counts from where it began.
        self._done = deque(
            (each.pulled - origin.pulled, each.intervention) for each in lived if isinstance(each, Intervened)
        )
        self._differs = False

    def go(self, wanted: StepTaken) -> bool:
        """Go to where the wanted step is the next to be taken; says whether anything was different on the way."""
        session, told_from, before = self._session, self._session.position, self._session.trainer.step
        while True:
            self._do_again()
            event = self._pull(wanted.step)
            if isinstance(event, StepTaken):
                if event.step >= wanted.step:
                    break
            elif isinstance(event, COMPARED):
                self._compare(event)
            if not isinstance(event, EpisodeEnded):  # which is told before the step that ended it
                told_from, before = session.position, event.step
        self._differs |= event.step != wanted.step or bool(self._expected)
        self._differs |= not same_detail(event.detail, wanted.detail)
        # Where it is not the same run, going back might lead somewhere else again: the present is after that step.
        if session.divergence is None and not self._differs:
            self._go_back(told_from, before)
        return self._differs

    def wait_in(self, state: StateShown, wait: RecordedWait | None) -> bool:
        """Go to where the run waited in a state; says whether anything was different on the way.

        That is where all has happened that had been recorded until then and, where it waited at a minibatch, its
        loss is there. What was done while it waited is left to the person who takes over.
        """
        session, opened = self._session, None if wait is None else wait.waits.minibatch
        event: Event | None = None
        while not self._arrived(state.step, opened, event):
            self._do_again()
            event = self._pull(state.step)
            if event.step > state.step:
                break
            if isinstance(event, COMPARED):
                self._compare(event)
        self._do_again()
        self._differs |= session.trainer.step != state.step or bool(self._expected)
        return self._differs or not same_detail(session.trainer.look().detail, state.detail)

    def _arrived(self, step: int, opened: MinibatchComputed | None, event: Event | None) -> bool:
        trainer = self._session.trainer
        # A run that has gone its own way may never come to what was recorded.
        if trainer.step < step or trainer.telling or (self._expected and not self._differs):
            return False
        return opened is None or (
            isinstance(event, MinibatchComputed)
            and (event.update, event.minibatch) == (opened.update, opened.minibatch)
        )

    def _go_back(self, position: int, step: int) -> None:
        """Go back to before the step that was just taken."""
        try:
            self._session.resume(position)
        except NotReproducible:
            self._differs = True
        self._differs |= self._session.trainer.step != step

    def _do_again(self) -> None:
        while self._done and self._done[0][0] <= self._session.position:
            self._session.intervene(self._done.popleft()[1])

    def _pull(self, wanted_step: int) -> Event:
        session = self._session
        watch = session.trainer.watch
        watch.pictures, watch.wanted = (
            False,
            session.trainer.step + session.config.environment_count >= wanted_step,
        )
        event = session.pull()
        if event is None or isinstance(event, RunFailed):
            why = f": {event.message}" if isinstance(event, RunFailed) else "."
            raise PgvizError(f"the run cannot be lived again up to this moment{why}")
        return event

    def _compare(self, event: Event) -> None:
        """Hold an event against the recorded one."""
        if self._expected:
            self._differs |= not same(event, self._expected.popleft())


def _approximate(session: Session, tape: Tape, *, differs: bool) -> str:
    """Why the run is not exactly where it was, in one sentence; empty where it is."""
    config = tape.started.config
    others = other_versions(tape.recording.info.versions)
    if session.divergence is not None:
        return (
            f"{config.environment} does not replay exactly, so the run goes on from a state that is close to it."
        )
    if differs:
        because = f", recorded with {others}" if others else ""
        return f"lived again{because}, the run did not do quite what was recorded; it goes on from what it did."
    if others:
        return f"it was recorded with {others}, so what follows may differ in the last digits."
    return ""
