"""Normalisation: observations and rewards brought to a common scale by what has been seen of them so far.

With running mean μ and variance v, and ε = 1e-8, the policy is given

    clip((o − μ) / √(v + ε), −10, 10)

for each entry o of an observation, and learns from rewards clip(r / √(v_R + ε), −10, 10), where v_R is the
variance of the discounted return so far, R ← γ R + r, of each copy of the environment (Engstrom et al. 2020,
arXiv:2005.12729: reward scaling and clipping, observation normalisation and clipping). The rules are those of
Stable-Baselines3's ``VecNormalize``.

Shape suffixes: B batch, N copies of the environment, O observation entries.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.errors import NumericalFault
from pgviz.policies.decision import Array

EPSILON, LARGEST = 1e-8, 10.0
# How much the mean of 0 and the variance of 1 weigh with which the estimates begin, in observations.
BELIEF = 1e-4

Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]


class RunningMoments:
    """Mean and variance of all that was added, one batch after the other.

    Parameters
    ----------
    shape
        Of each thing added.

    Attributes
    ----------
    mean
        Of all so far, in `shape`.
    squares
        Sum of the squared distances from the mean, in `shape`.
    count
        How many things were added, and the little weight of the moments it began with.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.mean: Doubles = np.zeros(shape)
        self.squares: Doubles = np.full(shape, BELIEF)
        self.count = BELIEF

    @property
    def variance(self) -> Doubles:
        """The (population) variance of all so far, in `shape`."""
        return np.asarray(self.squares / self.count)

    @np.errstate(over="ignore", invalid="ignore")
    def add(self, batch: NDArray[np.floating[Any]]) -> None:
        """Add B things, ``(B, *shape)``.

        With d the distances from the mean of before, all of n' things have the mean μ + Σd / n' and the sum of
        squares S + Σd² − (Σd)² / n': the pairwise update of Chan, Golub & LeVeque 1979, equation 2.1, in one pass.
        """
        if not len(batch):
            return
        distances = batch - self.mean
        total = np.add.reduce(distances, 0)
        np.square(distances, out=distances)
        self.count += len(batch)
        self.mean = self.mean + total / self.count
        self.squares = self.squares + (np.add.reduce(distances, 0) - total * total / self.count)

    def capture(self) -> dict[str, Any]:
        """Copy the moments; see :meth:`restore`."""
        return {"mean": np.array(self.mean), "squares": np.array(self.squares), "count": self.count}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what :meth:`capture` returned."""
        self.mean = np.array(state["mean"], np.float64)
        self.squares = np.array(state["squares"], np.float64)
        self.count = float(state["count"])

    def digest(self, digest: hashlib._Hash) -> None:
        """Add the moments to a fingerprint."""
        for values in (self.mean, self.squares, np.array(self.count)):
            digest.update(np.asarray(values, "<f8").tobytes())


class Normalization:
    """What a policy sees of an observation, and what is learned from a reward; a part of the agent.

    Whoever trains has the statistics updated by :meth:`take_in` and :meth:`weigh`; all others leave them as they
    are and use :meth:`see`.

    Parameters
    ----------
    size
        Entries O of an observation; 0 where observations are left alone.
    rewards
        Whether rewards are scaled.

    Attributes
    ----------
    observations, returns
        The running moments of each entry of the observation, and of the discounted return; ``None`` where they are
        not needed.
    """

    def __init__(self, size: int = 0, *, rewards: bool = False) -> None:
        self.observations = RunningMoments((size,)) if size else None
        self.returns = RunningMoments(()) if rewards else None
        self._return_N: Doubles | None = None
        self._mean_O: Doubles | None = None
        self._std_O: Doubles | None = None
        self._prepare()

    def see(self, observations: Array) -> Array:
        """Return what the policy is given for observations ``(..., O)``, as float32; the statistics stay."""
        if self._mean_O is None or self._std_O is None:
            return observations
        seen = observations - self._mean_O
        seen /= self._std_O
        return _cut_off(seen).astype(np.float32)

    def take_in(self, observations_NO: Array, active_N: Flags | None = None) -> Array:
        """Learn from what the copies that are active observe, and return what the policy is given for it."""
        if self.observations is None:
            return observations_NO
        self.observations.add(observations_NO if active_N is None else observations_NO[active_N])
        self._prepare()
        return self.see(observations_NO)

    def weigh(self, rewards_N: Array, ended_N: Flags, gamma: float, active_N: Flags | None = None) -> Array:
        """Learn from one step's rewards, and return what is learned from them.

        Parameters
        ----------
        rewards_N
            Of each copy; 0 for those that are not active.
        ended_N
            Where an episode ended, whose return then begins again.
        gamma
            γ, by which returns are discounted.
        active_N
            Which copies took a step; all of them where ``None``.

        Raises
        ------
        NumericalFault
            Where the returns are so large that they have no variance that is a number.
        """
        if self.returns is None:
            return rewards_N
        if self._return_N is None:
            self._return_N = np.zeros(len(rewards_N))
        returns_N = self._return_N * gamma + rewards_N
        if active_N is not None:
            returns_N = np.where(active_N, returns_N, self._return_N)
        self.returns.add(returns_N if active_N is None else returns_N[active_N])
        if not math.isfinite(self.returns.squares):
            # Divided by infinity, every reward would be 0, and nothing would be learned from it.
            raise NumericalFault("reward", "Returns are too large to be normalised; scale the rewards down.")
        returns_N[ended_N] = 0.0
        self._return_N = returns_N
        return _cut_off(np.asarray(rewards_N, np.float64) / _deviation(self.returns))

    @property
    def observation_mean_O(self) -> Doubles | None:
        """The mean that is subtracted from an observation, ``(O,)``, or ``None`` where none is."""
        return self._mean_O

    @property
    def observation_std_O(self) -> Doubles | None:
        """The standard deviation that an observation is divided by, ``(O,)``, or ``None`` where it is by none."""
        return self._std_O

    @property
    def reward_scale(self) -> float | None:
        """The standard deviation that a reward is divided by, or ``None`` where it is by none."""
        return None if self.returns is None else _deviation(self.returns)

    def capture(self) -> dict[str, Any]:
        """Copy the statistics; see :meth:`restore`."""
        return {
            "observations": None if self.observations is None else self.observations.capture(),
            "returns": None if self.returns is None else self.returns.capture(),
            "return_N": None if self._return_N is None else self._return_N.copy(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what :meth:`capture` returned, also from another agent of the same kind."""
        if self.observations is not None:
            self.observations.restore(state["observations"])
        if self.returns is not None:
            self.returns.restore(state["returns"])
        self._return_N = None if state["return_N"] is None else np.array(state["return_N"], np.float64)
        self._prepare()

    def digest(self, digest: hashlib._Hash) -> None:
        """Add the statistics to a fingerprint of the agent; nothing where there are none."""
        for moments in (self.observations, self.returns):
            if moments is not None:
                moments.digest(digest)

    def _prepare(self) -> None:
        """Compute once, and anew after each change, what every observation is shifted and divided by."""
        if self.observations is not None:
            # New arrays each time: whoever was shown the old ones may keep them.
            self._mean_O = self.observations.mean
            self._std_O = np.sqrt(self.observations.variance + EPSILON)


def _deviation(moments: RunningMoments) -> float:
    """Standard deviation of single numbers, never 0."""
    return math.sqrt(float(moments.squares) / moments.count + EPSILON)


def _cut_off(values: Doubles) -> Doubles:
    """Bring values within ±10, in place; two calls cost half of what clip does."""
    np.minimum(values, LARGEST, out=values)
    return np.maximum(values, -LARGEST, out=values)
