"""ReplayBuffer: what off-policy algorithms have lived through, drawn from at random.

Shape suffixes: B batch, O observation entries, A choices.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pgviz.algorithms.rollout import Rollout
from pgviz.errors import UsageError
from pgviz.policies.policy import Mask, Samples

MASKS = ("masks", "next_masks")


class Transitions(NamedTuple):
    """Steps drawn from a replay buffer, as new arrays.

    Parameters
    ----------
    observations_BO, samples_B, rewards_B
        s, what the policy drew in it, and r.
    next_observations_BO
        s′, the state that the step led to, before any reset.
    terminated_B
        1 where the task ended there, so that nothing follows; 0 also where a limit cut the episode off.
    next_masks_BA, masks_BA
        Which choices are legal in s′ and in s, or ``None`` where all are.
    """

    observations_BO: NDArray[np.float32]
    samples_B: Samples
    rewards_B: NDArray[np.float32]
    next_observations_BO: NDArray[np.float32]
    terminated_B: NDArray[np.float32]
    next_masks_BA: Mask | None
    masks_BA: Mask | None = None

    def select(self, index_B: NDArray[np.int64]) -> Transitions:
        """Return the chosen steps."""
        chosen = {name: column[index_B] for name, column in self._asdict().items() if column is not None}
        return self._replace(**chosen)


class BufferMark(NamedTuple):
    """The contents of a buffer when so many steps had been added."""

    buffer: ReplayBuffer
    added: int


class _Overwritten(NamedTuple):
    before: int
    places: NDArray[np.int64]
    rows: dict[str, NDArray[Any]]


class ReplayBuffer:
    """The last `capacity` steps, the oldest overwritten first.

    Parameters
    ----------
    capacity
        How many steps are kept.

    Attributes
    ----------
    added
        Steps added so far, those that were overwritten included.
    keeps_overwritten
        Whether to keep what is overwritten, so that earlier contents can be restored.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.added = 0
        self.keeps_overwritten = False
        self._overwritten: deque[_Overwritten] = deque()
        self._held_since = 0
        self._columns: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return min(self.added, self.capacity)

    def capture(self) -> BufferMark:
        """Mark the present contents; costs nothing, and holds until :meth:`forget` says otherwise."""
        return BufferMark(self, self.added)

    def restore(self, mark: BufferMark) -> None:
        """Bring back the contents at `mark`, also from another buffer of the same run.

        Raises
        ------
        ValueError
            Where what was overwritten since is no longer held.
        """
        source = mark.buffer
        if source is not self:
            self._take_over(source)
        if not self._held_since <= mark.added <= self.added:
            raise ValueError("the replay buffer no longer holds what it held then")
        while self._overwritten and self._overwritten[-1].before >= mark.added:
            last = self._overwritten.pop()
            for name, column in self._columns.items():
                column[last.places] = last.rows.get(name, True)  # what began later are masks
        self.added = mark.added

    def forget(self, mark: BufferMark) -> None:
        """Let go of what only marks before `mark` would need."""
        while self._overwritten and self._overwritten[0].before < mark.added:
            self._overwritten.popleft()
        self._held_since = max(self._held_since, mark.added)

    @property
    def rows(self) -> dict[str, NDArray[Any]]:
        """The columns as far as they are filled, by name."""
        return {name: column[: len(self)] for name, column in self._columns.items()}

    def fill(self, rows: Mapping[str, NDArray[Any]], added: int) -> None:
        """Take over what :attr:`rows` gave when `added` steps had been added.

        Raises
        ------
        ValueError
            Where the columns are not of that length.
        """
        used = min(added, self.capacity)
        if added < 0 or any(len(column) != used for column in rows.values()):
            raise ValueError(f"the columns of a replay buffer with {used} steps have other lengths")
        self.added = self._held_since = added
        for name, column in rows.items():
            self._column(name, column[:1])[:used] = column

    def _take_over(self, source: ReplayBuffer) -> None:
        self._overwritten, self._held_since = deque(source._overwritten), source._held_since
        self.added, used = source.added, len(source)
        for name, theirs in source._columns.items():
            self._column(name, theirs[:1])[:used] = theirs[:used]

    def add(self, rollout: Rollout) -> None:
        """Add every step of a rollout, in the order in which they were taken.

        A step in which nothing was masked, in a run that masks elsewhere, leads to a state where all is legal.
        """
        active_B = rollout.active_B
        steps = {
            "observations": rollout.observations_BO[active_B],
            "samples": rollout.samples_B[active_B],
            "rewards": rollout.rewards_TN.reshape(-1)[active_B],
            "next_observations": rollout.next_observations_BO[active_B],
            "terminated": rollout.terminated_TN.reshape(-1)[active_B],
        }
        steps |= self._masks(rollout, len(steps["rewards"]))
        count = len(steps["rewards"])
        places = np.arange(self.added, self.added + count)[-self.capacity :] % self.capacity
        columns = {name: self._column(name, values) for name, values in steps.items()}
        if self.keeps_overwritten and self.added + count > self.capacity:
            rows = {name: column[places] for name, column in columns.items()}
            self._overwritten.append(_Overwritten(self.added, places, rows))
        elif self.added + count > self.capacity:
            self._held_since = self.added + count
        for name, values in steps.items():
            columns[name][places] = values[-self.capacity :]
        self.added += count

    def _masks(self, rollout: Rollout, count: int) -> dict[str, NDArray[Any]]:
        """What is legal before and after each step; all of it where nothing was masked, but is elsewhere."""
        if rollout.masks_BA is not None and rollout.next_masks_BA is not None:
            active_B = rollout.active_B
            return {"masks": rollout.masks_BA[active_B], "next_masks": rollout.next_masks_BA[active_B]}
        kept = {name: self._columns[name] for name in MASKS if name in self._columns}
        return {name: np.ones((count, *column.shape[1:]), bool) for name, column in kept.items()}

    def _column(self, name: str, values: NDArray[Any]) -> NDArray[Any]:
        if name not in self._columns:
            # Pages that were never written to take no memory, so that a large capacity costs what is in it.
            try:
                self._columns[name] = np.zeros((self.capacity, *values.shape[1:]), values.dtype)
            except MemoryError:
                size = self.capacity * values[:1].nbytes / 2**30
                raise UsageError(
                    f"a replay buffer of {self.capacity:,} steps would take {size:.0f} GiB for its {name} alone, "
                    "more than there is: set a smaller buffer_size."
                ) from None
            if name in MASKS:
                self._columns[name][: len(self)] = True
        return self._columns[name]

    def sample(self, size: int, rng: np.random.Generator) -> Transitions:
        """Draw `size` steps with replacement, each with equal probability.

        Raises
        ------
        ValueError
            Where nothing has been added yet.
        """
        if not self.added:
            raise ValueError("the replay buffer is empty")
        places_B = rng.integers(0, len(self), size)
        columns = self._columns
        masked = "masks" in columns
        return Transitions(
            columns["observations"].take(places_B, 0),
            columns["samples"].take(places_B, 0),
            columns["rewards"].take(places_B),
            columns["next_observations"].take(places_B, 0),
            columns["terminated"].take(places_B).astype(np.float32),
            columns["next_masks"].take(places_B, 0) if masked else None,
            columns["masks"].take(places_B, 0) if masked else None,
        )
