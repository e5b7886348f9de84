"""Gaussians over actions: as they are drawn (to be clipped), and squashed into their bounds."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch import Tensor

from pgviz.policies.bounds import ActionBounds
from pgviz.policies.distributions import DiagonalGaussian, SquashedGaussian
from tests.policies.differences import gradient_by_differences
from tests.policies.support import (
    INTERVALS,
    KINDS,
    bounds_of,
    column,
    entropy_exactly,
    gaussian,
    log_density_exactly,
    squashed,
    unsquash,
)

SHAPES = [(0.0, 1.0), (1.5, 0.4), (-0.8, 0.7)]
EXTREME_STDS = [1e-6, 1e-2, 10.0, 1e3]

# Measured: 2e-5 at σ = 2, where 48 nodes begin to lose the bend of ln(1 − tanh²); beyond, float32's last digits.
ENTROPY_ERROR = {0.01: 5e-6, 0.1: 5e-6, 0.5: 5e-6, 1.0: 5e-6, 1.5: 5e-6, 2.0: 5e-5} | {
    2.01: 5e-6,
    3.0: 5e-6,
    10.0: 1e-5,
    100.0: 1e-4,
    1000.0: 1e-3,
}


def test_that_the_log_probability_and_entropy_of_a_gaussian_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    mean, std, sample = rng.normal(size=(6, 3)), np.exp(rng.normal(size=3)), rng.normal(size=(6, 3))
    distribution = DiagonalGaussian(torch.from_numpy(mean), torch.from_numpy(std).log())
    expected = np.sum(stats.norm.logpdf(sample, mean, std), -1)
    np.testing.assert_allclose(distribution.log_prob(torch.from_numpy(sample)), expected, rtol=1e-12)
    expected_entropy = np.full(6, sum(float(stats.norm.entropy(0.0, each)) for each in std))
    np.testing.assert_allclose(distribution.entropy(), expected_entropy, rtol=1e-12)
    np.testing.assert_array_equal(distribution.mode(), mean)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("mean", "std"), SHAPES)
def test_that_the_density_over_the_action_integrates_to_one(kind: str, mean: float, std: float) -> None:
    distribution = squashed(kind, mean, std)

    def density(action: float) -> float:
        u = unsquash(kind, action)
        return math.exp(float(distribution.log_prob(column([u])))) if math.isfinite(u) else 0.0

    # From the action of mean − 6σ to that of mean + 6σ, which leaves out two parts in a thousand million.
    first, last = bounds_of(kind).squash(np.array([[mean - 6 * std], [mean + 6 * std]]))[:, 0]
    total, _ = integrate.quad(density, first, last, limit=100, epsabs=1e-5)
    low, high = INTERVALS[kind]
    assert low <= first < last <= high
    assert total == pytest.approx(1.0, abs=2e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("mean", "std"), SHAPES)
@pytest.mark.parametrize("u", [-40.0, -9.0, -1.0, 0.25, 2.0, 12.0, 40.0])
def test_that_the_log_probability_is_that_of_a_change_of_variables_in_many_digits(
    kind: str, mean: float, std: float, u: float
) -> None:
    expected = log_density_exactly(kind, u, np.float32(mean).item(), np.float32(std).item())
    assert float(squashed(kind, mean, std).log_prob(column([u]))) == pytest.approx(expected, rel=5e-6, abs=5e-6)


def test_that_the_log_probabilities_of_independent_dimensions_add_up() -> None:
    u_BD = torch.tensor([[0.1, -0.4, 0.8, 2.0]])
    mean_BD, log_std_D = torch.tensor([[0.0, 0.5, -0.5, 1.0]]), torch.tensor([-0.5, 0.0, 0.2, 0.4])
    together = SquashedGaussian(mean_BD, log_std_D, bounds_of(*KINDS))
    each = [
        SquashedGaussian(mean_BD[:, d : d + 1], log_std_D[d : d + 1], bounds_of(kind))
        for d, kind in enumerate(KINDS)
    ]
    log_probs = [one.log_prob(u_BD[:, d : d + 1]) for d, one in enumerate(each)]
    torch.testing.assert_close(together.log_prob(u_BD), torch.stack(log_probs).sum(0))
    torch.testing.assert_close(together.entropy(), torch.stack([one.entropy() for one in each]).sum(0))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("std", list(ENTROPY_ERROR))
def test_that_the_squashed_entropy_is_exact_within_its_stated_error(kind: str, std: float) -> None:
    means = np.linspace(-5, 5, 21, dtype=np.float32)
    distribution = SquashedGaussian(torch.from_numpy(means[:, None]), torch.tensor([std]).log(), bounds_of(kind))
    expected = [entropy_exactly(kind, float(mean), np.float32(std).item()) for mean in means]
    np.testing.assert_allclose(distribution.entropy(), expected, rtol=0, atol=ENTROPY_ERROR[std])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("mean", "std"), SHAPES)
def test_that_the_entropy_is_the_mean_surprise_of_its_samples(kind: str, mean: float, std: float) -> None:
    distribution = squashed(kind, mean, std, 50_000)
    sample = distribution.sample(np.random.default_rng(1))
    surprise = -distribution.log_prob(torch.from_numpy(sample))
    standard_error = float(surprise.std()) / len(surprise) ** 0.5
    assert float(surprise.mean()) == pytest.approx(
        float(squashed(kind, mean, std).entropy()), abs=4 * standard_error
    )


def test_that_the_entropy_of_a_bounded_action_never_exceeds_that_of_the_uniform_one() -> None:
    uniform = bounds_of("bounded").volume_log
    assert uniform is not None
    stds = np.linspace(0.05, 3.0, 60)
    entropies = [float(squashed("bounded", 0.0, std).entropy()) for std in stds]
    assert max(entropies) <= uniform
    assert max(entropies) > uniform - 0.05


@pytest.mark.parametrize(("mean", "std"), SHAPES)
def test_that_samples_are_normal(mean: float, std: float) -> None:
    sample = gaussian(mean, std, 20_000).sample(np.random.default_rng(2))[:, 0]
    assert stats.kstest(sample, stats.norm(mean, std).cdf).pvalue > 0.01


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("mean", "std"), SHAPES)
def test_that_squashed_actions_have_the_density_that_is_claimed_for_them(
    kind: str, mean: float, std: float
) -> None:
    bounds = bounds_of(kind)
    actions = bounds.squash(squashed(kind, mean, std, 20_000).sample(np.random.default_rng(3)))[:, 0]
    edges = bounds.squash(np.linspace(mean - 2.5 * std, mean + 2.5 * std, 9)[:, None])[:, 0]
    inside = [_probability(kind, mean, std, *pair) for pair in itertools.pairwise(edges)]
    counts = np.histogram(actions, edges)[0]
    outside = len(actions) - counts.sum()
    expected = np.array([*inside, 1.0 - sum(inside)]) * len(actions)
    assert stats.chisquare([*counts, outside], expected, sum_check=False).pvalue > 0.01


def _probability(kind: str, mean: float, std: float, first: float, last: float) -> float:
    """Integral of the claimed density between two actions, by Simpson's rule."""
    actions = np.linspace(first, last, 201)
    u = column([unsquash(kind, float(action)) for action in actions])
    return float(integrate.simpson(squashed(kind, mean, std, 201).log_prob(u).exp().numpy(), x=actions))


def _double_bounds(monkeypatch: pytest.MonkeyPatch) -> ActionBounds:
    """Bounds and quadrature in float64, so that differences can be taken."""
    from pgviz.policies import distributions

    for name in ("_NODES_Q", "_WEIGHTS_Q"):
        monkeypatch.setattr(distributions, name, getattr(distributions, name).double())
    return bounds_of(*KINDS)


@pytest.mark.parametrize("squash", [True, False])
def test_that_the_gradients_are_those_of_finite_differences(squash: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = _double_bounds(monkeypatch)
    mean_D = torch.tensor([0.3, -0.5, 1.0, 0.0], dtype=torch.float64)
    log_std_D = torch.tensor([-0.4, 0.1, -1.0, 0.5], dtype=torch.float64)
    sample_D = torch.tensor([0.9, -1.5, 0.7, 0.2], dtype=torch.float64)

    def make(mean: Tensor, log_std: Tensor) -> DiagonalGaussian:
        return SquashedGaussian(mean[None], log_std, bounds) if squash else DiagonalGaussian(mean[None], log_std)

    gradient_by_differences(lambda x: make(x, log_std_D).log_prob(sample_D).sum(), mean_D)
    gradient_by_differences(lambda x: make(mean_D, x).log_prob(sample_D).sum(), log_std_D)
    gradient_by_differences(lambda x: make(mean_D, x).entropy().sum(), log_std_D)
    if squash:
        gradient_by_differences(lambda x: make(x, log_std_D).entropy().sum(), mean_D)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("mean", "std"), [(0.0, 0.5), (1.0, 1.0), (-2.0, 1.5), (0.5, 2.2), (0.0, 7.0), (-3.0, 10.0), (20.0, 100.0)]
)
def test_that_the_gradient_of_the_squashed_entropy_is_that_of_the_exact_one(
    kind: str, mean: float, std: float
) -> None:
    mean_B, log_std = torch.tensor([[mean]], requires_grad=True), torch.tensor([math.log(std)], requires_grad=True)
    SquashedGaussian(mean_B, log_std, bounds_of(kind)).entropy().sum().backward()  # type: ignore[no-untyped-call]
    assert log_std.grad is not None
    step = 1e-4
    by_mean = (entropy_exactly(kind, mean + step, std) - entropy_exactly(kind, mean - step, std)) / (2 * step)
    wider, narrower = std * math.exp(step), std * math.exp(-step)
    by_log_std = (entropy_exactly(kind, mean, wider) - entropy_exactly(kind, mean, narrower)) / (2 * step)
    assert float(mean_B.grad if mean_B.grad is not None else 0.0) == pytest.approx(by_mean, abs=1e-4)
    assert float(log_std.grad) == pytest.approx(by_log_std, abs=1e-4, rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("std", EXTREME_STDS)
@pytest.mark.parametrize("u", [-50.0, 0.0, 50.0])
def test_that_extremes_give_finite_numbers_and_gradients(kind: str, std: float, u: float) -> None:
    mean, log_std = torch.tensor([[u]], requires_grad=True), torch.tensor([math.log(std)], requires_grad=True)
    distribution = SquashedGaussian(mean, log_std, bounds_of(kind))
    sample = torch.from_numpy(distribution.sample(np.random.default_rng(0)))
    log_prob, entropy = distribution.log_prob(sample), distribution.entropy()
    (log_prob + entropy).sum().backward()  # type: ignore[no-untyped-call]
    for tensor in (log_prob, entropy, mean.grad, log_std.grad):
        assert tensor is not None
        assert bool(torch.isfinite(tensor).all())
