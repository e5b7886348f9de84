"""Tape: what is on a recording, as playback needs it: what happened between two places, and what can be shown.

What can be shown is a step that was recorded with its details, or a state that the run waited in.

Shape suffixes: K of these, U updates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import merge
from itertools import islice
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pgviz.recording.reader import Recording
from pgviz.recording.schema import LARGEST_STEP, Recorded, RecordingError
from pgviz.session.notices import (
    BreakpointHit,
    FindingMade,
    ForksShown,
    ProbesShown,
    RunRewound,
    RunWaits,
)
from pgviz.session.recorded import open_recording
from pgviz.session.recorded_wait import Waits
from pgviz.session.tape_checks import require_consistent, require_fitting
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    ParameterChanged,
    RunFailed,
    RunStarted,
    StateShown,
    StepDetail,
    StepTaken,
    UpdateApplied,
)

# What a window is told beside the steps. What the session said of itself, such as that it paused, is left out:
# the playback says that of its own, and at a wait all that was looked at there.
FACTS = frozenset(
    each.__name__
    for each in (
        EpisodeEnded,
        UpdateApplied,
        ParameterChanged,
        FindingMade,
        BreakpointHit,
        ForksShown,
        ProbesShown,
        RunFailed,
        RunRewound,
        RunWaits,
    )
)

# A recording may hold fewer pictures than steps; the one that is shown was taken no more steps before than these.
PICTURES_BACK = 16

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cue:
    """What comes next: a fact, or one of the steps and states.

    Parameters
    ----------
    position
        Its place in the recording.
    step
        Environment steps that had been taken.
    fact
        What happened; ``None`` for a step or state, which is read only when it is wanted.
    index
        Which step or state; -1 for a fact.
    """

    position: int
    step: int
    fact: Recorded | None
    index: int = -1


class Tape:
    """Reads a recording; every place is a position in it, and nothing has happened at position 1 but the start.

    Parameters
    ----------
    recording
        The open file; closed with this.

    Attributes
    ----------
    positions_K, steps_K
        Where the steps and states are, and how many environment steps had been taken then.
    waits
        Where the run waited.
    rewinds
        Where the past was made the present.
    end
        The last place.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.started: RunStarted = recording.started
        require_consistent(self.started)
        shown_K2 = np.concatenate([recording.shown_steps(), recording.places(StateShown.__name__)])
        shown_K2 = shown_K2[np.argsort(shown_K2[:, 0], kind="stable")]
        self.positions_K, self.steps_K = shown_K2[:, 0], shown_K2[:, 1]
        self.waits = Waits(recording)
        self._updates_U2 = recording.places(UpdateApplied.__name__)
        self._forks = recording.places(ForksShown.__name__)[:, 0]
        self._probes = recording.places(ProbesShown.__name__)[:, 0]
        self.rewinds = list(recording.events(kinds=frozenset({RunRewound.__name__})))
        self._gone_at_K = _gone_at(self.positions_K, self.steps_K, self.rewinds)
        self.end = recording.info.events
        self._last: tuple[int, Recorded] | None = None

    @classmethod
    def open(cls, path: Path) -> Tape:
        """Open a file.

        Raises
        ------
        RecordingError
            Where it is no recording that can be read.
        """
        recording = open_recording(path)
        try:
            return cls(recording)
        except BaseException:
            recording.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self.recording.close()

    @property
    def steps(self) -> int:
        """Environment steps at the furthest place."""
        last = int(self.steps_K.max()) if len(self.steps_K) else self.started.step
        return max(last, self.recording.info.last_step)

    def recorded_at(self, index: int) -> Recorded:
        """One of the steps or states, with its details and its picture; the one read last is kept."""
        if self._last is None or self._last[0] != index:
            recorded = self.recording.event_at(int(self.positions_K[index]))
            _detail(recorded.event)
            require_fitting(self.started, recorded.event)
            self._last = (index, self._with_picture(recorded, index))
        return self._last[1]

    def _with_picture(self, recorded: Recorded, index: int) -> Recorded:
        """Give a step the last picture before it, of the same episode, where it has none of its own."""
        event = recorded.event
        assert isinstance(event, StepTaken | StateShown)
        own = _detail(event)
        if own.frame is not None or not self.started.environment.renders:
            return recorded
        for earlier in range(index - 1, max(index - 1 - PICTURES_BACK, -1), -1):
            detail = _detail(self.recording.event_at(int(self.positions_K[earlier])).event)
            if detail.episode != own.episode:
                break
            if detail.frame is not None:
                with_frame = replace(event, detail=replace(own, frame=detail.frame))
                return Recorded(recorded.position, recorded.seconds, with_frame)
        return recorded

    def shown(self, index: int) -> StepTaken | StateShown:
        """The same, as the event alone."""
        event = self.recorded_at(index).event
        assert isinstance(event, StepTaken | StateShown)
        return event

    def detail(self, index: int) -> StepDetail:
        """Its details."""
        return _detail(self.shown(index))

    def settled(self, index: int) -> int:
        """The last place that belongs to a step or state: with the wait that it ended in, where it did."""
        place, following = int(self.positions_K[index]), self.positions_K[index + 1 : index + 2].tolist()
        last = following[0] - 1 if following else self.end
        waits = place if self.waits.at(place) is not None else self.waits.after(place, int(self.steps_K[index]))
        return place if waits is None or waits > last else min(self.waits.last_of(waits), last)

    def next_minibatch(self, position: int, count: int) -> int | None:
        """The state in which the run waited, the `count`-th time from a place on, at an open minibatch.

        Returns
        -------
        int or None
            Its index; ``None`` where it did so less often, or nobody looked.
        """
        places = islice(self.waits.at_minibatches(position), count - 1, None)
        for place in places:
            index = int(np.searchsorted(self.positions_K, place))
            if index < len(self.positions_K) and self.positions_K[index] <= self.waits.last_of(place):
                return index
        return None

    def index_at(self, position: int) -> int:
        """The last step or state that is not after a place; -1 where there is none."""
        return int(np.searchsorted(self.positions_K, position, "right")) - 1

    def held(self, position: int) -> Places:
        """Indices of those that are past at a place and were not taken back before it, oldest first."""
        held_K = (self.positions_K <= position) & (self._gone_at_K > position)
        return np.flatnonzero(held_K)

    def index_of(self, step: int, position: int) -> int:
        """The first that is held at a place with `step` environment steps or more taken, else a later one.

        Returns
        -------
        int
            -1 where the recording has none.
        """
        held = self.held(position)
        at = int(np.searchsorted(self.steps_K[held], step))
        if at < len(held):
            return int(held[at])
        later = np.flatnonzero((self.positions_K > position) & (self.steps_K >= step))
        return int(later[0]) if len(later) else len(self.steps_K) - 1

    def update_at(self, position: int, most: int | None = None) -> int:
        """How many updates had been applied at a place, when no more than `most` environment steps were taken."""
        found_U = self._updates_U2[:, 0] <= position
        found_U &= self._updates_U2[:, 1] <= (LARGEST_STEP if most is None else most)
        if not len(found_U):
            return 0
        # Those before the first that was recorded are known by its number.
        at = int(np.flatnonzero(found_U)[-1]) if found_U.any() else 0
        event = self.recording.event_at(int(self._updates_U2[at, 0])).event
        return event.update - (not found_U.any()) if isinstance(event, UpdateApplied) else 0

    def probes_at(self, position: int) -> ProbesShown | None:
        """What was last said of pinned states; ``None`` where nothing ever is."""
        if not len(self._probes):
            return None
        at = int(np.searchsorted(self._probes, position, "right")) - 1
        if at < 0:
            return ProbesShown(self.started.step, 0, {})
        event = self.recording.event_at(int(self._probes[at])).event
        require_fitting(self.started, event)
        assert isinstance(event, ProbesShown)
        return event

    def facts(self, after: int, until: int) -> Iterator[Recorded]:
        """What happened at the places p with `after` < p <= `until`, steps and states left out."""
        for recorded in self.recording.events(after + 1, until, kinds=FACTS):
            require_fitting(self.started, recorded.event)
            yield recorded

    def onward(self, after: int) -> Iterator[Cue]:
        """All that comes after a place."""
        facts = (Cue(each.position, each.event.step, each) for each in self.facts(after, self.end))
        shown = range(self.index_at(after) + 1, len(self.positions_K))
        places = (Cue(int(self.positions_K[each]), int(self.steps_K[each]), None, each) for each in shown)
        yield from merge(facts, places, key=attrgetter("position"))

    def is_straight(self, first: int, last: int) -> bool:
        """Whether nothing was taken back between two places."""
        return not any(first < each.position <= last for each in self.rewinds)

    def has_forks(self, first: int, last: int) -> bool:
        """Whether there is anything about forks between two places."""
        return bool(((self._forks > first) & (self._forks <= last)).any())


def _detail(event: Event) -> StepDetail:
    """The details of a step or state.

    Raises
    ------
    RecordingError
        Where it is none, or has none.
    """
    if not isinstance(event, StepTaken | StateShown) or event.detail is None:
        raise RecordingError("the recording is damaged: a step in it cannot be read.")
    return event.detail


def _gone_at(positions_K: Places, steps_K: Places, rewinds: list[Recorded]) -> Places:
    """Where each was taken back: the place of the first rewind after it to before it."""
    gone_K = np.full(len(positions_K), np.iinfo(np.int64).max)
    for each in reversed(rewinds):
        gone_K[(positions_K < each.position) & (steps_K > each.event.step)] = each.position
    return gone_K
