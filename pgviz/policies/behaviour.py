"""Behaviour: how actions are drawn from their values.

Shape suffixes: B batch, A actions.

With n legal actions, of which a* has the largest value, the two behaviours are

======================  ======================================================
ε-greedy                π(a|s) = (1 − ε) [a = a*] + ε / n
Boltzmann               π(a|s) = (1 − ε) softmax(Q(s, ·) / T)_a + ε / n
======================  ======================================================

where an illegal action has probability 0 (Sutton & Barto 2018, sections 2.2 and 13.1). Of equal values the first
counts as the largest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pgviz.policies.decision import Array
from pgviz.policies.distributions import sample_categorical
from pgviz.policies.policy import Mask

Real = TypeVar("Real", np.float32, np.float64)


@dataclass(slots=True)
class Behaviour:
    """A distribution over actions for any values of them; the algorithm sets it before each step.

    Parameters
    ----------
    epsilon
        Probability ε of an action drawn evenly from the legal ones.
    temperature
        T of the Boltzmann distribution, or ``None`` for greedy.
    """

    epsilon: float = 1.0
    temperature: float | None = None

    @np.errstate(all="ignore")  # what is not finite is found, named and reported by the algorithm
    def probabilities(self, values_BA: Array, masks_BA: Mask | None = None) -> NDArray[np.float64]:
        """Return π(·|s) for states with these values, ``(B, A)``; exactly 0 for illegal actions."""
        values = ruled_out(values_BA.astype(np.float64), masks_BA)
        if self.temperature is None:
            base_BA = np.zeros(values.shape)
            base_BA[np.arange(len(values)), values.argmax(1)] = 1.0
        else:
            base_BA = np.exp((values - values.max(1, keepdims=True)) / self.temperature)
            base_BA /= base_BA.sum(1, keepdims=True)
        legal_BA = np.ones(values.shape, bool) if masks_BA is None else masks_BA
        evenly_BA = legal_BA / legal_BA.sum(1, keepdims=True)
        return np.asarray((1.0 - self.epsilon) * base_BA + self.epsilon * evenly_BA)

    def summary(self, values_BA: Array, masks_BA: Mask | None = None) -> tuple[float, float]:
        """Return the entropy of π(·|s) in nats and the largest probability, each a mean over the states."""
        if self.temperature is not None:
            probabilities_BA = self.probabilities(values_BA, masks_BA)
            return float(entropies(probabilities_BA).mean()), float(probabilities_BA.max(1).mean())
        if masks_BA is None:
            return self._greedy_summary(values_BA.shape[1])
        counts, states = np.unique(masks_BA.sum(1), return_counts=True)
        rows = np.array([self._greedy_summary(count) for count in counts.tolist()])
        mean_entropy, mean_largest = (states / states.sum()) @ rows
        return float(mean_entropy), float(mean_largest)

    def _greedy_summary(self, count: int) -> tuple[float, float]:
        """Entropy and largest probability with so many legal actions: one is the likeliest, all others are equal.

        There may be thousands of actions, and every state has the same two numbers.
        """
        other = self.epsilon / count
        largest = 1.0 - self.epsilon + other
        spread = (count - 1) * other * math.log(other) if other > 0.0 else 0.0
        return -largest * math.log(largest) - spread, largest

    def choose(self, values_BA: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw an index per state from their values alone, as if ε were 0; of illegal actions these are −∞."""
        if self.temperature is None:
            return np.asarray(values_BA.argmax(1))
        with np.errstate(all="ignore"):
            # Differences from the largest value keep the digits that large values would lose.
            scaled_BA = (values_BA - values_BA.max(1, keepdims=True)) / self.temperature
        return sample_categorical(scaled_BA, rng)


def evenly(shares_B: NDArray[np.float64], count: int, masks_BA: Mask | None = None) -> NDArray[np.int64]:
    """Turn shares in [0, 1) into indices below `count`; each legal one has an equal part of that range."""
    if masks_BA is None:
        return np.minimum((shares_B * count).astype(np.int64), count - 1)
    legal_B = masks_BA.sum(1)
    place_B = np.minimum((shares_B * legal_B).astype(np.int64), legal_B - 1)
    return np.asarray((masks_BA.cumsum(1) > place_B[:, None]).argmax(1))


def ruled_out(values_BA: NDArray[Real], masks_BA: Mask | None) -> NDArray[Real]:
    """Write −∞ in place of the values of illegal actions, and return the array."""
    if masks_BA is not None:
        values_BA[~masks_BA] = -np.inf
    return values_BA


def entropies(probabilities_BA: Array) -> NDArray[np.float64]:
    """Return −Σ p ln p per state, where an action of probability 0 adds 0."""
    logs_BA = np.log(np.where(probabilities_BA > 0.0, probabilities_BA, 1.0))
    return np.asarray(-(probabilities_BA * logs_BA).sum(1))
