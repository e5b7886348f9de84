"""Bounds of each kind, and the squashing functions written out a second time, in many digits."""

from __future__ import annotations

import decimal
from decimal import Decimal

import numpy as np
import torch
from torch import Tensor

from pgviz.policies.bounds import ActionBounds
from pgviz.policies.decision import GaussianDecision
from pgviz.policies.distributions import DiagonalGaussian, SquashedGaussian

INFINITY = float("inf")
# One action dimension of each kind: bounded, bounded below, bounded above, unbounded.
INTERVALS = {
    "bounded": (-2.0, 3.0),
    "low": (1.0, INFINITY),
    "high": (-INFINITY, -0.5),
    "unbounded": (-INFINITY, INFINITY),
}
KINDS = tuple(INTERVALS)


def bounds_of(*kinds: str) -> ActionBounds:
    """Bounds with one dimension of each of these kinds."""
    pairs = np.array([INTERVALS[kind] for kind in kinds])
    return ActionBounds(pairs[:, 0], pairs[:, 1])


def squashed(kind: str, mean: float, std: float, count: int = 1) -> SquashedGaussian:
    """A one-dimensional squashed Gaussian, for `count` equal states."""
    return SquashedGaussian(
        torch.full((count, 1), mean), torch.tensor([std], dtype=torch.float32).log(), bounds_of(kind)
    )


def gaussian(mean: float, std: float, count: int = 1) -> DiagonalGaussian:
    """A one-dimensional Gaussian, for `count` equal states."""
    return DiagonalGaussian(torch.full((count, 1), mean), torch.tensor([std], dtype=torch.float32).log())


def column(values: object) -> Tensor:
    """Numbers as samples of one dimension, shape ``(B, 1)`` float32."""
    return torch.tensor(np.asarray(values, np.float32).reshape(-1, 1))


def squash_exactly(kind: str, u: Decimal) -> Decimal:
    """g(u) as the table in pgviz.policies.bounds has it, in as many digits as the decimal context says."""
    low, high = INTERVALS[kind]
    if kind == "bounded":
        power = (2 * u).exp()
        return Decimal(low) + (Decimal(high) - Decimal(low)) * (1 + (power - 1) / (power + 1)) / 2
    if kind == "low":
        return Decimal(low) + (1 + u.exp()).ln()
    if kind == "high":
        return Decimal(high) - (1 + (-u).exp()).ln()
    return u


def unsquash(kind: str, action: float) -> float:
    """The u that leads to an action, in float64."""
    low, high = INTERVALS[kind]
    if kind == "bounded":
        return float(np.arctanh(2 * (action - low) / (high - low) - 1))
    if kind == "low":
        return float(np.log(np.expm1(action - low)))
    if kind == "high":
        return float(-np.log(np.expm1(high - action)))
    return action


def log_density_exactly(kind: str, u: float, mean: float, std: float) -> float:
    """ln π of the action g(u): ln N(u) less ln of the slope, which is a numerical derivative of g."""
    with decimal.localcontext(prec=150):
        x, step = Decimal(u), Decimal("1e-40")
        slope = (squash_exactly(kind, x + step) - squash_exactly(kind, x - step)) / (2 * step)
        scaled = (x - Decimal(mean)) / Decimal(std)
        ln_2pi = Decimal("1.8378770664093454835606594728112352797")
        return float(-(scaled * scaled + ln_2pi) / 2 - Decimal(std).ln() - slope.ln())


def log_slope(kind: str, u: np.ndarray) -> np.ndarray:
    """ln g′(u) in float64, by the logistic function s: tanh′ = 4 s(2u) s(−2u), softplus′ = s."""
    low, high = INTERVALS[kind]
    if kind == "bounded":
        return np.asarray(np.log(2.0 * (high - low)) - np.logaddexp(0, -2 * u) - np.logaddexp(0, 2 * u))
    if kind == "unbounded":
        return np.zeros_like(u)
    return np.asarray(-np.logaddexp(0, -u) if kind == "low" else -np.logaddexp(0, u))


def entropy_exactly(kind: str, mean: float, std: float) -> float:
    """Entropy of the squashed action by a fine sum over ±12 σ, in float64."""
    z = np.linspace(-12.0, 12.0, 40_001)
    weights = np.exp(-z * z / 2)
    expected = (weights * log_slope(kind, mean + std * z)).sum() / weights.sum()
    return float(expected + np.log(std) + 0.5 * np.log(2 * np.pi * np.e))


def gaussian_decision(
    kind: str, mean: float, std: float, sample: float = 0.0, *, squash: bool = True
) -> GaussianDecision:
    """What a one-dimensional Gaussian policy would say of drawing `sample`."""
    bounds = bounds_of(kind)
    u = np.array([sample], np.float32)
    distribution = squashed(kind, mean, std) if squash else gaussian(mean, std)
    return GaussianDecision(
        observation=np.zeros(1, np.float32),
        log_prob=float(distribution.log_prob(column([sample]))),
        entropy=float(distribution.entropy()),
        value=None,
        mean_D=np.array([mean], np.float32),
        std_D=np.array([std], np.float32),
        sample_D=u,
        action_D=bounds.squash(u) if squash else bounds.clip(u),
        low_D=bounds.low_D,
        high_D=bounds.high_D,
        squashed=squash,
    )
