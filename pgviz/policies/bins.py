"""BinGrid: a bounded box as a grid of finitely many actions.

Shape suffixes: D action dimensions, K bins per dimension, A joint choices (K to the power of D), B batch.

The bins of a dimension stand for K evenly spaced actions of which the first and the last are the bounds
themselves, low + k (high − low) / (K − 1), rather than the middles of K equal parts: what is best is often to push
as hard as the bounds allow, which no middle reaches, and of an odd number one is exactly halfway, which is rest.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pgviz.errors import UsageError
from pgviz.policies.decision import UNBOUNDED, Array

# The network has one output per joint choice; beyond this, exploring them all is out of the question.
MAX_JOINT_ACTIONS = 4096


class BinGrid:
    """Every combination of one out of K evenly spaced actions per dimension.

    Parameters
    ----------
    box
        The lower and the upper bounds, in the shape and dtype of the action.
    count
        Bins K per dimension, 2 or more.
    environment
        Whose action it is, for messages.

    Attributes
    ----------
    low_D, high_D
        The bounds, flattened.
    centres_DK
        The actions of each dimension, by increasing action.
    size
        Joint choices A.

    Raises
    ------
    UsageError
        Where a dimension has no bounds, or there would be more than 4,096 joint choices.
    """

    def __init__(self, box: tuple[Array, Array], count: int, environment: str) -> None:
        low, high = box
        self.low_D, self.high_D = (np.asarray(bound, np.float64).reshape(-1) for bound in box)
        _require_bounds(self.low_D, self.high_D, environment)
        _require_few(count, len(self.low_D), environment)
        self.centres_DK: NDArray[np.float64] = np.linspace(self.low_D, self.high_D, count, axis=1)
        self.size = count ** len(self.low_D)
        self._counts = (count,) * len(self.low_D)
        chosen_AD = np.stack(np.unravel_index(np.arange(self.size), self._counts), -1)
        flat_AD = self.centres_DK[np.arange(len(self.low_D)), chosen_AD]
        self._actions = np.clip(flat_AD.reshape(self.size, *low.shape).astype(low.dtype), low, high)

    def actions(self, choices_B: NDArray[np.int64]) -> NDArray[np.generic]:
        """Return the action of each joint choice, ``(B, *shape)`` in the box's dtype."""
        return self._actions[choices_B]

    def bins(self, choice: int) -> NDArray[np.int64]:
        """Return the bin of each dimension that a joint choice consists of, ``(D,)``."""
        return np.array(np.unravel_index(choice, self._counts), np.int64)

    def marginal(self, probabilities_A: Array) -> Array:
        """Return the probability of each bin of each dimension, whatever the others, ``(D, K)``."""
        grid = probabilities_A.reshape(self._counts)
        return np.stack([grid.sum(self._others(d)) for d in range(len(self._counts))])

    def best(self, values_A: Array) -> Array:
        """Return the largest value of each bin of each dimension over the bins of the others, ``(D, K)``."""
        grid = values_A.reshape(self._counts)
        return np.stack([grid.max(self._others(d)) for d in range(len(self._counts))])

    def _others(self, dimension: int) -> tuple[int, ...]:
        return tuple(d for d in range(len(self._counts)) if d != dimension)


def _require_bounds(low_D: Array, high_D: Array, environment: str) -> None:
    unbounded = np.flatnonzero(~((low_D > -UNBOUNDED) & (high_D < UNBOUNDED)))
    if len(unbounded):
        raise UsageError(
            f"{environment}: bins need a bounded action, and dimension {unbounded[0] + 1} of {len(low_D)} has no "
            "bounds; use an algorithm with a Gaussian policy, such as ppo."
        )


def _require_few(count: int, dimensions: int, environment: str) -> None:
    joint = count**dimensions
    if joint <= MAX_JOINT_ACTIONS:
        return
    most = math.floor(MAX_JOINT_ACTIONS ** (1 / dimensions) + 1e-9)
    remedy = f"set bins={most} or fewer, or use" if most >= 2 else "even 2 bins would be too many: use"
    raise UsageError(
        f"{environment}: {count} bins in each of {dimensions} dimensions make {_in_words(joint)} joint actions, "
        f"more than the {MAX_JOINT_ACTIONS:,} that can be told apart; {remedy} an algorithm with a Gaussian "
        "policy, such as ppo."
    )


def _in_words(number: int) -> str:
    return f"{number:,}" if number < 10**9 else f"10^{math.log10(number):.0f}"
