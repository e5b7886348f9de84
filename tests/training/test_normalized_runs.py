"""What is normalised in a run: what is acted on and learned from, and nothing that is shown as the environment's.

Shape suffixes: N copies of the environment, O observation entries.
"""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from pgviz.policies.normalization import BELIEF, EPSILON
from pgviz.training.action_values import action_values
from pgviz.training.evaluation import evaluate
from pgviz.training.events import EpisodeEnded, StepDetail, StepTaken, UpdateApplied
from pgviz.training.trainer import Trainer
from tests.training.driving import ALGORITHMS, events_of, fingerprint, of_kind, short_config, trainer_of
from tests.training.test_snapshot import Recording

BOTH: dict[str, Any] = {"normalize_observation": True, "normalize_reward": True}
EACH = pytest.mark.parametrize("algorithm", ALGORITHMS)
COPIES = 3


def _scaled(rows: list[NDArray[Any]], value: Any, *, shifted: bool) -> NDArray[np.float64]:
    """Normalise a value by all rows at once, their mean and variance begun with 0 and 1 of little weight."""
    seen = np.concatenate(rows).astype(np.float64)
    count = len(seen) + BELIEF
    mean = seen.sum(0) / count
    variance = ((seen - mean) ** 2).sum(0) / count + BELIEF * (1.0 + mean**2) / count
    shift = mean if shifted else np.zeros_like(mean)
    return np.asarray(np.clip((value - shift) / np.sqrt(variance + EPSILON), -10, 10))


class _Stream:
    """What the copies of an environment return in a run, noted down before anybody has a use for it."""

    def __init__(self, trainer: Trainer) -> None:
        environment = trainer.environment
        self.observations: list[NDArray[Any]] = []
        self.steps: list[Any] = []
        reset, step = environment.reset, environment.step

        def noted_reset() -> Any:
            self.observations.append(reset())
            return self.observations[-1].copy()

        def noted_step(*given: Any, **named: Any) -> Any:
            self.steps.append(step(*given, **named))
            self.observations.append(self.steps[-1].observations.copy())
            return self.steps[-1]

        environment.reset, environment.step = noted_reset, noted_step  # type: ignore[method-assign]

    def returns(self, gamma: float) -> list[NDArray[Any]]:
        """The discounted return so far of each copy, after each step."""
        returns, current = [], np.zeros(COPIES)
        for step in self.steps:
            current = current * gamma + step.rewards
            returns.append(current.copy())
            current[step.terminated | step.truncated] = 0.0
        return returns


@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_that_the_rollout_holds_what_was_seen_and_weighed_by_all_that_came_before(environment: str) -> None:
    length = 210
    config = short_config(environment, "ppo", rollout_length=length, steps=10**5, **BOTH)
    with trainer_of(config) as trainer:
        stream = _Stream(trainer)
        for event in trainer.events():
            if isinstance(event, StepTaken) and event.step == length * COPIES:
                break
        rollout, returns = trainer._rollout, stream.returns(config.number("gamma"))
        seen_TNO = rollout.observations_BO.reshape(length, COPIES, -1)
        for t in (0, 1, 2, 17, length - 1):
            before = stream.observations[: t + 1]
            np.testing.assert_allclose(seen_TNO[t], _scaled(before, before[-1], shifted=True), atol=1e-4)
            expected = _scaled(
                [each[:, None] for each in returns[: t + 1]], stream.steps[t].rewards, shifted=False
            )
            np.testing.assert_allclose(rollout.rewards_TN[t], expected, rtol=1e-4)
        assert rollout.final_observations
        for (t, n), final_O in rollout.final_observations.items():
            after = _scaled(stream.observations[: t + 2], stream.steps[t].final_observations[n], shifted=True)
            np.testing.assert_allclose(final_O, after, atol=1e-4)


@EACH
def test_that_what_is_shown_of_a_step_is_what_was_acted_on(algorithm: str) -> None:
    details: list[StepDetail] = []
    seen: list[NDArray[Any]] = []
    with trainer_of(short_config("CartPole-v1", algorithm, **BOTH)) as trainer:
        trainer.watch.wanted = True
        reward_std = trainer.policy.normalization.reward_scale
        for event in trainer.events():
            if isinstance(event, UpdateApplied):
                break
            if isinstance(event, StepTaken) and event.detail is not None:
                details.append(event.detail)
                row = (trainer._rollout.length - 1) * COPIES + event.detail.environment_index
                seen.append(trainer._rollout.observations_BO[row].copy())
                decision = event.detail.decision
                state = torch.from_numpy(seen[-1][None])
                expected = trainer.policy.distribution(state).entropy()
                assert decision.entropy == pytest.approx(float(expected.detach()), abs=1e-6)
                assert decision.value == pytest.approx(float(trainer.policy.values(seen[-1][None])[0]), abs=1e-6)
                np.testing.assert_array_equal(np.asarray(decision.seen), seen[-1])
                mean_O, std_O = decision.observation_mean, decision.observation_std
                assert mean_O is not None
                assert std_O is not None
                scaled = np.clip((decision.observation - mean_O) / std_O, -10.0, 10.0)
                # What the network was given follows from the observation and what is shown beside it.
                np.testing.assert_allclose(scaled, seen[-1], rtol=1e-6, atol=1e-7)
                assert decision.reward_std == reward_std
                reward_std = trainer.policy.normalization.reward_scale
    raw = np.array([each.decision.observation for each in details])
    assert len(raw) > 5
    # The carts move by centimetres, and the policy sees standard deviations of that.
    assert np.abs(np.array(seen)[:, 0]).max() > 5.0 * np.abs(raw[:, 0]).max()


@EACH
def test_that_watching_changes_no_statistics(algorithm: str) -> None:
    config = short_config("CartPole-v1", algorithm, **BOTH)

    def look(trainer: Trainer, event: object) -> None:
        trainer.watch.wanted = not trainer.watch.wanted
        trainer.look()

    headless = fingerprint(config)
    assert fingerprint(config, meddle=look) == headless
    assert headless != fingerprint(config.changed(normalize_reward=False))
    assert headless != fingerprint(config.changed(normalize_observation=False))


@EACH
def test_that_a_run_taken_up_again_has_the_statistics_that_it_had(algorithm: str) -> None:
    config = short_config("CartPole-v1", algorithm, steps=100_000, **BOTH)
    recording = Recording(config, 200)
    place, snapshot = recording.snapshots[len(recording.snapshots) // 2]
    with trainer_of(config) as another:
        assert another.restore(snapshot) is None
        again = list(islice(another.events(), len(recording.events) - place))
        assert [repr(event) for event in again] == [repr(event) for event in recording.events[place:]]
        assert another.policy.weights_sha256() == recording.weights
    recording.trainer.close()


def test_that_evaluating_leaves_the_statistics_and_acts_on_what_they_make_of_a_state() -> None:
    with trainer_of(short_config("Pendulum-v1", "ppo", steps=600, **BOTH)) as trainer:
        for _ in trainer.events():
            pass
        policy = trainer.policy
        before = policy.weights_sha256()
        evaluate(policy, "Pendulum-v1", 2, np.random.SeedSequence(0))
        assert policy.weights_sha256() == before
        state = np.array([[0.3, -0.9, 4.0]], np.float32)
        mean = policy.actor(torch.from_numpy(policy.normalization.see(state))).detach()
        np.testing.assert_allclose(np.asarray(policy.likeliest(state), float), mean.numpy(), atol=1e-6)


def test_that_returns_are_shown_as_the_environment_counts_them() -> None:
    config = short_config("Pendulum-v1", "ppo", steps=1300, rollout_length=50, epochs=1, **BOTH)
    ended = of_kind(events_of(config), EpisodeEnded)
    plain = of_kind(events_of(config.changed(normalize_reward=False, normalize_observation=False)), EpisodeEnded)
    assert len(ended) == len(plain) >= 3
    assert max(each.episode_return for each in ended) < -300.0


def test_that_what_an_action_is_worth_is_counted_in_the_environments_own_rewards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = short_config(
        "tests.environments.toys:Counting-v0", "a2c", steps=10**5, gamma=0.5, normalize_reward=True
    )
    with closing(Trainer(config, keep_log=True)) as trainer:
        for _ in islice(trainer.events(), 4):
            pass
        scale = trainer.policy.normalization.reward_scale
        assert scale is not None
        assert abs(scale - 1.0) > 0.1
        monkeypatch.setattr(trainer.policy, "values", lambda states: np.full(len(states), 3.0, np.float32))
        found = action_values(trainer, 0, [(1,)], rollouts=1, horizon=1)
        assert float(found.returns_AR[0, 0]) == pytest.approx(1.0 + 0.5 * 3.0 * scale, rel=1e-6)


def test_that_an_update_shows_the_statistics_and_none_where_there_are_none() -> None:
    update = of_kind(events_of(short_config("CartPole-v1", "ppo", **BOTH)), UpdateApplied)[-1]
    assert update.observation_mean is not None
    assert update.observation_std is not None
    assert update.reward_std is not None
    assert update.observation_mean.shape == update.observation_std.shape == (4,)
    # Each step of CartPole is worth 1, so a return that is discounted by 0.98 lies between 1 and 50.
    assert 0.1 < update.reward_std < 50.0
    plain = of_kind(events_of(short_config("CartPole-v1", "ppo")), UpdateApplied)[-1]
    assert plain.observation_mean is None
    assert plain.observation_std is None
    assert plain.reward_std is None
