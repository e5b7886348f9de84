"""Debugging from a program."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pgviz
from pgviz.errors import NumericalFault, PgvizError, UsageError
from pgviz.session.breakpoints import Breakpoint
from pgviz.session.waiting import waits
from pgviz.training.events import EpisodeEnded, Event, MinibatchComputed, StepTaken, UpdateApplied
from tests.training import places

SMALL: dict[str, Any] = {
    "seed": 1,
    "environment_count": 2,
    "rollout_length": 16,
    "minibatch_size": 16,
    "epochs": 2,
}


def test_that_a_run_is_stepped_stopped_rewound_and_forked() -> None:
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        assert session.step_count == 0
        assert session.step().episode_step == 0
        assert session.step(3).episode_step == 3
        assert session.step_count == 8
        assert isinstance(session.step_minibatch(), MinibatchComputed)
        assert session.step_count == 32
        assert isinstance(session.step_update(2), UpdateApplied)
        hit = session.run_until("episode_return > 10", steps=20_000)
        assert hit is not None
        assert hit.because.startswith("episode_return = ")
        before, weights = session.step_count, session.weights_sha256
        session.step(100)
        session.rewind(100)
        assert session.step_count <= before + 2
        fork = session.fork(action=1, learning_rate=0.01)
        assert fork.weights_sha256 == weights or fork.step_count == session.step_count
        fork.step(40)
        session.step(40)
        assert fork.weights_sha256 != session.weights_sha256
        fork.close()


def test_that_going_back_and_on_gives_the_same_weights() -> None:
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        session.run(steps=400)
        weights, position = session.weights_sha256, session.position
        session.rewind(77)
        assert session.step_count == 400 - 154
        session.run(steps=154)
        assert (session.weights_sha256, session.position) == (weights, position)


def test_that_looking_back_touches_nothing() -> None:
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        session.run(steps=200)
        weights = session.weights_sha256
        shown = session.look_back(100, copy=1)
        assert shown.step == 100
        assert shown.detail.environment_index == 1
        assert shown.detail.frame is not None
        assert (session.step_count, session.weights_sha256) == (200, weights)


def test_that_a_minibatch_is_examined_and_judged() -> None:
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        session.step_minibatch()
        weights = session.weights_sha256
        assert len(session.examine().copies_B) == 16
        session.judge("skip")
        session.step_minibatch()
        assert session.weights_sha256 == weights
        session.judge("drop", range(15))
        session.step_minibatch()
        assert session.weights_sha256 != weights


def test_that_actions_are_valued() -> None:
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        session.step(3)
        values = session.action_values([0, 1], rollouts=2, horizon=10)
        assert values.means_A.shape == (2,)


def test_that_breakpoints_and_listeners_are_heard() -> None:
    seen: list[Event] = []
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        session.listen(seen.append)
        session.breakpoints.add(Breakpoint("terminated or truncated"))
        assert session.run() is not None
        assert isinstance(seen[-2], EpisodeEnded)
        assert isinstance(seen[-1], StepTaken)
        assert session.run(steps=2) is None or isinstance(seen[-2], EpisodeEnded)
        assert session.run_until(lambda event: isinstance(event, UpdateApplied)) is None
        assert isinstance(seen[-1], UpdateApplied)


def test_that_steps_are_counted_whole_where_an_episode_has_just_ended() -> None:
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        assert session.run_until("terminated") is not None
        ended = session.step_count
        assert session.look_back(ended).step == ended
        session.rewind(1)
        assert session.step_count == ended - 2

        for back in (False, True):
            while not session.trainer.telling:  # between the event of an episode's end and that of its step
                next(session.events())
            place, before = session.position, session.step_count
            if back:
                session.rewind(3)
                assert session.step_count == before - 6
            else:
                detail = session.step()
                assert session.step_count == before + 2
                assert detail.episode_step == 0 or detail.decision.log_prob is not None
                session.resume(place)
                session.step(2)
                assert session.step_count == before + 4


def test_that_a_copy_that_rests_is_neither_forced_nor_played_on_from() -> None:
    with pgviz.debug("CartPole-v1", "reinforce", seed=1, environment_count=2, episodes_per_update=2) as session:
        session.run_until("terminated")
        (resting,) = (copy for copy in (0, 1) if session.trainer.copies.rests(copy))
        with pytest.raises(UsageError, match=f"copy {resting + 1} rests"):
            session.force(1, resting)
        with pytest.raises(UsageError, match=f"episode of copy {resting + 1} has ended"):
            session.action_values([0, 1], resting)
        assert waits(session.trainer, resting).environment_index == 1 - resting
        session.force(1, 1 - resting)
        session.action_values([0, 1], 1 - resting, rollouts=2)

        session.step_minibatch()
        with pytest.raises(UsageError, match="next begins after the update"):
            session.action_values([0, 1])


def test_that_a_failure_is_raised_and_can_be_gone_back_from() -> None:
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        session.run(steps=100)
        session.trainer.policy.flat.detach()[0] = float("nan")
        with pytest.raises(NumericalFault):
            session.run(steps=100)
        with pytest.raises(UsageError, match="the run is over"):
            session.step()
        session.rewind(10)
        session.step()


def test_that_what_cannot_be_done_is_said() -> None:
    with pytest.raises(UsageError, match="did you mean CartPole-v1"):
        pgviz.debug("CartPol-v1")
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        with pytest.raises(UsageError, match="no action"):
            session.force(2)
        with pytest.raises(UsageError, match="no minibatch is open"):
            session.judge("skip")
        with pytest.raises(UsageError, match="1 step or more"):
            session.rewind(0)
        with pytest.raises(UsageError):
            session.fork(hidden_sizes=(3,))
    with pytest.raises(AttributeError):
        pgviz.debugger  # noqa: B018


def test_that_a_forced_action_is_taken_back() -> None:
    with pgviz.debug("CartPole-v1", seed=3) as session, pgviz.debug("CartPole-v1", seed=3) as other:
        for each in (session, other):
            each.step(5)
        for action in (0, 1):
            session.force(action)
            session.take_back()
        with pytest.raises(UsageError, match="nothing to take back"):
            session.take_back()
        session.step(20)
        other.step(20)
        assert session.weights_sha256 == other.weights_sha256
        assert np.array_equal(session.state.detail.decision.observation, other.state.detail.decision.observation)
        session.rewind(18)
        session.step(18)
        assert np.array_equal(session.state.detail.decision.observation, other.state.detail.decision.observation)


def test_that_rewinding_goes_back_as_far_as_it_was_told_or_not_at_all() -> None:
    with pgviz.debug("CartPole-v1", "a2c", seed=1, environment_count=2) as session:
        session.step(30)
        before = session.position, session.weights_sha256
        for count in (31, 10**9):
            with pytest.raises(PgvizError, match="begins at step 0"):
                session.rewind(count)
            assert (session.position, session.weights_sha256) == before

        session.rewind(30)

        assert session.step_count == 0


def test_that_steps_whose_return_has_overflowed_are_looked_back_at() -> None:
    with pgviz.debug(places.UTMOST, **SMALL) as session:
        session.step(12)
        returns = [session.look_back(2 * step, copy=0).detail.episode_return for step in range(1, 13)]
    assert returns.count(math.inf) > 1
