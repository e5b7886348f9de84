"""History: what is held of a run's past, so that any moment of it can be lived again.

The past is not stored, it is lived again: snapshots are taken between iterations, and what lies between two of
them follows from the first and from what a person asked for in between.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace

from pgviz.environments.action_log import ActionLog
from pgviz.training.interventions import Intervention
from pgviz.training.snapshot import Snapshot

DEFAULT_LIMIT = 512 * 2**20
# Living a moment again costs at most about this much training beside the rebuilding of the episodes: an iteration
# of a small agent, so that no whole update has to be lived through to see one of its steps.
SECONDS_BETWEEN = 0.012
# Of a large agent, such as SAC's, fewer are taken, so that they reach back minutes rather than seconds.
BYTES_A_SECOND = 4 * 2**20
# Those that are no larger are taken as often as may be: any step of a small agent's past is there in a moment.
SMALL = 128 * 2**10
# What an agent has learned hardly changes its size.
MEASURED_EVERY = 64


@dataclass(frozen=True, slots=True)
class Mark:
    """A snapshot and its place.

    Parameters
    ----------
    position
        Events that had been pulled when it was taken.
    snapshot
        The run as it was.
    size
        Bytes that it adds to what the one before it holds.
    bare
        Whether it was taken before what was done at its own place, which is to be done again then; any other holds
        that.
    """

    position: int
    snapshot: Snapshot
    size: int
    bare: bool = False

    @property
    def step(self) -> int:
        """Environment steps that had been taken, over all copies."""
        return self.snapshot.step


class History:
    """Snapshots by position, the oldest dropped where they take more than `limit` bytes, and all interventions.

    Parameters
    ----------
    limit
        Bytes of memory to use.
    seconds_between
        Training time between two snapshots, at least.
    clock
        Tells seconds gone by.

    Attributes
    ----------
    size
        Bytes in use, to a few percent.
    has_dropped
        Whether anything was dropped, so that the run's beginning is no longer held.
    log
        The log of the environments, whose tape is cut to what is held.
    """

    def __init__(
        self,
        limit: int = DEFAULT_LIMIT,
        seconds_between: float = SECONDS_BETWEEN,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.size = 0
        self.has_dropped = False
        self.log: ActionLog | None = None
        self._limit = limit
        self._between, self._clock = seconds_between, clock
        self._last = -float("inf")
        self._marks: list[Mark] = []
        self._interventions: list[tuple[int, Intervention]] = []
        self._added = self._learned = 0
        # Snapshots up to here are another run's, and so is the replay buffer behind them.
        self._borrowed_until = -1

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All snapshots held, oldest first."""
        return tuple(self._marks)

    @property
    def limit(self) -> int:
        """Bytes of memory to use; made smaller, the oldest snapshots go at once."""
        return self._limit

    @limit.setter
    def limit(self, limit: int) -> None:
        self._limit = limit
        self._drop()

    @property
    def due(self) -> bool:
        """Whether it is time for another snapshot: large ones are further apart."""
        size = self._marks[-1].size if self._marks and self._between else 0
        return not self._marks or self._clock() - self._last >= max(self._between, (size - SMALL) / BYTES_A_SECOND)

    def add(self, position: int, snapshot: Snapshot) -> None:
        """Take a snapshot in, the latest so far; one of that very place, as after going back to it, will do."""
        if self._marks and self._marks[-1].position == position:
            return
        before = self._marks[-1].snapshot if self._marks else None
        if self._added % MEASURED_EVERY == 0:
            self._learned = snapshot.learned_size
        self._added += 1
        size = snapshot.size_beyond(before, self._learned)
        self._marks.append(Mark(position, snapshot, size))
        self.size += size
        self._last = self._clock()
        self._drop()

    def _drop(self) -> None:
        """Drop the oldest snapshots until the rest fits; the latest stays in any case."""
        surplus = 0
        while self.size > self._limit and surplus < len(self._marks) - 1:
            self.size -= self._marks[surplus].size
            surplus += 1
        if surplus:
            self.has_dropped = True
            del self._marks[:surplus]
            if self._marks[0].position > self._borrowed_until:
                self._marks[0].snapshot.forget_before()
            if self.log is not None:
                self.log.forget_tape(self._marks[0].snapshot.environment.tape_position)

    def at_position(self, position: int) -> Mark | None:
        """The latest snapshot that is not after `position`; ``None`` where that has been dropped."""
        index = bisect_right(self._marks, position, key=lambda mark: mark.position)
        return self._marks[index - 1] if index else None

    def leading_to(self, position: int) -> Mark | None:
        """The latest snapshot from which to live up to `position`, before anything that was done there.

        One that holds what was done at its own place will do there only where that is all there is.
        """
        mark = self.at_position(position)
        if mark is None or mark.bare or mark.position < position or not self.interventions(position - 1, position):
            return mark
        return self.at_position(position - 1) or (mark if self.has_dropped else None)

    def before_step(self, step: int) -> Mark | None:
        """The latest snapshot from before `step` environment steps had been taken; ``None`` where dropped."""
        index = bisect_right(self._marks, step - 1, key=lambda mark: mark.step)
        return self._marks[index - 1] if index else None

    def after(self, mark: Mark) -> Mark | None:
        """The next snapshot."""
        index = bisect_right(self._marks, mark.position, key=lambda each: each.position)
        return self._marks[index] if index < len(self._marks) else None

    def intervene(self, position: int, intervention: Intervention) -> None:
        """Note what a person asked for when `position` events had been pulled.

        A snapshot of that very place, as there is after going back to it, was taken before.
        """
        if self._marks and self._marks[-1].position == position and not self._marks[-1].bare:
            if self.interventions(position - 1, position):  # which it may hold already
                self._let_go_of(len(self._marks) - 1)
            else:
                self._marks[-1] = replace(self._marks[-1], bare=True)
        self._interventions.append((position, intervention))

    def interventions(self, after: int, until: int) -> list[tuple[int, Intervention]]:
        """What was asked for at positions p with `after` < p <= `until`, in order."""
        return self._interventions[self._done_until(after) : self._done_until(until)]

    def _done_until(self, position: int) -> int:
        """How many interventions there were up to a place and at it."""
        return bisect_right(self._interventions, position, key=lambda each: each[0])

    def until(self, position: int, *, settled: bool) -> History:
        """A history of its own with what this one holds up to `position`; snapshots are shared, for none changes.

        With `settled`, what was done at that very place is part of it.
        """
        branch = History(self._limit, self._between, self._clock)
        branch._marks = self._marks[: self._kept_until(position, settled=settled)]
        branch._interventions = self._interventions[: self._done_until(position - 1 + settled)]
        branch._borrowed_until = position
        branch.size = sum(mark.size for mark in branch._marks)
        branch.has_dropped = self.has_dropped
        return branch

    def _kept_until(self, position: int, *, settled: bool) -> int:
        """How many snapshots are of the past at `position`; not one that holds what is undone there."""
        undone = not settled and self.leading_to(position) is not self.at_position(position)
        return bisect_right(self._marks, position - undone, key=lambda mark: mark.position)

    def forget_after(self, position: int, *, settled: bool) -> None:
        """Let go of what came after `position`: the past has become the present.

        With `settled`, what was done at that very place stays.
        """
        kept = self._kept_until(position, settled=settled)
        del self._interventions[self._done_until(position - 1 + settled) :]
        self._let_go_of(kept)

    def _let_go_of(self, kept: int) -> None:
        """Let go of all snapshots but so many, the oldest."""
        self.size -= sum(mark.size for mark in self._marks[kept:])
        del self._marks[kept:]
