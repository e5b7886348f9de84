"""Tape: what is on a recording, as playback needs it: what happened between two places, and which steps there are.

Shape suffixes: K steps that were recorded with their details.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pgviz.recording.reader import Recording
from pgviz.recording.schema import Recorded, RecordingError
from pgviz.session.notices import BreakpointHit, FindingMade, ForksShown, RunRewound
from pgviz.session.recorded import open_recording
from pgviz.session.tape_checks import require_consistent, require_fitting
from pgviz.training.events import (
    EpisodeEnded,
    ParameterChanged,
    RunFailed,
    RunStarted,
    StepTaken,
    UpdateApplied,
)

# What a window is told beside the steps. What the session said of itself, such as that it paused, is left out:
# the playback says that of its own.
FACTS = frozenset(
    each.__name__
    for each in (
        EpisodeEnded,
        UpdateApplied,
        ParameterChanged,
        FindingMade,
        BreakpointHit,
        ForksShown,
        RunFailed,
        RunRewound,
    )
)

# A recording may hold fewer pictures than steps; the one that is shown was taken no more steps before than these.
PICTURES_BACK = 16

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cue:
    """What comes next: a fact, or one of the steps.

    Parameters
    ----------
    position
        Its place in the recording.
    fact
        What happened; ``None`` for a step, which is read only when it is wanted.
    index
        Which step; -1 for a fact.
    """

    position: int
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
        Where the steps with details are, and how many environment steps had been taken after each.
    rewinds
        Where the past was made the present.
    end
        The last place.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.started: RunStarted = recording.started
        require_consistent(self.started)
        shown_K2 = recording.shown_steps()
        self.positions_K, self.steps_K = shown_K2[:, 0], shown_K2[:, 1]
        self._updates = recording.places(UpdateApplied.__name__)[:, 0]
        self._forks = recording.places(ForksShown.__name__)[:, 0]
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

    def step_at(self, index: int) -> Recorded:
        """One of the steps, with its details and its picture; the one read last is kept."""
        if self._last is None or self._last[0] != index:
            recorded = self.recording.event_at(int(self.positions_K[index]))
            if not isinstance(recorded.event, StepTaken) or recorded.event.detail is None:
                raise RecordingError("the recording is damaged: a step in it cannot be read.")
            require_fitting(self.started, recorded.event)
            self._last = (index, self._with_picture(recorded, index))
        return self._last[1]

    def _with_picture(self, recorded: Recorded, index: int) -> Recorded:
        """Give a step the last picture before it, of the same episode, where it has none of its own."""
        event = recorded.event
        assert isinstance(event, StepTaken)
        assert event.detail is not None
        if event.detail.frame is not None or not self.started.environment.renders:
            return recorded
        for earlier in range(index - 1, max(index - 1 - PICTURES_BACK, -1), -1):
            before = self.recording.event_at(int(self.positions_K[earlier])).event
            detail = before.detail if isinstance(before, StepTaken) else None
            if detail is None or detail.episode != event.detail.episode:
                break
            if detail.frame is not None:
                with_frame = replace(event, detail=replace(event.detail, frame=detail.frame))
                return Recorded(recorded.position, recorded.seconds, with_frame)
        return recorded

    def taken(self, index: int) -> StepTaken:
        """The same, as the event alone."""
        event = self.step_at(index).event
        assert isinstance(event, StepTaken)
        return event

    def index_at(self, position: int) -> int:
        """The last step that is not after a place; -1 where there is none."""
        return int(np.searchsorted(self.positions_K, position, "right")) - 1

    def held(self, position: int) -> Places:
        """Indices of the steps that are past at a place and were not taken back before it, oldest first."""
        held_K = (self.positions_K <= position) & (self._gone_at_K > position)
        return np.flatnonzero(held_K)

    def index_of(self, step: int, position: int) -> int:
        """The first step held at a place that led to `step` environment steps or more, else a later one.

        Returns
        -------
        int
            -1 where the recording has no steps.
        """
        held = self.held(position)
        at = int(np.searchsorted(self.steps_K[held], step))
        if at < len(held):
            return int(held[at])
        later = np.flatnonzero((self.positions_K > position) & (self.steps_K >= step))
        return int(later[0]) if len(later) else len(self.steps_K) - 1

    def update_at(self, position: int) -> int:
        """How many updates had been applied at a place."""
        at = int(np.searchsorted(self._updates, position, "right"))
        if not len(self._updates):
            return 0
        event = self.recording.event_at(int(self._updates[max(at - 1, 0)])).event
        return event.update - (at == 0) if isinstance(event, UpdateApplied) else 0

    def facts(self, after: int, until: int) -> Iterator[Recorded]:
        """What happened at the places p with `after` < p <= `until`, steps left out."""
        for recorded in self.recording.events(after + 1, until, kinds=FACTS):
            require_fitting(self.started, recorded.event)
            yield recorded

    def onward(self, after: int) -> Iterator[Cue]:
        """All that comes after a place."""
        facts = self.facts(after, self.end)
        fact = next(facts, None)
        for index in range(self.index_at(after) + 1, len(self.positions_K)):
            position = int(self.positions_K[index])
            while fact is not None and fact.position < position:
                yield Cue(fact.position, fact)
                fact = next(facts, None)
            yield Cue(position, None, index)
        while fact is not None:
            yield Cue(fact.position, fact)
            fact = next(facts, None)

    def is_straight(self, first: int, last: int) -> bool:
        """Whether nothing was taken back between two places."""
        return not any(first < each.position <= last for each in self.rewinds)

    def has_forks(self, first: int, last: int) -> bool:
        """Whether there is anything about forks between two places."""
        return bool(((self._forks > first) & (self._forks <= last)).any())


def _gone_at(positions_K: Places, steps_K: Places, rewinds: list[Recorded]) -> Places:
    """Where each step was taken back: the place of the first rewind after it to before it."""
    gone_K = np.full(len(positions_K), np.iinfo(np.int64).max)
    for each in reversed(rewinds):
        gone_K[(positions_K < each.position) & (steps_K > each.event.step)] = each.position
    return gone_K
