"""The order of events, and that what they say adds up."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pgviz.errors import NumericalFault
from pgviz.policies.decision import CategoricalDecision
from pgviz.training.events import (
    EpisodeEnded,
    MinibatchComputed,
    RunFinished,
    RunStarted,
    StepTaken,
    UpdateApplied,
)
from tests.environments import toys
from tests.training import places
from tests.training.driving import ALGORITHMS, events_of, of_kind, pull_until, short_config, trainer_of

EACH = pytest.mark.parametrize("algorithm", ALGORITHMS)
COUNTING = f"{toys.__name__}:Counting-v0"


@EACH
def test_that_a_run_begins_and_ends_once_and_counts_every_step(algorithm: str) -> None:
    config = short_config("CartPole-v1", algorithm)
    events = events_of(config)
    assert [type(events[0]), type(events[-1])] == [RunStarted, RunFinished]
    assert len(of_kind(events, RunStarted)) == len(of_kind(events, RunFinished)) == 1
    assert events[0].step == 0
    assert all(before.step <= after.step for before, after in pairwise(events))
    taken = [event.step for event in of_kind(events, StepTaken)]
    assert all(1 <= after - before <= 3 for before, after in pairwise([0, *taken]))
    assert 300 <= taken[-1] < 303
    assert events[-1].step == taken[-1]
    episodes = of_kind(events, EpisodeEnded)
    assert sum(event.length for event in episodes) <= taken[-1]
    assert len({(event.environment_index, event.episode) for event in episodes}) == len(episodes)


@pytest.mark.parametrize("algorithm", ["a2c", "ppo"])
def test_that_the_last_rollout_is_cut_at_the_steps_wanted_and_learned_from(algorithm: str) -> None:
    config = short_config("CartPole-v1", algorithm, steps=100, rollout_length=16, environment_count=4)
    events = events_of(config)
    updates = [event.step for event in of_kind(events, UpdateApplied)]
    assert updates == [64, 100]
    assert events[-1].step == 100


@EACH
def test_that_an_episode_s_end_is_told_before_the_step_that_closed_it(algorithm: str) -> None:
    events = events_of(short_config("CartPole-v1", algorithm))
    ends = [index for index, event in enumerate(events) if isinstance(event, EpisodeEnded)]
    assert ends
    for index in ends:
        following = next(event for event in events[index:] if not isinstance(event, EpisodeEnded))
        assert isinstance(following, StepTaken)
        assert following.step == events[index].step


@EACH
def test_that_a_minibatch_is_told_before_the_weights_change_and_the_update_after(algorithm: str) -> None:
    with trainer_of(short_config("CartPole-v1", algorithm)) as trainer:
        before = weights = trainer.policy.weights_sha256()
        minibatches, updates = 0, 0
        for event in trainer.events():
            now = trainer.policy.weights_sha256()
            if isinstance(event, MinibatchComputed):
                assert event.minibatch == minibatches
                assert event.update == updates + 1
                # The step of the minibatch before this one has been made, its own has not.
                assert (now == weights) == (minibatches == 0)
                minibatches, weights = minibatches + 1, now
            elif isinstance(event, UpdateApplied):
                assert now != weights
                assert event.minibatches == minibatches > 0
                updates, minibatches, weights = event.update, 0, now
            else:
                assert now == weights
        assert updates > 1
        assert before != weights


@pytest.mark.parametrize("algorithm", ["a2c", "ppo"])
def test_that_updates_say_what_they_did(algorithm: str) -> None:
    for environment in ("CartPole-v1", "Pendulum-v1"):
        for update in of_kind(events_of(short_config(environment, algorithm)), UpdateApplied):
            numbers = [update.learning_rate, update.entropy, update.objective, update.gradient_norm]
            numbers += [each for each in (update.value_loss, update.explained_variance) if each is not None]
            assert len(numbers) == 6
            assert np.isfinite(numbers).all()
            assert (update.kl is None) == (update.clip_fraction is None) == (algorithm == "a2c")
            assert (update.log_std is None) == (environment == "CartPole-v1")
            assert (update.max_probability is None) == (environment == "Pendulum-v1")
            if update.max_probability is not None:
                assert 0.5 <= update.max_probability <= 1.0
                assert 0.0 < update.entropy <= np.log(2.0)


def test_that_a_linear_schedule_falls_with_the_steps_taken() -> None:
    config = short_config("CartPole-v1", "a2c", learning_rate=1e-2, learning_rate_schedule="linear")
    rates = [event.learning_rate for event in of_kind(events_of(config), MinibatchComputed)]
    np.testing.assert_allclose(rates, [1e-2 * (1 - done / 300) for done in range(0, 300, 18)], rtol=1e-6)


def test_that_the_detail_of_a_step_belongs_to_one_moment() -> None:
    config = short_config(COUNTING, "a2c", environment_count=2)
    with trainer_of(config, render=True) as trainer:
        trainer.watch.wanted, trainer.watch.index = True, 1
        episode_return, last_step, ends = 0.0, -1, 0
        ended: EpisodeEnded | None = None
        for event in trainer.events():
            if isinstance(event, EpisodeEnded) and event.environment_index == 1:
                ended = event
            if not isinstance(event, StepTaken):
                continue
            detail = event.detail
            assert detail is not None
            assert detail.environment_index == 1
            assert detail.episode_step == last_step + 1
            # Observation and picture show the step's number before the action.
            assert detail.decision.observation[0] == detail.episode_step
            assert detail.frame is not None
            assert (detail.frame == detail.episode_step).all()
            assert isinstance(detail.decision, CategoricalDecision)
            assert detail.decision.action in (2, 3, 4)
            episode_return, last_step = episode_return + 1.0, detail.episode_step
            assert detail.episode_return == episode_return
            assert (detail.terminated, detail.truncated) == (False, detail.episode_step == 4)
            if detail.truncated:
                assert ended is not None
                assert (ended.episode, ended.length, ended.episode_return) == (detail.episode, 5, 5.0)
                episode_return, last_step, ends = 0.0, -1, ends + 1
        assert ends > 5


def test_that_without_anybody_watching_there_is_no_detail() -> None:
    assert all(event.detail is None for event in of_kind(events_of(short_config(COUNTING, "a2c")), StepTaken))


def test_that_an_episode_cut_off_keeps_its_own_last_state() -> None:
    config = short_config(COUNTING, "ppo", environment_count=1, rollout_length=8, minibatch_size=8)
    with trainer_of(config) as trainer:
        pull_until(trainer.events(), MinibatchComputed)
        rollout = trainer._rollout
        assert rollout.final_observations[4, 0][0] == 5.0
        np.testing.assert_array_equal(rollout.observations_BO[:, 0], [0, 1, 2, 3, 4, 0, 1, 2])
        np.testing.assert_array_equal(rollout.ended_TN[:, 0], np.arange(8) == 4)
        assert not rollout.terminated_TN.any()
        assert trainer._rollout.last_observations_NO[0, 0] == 3.0


@EACH
@pytest.mark.parametrize(
    "environment",
    [places.AT_ONCE, places.SHAPED, places.ONE_SIDED, places.SCALAR, "FrozenLake-v1"],
)
def test_that_unusual_environments_are_learned_from(algorithm: str, environment: str) -> None:
    events = events_of(short_config(environment, algorithm, steps=120))
    assert len(of_kind(events, UpdateApplied)) >= 2
    assert of_kind(events, EpisodeEnded)
    assert isinstance(events[-1], RunFinished)


def test_that_where_episodes_last_one_step_every_step_ends_one_in_every_copy() -> None:
    for algorithm in ALGORITHMS:
        events = events_of(short_config(places.AT_ONCE, algorithm, steps=60))
        ended = of_kind(events, EpisodeEnded)
        assert len(ended) == 60
        assert {(event.length, event.episode_return, event.terminated) for event in ended} == {(1, 1.0, True)}


def test_that_a_weight_that_is_not_a_number_stops_the_run_before_it_spreads() -> None:
    with trainer_of(short_config("CartPole-v1", "ppo")) as trainer:
        events = trainer.events()
        pull_until(events, UpdateApplied)
        assert trainer.policy.critic is not None
        trainer.policy.get_parameter("critic.0.bias").data[0] = float("nan")
        weights = trainer.policy.weights_sha256()
        with pytest.raises(NumericalFault) as caught:
            pull_until(events, MinibatchComputed)
        assert caught.value.tensor == "parameter critic.0.bias"
        assert trainer.policy.weights_sha256() == weights
