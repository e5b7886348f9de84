"""Policies that follow from action values: what they draw, send and say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.stats
import torch
from gymnasium import Space, spaces

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.build import build_policy
from pgviz.policies.decision import BinnedDecision, CategoricalDecision
from pgviz.policies.q_policy import BinnedQPolicy, QPolicy
from tests.policies.making import OBSERVATION_SIZE, observations, scramble

DISCRETE = spaces.Discrete(4, start=3)
PLANE = spaces.Box(np.array([-2.0, 0.0], np.float32), np.array([2.0, 1.0], np.float32))
BEHAVIOURS = pytest.mark.parametrize(
    ("epsilon", "temperature"), [(0.0, None), (0.3, None), (1.0, None), (0.0, 0.5)]
)
MASK = np.array([True, False, True, True])


def _policy(space: Space[Any] = DISCRETE, *, epsilon: float = 0.3, temperature: float | None = None) -> QPolicy:
    config = RunConfig.create(
        "Any-v0", "dqn", hidden_sizes=(8, 6), bins=3 if isinstance(space, spaces.Box) else None
    )
    generator = torch.Generator().manual_seed(0)
    policy = build_policy(space, OBSERVATION_SIZE, config, critic=True, generator=generator)
    assert isinstance(policy, QPolicy)
    scramble(policy)
    policy.behaviour.epsilon, policy.behaviour.temperature = epsilon, temperature
    return policy


def _values(policy: QPolicy, states: Any) -> Any:
    """Q by the module itself."""
    with torch.no_grad():
        return policy.actor(torch.from_numpy(states)).numpy()


@BEHAVIOURS
@pytest.mark.parametrize("mask", [None, MASK], ids=["all legal", "masked"])
def test_that_actions_are_drawn_with_the_probabilities_that_are_shown(
    epsilon: float, temperature: float | None, mask: Any
) -> None:
    policy = _policy(epsilon=epsilon, temperature=temperature)
    state, count = observations(1), 30_000
    masks = None if mask is None else np.repeat(mask[None], count, 0)
    drawn = policy.act(np.repeat(state, count, 0), np.random.default_rng(3), masks)
    decision = policy.decide(state[0], None, mask)
    assert isinstance(decision, CategoricalDecision)
    counts, likely = np.bincount(drawn, minlength=4), decision.probabilities_A > 0.0
    assert counts[~likely].sum() == 0
    if likely.sum() > 1:
        expected = decision.probabilities_A[likely] * count
        assert scipy.stats.chisquare(counts[likely], expected).pvalue > 1e-3


@BEHAVIOURS
def test_that_a_masked_action_is_never_taken_and_has_probability_0(
    epsilon: float, temperature: float | None
) -> None:
    policy = _policy(epsilon=epsilon, temperature=temperature)
    rng = np.random.default_rng(0)
    masks = rng.random((500, 4)) < 0.4
    masks[np.arange(500), rng.integers(0, 4, 500)] = True
    states = observations(500)
    for _ in range(10):
        assert masks[np.arange(500), policy.act(states, rng, masks)].all()
    assert masks[np.arange(500), policy.likeliest(states, masks)].all()
    distribution = policy.distribution(torch.from_numpy(states), torch.from_numpy(masks))
    assert (distribution.log_probs_BA.exp().numpy()[~masks] == 0.0).all()  # type: ignore[attr-defined]


@BEHAVIOURS
def test_that_the_distribution_is_that_of_the_decisions(epsilon: float, temperature: float | None) -> None:
    policy = _policy(epsilon=epsilon, temperature=temperature)
    states = observations(6)
    masks = np.repeat(MASK[None], 6, 0)
    distribution = policy.distribution(torch.from_numpy(states), torch.from_numpy(masks))
    samples = policy.likeliest(states, masks)
    said = policy.assess(states, samples, masks)
    assert said.values_B is None
    for row, state in enumerate(states):
        decision = policy.decide(state, np.asarray(samples[row]), MASK)
        assert float(distribution.entropy()[row]) == pytest.approx(decision.entropy, abs=1e-5)
        for log_probs in (distribution.log_prob(torch.from_numpy(samples)), said.score.log_probs_B):
            assert float(log_probs[row]) == pytest.approx(decision.log_prob, abs=1e-5)


def test_that_a_decision_says_what_the_network_says() -> None:
    policy, state = _policy(), observations(1)[0]
    values = _values(policy, state[None])[0]
    decision = policy.decide(state, np.array(2), MASK)
    assert isinstance(decision, CategoricalDecision)
    assert decision.values_A is not None
    np.testing.assert_allclose(decision.values_A, values, rtol=1e-5)
    np.testing.assert_allclose(decision.logits_A, values, rtol=1e-5)
    assert decision.value == pytest.approx(values[MASK].max(), rel=1e-5)
    assert decision.log_prob == pytest.approx(math.log(decision.probabilities_A[2]))
    assert decision.entropy == pytest.approx(scipy.stats.entropy(decision.probabilities_A))
    assert (decision.chosen, decision.action) == (2, 5)
    assert decision.mask_A is not None
    np.testing.assert_array_equal(decision.mask_A, MASK)
    waiting = policy.decide(state, None)
    assert waiting.log_prob is None
    assert waiting.value == pytest.approx(values.max(), rel=1e-5)


def test_that_the_likeliest_action_is_the_best_one_however_much_is_explored() -> None:
    policy, states = _policy(epsilon=1.0), observations(50)
    np.testing.assert_array_equal(policy.likeliest(states), _values(policy, states).argmax(1))
    masks = np.repeat(MASK[None], 50, 0)
    legal = np.where(masks, _values(policy, states), -np.inf)
    np.testing.assert_array_equal(policy.likeliest(states, masks), legal.argmax(1))
    assert len(set(policy.likeliest(states).tolist())) > 1


def test_that_indices_are_sent_from_the_first_action_on() -> None:
    assert _policy().to_actions(np.array([0, 3])).tolist() == [3, 6]


def test_that_deciding_draws_and_changes_nothing() -> None:
    policy, state = _policy(), observations(1)
    before = policy.weights_sha256()
    first = policy.act(np.repeat(state, 20, 0), np.random.default_rng(5))
    policy.decide(state[0], np.array(0), MASK)
    np.testing.assert_array_equal(policy.act(np.repeat(state, 20, 0), np.random.default_rng(5)), first)
    assert policy.weights_sha256() == before


def test_that_facts_say_that_it_values() -> None:
    facts = _policy().facts
    assert (facts.kind, facts.has_std, facts.has_value) == ("values", False, True)
    assert facts.uniform_entropy == pytest.approx(math.log(4))
    assert facts.parameter_count == 5 * 8 + 8 + 8 * 6 + 6 + 6 * 4 + 4
    binned = _policy(PLANE).facts
    assert binned.kind == "bins"
    assert binned.uniform_entropy == pytest.approx(math.log(9))


@BEHAVIOURS
def test_that_a_binned_decision_is_made_of_the_joint_one(epsilon: float, temperature: float | None) -> None:
    policy, state = _policy(PLANE, epsilon=epsilon, temperature=temperature), observations(1)[0]
    assert isinstance(policy, BinnedQPolicy)
    values = _values(policy, state[None])
    joint = policy.behaviour.probabilities(values)[0].reshape(3, 3)
    decision = policy.decide(state, np.array(5))
    assert isinstance(decision, BinnedDecision)
    np.testing.assert_allclose(decision.probabilities_DK, [joint.sum(1), joint.sum(0)], atol=1e-6)
    grid = values[0].reshape(3, 3)
    np.testing.assert_allclose(decision.values_DK, [grid.max(1), grid.max(0)], rtol=1e-5)
    assert decision.value == pytest.approx(grid.max(), rel=1e-5)
    assert decision.entropy == pytest.approx(scipy.stats.entropy(joint.reshape(-1)), abs=1e-6)
    with np.errstate(divide="ignore"):
        assert decision.log_prob == pytest.approx(float(np.log(joint[1, 2])), abs=1e-5)
    assert decision.centres_DK.tolist() == [[-2.0, 0.0, 2.0], [0.0, 0.5, 1.0]]
    assert decision.chosen_D is not None
    assert decision.chosen_D.tolist() == [1, 2]
    assert decision.action_D is not None
    np.testing.assert_allclose(decision.action_D, policy.to_actions(np.array([5]))[0])
    np.testing.assert_allclose((decision.low_D, decision.high_D), (PLANE.low, PLANE.high))
    waiting = policy.decide(state, None)
    assert isinstance(waiting, BinnedDecision)
    assert waiting.action_D is None
    assert waiting.log_prob is None


def test_that_what_bins_send_is_in_the_box() -> None:
    policy = _policy(PLANE, epsilon=1.0)
    drawn = policy.act(observations(300), np.random.default_rng(0))
    actions = policy.to_actions(drawn)
    assert len(set(drawn.tolist())) == 9
    assert all(PLANE.contains(action) for action in actions)


@pytest.mark.parametrize(
    ("space", "bins", "words"),
    [
        (PLANE, None, "Any-v0 has real-valued actions, and DQN chooses among finitely many: set bins=11"),
        (DISCRETE, 5, "Any-v0 has 4 discrete actions, and bins divide real ones: set bins=none"),
        (spaces.Box(-np.inf, np.inf, (2,), np.float32), 3, "bins need a bounded action, and dimension 1 of 2"),
        (spaces.Box(-1.0, 1.0, (6,), np.float32), 11, "1,771,561 joint actions.*set bins=4 or fewer"),
        (
            spaces.MultiDiscrete(np.array([[2, 3], [4, 5]])),
            None,
            r"MultiDiscrete\(\[\[2 3\] \[4 5\]\]\): DQN needs Discrete",
        ),
        (spaces.MultiDiscrete([3, 3]), None, "DQN needs Discrete actions, or a Box of real numbers with bins"),
        (spaces.MultiBinary(3), 3, "DQN needs Discrete actions, or a Box of real numbers with bins"),
    ],
)
def test_that_actions_which_cannot_be_valued_one_by_one_are_refused_with_what_to_do(
    space: Space[Any], bins: int | None, words: str
) -> None:
    config = RunConfig.create("Any-v0", "dqn", bins=bins)
    with pytest.raises(UsageError, match=words):
        build_policy(space, 3, config, critic=False, generator=torch.Generator())
