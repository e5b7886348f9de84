"""Decision: all that the policy knew and did at one step, in NumPy.

Shape suffixes: A actions, D action dimensions, X points of a curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

# A bound beyond this is a way of writing "none": Gymnasium environments use the largest float32 for it.
UNBOUNDED = 1e30


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """What a panel may want to say of a policy.

    Parameters
    ----------
    kind
        ``"categorical"`` or ``"gaussian"``.
    parameter_count
        Numbers that are learned.
    has_std
        Whether there is a log_std to learn (and an initial std to set).
    uniform_entropy
        Entropy of the uniform policy in nats (ln n for n actions; the log-volume of a bounded box), or ``None``.
    """

    kind: str
    parameter_count: int
    has_std: bool
    has_value: bool
    uniform_entropy: float | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What one environment's policy saw and did; the base of the two kinds below.

    Parameters
    ----------
    observation
        The observation as the environment returned it, flattened.
    log_prob
        ln π(a|s), in the units of the environment's action; ``None`` where no action has been chosen yet.
    entropy
        Entropy of π(·|s) in nats; differential, over the environment's action, for continuous actions.
    value
        The critic's estimate of the state, or ``None`` where there is no critic.
    """

    observation: Array
    log_prob: float | None
    entropy: float
    value: float | None


@dataclass(frozen=True, slots=True)
class CategoricalDecision(Decision):
    """A choice out of finitely many actions.

    Parameters
    ----------
    probabilities_A, logits_A
        π(·|s) and the network's outputs, shape ``(A,)``.
    chosen
        Index of the action taken, from 0, or ``None`` where none has been chosen yet; the environment is sent
        ``start + chosen``.
    start
        The smallest action of the ``Discrete`` space.
    """

    probabilities_A: Array
    logits_A: Array
    chosen: int | None
    start: int = 0

    @property
    def action(self) -> int | None:
        """The action as the environment was sent it."""
        return None if self.chosen is None else self.start + self.chosen


@dataclass(frozen=True, slots=True)
class GaussianDecision(Decision):
    """A real vector drawn from a diagonal Gaussian, then squashed into the bounds or clipped to them.

    Parameters
    ----------
    mean_D, std_D
        Of the Gaussian, before squashing, shape ``(D,)``.
    sample_D
        What was drawn from it, before squashing or clipping; ``None`` where no action has been chosen yet.
    action_D
        The action as the environment was sent it, flattened; likewise.
    low_D, high_D
        The bounds; infinite where there are none.
    squashed
        Whether the sample goes through the squashing function of its bounds (else it is clipped).
    """

    mean_D: Array
    std_D: Array
    sample_D: Array | None
    action_D: Array | None
    low_D: Array
    high_D: Array
    squashed: bool

    @property
    def mean_action_D(self) -> Array:
        """The action to which the Gaussian's mean leads."""
        return self._to_action(np.asarray(self.mean_D, float))[0]

    def density(self, dimension: int, points: int = 241) -> tuple[Array, Array]:
        """The density of one action dimension, as a curve to draw.

        Under clipping this is the Gaussian that is sampled, of which the part beyond the bounds is piled up on
        them. Under squashing it is the density of the squashed action, p(a) = p(u) / (da/du).

        Parameters
        ----------
        dimension
            Which entry of the action, from 0.
        points
            Length X of the curve.

        Returns
        -------
        tuple
            Actions and densities, each of shape ``(X,)``, by increasing action.
        """
        mean, std = float(self.mean_D[dimension]), max(float(self.std_D[dimension]), 1e-12)
        u_X = mean + std * np.linspace(-4.0, 4.0, points)
        if self.squashed and self._kind(dimension) == "both":
            # Evenly spaced actions, so that a density piled up at a bound is drawn up to the bound.
            inner_X = np.linspace(-1.0, 1.0, points + 2)[1:-1]
            u_X = np.arctanh(inner_X)
        density_X = np.exp(-0.5 * ((u_X - mean) / std) ** 2) / (std * np.sqrt(2 * np.pi))
        if not self.squashed:
            return u_X, density_X
        action_X, slope_X = self._squash_one(u_X, dimension)
        return action_X, density_X / np.maximum(slope_X, 1e-300)

    def _kind(self, dimension: int) -> str:
        low, high = self.low_D[dimension] > -UNBOUNDED, self.high_D[dimension] < UNBOUNDED
        return "both" if low and high else "low" if low else "high" if high else "none"

    def _squash_one(self, u_X: Array, dimension: int) -> tuple[Array, Array]:
        """Action and da/du of one dimension; the functions of :mod:`pgviz.policies.distributions`."""
        low, high = float(self.low_D[dimension]), float(self.high_D[dimension])
        kind = self._kind(dimension)
        if kind == "both":
            half = (high - low) / 2
            return low + half * (1 + np.tanh(u_X)), half / np.cosh(np.clip(u_X, -350, 350)) ** 2
        if kind == "low":
            return low + np.logaddexp(0, u_X), 1 / (1 + np.exp(-u_X))
        if kind == "high":
            return high - np.logaddexp(0, -u_X), 1 / (1 + np.exp(u_X))
        return u_X, np.ones_like(u_X)

    def _to_action(self, u_D: Array) -> tuple[Array, Array]:
        if not self.squashed:
            return np.clip(u_D, self.low_D, self.high_D), np.ones_like(u_D)
        pairs = [self._squash_one(u_D[d : d + 1], d) for d in range(len(u_D))]
        return np.concatenate([pair[0] for pair in pairs]), np.concatenate([pair[1] for pair in pairs])
