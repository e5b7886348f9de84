"""Knobs turned while a run goes on."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.algorithms.optimizer import Optimizer
from pgviz.errors import UsageError
from pgviz.training.events import MinibatchComputed, ParameterChanged, StepTaken, UpdateApplied
from pgviz.training.trainer import Trainer
from tests.training.driving import ALGORITHMS, pull_until, short_config, trainer_of


def _optimizer(trainer: Trainer) -> Optimizer:
    assert isinstance(trainer.algorithm, OnPolicyAlgorithm)
    return trainer.algorithm.optimizer


def test_that_the_learning_rate_changes_at_the_next_minibatch() -> None:
    with trainer_of(short_config("CartPole-v1", "ppo", learning_rate=1e-3)) as trainer:
        events = trainer.events()
        assert pull_until(events, MinibatchComputed).learning_rate == 1e-3
        trainer.ask("learning_rate", 5e-3)
        changed = next(events)
        assert isinstance(changed, ParameterChanged)
        assert (changed.name, changed.previous, changed.value) == ("learning_rate", 1e-3, 5e-3)
        # The minibatch that had been computed was applied at the rate that it named.
        assert _optimizer(trainer).learning_rate == 1e-3
        following = next(events)
        assert isinstance(following, MinibatchComputed)
        assert following.learning_rate == 5e-3
        next(events)
        assert _optimizer(trainer).learning_rate == 5e-3


def test_that_with_a_schedule_the_knob_sets_the_base() -> None:
    config = short_config("CartPole-v1", "a2c", learning_rate=1e-3, learning_rate_schedule="linear")
    with trainer_of(config) as trainer:
        events = trainer.events()
        for _ in range(5):
            first = pull_until(events, MinibatchComputed)
        trainer.ask("learning_rate", 5e-3)
        second = pull_until(events, MinibatchComputed)
        remaining = 1 - (first.step) / 300  # as the rollout of the second began
        assert second.learning_rate == pytest.approx(5e-3 * remaining)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_the_initial_std_starts_log_std_again_at_the_next_update_and_clears_its_moments(
    algorithm: str,
) -> None:
    settings = {"steps": 2000} if algorithm == "reinforce" else {}
    with trainer_of(short_config("Pendulum-v1", algorithm, learning_rate=0.01, **settings)) as trainer:
        events, optimizer = trainer.events(), _optimizer(trainer)
        pull_until(events, UpdateApplied)
        pull_until(events, StepTaken)
        trainer.ask("initial_std", 0.3)
        before = trainer.policy.flat.detach().clone()
        pull_until(events, StepTaken)
        assert torch.equal(trainer.policy.flat.detach(), before)  # not in mid-rollout
        applied = pull_until(events, UpdateApplied)
        assert applied.log_std is not None
        assert applied.log_std[0] != pytest.approx(math.log(0.3), abs=1e-3)
        others, moments = trainer.policy.flat.detach()[:-1].clone(), optimizer._square[:-1].clone()

        changed = next(events)
        assert isinstance(changed, ParameterChanged)
        assert (changed.name, changed.previous, changed.value) == (
            "initial_std",
            0.5 if algorithm == "a2c" else 1.0,
            0.3,
        )
        assert trainer.policy.log_std_values is not None
        np.testing.assert_allclose(trainer.policy.log_std_values, math.log(0.3), rtol=1e-6)
        assert torch.equal(trainer.policy.flat.detach()[:-1], others)
        assert torch.equal(optimizer._square[:-1], moments)
        assert float(optimizer._square[-1]) == float(optimizer._mean[-1]) == 0.0

        learned = pull_until(events, UpdateApplied).log_std
        assert learned is not None
        assert learned[0] != pytest.approx(math.log(0.3), abs=1e-6)
        assert learned[0] == pytest.approx(math.log(0.3), abs=0.3)


def test_that_a_softmax_policy_has_no_std_to_set() -> None:
    with (
        trainer_of(short_config("CartPole-v1", "ppo")) as trainer,
        pytest.raises(UsageError, match="no standard deviation"),
    ):
        trainer.ask("initial_std", 0.5)


def test_that_a_std_beyond_the_clamp_is_refused_when_it_is_asked_for() -> None:
    config = short_config("Pendulum-v1", "ppo", std_kind="state", initial_std=0.5)
    with trainer_of(config) as trainer, pytest.raises(UsageError, match="out of reach"):
        trainer.ask("initial_std", 8.0)


@pytest.mark.parametrize(("name", "value"), [("learning_rate", -1.0), ("hidden_sizes", (4,)), ("no_such_knob", 1)])
def test_that_what_cannot_be_turned_is_refused(name: str, value: float) -> None:
    with trainer_of(short_config("CartPole-v1", "ppo")) as trainer, pytest.raises(UsageError):
        trainer.ask(name, value)


def test_that_fewer_epochs_are_gone_through_from_the_next_update() -> None:
    with trainer_of(short_config("CartPole-v1", "ppo", epochs=2)) as trainer:
        events = trainer.events()
        assert pull_until(events, UpdateApplied).minibatches == 4
        trainer.ask("epochs", 1)
        assert pull_until(events, UpdateApplied).minibatches == 2


def test_that_each_change_is_told_once() -> None:
    with trainer_of(short_config("CartPole-v1", "ppo")) as trainer:
        changes = []
        for event in trainer.events():
            if isinstance(event, StepTaken) and event.step == 30:
                trainer.ask("entropy_coefficient", 0.01)
                trainer.ask("clip_range", 0.1)
            if isinstance(event, ParameterChanged):
                changes.append((event.name, event.value))
        assert sorted(changes) == [("clip_range", 0.1), ("entropy_coefficient", 0.01)]
