"""The slopes of several choices and real numbers, written out, are those that autograd finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import Space, spaces

from pgviz.policies.factored import FactoredPolicy
from pgviz.policies.policy import Policy
from pgviz.policies.scores import TracedScore
from tests.policies.making import make_policy, observations, scramble
from tests.test_action_layout import FACTORED

SIZE = 19
SPACES: dict[str, Space[Any]] = FACTORED | {"groups": spaces.MultiDiscrete([2, 70, 3, 9, 2, 5])}


def _masks(policy: FactoredPolicy) -> Any:
    masks = np.random.default_rng(1).random((SIZE, policy.layout.option_count)) < 0.4
    masks[:, np.cumsum(policy.layout.counts_F) - 1] = True
    return masks


@pytest.mark.parametrize("space", SPACES.values(), ids=list(SPACES))
@pytest.mark.parametrize("action_bounds", ["squash", "clip"])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("scale", [0.5, 50.0])
def test_that_the_score_is_that_of_the_distribution(
    space: Space[Any], action_bounds: str, masked: bool, scale: float
) -> None:
    policy = make_policy(space, action_bounds=action_bounds)
    assert isinstance(policy, FactoredPolicy)
    scramble(policy)
    # Means of ±50 would be beyond what quadrature and autograd agree on.
    outputs = policy.fast_actor.outputs(observations(SIZE))
    outputs[:, : policy.layout.option_count] *= scale
    masks = _masks(policy) if masked and policy.takes_masks else None
    samples = policy.act(observations(SIZE), np.random.default_rng(0), masks)
    ours, theirs = policy._score(outputs, samples, masks), Policy._score(policy, outputs, samples, masks)
    assert isinstance(theirs, TracedScore)
    assert not isinstance(ours, TracedScore)
    np.testing.assert_allclose(ours.log_probs_B, theirs.log_probs_B, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(ours.entropies_B, theirs.entropies_B, rtol=1e-5, atol=1e-5)
    if theirs.max_probabilities_B is None:
        assert ours.max_probabilities_B is None
    else:
        np.testing.assert_allclose(ours.max_probabilities_B, theirs.max_probabilities_B, rtol=1e-4)  # type: ignore[arg-type]
    log_prob, entropy = np.random.default_rng(2).normal(size=(2, SIZE)).astype(np.float32)
    for weights in (None, entropy):
        slopes, expected = ours.slopes(log_prob, weights), theirs.slopes(log_prob, weights)
        np.testing.assert_allclose(slopes.outputs_BK, expected.outputs_BK, rtol=1e-4, atol=1e-5)
        if masks is not None:
            assert not slopes.outputs_BK[:, : masks.shape[1]][~masks].any()
        if expected.log_std_D is None:
            assert slopes.log_std_D is None
        else:
            assert slopes.log_std_D is not None
            np.testing.assert_allclose(slopes.log_std_D, expected.log_std_D, rtol=1e-4, atol=1e-4)
    assert ours.state_log_std_D is None


def test_that_a_width_of_the_state_is_left_to_autograd() -> None:
    policy = make_policy(spaces.Tuple((spaces.Discrete(2), spaces.Box(-1, 1, (1,)))), std_kind="state")
    assessment = policy.assess(observations(4), policy.act(observations(4), np.random.default_rng(0)))
    assert isinstance(assessment.score, TracedScore)
    assert assessment.score.state_log_std_D is not None


def test_that_what_a_score_is_given_stays_as_it_was() -> None:
    policy = make_policy(SPACES["groups"])
    assert isinstance(policy, FactoredPolicy)
    outputs = policy.fast_actor.outputs(observations(SIZE))
    samples, masks = policy.act(observations(SIZE), np.random.default_rng(0)), _masks(policy)
    weights = np.ones(SIZE, np.float32)
    before = [each.copy() for each in (outputs, samples, masks, weights)]
    policy._score(outputs, samples, masks).slopes(weights, weights)
    for each, kept in zip((outputs, samples, masks, weights), before, strict=True):
        np.testing.assert_array_equal(each, kept)
