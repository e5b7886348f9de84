"""The inspector says what the decision and the step hold."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pgviz.gui.inspection import NOT_CHOSEN, NOT_YET, Section, inspect
from pgviz.training.events import GaussianDecision, PastShown
from tests.gui.samples import stepped


def by_title(sections: list[Section]) -> dict[str, dict[str, object]]:
    return {each.title: {each.name(i): value for i, value in enumerate(each.values)} for each in sections}


def test_that_a_discrete_step_is_told_whole() -> None:
    started, first, taken = stepped("CartPole-v1")
    assert taken.detail is not None
    decision = taken.detail.decision
    assert decision.log_prob is not None

    told = by_title(inspect(taken, started.environment, 2))

    assert told["Step"]["Copy"] == "1 of 2"
    assert told["Step"]["Reward"] == 1.0
    assert told["Choice"]["Action"] in started.environment.action_labels
    assert told["Choice"]["Probability π(a|s)"] == pytest.approx(math.exp(decision.log_prob))
    assert told["Choice"]["Advantage A(s, a)"] == NOT_YET
    assert told["Observation"]["pole angle"] == decision.observation[2]
    assert sum(told["Probabilities π(·|s)"].values()) == pytest.approx(1.0)  # type: ignore[arg-type]
    assert by_title(inspect(first, started.environment))["Choice"]["Action"] == NOT_CHOSEN


def test_that_a_continuous_action_is_told_before_and_after_squashing() -> None:
    started, first, taken = stepped("Pendulum-v1")
    assert taken.detail is not None
    decision = taken.detail.decision
    assert isinstance(decision, GaussianDecision)

    told = by_title(inspect(taken, started.environment))

    assert decision.sample_D is not None
    assert told["Action sampled, before squashing"] == {"torque": decision.sample_D[0]}
    squashed = 2.0 * np.tanh(decision.sample_D[0])
    assert told["Action sent, after squashing"]["torque"] == pytest.approx(squashed, rel=1e-5)
    assert "Density π(a|s)" in told["Choice"]
    assert by_title(inspect(first, started.environment))["Action sent, after squashing"]["torque"] == NOT_CHOSEN


def test_that_the_update_s_estimates_are_told_once_they_are_known() -> None:
    started, _, taken = stepped("CartPole-v1")
    assert taken.detail is not None
    past = PastShown(6, taken.detail, 3, 100, 7, advantage=-0.5, target=12.0)

    told = by_title(inspect(past, started.environment))

    assert (told["Choice"]["Advantage A(s, a)"], told["Choice"]["Target return"]) == (-0.5, 12.0)
    assert told["Step"]["Updates before"] == 7


@pytest.mark.parametrize(("algorithm", "name"), [("sac", "min Q(s, μ)"), ("ppo", "V(s)"), ("dqn", "max Q")])
def test_that_the_value_of_a_state_is_called_what_it_is(algorithm: str, name: str) -> None:
    started, _, taken = stepped("Pendulum-v1", algorithm=algorithm, hidden_sizes=(4,))

    told = by_title(inspect(taken, started.environment, 1, started.policy.value_name))

    assert taken.detail is not None
    assert told["Choice"][f"Value {name}"] == taken.detail.decision.value


def test_that_a_long_observation_comes_last() -> None:
    started, _, taken = stepped("CartPole-v1")
    assert taken.detail is not None
    decision = replace(taken.detail.decision, observation=np.zeros(300))

    sections = inspect(replace(taken, detail=replace(taken.detail, decision=decision)), started.environment)

    assert sections[-1].title == "Observation"
    assert sections[-1].name(299) == "299"
