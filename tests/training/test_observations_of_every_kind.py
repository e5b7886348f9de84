"""Whatever an environment observes, every algorithm trains on it, and again the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.training.evaluation import evaluate
from pgviz.training.events import UpdateApplied
from tests.training.driving import ALGORITHMS, events_of, fingerprint, of_kind, short_config, trainer_of
from tests.training.observing import KINDS, id_of

TRAINED = [(kind, "ppo") for kind in KINDS] + [
    (kind, algorithm) for kind in ("Parts", "Picture") for algorithm in ALGORITHMS if algorithm != "ppo"
]


@pytest.mark.parametrize(("kind", "algorithm"), TRAINED)
def test_that_a_run_gives_the_same_weights_twice_and_learns_something(kind: str, algorithm: str) -> None:
    config = short_config(id_of(kind), algorithm, steps=110)
    events = events_of(config)
    assert len(of_kind(events, UpdateApplied)) >= 2
    weights = fingerprint(config)
    assert weights == fingerprint(config)
    assert weights != fingerprint(config.changed(steps=1))


@pytest.mark.parametrize("kind", ["Picture", "Parts", "Value"])
def test_that_the_values_of_actions_are_learned_on_it_too(kind: str) -> None:
    small = {"learning_starts": 20, "buffer_size": 90, "batch_size": 8, "train_frequency": 6, "gradient_steps": 2}
    common = {"steps": 110, "environment_count": 3, "hidden_sizes": (8,), "target_update_interval": 30}
    config = RunConfig.create(id_of(kind), "dqn", **(small | common))
    assert len(of_kind(events_of(config), UpdateApplied)) >= 3
    assert fingerprint(config) == fingerprint(config)


@pytest.mark.parametrize("kind", ["Picture", "ColoursFirst"])
def test_that_pictures_are_kept_as_bytes_all_the_way(kind: str) -> None:
    with trainer_of(short_config(id_of(kind), "ppo")) as trainer:
        events = trainer.events()
        for _ in range(8):
            next(events)
        assert trainer._rollout.observations_BO.dtype == np.uint8
        assert trainer._rollout.next_observations_BO.dtype == np.uint8
        assert trainer.look().detail.decision.observation.dtype == np.uint8


def test_that_what_is_shown_of_a_picture_is_what_the_networks_make_of_it() -> None:
    with trainer_of(short_config(id_of("Picture"), "ppo")) as trainer:
        for event in trainer.events():
            if isinstance(event, UpdateApplied):
                break
        decision, policy = trainer.look().detail.decision, trainer.policy
        state = torch.from_numpy(np.asarray(decision.observation)[None])
        assert policy.critic is not None
        assert decision.value == pytest.approx(float(policy.critic(state).detach()), abs=1e-5)
        assert decision.entropy == pytest.approx(float(policy.distribution(state).entropy().detach()), abs=1e-5)


def test_that_pictures_can_be_evaluated_on() -> None:
    with trainer_of(short_config(id_of("Picture"), "ppo")) as trainer:
        result = evaluate(trainer.policy, id_of("Picture"), 3, np.random.SeedSequence(0))
    assert 0.0 <= result.return_mean <= 35.0


def test_that_pictures_are_not_normalised_twice() -> None:
    config = short_config(id_of("Picture"), "ppo", normalize_observation=True)
    with pytest.raises(UsageError, match="shows pictures, which are scaled in any case"):
        events_of(config)
