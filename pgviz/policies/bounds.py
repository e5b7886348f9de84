"""Bounds of a continuous action, and the smooth maps from the real line into them.

Shape suffixes: B batch, D action dimensions, Q quadrature nodes.

Each dimension is mapped by a strictly increasing function a = g(u):

============  ==========================  ==================
bounds        g(u)                        ln da/du
============  ==========================  ==================
low and high  low + (high−low)(1+tanh u)/2  ln((high−low)/2) + 2(ln 2 − u − softplus(−2u))
low only      low + softplus(u)           −softplus(−u)
high only     high − softplus(−u)         −softplus(u)
none          u                           0
============  ==========================  ==================

Where low and high are equal there is one action only, and nothing to learn. Its density would be infinite; it is
given that of low and high 2 apart instead, in every state alike, so that ln π and entropy stay finite.

The first is the squashing of Haarnoja et al. 2018 (arXiv:1801.01290, appendix C), its logarithm in the form that
stays exact where 1 − tanh² underflows.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import softplus

from pgviz.policies.decision import UNBOUNDED, Array
from pgviz.policies.wide import mean_bump, mean_distance

LN_2 = math.log(2.0)


class ActionBounds:
    """The bounds of a flattened ``Box``, and how a real vector is brought within them.

    Parameters
    ----------
    low_D, high_D
        Bounds of each dimension; anything beyond ±1e30 counts as none.

    Attributes
    ----------
    low_D, high_D
        The bounds as float64, ±inf where there is none.
    """

    def __init__(self, low_D: Array, high_D: Array) -> None:
        self.low_D = np.where(np.asarray(low_D, float) < -UNBOUNDED, -np.inf, low_D).astype(float)
        self.high_D = np.where(np.asarray(high_D, float) > UNBOUNDED, np.inf, high_D).astype(float)
        has_low, has_high = np.isfinite(self.low_D), np.isfinite(self.high_D)
        self._both = has_low & has_high
        self._low_only = has_low & ~has_high
        self._high_only = has_high & ~has_low
        with np.errstate(invalid="ignore"):
            half = np.where(self._both, (self.high_D - self.low_D) / 2, 1.0)
        self._half_D = half
        self._plain = bool(self._both.all())
        self._halves_D = np.where(half > 0.0, half, 1.0)
        self._log_half_t = torch.tensor(np.log(self._halves_D), dtype=torch.float32)

    @property
    def volume_log(self) -> float | None:
        """Logarithm of the box's volume, which is the entropy of the uniform policy; ``None`` if infinite."""
        return float(np.log(self._halves_D * 2).sum()) if self._plain else None

    def squash(self, u_BD: Array) -> NDArray[np.float64]:
        """Map real vectors to actions, never outside of the bounds."""
        u = np.asarray(u_BD, float)
        if self._plain:
            return self.clip(self.low_D + self._half_D * (1.0 + np.tanh(u)))
        a = u.copy()
        both, low, high = self._both, self._low_only, self._high_only
        a[..., both] = self.low_D[both] + self._half_D[both] * (1.0 + np.tanh(u[..., both]))
        a[..., low] = self.low_D[low] + np.logaddexp(0.0, u[..., low])
        a[..., high] = self.high_D[high] - np.logaddexp(0.0, -u[..., high])
        return self.clip(a)

    def clip(self, u_BD: Array) -> NDArray[np.float64]:
        """Cut real vectors off at the bounds."""
        clipped: NDArray[np.float64] = np.clip(np.asarray(u_BD, float), self.low_D, self.high_D)
        return clipped

    def log_slope(self, u_BD: Tensor) -> Tensor:
        """Return ln da/du of every dimension, same shape as `u_BD`; differentiable and finite for any finite u."""
        if self._plain:
            return self._log_half_t + 2.0 * (LN_2 - u_BD - softplus(-2.0 * u_BD))
        columns = [self._log_slope_one(u_BD[..., d], d) for d in range(u_BD.shape[-1])]
        return torch.stack(columns, -1)

    def mean_log_slope(self, mean_BD: Tensor, std_BD: Tensor) -> Tensor:
        """Return E[ln da/du] of every dimension under a wide Gaussian, same shape; differentiable.

        Parameters
        ----------
        mean_BD, std_BD
            Of u; σ must be at least 2. See :mod:`pgviz.policies.wide`.
        """
        columns = [self._mean_one(mean_BD[..., d], std_BD[..., d], d) for d in range(mean_BD.shape[-1])]
        return torch.stack(columns, -1)

    def _mean_one(self, mean_B: Tensor, std_B: Tensor, d: int) -> Tensor:
        if self._both[d]:
            kink_B = mean_distance(mean_B, std_B) + mean_bump(mean_B, std_B)
            return self._log_half_t[d] + 2.0 * (LN_2 - kink_B)
        if not (self._low_only[d] or self._high_only[d]):
            return torch.zeros_like(mean_B)
        towards_B = mean_B if self._low_only[d] else -mean_B
        return 0.5 * (towards_B - mean_distance(mean_B, std_B)) - mean_bump(0.5 * mean_B, 0.5 * std_B)

    def _log_slope_one(self, u_B: Tensor, d: int) -> Tensor:
        if self._both[d]:
            return self._log_half_t[d] + 2.0 * (LN_2 - u_B - softplus(-2.0 * u_B))
        if self._low_only[d]:
            return -softplus(-u_B)
        if self._high_only[d]:
            return -softplus(u_B)
        return torch.zeros_like(u_B)
