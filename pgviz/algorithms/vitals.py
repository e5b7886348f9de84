"""Vitals: what can be told of an update's health, in a handful of numbers. Imports NumPy alone.

Shape suffixes: D action dimensions, H hidden layers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Vitals:
    """Measured on samples of an update after its first few steps; see :mod:`pgviz.algorithms.checkup`.

    Parameters
    ----------
    agreement
        Cosine of the gradient that was descended, taken negative, and of the gradient of E[Â ln π], in what π
        depends on: about 1 where a step makes good actions likelier, −1 where it makes them less likely.
    ascent
        How far ln π moved the way the advantages ask: Σ Â Δ / √(ΣÂ² ΣΔ²), from −1 to 1, where Δ is the change of a
        sample's ln π over these steps and Â its advantage as it weighs in the loss. NaN where nothing moved.
    rise_of_good, rise_of_bad
        Mean Δ of the samples with Â > 0, and with Â < 0; NaN where there are none.
    kl
        Estimate of KL(π before ‖ π after) over these steps, by the mean of (e^Δ − 1) − Δ.
    advantage_mean, advantage_std
        Of the advantages as they weigh in the loss.
    return_mean, return_std
        Of what the critic should have said.
    value_error
        Root of the mean squared difference between that and what it said; ``None`` where there is no critic.
    idle_units_H
        Share of the units of each hidden layer of the actor that do not tell any two of the states apart: relu
        units that are 0 in all of them, tanh units that are beyond ±0.99 in all.
    beyond_bounds_D
        Share of the samples that lie beyond the bounds and are clipped to them, by action dimension; ``None``
        where nothing is clipped.
    density_gap
        By how many nats the ln π that is learned from differs from the density of the actions that the environment
        is sent, the mean over samples; ``None`` where nothing is squashed.
    mask_gap
        Probability that the update's π gives to options that were ruled out in acting, the mean over the states in
        which some were; ``None`` where none were.
    uniform_entropy
        Entropy of choosing evenly among what is legal in these states; ``None`` for real actions.
    """

    agreement: float
    ascent: float
    rise_of_good: float
    rise_of_bad: float
    kl: float
    advantage_mean: float
    advantage_std: float
    return_mean: float
    return_std: float
    value_error: float | None
    idle_units_H: tuple[float, ...]
    beyond_bounds_D: NDArray[np.float64] | None = None
    density_gap: float | None = None
    mask_gap: float | None = None
    uniform_entropy: float | None = None


@dataclass(frozen=True, slots=True)
class Truncations:
    """What an update made of the episodes of its rollout that were truncated and did not terminate.

    Parameters
    ----------
    count
        How many there were.
    bootstrap
        The largest |target − reward| of their last steps: what the target says is still to come.
    value
        The mean |V| of the states in which those steps were taken, for comparison.
    """

    count: int
    bootstrap: float
    value: float
