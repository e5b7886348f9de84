"""The curve that is drawn of a policy is the policy's own density."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgviz.policies.decision import CategoricalDecision
from tests.policies.support import INTERVALS, KINDS, column, gaussian, gaussian_decision, squashed, unsquash

MEANS_AND_STDS = [(0.0, 1.0), (0.7, 0.4), (-1.0, 0.8)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("mean", "std"), MEANS_AND_STDS)
def test_that_the_density_of_a_squashed_action_is_that_of_its_log_probability(
    kind: str, mean: float, std: float
) -> None:
    actions, densities = gaussian_decision(kind, mean, std).density(0, 2001)
    inner = slice(100, -100)
    u = column([unsquash(kind, float(action)) for action in actions[inner]])
    expected = squashed(kind, mean, std, len(u)).log_prob(u).exp().numpy()
    np.testing.assert_allclose(densities[inner], expected, rtol=2e-3, atol=1e-4)


@pytest.mark.parametrize(("mean", "std"), MEANS_AND_STDS)
def test_that_the_density_under_clipping_is_that_of_the_sample(mean: float, std: float) -> None:
    actions, densities = gaussian_decision("bounded", mean, std, squash=False).density(0)
    expected = gaussian(mean, std, len(actions)).log_prob(column(actions)).exp().numpy()
    np.testing.assert_allclose(densities, expected, rtol=1e-4)


@pytest.mark.parametrize("squash", [True, False])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("std", [0.1, 0.5, 1.0])
def test_that_the_density_integrates_to_one(kind: str, std: float, squash: bool) -> None:
    actions, densities = gaussian_decision(kind, 0.3, std, squash=squash).density(0)
    assert np.trapezoid(densities, actions) == pytest.approx(1.0, abs=5e-3)


@pytest.mark.parametrize(
    ("mean", "std"), [(0.0, 1e-4), (0.3, 1e-6), (5.0, 0.1), (-8.0, 0.5), (0.0, 10.0), (0.0, 1e3)]
)
def test_that_a_density_narrow_or_piled_up_at_a_bound_is_still_drawn_whole(mean: float, std: float) -> None:
    actions, densities = gaussian_decision("bounded", mean, std).density(0)
    cell = actions[1] - actions[0]
    assert densities.sum() * cell == pytest.approx(1.0, abs=1e-9)
    mean_action = gaussian_decision("bounded", mean, std).mean_action_D[0]
    if std < 1.0:
        assert abs(actions[densities.argmax()] - mean_action) <= cell


@given(
    kind=st.sampled_from(KINDS),
    mean=st.floats(-50, 50, width=32),
    std=st.floats(1e-6, 1e3),
    squash=st.booleans(),
    points=st.integers(2, 300),
)
def test_that_a_density_is_finite_and_within_the_bounds(
    kind: str, mean: float, std: float, squash: bool, points: int
) -> None:
    actions, densities = gaussian_decision(kind, mean, std, squash=squash).density(0, points)
    assert actions.shape == densities.shape == (points,)
    assert np.isfinite(actions).all()
    assert np.isfinite(densities).all()
    assert (densities >= 0.0).all()
    assert (np.diff(actions) >= 0.0).all()
    low, high = INTERVALS[kind]
    assert not squash or (low <= actions.min() and actions.max() <= high)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mean", [-1.0, 0.0, 2.5])
def test_that_the_mean_leads_to_the_action_that_sampling_it_would(kind: str, mean: float) -> None:
    decision = gaussian_decision(kind, mean, 0.5, sample=mean)
    assert decision.action_D is not None
    np.testing.assert_allclose(decision.mean_action_D, decision.action_D, rtol=1e-12)
    clipped = gaussian_decision(kind, mean, 0.5, sample=mean, squash=False)
    assert clipped.action_D is not None
    np.testing.assert_array_equal(clipped.mean_action_D, clipped.action_D)


def test_that_a_box_without_extent_has_a_density_that_can_be_drawn() -> None:
    decision = gaussian_decision("bounded", 0.0, 1.0)
    flat = replace(decision, high_D=decision.low_D)
    actions, densities = flat.density(0)
    assert (actions == flat.low_D[0]).all()
    assert np.isfinite(densities).all()


@pytest.mark.parametrize("mean", [np.inf, -np.inf])
def test_that_all_of_an_infinite_mean_is_at_its_bound(mean: float) -> None:
    actions, densities = gaussian_decision("bounded", mean, 1.0).density(0)
    low, high = INTERVALS["bounded"]
    share = densities * (high - low) / len(densities)
    assert share[-1 if mean > 0 else 0] == pytest.approx(1.0)
    assert share.sum() == pytest.approx(1.0)
    assert np.isfinite(actions).all()


@pytest.mark.parametrize("squash", [True, False])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("mean", "std"), [(np.inf, 1.0), (-np.inf, 1.0), (0.0, np.inf), (np.nan, 1.0)])
def test_that_numbers_beyond_all_computing_are_no_reason_to_warn(
    kind: str, squash: bool, mean: float, std: float
) -> None:
    decision = replace(gaussian_decision(kind, mean, 1.0), std_D=np.array([std]), squashed=squash)
    actions, densities = decision.density(0)
    assert len(actions) == len(densities)


def test_that_the_action_sent_counts_from_the_start_of_its_space() -> None:
    decision = CategoricalDecision(
        observation=np.zeros(1),
        log_prob=-0.7,
        entropy=0.7,
        value=None,
        probabilities_A=np.array([0.5, 0.5]),
        logits_A=np.zeros(2),
        chosen=1,
        start=-3,
    )
    assert decision.action == -2
