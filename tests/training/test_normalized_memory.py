"""Off-policy agents whose observations are normalised when they are learned from, out of a memory that is raw."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pgviz.algorithms.off_policy import OffPolicyAlgorithm
from pgviz.config import RunConfig
from pgviz.training.evaluation import evaluate
from pgviz.training.events import MinibatchComputed, StepTaken, UpdateApplied
from pgviz.training.trainer import Trainer
from tests.training.driving import fingerprint, trainer_of
from tests.training.test_snapshot import Recording

LEARNERS: dict[str, dict[str, object]] = {"dqn": {"bins": 3, "double_q": True, "gradient_steps": 1}, "sac": {}}
EACH = pytest.mark.parametrize("algorithm", LEARNERS)


def _config(algorithm: str, **settings: object) -> RunConfig:
    common: dict[str, object] = {
        "steps": 120,
        "environment_count": 2,
        "hidden_sizes": (8,),
        "batch_size": 16,
        "learning_starts": 40,
        "train_frequency": 2,
        "normalize_observation": True,
    }
    return RunConfig.create("Pendulum-v1", algorithm, **(common | LEARNERS[algorithm] | settings))


def _learner(trainer: Trainer) -> OffPolicyAlgorithm:
    assert isinstance(trainer.algorithm, OffPolicyAlgorithm)
    return trainer.algorithm


def _normalised(raw_BO: NDArray[Any], of: NDArray[Any]) -> NDArray[Any]:
    """By all that was observed so far, worked out at once."""
    return np.asarray(np.clip((raw_BO - of.mean(0)) / np.sqrt(of.var(0) + 1e-8), -10.0, 10.0))


@EACH
def test_that_the_memory_is_raw_and_a_batch_normalised_by_all_that_has_been_observed_by_then(
    algorithm: str,
) -> None:
    observed: list[NDArray[Any]] = []
    compared = 0
    with trainer_of(_config(algorithm, steps=160)) as trainer:
        learner = _learner(trainer)
        sampled: list[Any] = []
        sample = learner.replay.sample

        def noted(size: int, rng: np.random.Generator) -> Any:
            sampled.append(sample(size, rng))
            return sampled[-1]

        learner.replay.sample = noted  # type: ignore[method-assign]
        for event in trainer.events():
            if isinstance(event, StepTaken) or not observed:
                observed.append(trainer.environment.observations.copy())
            if isinstance(event, MinibatchComputed):
                everything = np.concatenate(observed).astype(np.float64)
                batch, raw = learner.open_batch, sampled[-1]
                assert batch is not None
                for column in ("observations_BO", "next_observations_BO"):
                    expected = _normalised(getattr(raw, column), everything)
                    np.testing.assert_allclose(getattr(batch, column), expected, atol=2e-3)
                compared += 1
        rows = learner.replay.rows["observations"]
    # Every step was taken in one of the states that the environment showed, and is kept as it was.
    np.testing.assert_array_equal(rows[:150], np.concatenate(observed)[:150])
    assert compared > 10


@EACH
def test_that_what_is_shown_is_what_is_acted_on_and_statistics_are_told(algorithm: str) -> None:
    with trainer_of(_config(algorithm)) as trainer:
        trainer.watch.wanted = True
        update = None
        for event in trainer.events():
            if isinstance(event, UpdateApplied):
                update = event
        decision = trainer.look().detail.decision
        policy = trainer.policy
        before = policy.weights_sha256()
        evaluate(policy, "Pendulum-v1", 2, np.random.SeedSequence(0))
        assert policy.weights_sha256() == before
        assert decision.seen is not None
        seen_1O = np.asarray(decision.seen)[None]
        raw_1O = np.asarray(decision.observation)[None]
        assert np.abs(seen_1O - raw_1O).max() > 0.1
        if algorithm == "dqn":
            assert int(policy.likeliest(raw_1O)[0]) == int(policy.fast_actor.outputs(seen_1O).argmax())
        else:
            np.testing.assert_allclose(policy.likeliest(raw_1O)[0], policy.fast_actor.outputs(seen_1O)[0, :1])
    assert update is not None
    assert update.observation_mean is not None
    assert update.observation_std is not None
    assert update.observation_mean.shape == update.observation_std.shape == (3,)


@EACH
def test_that_the_statistics_are_part_of_the_agent(algorithm: str) -> None:
    config = _config(algorithm)
    normalised, plain = fingerprint(config), fingerprint(config.changed(normalize_observation=False))
    assert fingerprint(config) == normalised != plain

    recording = Recording(config.changed(steps=100_000), 200)
    another = Trainer(config.changed(steps=100_000))
    for place, snapshot in (recording.snapshots[index] for index in (20, 3, 15)):
        assert another.restore(snapshot) is None
        again = list(islice(another.events(), len(recording.events) - place))
        assert [repr(event) for event in again] == [repr(event) for event in recording.events[place:]]
        assert another.policy.weights_sha256() == recording.weights
    another.close()
    recording.trainer.close()
