"""Policies for actions that are made up of several: what they send, say and learn by."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import Space, spaces

from pgviz.action_layout import ActionLayout, splitter
from pgviz.environments.labels import action_factors
from pgviz.errors import UsageError
from pgviz.policies.decision import CategoricalDecision, FactoredDecision, GaussianDecision
from pgviz.policies.factored import FactoredPolicy
from pgviz.policies.policy import Policy
from tests.environments.matching import numbers
from tests.policies.making import DISCRETE, make_policy, observations, scramble
from tests.test_action_layout import FACTORED, NESTED

EACH = pytest.mark.parametrize("space", FACTORED.values(), ids=list(FACTORED))
MIXED = pytest.mark.parametrize("space", [NESTED, FACTORED["multi-discrete"], FACTORED["real tuple"]])


def _drawn(policy: Policy, count: int = 6, masks: Any = None) -> Any:
    return policy.act(observations(count), np.random.default_rng(0), masks)


def _masks(policy: Policy, count: int = 6) -> Any:
    """Masks that leave the last option of every choice and some others."""
    assert isinstance(policy, FactoredPolicy)
    masks = np.random.default_rng(1).random((count, policy.layout.option_count)) < 0.4
    masks[:, np.cumsum(policy.layout.counts_F) - 1] = True
    return masks


def _taken(policy: Policy, samples: Any) -> Any:
    """Where among all options those that were drawn are, ``(N, F)``."""
    assert isinstance(policy, FactoredPolicy)
    layout = policy.layout
    return samples[:, layout.choice_columns_F].astype(int) + np.cumsum(layout.counts_F) - layout.counts_F


@EACH
@pytest.mark.parametrize("action_bounds", ["squash", "clip"])
def test_that_every_action_is_one_of_the_space(space: Space[Any], action_bounds: str) -> None:
    policy = make_policy(space, action_bounds=action_bounds, initial_std=10.0)
    scramble(policy, 2.0)
    sent = splitter(space)(policy.to_actions(_drawn(policy, 200)))
    assert all(space.contains(action) for action in sent)
    assert len({str(action) for action in sent}) > 1


@EACH
def test_that_the_policy_starts_near_the_uniform_one(space: Space[Any]) -> None:
    policy = make_policy(space, hidden_sizes=(64, 64), initial_std=0.7)
    assert isinstance(policy, FactoredPolicy)
    for choice in policy.distribution(torch.from_numpy(observations(50))).choices:  # type: ignore[attr-defined]
        likely = choice.log_probs_BA.detach().exp()
        uniform = 1.0 / (likely > 0).sum(-1, keepdim=True)
        assert float(((likely - uniform) * (likely > 0)).abs().max()) < 0.02
    if policy.log_std_values is not None:
        np.testing.assert_allclose(policy.log_std_values, math.log(0.7), rtol=1e-6)


def test_that_the_facts_say_what_is_learned() -> None:
    policy = make_policy(spaces.Tuple((spaces.Discrete(3), spaces.MultiBinary(2), spaces.Box(-1, 3, (2,)))))
    facts = policy.facts
    assert facts.kind == "factored"
    assert facts.uniform_entropy == pytest.approx(math.log(3 * 2 * 2) + math.log(4 * 4))
    assert facts.has_std
    assert facts.parameter_count == policy.flat.numel()
    choices = make_policy(spaces.MultiBinary(2))
    assert not choices.facts.has_std
    assert choices.log_std_values is None
    assert choices.takes_masks
    assert make_policy(FACTORED["real tuple"]).facts.uniform_entropy is None
    assert not make_policy(FACTORED["real tuple"]).takes_masks


@EACH
@pytest.mark.parametrize("masked", [False, True])
def test_that_acting_draws_from_the_distribution_of_the_modules(space: Space[Any], masked: bool) -> None:
    policy = make_policy(space)
    scramble(policy)
    masks = _masks(policy, 9) if masked and policy.takes_masks else None
    legal = None if masks is None else torch.from_numpy(masks)
    distribution = policy.distribution(torch.from_numpy(observations(9)), legal)
    expected: Any = distribution.sample(np.random.default_rng(0))
    np.testing.assert_allclose(_drawn(policy, 9, masks), expected, rtol=1e-5, atol=1e-6)


@EACH
def test_that_what_is_illegal_is_neither_drawn_nor_likeliest(space: Space[Any]) -> None:
    policy = make_policy(space)
    if not policy.takes_masks:
        return
    scramble(policy, 2.0)
    masks = _masks(policy, 3000)
    for samples in (_drawn(policy, 3000, masks), policy.likeliest(observations(3000), masks)):
        assert masks[np.arange(3000)[:, None], _taken(policy, samples)].all()


@EACH
@pytest.mark.parametrize("masked", [False, True])
def test_that_a_decision_is_told_factor_by_factor(space: Space[Any], masked: bool) -> None:
    policy = make_policy(space)
    assert isinstance(policy, FactoredPolicy)
    scramble(policy)
    mask = _masks(policy, 1) if masked and policy.takes_masks else None
    state, sample = observations(1), _drawn(policy, 1, mask)
    decision = policy.decide(state[0], sample[0], None if mask is None else mask[0])
    assert isinstance(decision, FactoredDecision)
    assert decision.log_prob == pytest.approx(sum(each.log_prob or 0.0 for each in decision.factors), rel=1e-5)
    assert decision.entropy == pytest.approx(sum(each.entropy for each in decision.factors), rel=1e-5, abs=1e-6)
    assert decision.value == pytest.approx(float(policy.values(state)[0]))
    legal = None if mask is None else torch.from_numpy(mask)
    distribution = policy.distribution(torch.from_numpy(state), legal)
    assert decision.log_prob == pytest.approx(float(distribution.log_prob(torch.from_numpy(sample)).detach()))
    told = [number for each in decision.factors for number in _action(each)]
    sent = splitter(space)(policy.to_actions(sample))[0]
    np.testing.assert_allclose(told, numbers(sent, space), rtol=1e-6)
    assert pickle.loads(pickle.dumps(decision)).entropy == decision.entropy


def _action(factor: Any) -> list[Any]:
    return [factor.action] if isinstance(factor, CategoricalDecision) else list(factor.action_D)


@EACH
def test_that_factors_are_in_the_order_of_the_environments_facts(space: Space[Any]) -> None:
    policy = make_policy(space)
    decision = policy.decide(observations(1)[0], None)
    assert isinstance(decision, FactoredDecision)
    facts = action_factors("Any-v0", space)
    assert len(facts) == len(decision.factors)
    for fact, factor in zip(facts, decision.factors, strict=True):
        if isinstance(factor, CategoricalDecision):
            assert [str(factor.start + option) for option in range(len(factor.probabilities_A))] == list(
                fact.labels
            )
            assert fact.low == ()
        else:
            assert isinstance(factor, GaussianDecision)
            assert fact.low == tuple(factor.low_D)
            assert fact.high == tuple(factor.high_D)
            assert len(fact.labels) == len(factor.mean_D)


def test_that_each_choice_shows_its_probabilities_logits_and_mask() -> None:
    policy = make_policy(FACTORED["multi-discrete"])
    scramble(policy)
    mask = np.array([True, True, True, False, True, False, False, True, True, False])
    decision = policy.decide(observations(1)[0], np.array([1, 2, 1]), mask)
    assert isinstance(decision, FactoredDecision)
    first, second, third = decision.factors
    assert isinstance(second, CategoricalDecision)
    assert isinstance(third, CategoricalDecision)
    assert second.mask_A is not None
    assert second.mask_A.tolist() == mask[2:7].tolist()
    weights = np.exp(second.logits_A.astype(float)) * mask[2:7]
    np.testing.assert_allclose(second.probabilities_A, weights / weights.sum(), rtol=1e-5)
    assert (second.probabilities_A[~mask[2:7]] == 0.0).all()
    assert second.log_prob == pytest.approx(math.log(second.probabilities_A[2]))
    assert (third.start, third.chosen, third.action) == (-4, 1, -3)
    assert first.value is None


@MIXED
@pytest.mark.parametrize("chosen", [True, False])
def test_that_describing_draws_nothing_and_changes_nothing(space: Space[Any], chosen: bool) -> None:
    policy = make_policy(space)
    state, sample = observations(1), _drawn(policy, 1)
    before = (policy.weights_sha256(), state.tobytes(), sample.tobytes())
    torch_state = torch.get_rng_state()
    decision = policy.decide(state[0], sample[0] if chosen else None)
    told = str(decision)
    assert isinstance(decision, FactoredDecision)
    assert all((each.log_prob is not None) == chosen for each in (decision, *decision.factors))
    assert before == (policy.weights_sha256(), state.tobytes(), sample.tobytes())
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert policy.flat.grad is None
    scramble(policy)
    assert str(decision) == told


@MIXED
def test_that_equal_seeds_act_alike(space: Space[Any]) -> None:
    first, second = (make_policy(space, seed=3) for _ in range(2))
    assert first.weights_sha256() == second.weights_sha256()
    np.testing.assert_array_equal(_drawn(first), _drawn(second))


def test_that_samples_of_mixed_kinds_keep_every_index() -> None:
    space = spaces.Tuple((spaces.Discrete(200_000), spaces.Box(-1, 1, (1,))))
    policy = make_policy(space, hidden_sizes=(2,))
    samples = np.array([[199_999.0, 0.0], [131_071.0, 0.3]], np.float32)
    sent = splitter(space)(policy.to_actions(samples))
    assert [int(action[0]) for action in sent] == [199_999, 131_071]


def test_that_the_start_of_large_integers_is_exact() -> None:
    space = spaces.Tuple((spaces.Discrete(3, start=2**53 - 3), spaces.Box(-1, 1, (1,))))
    assert ActionLayout(space).starts_F.tolist() == [2**53 - 3]
    sent = splitter(space)(make_policy(space).to_actions(np.array([[2.0, 0.1]], np.float32)))
    assert int(sent[0][0]) == 2**53 - 1


@pytest.mark.parametrize("kind", ["free", "state"])
def test_that_the_std_of_the_real_numbers_can_be_set_again(kind: str) -> None:
    policy = make_policy(NESTED, std_kind=kind, initial_std=0.5)
    for std in (0.5, 0.25):
        if std == 0.25:
            scramble(policy)
            policy.set_std(std)
        decision = policy.decide(observations(1)[0], None)
        assert isinstance(decision, FactoredDecision)
        stds = [each.std_D for each in decision.factors if isinstance(each, GaussianDecision)]
        tolerance = 1e-6 if kind == "free" or std == 0.25 else 0.05
        np.testing.assert_allclose(np.concatenate(stds), std, rtol=tolerance)
    assert (policy.log_std_values is None) == (kind == "state")
    parts = policy.std_parameters
    assert sum(part.numel() for part in parts) == 5 * (1 if kind == "free" else 6 + 1)


def test_that_where_there_is_no_std_none_can_be_set() -> None:
    policy = make_policy(spaces.MultiBinary(2))
    with pytest.raises(UsageError, match="no standard deviation"):
        policy.set_std(0.3)
    assert policy.std_parameters == ()


def test_that_a_width_of_the_state_is_told_and_drawn_from() -> None:
    space = spaces.Tuple((spaces.Discrete(2), spaces.Box(-1, 1, (1,))))
    policy = make_policy(space, std_kind="state")
    scramble(policy)
    states = np.repeat(observations(2), 20_000, 0)
    drawn = policy.act(states, np.random.default_rng(0))[:, 1].reshape(2, -1)
    for state, sample in zip(observations(2), drawn, strict=True):
        decision = policy.decide(state, None)
        assert isinstance(decision, FactoredDecision)
        gaussian = decision.factors[1]
        assert isinstance(gaussian, GaussianDecision)
        assert sample.std() == pytest.approx(float(gaussian.std_D[0]), rel=0.03)
        assert sample.mean() == pytest.approx(float(gaussian.mean_D[0]), abs=0.03 * float(sample.std()))


def test_that_a_masked_softmax_shows_what_is_illegal() -> None:
    policy = make_policy(DISCRETE)
    scramble(policy)
    mask = np.array([True, False, True])
    decision = policy.decide(observations(1)[0], np.array(2), mask)
    assert isinstance(decision, CategoricalDecision)
    assert decision.mask_A is not None
    assert decision.mask_A.tolist() == mask.tolist()
    weights = np.exp(decision.logits_A.astype(float)) * mask
    np.testing.assert_allclose(decision.probabilities_A, weights / weights.sum(), rtol=1e-5)
    assert decision.probabilities_A[1] == 0.0
    drawn = policy.act(
        np.repeat(observations(1), 100_000, 0), np.random.default_rng(0), np.tile(mask, (100_000, 1))
    )
    assert set(drawn.tolist()) == {0, 2}


def test_that_a_decision_shows_the_action_that_is_sent_also_where_its_density_is_made_wrong_on_purpose() -> None:
    policy = make_policy(spaces.Tuple((spaces.Discrete(3), spaces.Box(-1, 3, (2,)))))
    scramble(policy)
    policy.corrects_squashing = False
    sample = _drawn(policy, 1)
    decision = policy.decide(observations(1)[0], sample[0])
    assert isinstance(decision, FactoredDecision)
    real = decision.factors[1]
    assert isinstance(real, GaussianDecision)
    assert real.action_D is not None
    sent_K: Any = policy.to_actions(sample)[0]
    np.testing.assert_allclose(real.action_D, sent_K[1:], rtol=1e-12)
    assert real.squashed
