"""Every algorithm learns every kind of action that is made up of several."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.decision import FactoredDecision
from pgviz.session.headless import train
from pgviz.training.events import Event, StepTaken, UpdateApplied
from pgviz.training.trainer import Trainer
from tests.environments.matching import IDS, numbers
from tests.training.driving import ALGORITHMS, events_of, fingerprint, of_kind, short_config, trainer_of

QUICK: dict[str, dict[str, object]] = {
    "ppo": {"learning_rate": 1e-2, "rollout_length": 64, "minibatch_size": 64, "epochs": 4},
    "a2c": {"learning_rate": 1e-2, "rollout_length": 8},
    "reinforce": {"learning_rate": 2e-2, "episodes_per_update": 32},
}
EACH = pytest.mark.parametrize("environment", IDS, ids=[id.partition(":")[2] for id in IDS])


@EACH
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_it_is_learned_to_match_every_number(environment: str, algorithm: str) -> None:
    settings: dict[str, Any] = {"steps": 2500, "environment_count": 4, "hidden_sizes": (16,), "initial_std": 0.5}
    result = train(RunConfig.create(environment, algorithm, **(settings | QUICK[algorithm])))
    # What knows nothing gets about 0.4.
    assert result.evaluate(20).return_mean > 0.8


@pytest.mark.parametrize("environment", [IDS[0], IDS[4]])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_equal_seeds_give_equal_weights_watched_or_not(environment: str, algorithm: str) -> None:
    def watch(trainer: Trainer, event: Event) -> None:
        trainer.watch.wanted = True
        trainer.look()

    config = short_config(environment, algorithm)
    assert fingerprint(config) == fingerprint(config, meddle=watch)


@EACH
def test_that_a_watched_step_tells_each_factor_and_what_was_sent(environment: str) -> None:
    with trainer_of(short_config(environment, "ppo")) as trainer:
        trainer.watch.wanted = True
        step = next(event for event in trainer.events() if isinstance(event, StepTaken))
        toy: Any = trainer.environment._environments[0].unwrapped
        assert step.detail is not None
        decision = step.detail.decision
        assert isinstance(decision, FactoredDecision)
        assert len(decision.factors) == len(trainer.environment.facts.factors)
        sent = toy.received[0]
    told = [each.action if hasattr(each, "action") else list(each.action_D) for each in decision.factors]  # type: ignore[attr-defined]
    flat = np.concatenate([np.ravel(np.asarray(each, float)) for each in told])
    parts = [sent] if not isinstance(sent, dict | tuple) else _leaves(sent)
    np.testing.assert_allclose(
        flat, np.concatenate([np.ravel(np.asarray(part, float)) for part in parts]), rtol=1e-6
    )


def _leaves(action: Any) -> list[Any]:
    if isinstance(action, dict):
        return [leaf for key in sorted(action) for leaf in _leaves(action[key])]
    return [leaf for each in action for leaf in _leaves(each)] if isinstance(action, tuple) else [action]


def test_that_the_likeliest_joint_choice_is_reported_where_all_factors_are_choices() -> None:
    (*_, choices) = of_kind(events_of(short_config(IDS[0], "ppo")), UpdateApplied)
    assert choices.max_probability is not None
    assert 1 / 24 < choices.max_probability < 1.0
    (*_, mixed) = of_kind(events_of(short_config(IDS[3], "ppo")), UpdateApplied)
    assert mixed.max_probability is None
    assert mixed.log_std is not None
    assert mixed.log_std.shape == (2,)


def test_that_a_width_of_the_state_is_reported_as_its_mean() -> None:
    (*_, update) = of_kind(
        events_of(short_config(IDS[3], "ppo", std_kind="state", initial_std=0.5)), UpdateApplied
    )
    assert update.log_std is not None
    np.testing.assert_allclose(np.exp(update.log_std), 0.5, atol=0.1)


@pytest.mark.parametrize(
    ("environment", "row", "sent"),
    [(IDS[0], (2.0, 1.0, 3.0), [2, 6, 2]), (IDS[4], (1.0, 0.0, 1.0, 0.0), [2, 0, 1, 0.0])],
)
def test_that_an_action_of_several_can_be_forced(
    environment: str, row: tuple[float, ...], sent: list[float]
) -> None:
    with trainer_of(short_config(environment, "ppo")) as trainer:
        events = trainer.events()
        next(events)
        for wrong in ((9.0, *row[1:]), (-1.0, *row[1:]), row[1:]):
            with pytest.raises(UsageError, match="no action that can be taken here"):
                trainer.force(1, wrong)
        trainer.force(1, row)
        next(event for event in events if isinstance(event, StepTaken))
        toy: Any = trainer.environment._environments[1].unwrapped
        assert numbers(toy.received[0], toy.action_space) == sent
