"""The gradient microscope: what each sample of an open minibatch wants."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.algorithms.sample_gradients import sample_gradients
from pgviz.errors import UsageError
from pgviz.training import microscope
from pgviz.training.events import MinibatchComputed, StepTaken
from pgviz.training.interventions import JudgeMinibatch
from pgviz.training.microscope import examine
from pgviz.training.trainer import Trainer
from tests.training import places
from tests.training.driving import ALGORITHMS, short_config, trainer_of


def open_minibatch(trainer: Trainer, count: int = 3) -> OnPolicyAlgorithm:
    """Go on to the `count`-th minibatch, so that ratios are no longer one."""
    for event in trainer.events():
        count -= isinstance(event, MinibatchComputed)
        if not count:
            break
    assert isinstance(trainer.algorithm, OnPolicyAlgorithm)
    return trainer.algorithm


def gradient_of(algorithm: OnPolicyAlgorithm) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    gradient = algorithm.policy.flat.grad
    assert gradient is not None
    return gradient.numpy().copy()


@pytest.mark.parametrize("settings", [{}, {"entropy_coefficient": 0.02}], ids=["plain", "entropy"])
@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1", places.ONE_SIDED])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_the_samples_gradients_sum_to_the_minibatchs(
    environment: str, algorithm: str, settings: dict[str, float]
) -> None:
    config = short_config(environment, algorithm, steps=100_000, **settings)
    with trainer_of(config) as trainer:
        learner = open_minibatch(trainer)
        assert learner.open_batch is not None
        assert learner.open_slopes is not None
        per_sample = sample_gradients(learner.policy, learner.open_batch, learner.open_slopes)
        whole = gradient_of(learner)
        np.testing.assert_allclose(per_sample.sum(0), whole, atol=1e-5 * max(1.0, float(np.abs(whole).max())))
        some = sample_gradients(learner.policy, learner.open_batch, learner.open_slopes, [2, 0])
        np.testing.assert_allclose(some, per_sample[[2, 0]], atol=1e-6)


@pytest.mark.parametrize("settings", [{"std_kind": "state"}, {"initial_std": 4.0}], ids=["of the state", "wide"])
def test_that_the_samples_gradients_sum_to_the_minibatchs_whatever_the_std(settings: dict[str, object]) -> None:
    config = short_config("Pendulum-v1", "ppo", steps=100_000, entropy_coefficient=0.02, **settings)
    with trainer_of(config) as trainer:
        learner = open_minibatch(trainer)
        assert learner.open_batch is not None
        assert learner.open_slopes is not None
        per_sample = sample_gradients(learner.policy, learner.open_batch, learner.open_slopes)
        whole = gradient_of(learner)
        np.testing.assert_allclose(per_sample.sum(0), whole, atol=1e-5 * max(1.0, float(np.abs(whole).max())))


def test_that_examining_does_not_load_torchs_compiler() -> None:
    look = """
import sys
from pgviz.training.microscope import examine
from tests.training.driving import short_config, trainer_of
from tests.training.test_microscope import open_minibatch
with trainer_of(short_config("Pendulum-v1", "ppo", steps=100_000)) as trainer:
    open_minibatch(trainer)
    assert examine(trainer, 0) is not None
assert "torch._dynamo" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", look], check=True, timeout=100)


def test_that_one_sample_s_gradient_is_that_of_the_loss_of_it_alone() -> None:
    with trainer_of(short_config("CartPole-v1", "a2c", steps=100_000)) as trainer:
        learner = open_minibatch(trainer)
        batch, slopes = learner.open_batch, learner.open_slopes
        assert batch is not None
        assert slopes is not None
        per_sample = sample_gradients(learner.policy, batch, slopes)
        for row in (0, len(batch) - 1):
            mask = np.arange(len(batch)) == row
            assessment = learner.policy.assess(batch.observations_BO, batch.samples_B)
            assert slopes.values_B is not None
            alone = learner.policy.gradient(
                assessment,
                (slopes.log_prob_B * mask).astype(np.float32),
                None,
                (slopes.values_B * mask).astype(np.float32),
            )
            np.testing.assert_allclose(per_sample[row], alone, atol=1e-5)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_examining_changes_nothing(algorithm: str) -> None:
    config = short_config("Pendulum-v1", algorithm, steps=100_000)
    weights = []
    for looks in (False, True):
        with trainer_of(config) as trainer:
            learner = open_minibatch(trainer)
            if looks:
                examine(trainer, 1)
                examine(trainer)
            events = trainer.events()
            del events
            trainer.steering.apply(learner)
            weights.append(learner.policy.weights_sha256())
    assert weights[0] == weights[1]


def test_that_the_table_agrees_with_itself() -> None:
    with trainer_of(short_config("CartPole-v1", "ppo", steps=100_000)) as trainer:
        learner = open_minibatch(trainer)
        found = examine(trainer, 4)
        assert found.shares_B.sum() == pytest.approx(1.0, abs=1e-4)
        assert np.abs(found.cosines_B).max() <= 1.0 + 1e-5
        assert found.ratios_B is not None
        assert found.old_log_probs_B is not None
        np.testing.assert_allclose(np.log(found.ratios_B), found.log_probs_B - found.old_log_probs_B, atol=1e-5)
        assert found.copies_B.max() < trainer.config.environment_count
        assert 0 <= found.steps_ago_B.min() <= found.steps_ago_B.max() < 16
        squared = sum(layer.gradient**2 for layer in found.layers)
        assert squared**0.5 == pytest.approx(float(np.linalg.norm(gradient_of(learner))), rel=1e-4)
        assert found.moves is not None
        assert repr(found.moves.before) != repr(found.moves.step)


def test_that_the_step_shown_is_the_step_that_is_made() -> None:
    with trainer_of(short_config("CartPole-v1", "ppo", steps=100_000)) as trainer:
        learner = open_minibatch(trainer)
        found = examine(trainer, 0)
        batch = learner.open_batch
        assert batch is not None
        assert found.moves is not None
        before = {name: value.detach().clone() for name, value in learner.policy.named_parameters()}
        trainer.steering.apply(learner)
        for layer in found.layers:
            moved = dict(learner.policy.named_parameters())[layer.name].detach() - before[layer.name]
            assert float(moved.norm()) == pytest.approx(layer.step, rel=1e-3, abs=1e-7)
        now = learner.policy.decide(batch.observations_BO[0], None)
        assert now.entropy == pytest.approx(found.moves.step.entropy, abs=1e-6)


def test_that_a_dropped_sample_s_step_is_the_step_computed_without_it() -> None:
    config = short_config("CartPole-v1", "ppo", steps=100_000)
    with trainer_of(config) as dropped, trainer_of(config) as other:
        first, second = open_minibatch(dropped), open_minibatch(other)
        JudgeMinibatch("drop", (1, 5)).apply(dropped)
        dropped.steering.apply(first)
        batch, minibatch = second.open_batch, other.steering.open
        assert batch is not None
        assert minibatch is not None
        kept = batch.select(np.setdiff1d(np.arange(len(batch)), [1, 5]))
        second.apply(second._compute(kept, minibatch.index, second._assess(kept)))
        assert first.policy.weights_sha256() == second.policy.weights_sha256()


def test_that_there_has_to_be_an_open_minibatch() -> None:
    with (
        trainer_of(short_config("CartPole-v1", "ppo")) as trainer,
        pytest.raises(UsageError, match="no minibatch"),
    ):
        examine(trainer)


def test_that_a_normalised_run_can_be_examined() -> None:
    with trainer_of(short_config("CartPole-v1", "ppo", steps=10**5, normalize_observation=True)) as trainer:
        learner = open_minibatch(trainer)
        found = examine(trainer, 0)
        assert found.moves is not None
        assert learner.open_batch is not None
        assert np.array_equal(found.moves.before.observation, learner.open_batch.observations_BO[0])


@pytest.mark.parametrize("algorithm", ["ppo", "reinforce"])
def test_that_each_sample_is_named_by_its_episode(algorithm: str) -> None:
    length = {"rollout_length": 128} if algorithm == "ppo" else {"episodes_per_update": 12}
    with trainer_of(short_config("CartPole-v1", algorithm, steps=100_000, **length)) as trainer:
        watch, told = trainer.watch, list[int]()
        watch.wanted, watch.index, watch.pictures = True, 1, False
        for event in trainer.events():
            if isinstance(event, StepTaken) and event.detail is not None:
                told.append(event.detail.episode if event.detail.environment_index == 1 else -1)
            if isinstance(event, MinibatchComputed):
                break
        found = examine(trainer)
        of_copy = found.copies_B == 1
        asked = [told[-1 - ago] for ago in found.steps_ago_B[of_copy]]
        assert len(set(asked)) >= 2
        assert found.episodes_B[of_copy].tolist() == asked


def test_that_a_few_samples_at_a_time_give_the_same_table(monkeypatch: pytest.MonkeyPatch) -> None:
    with trainer_of(short_config("CartPole-v1", "ppo", steps=100_000)) as trainer:
        learner = open_minibatch(trainer)
        at_once = examine(trainer, 5)
        monkeypatch.setattr(microscope, "MOST_NUMBERS", 7 * learner.policy.flat.numel())
        in_parts = examine(trainer, 5)
        for name in ("gradient_norms_B", "shares_B", "cosines_B"):
            np.testing.assert_allclose(getattr(in_parts, name), getattr(at_once, name), atol=2e-6)
        assert at_once.moves is not None
        assert in_parts.moves is not None
        for one, other in zip(at_once.layers, in_parts.layers, strict=True):
            np.testing.assert_allclose(one.gradient, other.gradient, rtol=1e-5)
