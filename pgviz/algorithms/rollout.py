"""Rollout: what was lived through between two updates.

Shape suffixes: T time, N copies of the environment, O observation entries, B flattened T·N less what was idle.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pgviz.policies.decision import Array
from pgviz.policies.policy import Mask, Samples


class Rollout:
    """Steps of all copies, in preallocated arrays that grow when needed.

    Parameters
    ----------
    copies
        Copies N of the environment.
    observation_size
        Entries O of an encoded observation.
    capacity
        Steps T to make room for.
    dtype
        Of the observations.
    """

    def __init__(
        self, copies: int, observation_size: int, capacity: int, dtype: type[np.generic] = np.float32
    ) -> None:
        self.length = 0
        self.copies = copies
        self._observations = np.empty((capacity, copies, observation_size), dtype)
        self._rewards = np.empty((capacity, copies), np.float32)
        self._terminated = np.empty((capacity, copies), bool)
        self._ended = np.empty((capacity, copies), bool)
        self._active = np.empty((capacity, copies), bool)
        self._samples: Samples | None = None
        self._masks: Mask | None = None
        self.final_observations: dict[tuple[int, int], Array] = {}
        self.final_masks: dict[tuple[int, int], Mask] = {}
        self.endings: list[tuple[int, int, int]] = []
        self.last_observations_NO: Array = self._observations[0]
        self.last_masks_NA: Mask | None = None

    @np.errstate(over="ignore")  # a reward too large for a float32 is found and named when it is learned from
    def append(  # noqa: PLR0917
        self,
        observations_NO: Array,
        samples: Samples,
        rewards_N: Array,
        terminated_N: NDArray[np.bool_],
        truncated_N: NDArray[np.bool_],
        active_N: NDArray[np.bool_] | None = None,
        masks_NA: Mask | None = None,
    ) -> None:
        """Add one step of every copy.

        `active_N` is false for a copy that was not stepped; `masks_NA` says which choices were legal, and is given
        either at every step or at none.
        """
        t = self.length
        if self._samples is None:
            self._samples = np.empty((len(self._rewards), *samples.shape), samples.dtype)
        if masks_NA is not None and self._masks is None:
            self._masks = np.ones((len(self._rewards), *masks_NA.shape), bool)
        if t == len(self._rewards):
            self._grow()
        assert self._samples is not None
        self._observations[t] = observations_NO
        self._samples[t] = samples
        self._rewards[t] = rewards_N
        self._terminated[t] = terminated_N
        np.logical_or(terminated_N, truncated_N, out=self._ended[t])
        self._active[t] = True if active_N is None else active_N
        if self._masks is not None:
            self._masks[t] = True if masks_NA is None else masks_NA
        self.length = t + 1

    def _grow(self) -> None:
        for name in ("_observations", "_rewards", "_terminated", "_ended", "_active", "_samples", "_masks"):
            array = getattr(self, name)
            if array is not None:
                setattr(self, name, np.concatenate([array, np.empty_like(array)]))

    def add_final_observation(self, copy: int, observation_O: Array, mask_A: Mask | None = None) -> None:
        """Remember the state in which the last step left a copy whose episode ended, and what is legal there."""
        self.final_observations[self.length - 1, copy] = observation_O
        if mask_A is not None:
            self.final_masks[self.length - 1, copy] = mask_A

    def add_ending(self, copy: int, episode: int) -> None:
        """Remember the number of the episode that the last step ended in a copy."""
        self.endings.append((self.length - 1, copy, episode))

    def episodes_TN(self, present_N: NDArray[np.int64]) -> NDArray[np.int64]:
        """The number of the episode that each step belongs to, given those that are under way now."""
        found_TN = np.tile(present_N, (self.length, 1))
        for t, copy, episode in reversed(self.endings):
            found_TN[: t + 1, copy] = episode
        return found_TN

    def clear(self) -> None:
        """Forget all steps and keep the room."""
        self.length = 0
        self.endings = []
        self.final_observations = {}
        self.final_masks = {}
        self.last_masks_NA = None

    def discard_unfinished(self) -> None:
        """Leave out the steps of each copy after the end of its last episode."""
        for n in range(self.copies):
            ends = np.flatnonzero(self._ended[: self.length, n] & self._active[: self.length, n])
            self._active[(ends[-1] + 1 if len(ends) else 0) : self.length, n] = False

    @property
    def observations_BO(self) -> Array:
        """Encoded observations before each step, flattened over time and copies."""
        return self._observations[: self.length].reshape(self.length * self.copies, -1)

    @property
    def rewards_TN(self) -> NDArray[np.float32]:
        """Rewards of each step; 0 where a copy was idle."""
        return self._rewards[: self.length]

    @property
    def terminated_TN(self) -> NDArray[np.bool_]:
        """Where the task ended the episode."""
        return self._terminated[: self.length]

    @property
    def ended_TN(self) -> NDArray[np.bool_]:
        """Where the episode ended, for whatever reason."""
        return self._ended[: self.length]

    @property
    def active_B(self) -> NDArray[np.bool_] | slice:
        """Which of the flattened steps count, as an index: a slice where all do."""
        active = self._active[: self.length].reshape(-1)
        return slice(None) if active.all() else active

    @property
    def samples_B(self) -> Samples:
        """What the policy drew, flattened over time and copies."""
        assert self._samples is not None
        samples = self._samples[: self.length]
        return samples.reshape(self.length * self.copies, *samples.shape[2:])

    @property
    def masks_BA(self) -> Mask | None:
        """Which choices were legal, flattened over time and copies; ``None`` where nothing was masked."""
        return None if self._masks is None else self._masks[: self.length].reshape(self.length * self.copies, -1)

    @property
    def next_observations_BO(self) -> Array:
        """The state that each step led to, flattened: of an ended episode, its own last one."""
        after = np.concatenate([self._observations[1 : self.length], self.last_observations_NO[None]])
        for (t, n), observation_O in self.final_observations.items():
            after[t, n] = observation_O
        return after.reshape(self.length * self.copies, -1)

    @property
    def next_masks_BA(self) -> Mask | None:
        """Which choices are legal in the state that each step led to; ``None`` where nothing was masked."""
        if self._masks is None:
            return None
        last_1NA = np.ones_like(self._masks[:1]) if self.last_masks_NA is None else self.last_masks_NA[None]
        after = np.concatenate([self._masks[1 : self.length], last_1NA])
        for t, n in self.final_observations:
            after[t, n] = self.final_masks.get((t, n), True)
        return after.reshape(self.length * self.copies, -1)
