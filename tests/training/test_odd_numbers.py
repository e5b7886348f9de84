"""Numbers at the edge of what can be computed with: handled, or refused in a sentence, never with a warning."""

from __future__ import annotations

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.errors import NumericalFault, UsageError
from pgviz.training.trainer import Trainer
from tests.training import places
from tests.training.driving import events_of

LEARNERS: dict[str, dict[str, object]] = {
    "ppo": {"rollout_length": 16},
    "a2c": {"rollout_length": 4},
    "reinforce": {"episodes_per_update": 2},
    "sac": {"learning_starts": 20},
    "dqn": {"learning_starts": 20, "bins": 3, "target_update_interval": 4},
}


def config(environment: str, algorithm: str, **settings: object) -> RunConfig:
    common = {"steps": 80, "environment_count": 2, "hidden_sizes": (4,)}
    return RunConfig.create(environment, algorithm, **(common | LEARNERS[algorithm] | settings))


@pytest.mark.parametrize("algorithm", LEARNERS)
@pytest.mark.parametrize("environment", [places.FIXED, places.HALF])
def test_that_a_number_that_cannot_be_chosen_and_half_precision_are_learned_with(
    environment: str, algorithm: str
) -> None:
    trainer = Trainer(config(environment, algorithm))
    try:
        for _ in trainer.events():
            pass
        decision = trainer.look().detail.decision
        facts = trainer.policy.facts
    finally:
        trainer.close()
    assert np.isfinite(decision.entropy)
    assert facts.uniform_entropy is not None
    assert np.isfinite(facts.uniform_entropy)


def test_that_half_precision_without_bounds_is_refused_by_who_needs_bounds() -> None:
    with pytest.raises(UsageError, match="SAC needs a Box with finite bounds in every dimension"):
        Trainer(config(places.HALF_UNBOUNDED, "sac"))
    assert events_of(config(places.HALF_UNBOUNDED, "ppo"))


@pytest.mark.parametrize("algorithm", ["ppo", "a2c", "reinforce", "dqn"])
def test_that_a_reward_too_large_to_be_learned_from_is_reported_once_and_named(algorithm: str) -> None:
    settings = {"bins": None} if algorithm == "dqn" else {}
    with pytest.raises(NumericalFault, match="smaller rewards"):
        events_of(config(places.LAVISH, algorithm, **settings))


def test_that_normalised_rewards_may_be_larger_but_not_so_large_that_they_have_no_variance() -> None:
    assert events_of(config(places.LAVISH, "ppo", normalize_reward=True))
    with pytest.raises(NumericalFault, match="too large to be normalised"):
        events_of(config(places.BOUNDLESS, "ppo", normalize_reward=True))


@pytest.mark.parametrize("algorithm", ["ppo", "a2c", "reinforce"])
def test_that_rewards_that_cannot_be_added_up_are_reported_once_and_named(algorithm: str) -> None:
    with pytest.raises(NumericalFault, match="smaller rewards"):
        events_of(config(places.UTMOST, algorithm))
