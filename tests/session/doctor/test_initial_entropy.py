"""What σ₀ implies, held against numerical integration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from pgviz.session.doctor.initial_entropy import gaussian_entropy

INF = math.inf


def _by_integration(std: float, low: float, high: float) -> float:
    """−∫ p ln p over the action, from the density of u and the slope of the map, both written out."""

    def a_of(u: float) -> float:
        if math.isfinite(low) and math.isfinite(high):
            return low + (high - low) * (1 + math.tanh(u)) / 2
        if math.isfinite(low):
            return low + float(np.logaddexp(0.0, u))
        return high - float(np.logaddexp(0.0, -u)) if math.isfinite(high) else u

    def integrand(u: float) -> float:
        density = float(stats.norm.pdf(u, scale=std))
        slope = (a_of(u + 1e-6) - a_of(u - 1e-6)) / 2e-6
        return -density * (float(stats.norm.logpdf(u, scale=std)) - math.log(slope))

    return float(integrate.quad(integrand, -6 * std, 6 * std, limit=200)[0])


@pytest.mark.parametrize("std", [0.1, 0.5, 1.0])
@pytest.mark.parametrize(("low", "high"), [(-2.0, 2.0), (-1.0, 5.0), (0.0, INF), (-INF, 3.0), (-INF, INF)])
def test_that_the_entropy_of_a_squashed_gaussian_is_that_of_its_density(
    std: float, low: float, high: float
) -> None:
    assert gaussian_entropy(std, low, high, squash=True) == pytest.approx(
        _by_integration(std, low, high), abs=1e-4
    )


@pytest.mark.parametrize("std", [0.01, 1.0, 4.0])
def test_that_the_entropy_of_a_clipped_gaussian_is_that_of_the_gaussian(std: float) -> None:
    assert gaussian_entropy(std, -1.0, 1.0, squash=False) == pytest.approx(float(stats.norm(scale=std).entropy()))
