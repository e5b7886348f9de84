"""Expectations under a wide Gaussian of functions with a kink, such as ln da/du of squashing.

Gauss–Hermite quadrature lays its nodes out by the Gaussian's width, and sees the less of a kink the wider that is.
So ln da/du is taken apart (see :mod:`pgviz.policies.bounds`): softplus(−u) = ½ (|u| − u) + r(u/2) with
r(u) = ln(1 + exp(−2|u|)). The mean of |u| has a closed form, and r is a narrow bump beside which the density is
smooth: Gauss–Legendre quadrature over the bump is exact to float32 from σ = 1 on.

Shape suffixes: B batch, D action dimensions, X nodes.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

# From here on it is these that are used; Gauss–Hermite quadrature is within 5e-5 nats up to here.
WIDE_LOG_STD = math.log(2.0)
# Where r has fallen to 4e-17, and as many nodes up to there as float32 has use for.
_REACH, _COUNT = 18.5, 64
_LEGENDRE, _WEIGHTS = np.polynomial.legendre.leggauss(_COUNT)
_PLACES = 0.5 * _REACH * (_LEGENDRE + 1.0)
_BUMP = 0.5 * _REACH * _WEIGHTS * np.log1p(np.exp(-2.0 * _PLACES)) / math.sqrt(2.0 * math.pi)
_PLACES_X, _BUMP_X = (torch.tensor(each, dtype=torch.float32) for each in (_PLACES, _BUMP))


def mean_distance(mean_BD: Tensor, std_BD: Tensor) -> Tensor:
    """Return E|u| = σ √(2/π) exp(−μ²/2σ²) + μ erf(μ/σ√2), the mean of a folded Gaussian; differentiable."""
    scaled_BD = mean_BD / std_BD
    near_BD = math.sqrt(2.0 / math.pi) * std_BD * torch.exp(-0.5 * scaled_BD * scaled_BD)
    return near_BD + mean_BD * torch.erf(scaled_BD / math.sqrt(2.0))


def mean_bump(mean_BD: Tensor, std_BD: Tensor) -> Tensor:
    """Return E[ln(1 + exp(−2|u|))], for σ of at least 1; differentiable."""
    above_BDX = (_PLACES_X - mean_BD[..., None]) / std_BD[..., None]
    below_BDX = (_PLACES_X + mean_BD[..., None]) / std_BD[..., None]
    densities_BDX = torch.exp(-0.5 * above_BDX * above_BDX) + torch.exp(-0.5 * below_BDX * below_BDX)
    return (densities_BDX @ _BUMP_X) / std_BD
