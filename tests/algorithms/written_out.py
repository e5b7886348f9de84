"""The losses written out a second time, in float64 NumPy, as functions of the policy's flat parameters.

Shape suffixes: B batch, O observation entries, K outputs, D action dimensions.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LOW, HIGH = np.array([-2.0, -1.0]), np.array([2.0, 5.0])


@dataclass(frozen=True)
class Outputs:
    """What a policy says of a batch."""

    log_probs_B: Floats
    entropies_B: Floats
    values_B: Floats


def _network(flat: Floats, sizes: tuple[int, ...], x: Floats) -> tuple[Floats, int]:
    """A tanh network's outputs, and how many of the parameters it took."""
    used = 0
    for layer, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        weight = flat[used : used + inputs * outputs].reshape(outputs, inputs)
        used += inputs * outputs
        x = (np.tanh(x) if layer else x) @ weight.T + flat[used : used + outputs]
        used += outputs
    return x, used


def outputs(
    flat: Floats, observations_BO: Floats, samples: Any, *, hidden: int, actions: int, kind: str
) -> Outputs:
    """Evaluate actor and critic; `kind` is discrete, clip or squash."""
    size = observations_BO.shape[1]
    outputs_BK, used = _network(flat, (size, hidden, actions), observations_BO)
    values_B1, more = _network(flat[used:], (size, hidden, 1), observations_BO)
    if kind == "discrete":
        log_probs = outputs_BK - np.log(np.exp(outputs_BK).sum(-1, keepdims=True))
        chosen = log_probs[np.arange(len(samples)), samples]
        return Outputs(chosen, -(np.exp(log_probs) * log_probs).sum(-1), values_B1[:, 0])
    log_std_D = flat[used + more :]
    std_D = np.exp(log_std_D)
    u = np.asarray(samples, float)
    log_probs_B = (-0.5 * ((u - outputs_BK) / std_D) ** 2 - np.log(std_D * np.sqrt(2 * np.pi))).sum(-1)
    entropies_B = np.full(len(u), 0.5 * np.log(2 * np.pi * np.e) * actions + log_std_D.sum())
    if kind == "squash":
        log_probs_B = log_probs_B - _log_slope(u).sum(-1)
        z = np.linspace(-8, 8, 801)
        weights = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()
        slopes = _log_slope(outputs_BK[None] + z[:, None, None] * std_D)
        entropies_B = entropies_B + (weights[:, None, None] * slopes).sum((0, 2))
    return Outputs(log_probs_B, entropies_B, values_B1[:, 0])


def _log_slope(u: Floats) -> Floats:
    slope: Floats = np.log((HIGH - LOW) / 2 / np.cosh(u) ** 2)
    return slope


def normalised(advantages_B: Floats) -> Floats:
    """Advantages with mean 0 and (sample) standard deviation 1."""
    shifted_B: Floats = advantages_B - advantages_B.mean()
    return shifted_B / float(advantages_B.std(ddof=1) + 1e-8)


def a2c_loss(said: Outputs, advantages_B: Floats, returns_B: Floats, *, beta: float, value: float) -> float:
    """−E[ln π A] − β H + c E[(V − R)²]."""
    squared = (said.values_B - returns_B) ** 2
    return float(
        -(said.log_probs_B * advantages_B).mean() - beta * said.entropies_B.mean() + value * squared.mean()
    )


def ppo_loss(
    said: Outputs,
    old: tuple[Floats, Floats],
    advantages_B: Floats,
    returns_B: Floats,
    *,
    clip: float,
    value_clip: float | None,
    beta: float,
    value: float,
) -> float:
    """−E[min(r A, clip(r) A)] − β H + c E[(V − R)²], V near the old one where `value_clip` says so."""
    old_log_probs_B, old_values_B = old
    total = 0.0
    for index, advantage in enumerate(advantages_B):
        ratio = np.exp(said.log_probs_B[index] - old_log_probs_B[index])
        limited = min(max(ratio, 1 - clip), 1 + clip)
        predicted = said.values_B[index]
        if value_clip is not None:
            near = old_values_B[index]
            predicted = min(max(predicted, near - value_clip), near + value_clip)
        total += -min(ratio * advantage, limited * advantage) - beta * said.entropies_B[index]
        total += value * (predicted - returns_B[index]) ** 2
    return float(total / len(advantages_B))
