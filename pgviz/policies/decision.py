"""Decision: all that the policy knew and did at one step, in NumPy.

Shape suffixes: A actions, D action dimensions, X points of a curve.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
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
        ``"categorical"``, ``"gaussian"``, ``"factored"``, ``"values"`` (Q over actions) or ``"bins"`` (over bins).
    parameter_count
        Numbers that are learned.
    has_std
        Whether there is a log_std to learn (and an initial std to set).
    uniform_entropy
        Entropy of the uniform policy in nats (ln n for n actions; the log-volume of a bounded box), or ``None``.
    device
        Where the networks are computed: ``"cpu"`` or ``"cuda"``.
    value_name
        What a decision's `value` is: V(s), or what a policy without a V has in its place.
    """

    kind: str
    parameter_count: int
    has_std: bool
    has_value: bool
    uniform_entropy: float | None
    device: str = "cpu"
    value_name: str = "V(s)"


@dataclass(frozen=True, slots=True)
class Decision:
    """What one environment's policy saw and did; the base of the kinds below.

    Parameters
    ----------
    observation
        The observation as the environment returned it, flattened.
    log_prob
        ln π(a|s), in the units of the environment's action; ``None`` where no action has been chosen yet.
    entropy
        Entropy of π(·|s) in nats; differential, over the environment's action, for continuous actions.
    value
        The critic's estimate of the state, in rewards as they are learned from; ``None`` where there is no critic.
        See :attr:`PolicyFacts.value_name`.
    seen
        What the network was given for the observation; ``None`` where that was the observation itself.
    observation_mean, observation_std
        What each entry of the observation was shifted and divided by for that, before it was cut off; ``None``
        likewise.
    reward_std
        What rewards are divided by before they are learned from, and so what `value` is counted in; ``None`` where
        they are learned from as they are.
    """

    observation: Array
    log_prob: float | None
    entropy: float
    value: float | None
    seen: Array | None = field(default=None, kw_only=True)
    observation_mean: Array | None = field(default=None, kw_only=True)
    observation_std: Array | None = field(default=None, kw_only=True)
    reward_std: float | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class BareDecision(Decision):
    """What was seen and done, and nothing of what the policy thought: as good as free, for conditions about steps.

    Parameters
    ----------
    action
        As the environment was sent it; a row of numbers where it is made up of several.
    """

    action: Any


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
    mask_A
        True where an action is legal, ``(A,)``; ``None`` where all are.
    values_A
        Q(s, ·) of a value-based agent, ``(A,)``; ``None`` where there is none.
    heeds_mask
        Whether illegal actions were ruled out; where not, the mask says only what should have been.
    """

    probabilities_A: Array
    logits_A: Array
    chosen: int | None
    start: int = 0
    mask_A: NDArray[np.bool_] | None = None
    values_A: Array | None = None
    heeds_mask: bool = True

    @property
    def action(self) -> int | None:
        """The action as the environment was sent it."""
        return None if self.chosen is None else self.start + self.chosen


@dataclass(frozen=True, slots=True)
class FactoredDecision(Decision):
    """Several choices made independently of each other, given the state: π(a|s) = Π π_i(a_i|s).

    Parameters
    ----------
    factors
        The choice of each factor: a :class:`CategoricalDecision` among options, or a :class:`GaussianDecision`
        over a real vector; its own entropy and log-probability, and no value.
    """

    factors: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class BinnedDecision(Decision):
    """A real action chosen out of a grid of K bins per dimension.

    Parameters
    ----------
    centres_DK
        The action that each bin stands for.
    probabilities_DK
        Marginal probability of each bin.
    values_DK
        Q(s, ·) of each bin: the best that the other dimensions allow.
    chosen_D
        Index of the bin taken in each dimension, or ``None`` where none has been chosen yet.
    low_D, high_D
        The bounds, which the bins divide evenly.
    """

    centres_DK: Array
    probabilities_DK: Array
    values_DK: Array
    chosen_D: NDArray[np.int64] | None
    low_D: Array
    high_D: Array

    @property
    def action_D(self) -> Array | None:
        """The action as the environment was sent it, flattened."""
        if self.chosen_D is None:
            return None
        return np.asarray(self.centres_DK[np.arange(len(self.chosen_D)), self.chosen_D])


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
        return self.to_action(np.asarray(self.mean_D, float))

    def to_action(self, sample_D: Array) -> Array:
        """The action to which a sample leads, both ``(D,)``."""
        if not self.squashed:
            return np.asarray(np.clip(sample_D, self.low_D, self.high_D))
        return np.concatenate([self._squash_one(sample_D[d : d + 1], d) for d in range(len(sample_D))])

    def samples_for(self, dimension: int, action_X: Array) -> Array:
        """What would have to be drawn in one dimension for actions ``(X,)``; infinite at a squashed bound."""
        return self._unsquash_one(np.asarray(action_X, float), dimension) if self.squashed else action_X

    @np.errstate(all="ignore")  # an infinite mean or σ is shown as far as it goes; learning from it names it
    def density(self, dimension: int, points: int = 241) -> tuple[Array, Array]:
        """The density of one action dimension, as a curve to draw.

        Under clipping this is the Gaussian that is sampled, of which the part beyond the bounds is piled up on
        them. Under squashing it is the probability of each of X evenly spaced cells by their width: a density that
        is narrow, or piled up at a bound, would fall between the points of a curve that is merely sampled.

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
        if not self.squashed:
            z_X = np.linspace(-4.0, 4.0, points)
            return mean + std * z_X, np.exp(-0.5 * z_X**2) / (std * np.sqrt(2 * np.pi))
        ends = np.array([-np.inf, np.inf] if self._kind(dimension) == "both" else [mean - 4 * std, mean + 4 * std])
        first, last = self._squash_one(ends, dimension)
        edges = np.linspace(first, last, points + 1)
        below = [_normal_below(u, mean, std) for u in self._unsquash_one(edges, dimension)]
        return (edges[1:] + edges[:-1]) / 2, np.diff(below) / np.maximum(np.diff(edges), 1e-300)

    def _kind(self, dimension: int) -> str:
        low, high = self.low_D[dimension] > -UNBOUNDED, self.high_D[dimension] < UNBOUNDED
        return "both" if low and high else "low" if low else "high" if high else "none"

    def _squash_one(self, u_X: Array, dimension: int) -> Array:
        """Action of one dimension; the functions of :mod:`pgviz.policies.bounds`."""
        low, high = float(self.low_D[dimension]), float(self.high_D[dimension])
        kind = self._kind(dimension)
        if kind == "both":
            return np.asarray(np.clip(low + (high - low) / 2 * (1 + np.tanh(u_X)), low, high))
        if kind == "low":
            return np.asarray(low + np.logaddexp(0, u_X))
        return np.asarray(high - np.logaddexp(0, -u_X)) if kind == "high" else u_X

    def _unsquash_one(self, action_X: Array, dimension: int) -> Array:
        """Inverse of :meth:`_squash_one`, infinite at a bound."""
        low, high = float(self.low_D[dimension]), float(self.high_D[dimension])
        kind = self._kind(dimension)
        if kind == "none":
            return action_X
        u_X: Array
        with np.errstate(divide="ignore", invalid="ignore"):
            if kind == "both":
                share_X = np.clip((action_X - low) / max(high - low, 1e-300), 0.0, 1.0)
                return np.asarray(np.log(share_X) - np.log1p(-share_X)) / 2
            inside_X = action_X - low if kind == "low" else high - action_X
            u_X = inside_X + np.log(-np.expm1(-inside_X))
        return u_X if kind == "low" else -u_X


def _normal_below(u: float, mean: float, std: float) -> float:
    """The share of N(mean, std²) that lies below `u`; all of it below +∞, whatever the mean."""
    return float(u > 0) if math.isinf(u) else 0.5 * math.erfc((mean - u) / (std * math.sqrt(2)))
