"""The gradients of the algorithms against ∇J, enumerated exactly on a process of two states.

Every trajectory is given to the algorithm as a batch of its own and weighed by its probability, so that the
expected gradient is a finite sum without noise. The mean over an episode's steps is undone by its length.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces
from torch import Tensor

from pgviz.algorithms.objective import Descent, Sloped, descend
from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.algorithms.rollout import Rollout
from pgviz.config import RunConfig
from pgviz.session.headless import train
from tests.algorithms import two_states
from tests.algorithms.making import actor_gradient, make_algorithm, make_rollout
from tests.algorithms.two_states import OBSERVATIONS, Step, Trajectory

UNTOUCHED: dict[str, object] = {"gamma": 1.0, "normalize_advantage": False, "entropy_coefficient": 0.0}
ADVANTAGES: dict[str, dict[str, object]] = {
    "reinforce": {"baseline": True},
    "a2c": {"gae_lambda": 1.0},
    "ppo": {"gae_lambda": 1.0, "epochs": 1, "minibatch_size": 64},
}


def _make(name: str, **settings: object) -> OnPolicyAlgorithm:
    chosen = UNTOUCHED | ADVANTAGES[name] | settings
    return make_algorithm(name, spaces.Discrete(2), OBSERVATIONS, moved=0.6, **chosen)


def _set_critic(algorithm: OnPolicyAlgorithm, values_O: Sequence[float]) -> None:
    """Give every observation a value: the hidden units pass the one-hot vector on, the output picks from it."""
    critic = algorithm.policy.critic
    assert critic is not None
    weights = [torch.eye(OBSERVATIONS), torch.zeros(OBSERVATIONS), torch.tensor([list(values_O)]), torch.zeros(1)]
    with torch.no_grad():
        for parameter, wanted in zip(critic.parameters(), weights, strict=True):
            parameter.copy_(wanted)


def _table(algorithm: OnPolicyAlgorithm) -> Tensor:
    return two_states.policy_table(copy.deepcopy(algorithm.policy.actor).double()).detach()


def _rollout(steps: Sequence[Step]) -> Rollout:
    last = len(steps) - 1
    return make_rollout(
        np.stack([two_states.one_hot(step.observation) for step in steps]),
        np.array([[step.action] for step in steps]),
        np.array([[step.reward] for step in steps]),
        terminated=((last, 0),) if steps[last].terminated else (),
        last_NO=two_states.one_hot(steps[last].next_observation),
    )


def _weighed_gradient(algorithm: OnPolicyAlgorithm, batches: Sequence[Trajectory]) -> Tensor:
    """Σ p · (number of steps) · (ascent direction of the batch)."""
    total = torch.zeros(0, dtype=torch.float64)
    for probability, steps in batches:
        algorithm.begin_update(1.0)
        next(algorithm.minibatches(_rollout(steps)))
        part = -probability * len(steps) * actor_gradient(algorithm).double()
        total = part if total.numel() == 0 else total + part
    return total


def _every_trajectory(algorithm: OnPolicyAlgorithm) -> list[Trajectory]:
    return two_states.trajectories(_table(algorithm).numpy())


def _check(algorithm: OnPolicyAlgorithm) -> None:
    _, exact = two_states.exact_gradient(algorithm.policy.actor)
    assert float(exact.norm()) > 0.1
    torch.testing.assert_close(
        _weighed_gradient(algorithm, _every_trajectory(algorithm)), exact, rtol=1e-4, atol=1e-5
    )


def test_that_the_enumeration_is_complete_and_its_mean_return_is_that_of_dynamic_programming() -> None:
    algorithm = _make("a2c")
    every = _every_trajectory(algorithm)
    assert sum(each.probability for each in every) == pytest.approx(1.0, abs=1e-12)
    mean = sum(each.probability * sum(step.reward for step in each.steps) for each in every)
    objective, gradient = two_states.exact_gradient(algorithm.policy.actor)
    assert mean == pytest.approx(objective, abs=1e-12)
    assert len({len(each.steps) for each in every}) == 3
    assert gradient.numel() == sum(parameter.numel() for parameter in algorithm.policy.actor.parameters())


@pytest.mark.parametrize("baseline", [True, False])
def test_that_the_expected_gradient_of_reinforce_is_the_policy_gradient(baseline: bool) -> None:
    _check(_make("reinforce", baseline=baseline))


@pytest.mark.parametrize("name", ["a2c", "ppo"])
@pytest.mark.parametrize("critic", ["arbitrary", "zero"])
def test_that_with_whole_returns_the_expected_gradient_needs_no_right_critic(name: str, critic: str) -> None:
    algorithm = _make(name, activation="relu")
    if critic == "zero":
        _set_critic(algorithm, [0.0] * OBSERVATIONS)
    _check(algorithm)


@pytest.mark.parametrize("name", ["a2c", "ppo"])
@pytest.mark.parametrize("gae_lambda", [0.0, 0.6])
def test_that_with_the_exact_critic_every_lambda_gives_the_policy_gradient(name: str, gae_lambda: float) -> None:
    algorithm = _make(name, activation="relu", gae_lambda=gae_lambda)
    _set_critic(algorithm, [float(value) for value in two_states.values(_table(algorithm))])
    _check(algorithm)


@pytest.mark.parametrize("name", ["a2c", "ppo"])
@pytest.mark.parametrize("length", [1, 2])
def test_that_rollouts_cut_in_mid_episode_give_the_policy_gradient_by_bootstrapping(
    name: str, length: int
) -> None:
    algorithm = _make(name, activation="relu")
    _set_critic(algorithm, [float(value) for value in two_states.values(_table(algorithm))])
    pieces = [
        Trajectory(each.probability, each.steps[begin : begin + length])
        for each in _every_trajectory(algorithm)
        for begin in range(0, len(each.steps), length)
    ]
    _, exact = two_states.exact_gradient(algorithm.policy.actor)
    torch.testing.assert_close(_weighed_gradient(algorithm, pieces), exact, rtol=1e-4, atol=1e-5)


def test_that_with_a_wrong_critic_a_small_lambda_is_biased() -> None:
    algorithm = _make("a2c", gae_lambda=0.0)
    with pytest.raises(AssertionError, match="not close"):
        _check(algorithm)


@pytest.mark.parametrize("name", ["reinforce", "a2c", "ppo"])
def test_that_a_flipped_sign_would_be_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(objective: Sloped, **others: Any) -> Descent:
        return descend(Sloped(-objective.value, -objective.slopes_B), **others)

    monkeypatch.setattr("pgviz.algorithms.on_policy.descend", wrong)
    with pytest.raises(AssertionError, match="not close"):
        _check(_make(name))


@pytest.mark.parametrize("name", ["reinforce", "a2c", "ppo"])
def test_that_training_climbs_to_nearly_the_best_policy_of_the_process(name: str) -> None:
    settings: dict[str, object] = {"steps": 8000, "hidden_sizes": (16,), "learning_rate": 1e-2, "gamma": 1.0}
    if name == "ppo":
        settings["rollout_length"] = 64
    config = RunConfig.create(two_states.ID, name, **settings)
    actor = train(config).policy.actor
    reached, _ = two_states.exact_gradient(actor)
    assert reached > 0.97 * _best()


def _best() -> float:
    """The greatest J that any policy has, by trying all deterministic ones."""
    objectives = []
    for code in range(2**OBSERVATIONS):
        choices = [(code >> bit) & 1 for bit in range(OBSERVATIONS)]
        table = two_states.values(torch.eye(2, dtype=torch.float64)[choices])
        objectives.append(float(two_states.START[0] * table[0] + two_states.START[1] * table[1]))
    return max(objectives)
