"""How a run waited when it was recorded, and what was looked at meanwhile.

Shape suffixes: K steps that were recorded with their details, W places at which the run says that it waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from pgviz.errors import PgvizError
from pgviz.recording.events import Intervened
from pgviz.recording.reader import Recording
from pgviz.session.breakpoints import Hit
from pgviz.session.notices import (
    BreakpointHit,
    MinibatchExamined,
    RecordedWait,
    RunState,
    RunWaits,
    StateChanged,
    ValuesEstimated,
)
from pgviz.session.tape_checks import require_fitting, require_tried
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    MinibatchComputed,
    RunFailed,
    RunFinished,
    UpdateApplied,
)

# Of what was looked at in one wait, no more than these are shown: somebody who made more was not a person.
MOST_LOOKS = 1_000
# Between a breakpoint's hit and the wait that comes of it there is a step, and what is said when a run stops.
HITS_BEFORE = 64
LOOKS = (MinibatchExamined, ValuesEstimated, Intervened)
GOING_ON = (MinibatchComputed, UpdateApplied, EpisodeEnded, RunFinished, RunFailed, StateChanged)
GOING_ON_KINDS = frozenset(each.__name__ for each in GOING_ON)
KINDS = frozenset(each.__name__ for each in (RunWaits, *LOOKS, *GOING_ON))


def goes_on(event: Event) -> bool:
    """Whether a run that waited does so no longer."""
    if isinstance(event, StateChanged):
        return event.state is not RunState.PAUSED
    return isinstance(event, GOING_ON)


def stops_before(waits: RunWaits, before: Iterable[Event]) -> tuple[Hit, ...]:
    """The breakpoints that have stopped a run where it waits, among what happened before."""
    hits = (each for each in before if isinstance(each, BreakpointHit) and each.step == waits.step)
    return tuple(each.hit for each in hits if each.hit.stops)


def with_look(wait: RecordedWait, event: Event) -> RecordedWait:
    """The wait with one thing more that was looked at, or done, in it."""
    if isinstance(event, RunWaits):  # said again, as of another copy
        return replace(wait, waits=event)
    if isinstance(event, MinibatchExamined):
        found = event.examination
        moves = wait.moves if found.moves is None else (*wait.moves, found.moves)
        return replace(wait, examination=found, moves=moves)
    if isinstance(event, ValuesEstimated):
        here = (event.step, event.environment_index) == (wait.waits.step, wait.waits.environment_index)
        return replace(wait, values=(*wait.values, event.values)) if here else wait
    if isinstance(event, Intervened):
        return replace(wait, done=(*wait.done, event.intervention))
    return wait


class Waits:
    """Finds where a recorded run waited; what was looked at there is read when it is asked for, the last is kept.

    Parameters
    ----------
    recording
        The open file.

    Attributes
    ----------
    positions_W, steps_W
        Where a run has said that it waits, and how many environment steps had been taken.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        found_W2 = recording.places(RunWaits.__name__)
        self.positions_W, self.steps_W = found_W2[:, 0], found_W2[:, 1]
        self._steps_K = recording.shown_steps()[:, 0]
        self._told, self._end = range(0), 0
        self._wait: RecordedWait | None = None
        self._problem = ""

    def at(self, position: int) -> RecordedWait | None:
        """The wait at a place, or ``None`` where the run went on; see :meth:`take_problem`."""
        index = int(np.searchsorted(self.positions_W, position, "right")) - 1
        if index < 0:
            return None
        if index not in self._told:
            self._read(index)
        return self._wait if position < self._end else None

    def last_of(self, position: int) -> int:
        """The last place of the wait at a place; that place itself where the run went on."""
        return self._end - 1 if self.at(position) is not None else position

    def after(self, position: int, step: int) -> int | None:
        """Where the run, after so many steps, next says that it waits; ``None`` where it does not."""
        index = int(np.searchsorted(self.positions_W, position, "right"))
        found = index < len(self.positions_W) and self.steps_W[index] == step
        return int(self.positions_W[index]) if found else None

    def at_minibatches(self, position: int) -> Iterator[int]:
        """The places after one where the run says that it waits at an open minibatch."""
        for recorded in self._recording.events(position + 1, kinds={RunWaits.__name__}):
            if isinstance(recorded.event, RunWaits) and recorded.event.minibatch is not None:
                yield recorded.position

    def take_problem(self) -> str:
        """What of the wait that was read last could not be read; said once, and mostly empty."""
        problem, self._problem = self._problem, ""
        return problem

    def _read(self, last: int) -> None:
        """Read the wait in which a run says, for the last time or not, that it waits."""
        first, place = self._first_of(last), int(self.positions_W[last])
        step = int(np.searchsorted(self._steps_K, place))
        self._end = int(self._steps_K[step]) if step < len(self._steps_K) else self._recording.info.events + 1
        self._wait = None
        try:
            self._gather(int(self.positions_W[first]))
        except PgvizError as error:
            self._problem = str(error)
        after = int(np.searchsorted(self.positions_W, self._end))
        self._told = range(first, max(after, last + 1))

    def _first_of(self, last: int) -> int:
        """Where the run has said so for the first time in the wait in which it says so at one place."""
        for index in range(last, max(last - MOST_LOOKS, 0), -1):
            before, place = self.positions_W[index - 1 : index + 1].tolist()
            stepped = bool(np.diff(np.searchsorted(self._steps_K, (before, place))).any())
            between = self._recording.events(before + 1, place - 1, kinds=GOING_ON_KINDS)
            if stepped or any(goes_on(each.event) for each in between):
                return index
        return max(last - MOST_LOOKS, 0)

    def _gather(self, place: int) -> None:
        recording = self._recording
        first = recording.event_at(place)
        if not isinstance(first.event, RunWaits):
            return
        require_fitting(recording.started, first.event)
        before = recording.events(place - HITS_BEFORE, place - 1, kinds={BreakpointHit.__name__})
        self._wait = RecordedWait(first.event, stops=stops_before(first.event, (each.event for each in before)))
        for recorded in islice(recording.events(place + 1, self._end - 1, kinds=KINDS), MOST_LOOKS):
            if goes_on(recorded.event):
                self._end = recorded.position
                break
            require_fitting(recording.started, recorded.event)
            if isinstance(recorded.event, ValuesEstimated):
                require_tried(self._wait.waits.decision, recorded.event.values)
            self._wait = with_look(self._wait, recorded.event)
        seconds = recording.seconds_at(self._end) - first.seconds
        self._wait = replace(self._wait, seconds=max(seconds, 0.0))
