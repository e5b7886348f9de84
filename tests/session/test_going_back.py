"""Going back into a run, and looking back at it."""

from __future__ import annotations

import random

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.errors import PgvizError, UsageError
from pgviz.session.cursor import Cursor
from pgviz.session.history import History
from pgviz.session.past import Past
from pgviz.session.relive import NotReproducible
from pgviz.session.session import Session
from pgviz.training.events import EpisodeEnded, Event, MinibatchComputed, RunFailed, StepTaken
from pgviz.training.interventions import ForceAction, JudgeMinibatch, TurnKnob
from tests.training.driving import ALGORITHMS, short_config

LONG = 10**6


def run(config: RunConfig, count: int, history: History, *, watched: bool = False) -> tuple[Session, list[Event]]:
    session = Session(config, render=watched, history=history)
    session.trainer.watch.wanted = watched
    events: list[Event] = []
    while len(events) < count:
        event = session.pull()
        assert event is not None
        events.append(event)
    return session, events


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_any_moment_can_be_gone_back_to_and_on_from(algorithm: str) -> None:
    session, events = run(short_config("CartPole-v1", algorithm, steps=LONG), 260, History(seconds_between=0.01))
    weights = session.trainer.policy.weights_sha256()
    for position in random.Random(1).sample(range(2, 260), 5):
        session.resume(position)
        assert session.position == position
        again = [session.pull() for _ in range(260 - position)]
        assert [repr(event) for event in again] == [repr(event) for event in events[position:]]
        assert session.trainer.policy.weights_sha256() == weights
    session.close()


def test_that_interventions_are_done_again_where_they_were_done() -> None:
    session, _ = run(short_config("CartPole-v1", "a2c", steps=LONG), 20, History(seconds_between=0.0))

    def pull_to(kind: type[Event]) -> None:
        while not isinstance(session.pull(), kind):
            pass

    session.intervene(TurnKnob("learning_rate", 0.02))
    session.intervene(ForceAction(1, (1.0,)))
    for judgement in (JudgeMinibatch("flip"), JudgeMinibatch("skip"), JudgeMinibatch("drop", (0, 3))):
        pull_to(MinibatchComputed)
        session.intervene(judgement)
    pull_to(StepTaken)
    position, weights = session.position, session.trainer.policy.weights_sha256()
    for back in (21, 26, position - 4, position):
        session.resume(back)
        while session.position < position:
            session.pull()
        if back == 21:  # what was asked for at 20 belongs to the past, what came later was let go of
            break
        assert session.trainer.policy.weights_sha256() == weights
    session.close()


def test_that_what_comes_after_the_new_present_is_forgotten() -> None:
    history = History(seconds_between=0.0)
    session, _ = run(short_config("CartPole-v1", "ppo", steps=LONG), 200, history)
    session.intervene(TurnKnob("learning_rate", 0.5))
    session.pull()
    session.resume(100)
    assert all(mark.position <= 100 for mark in history.marks)
    assert not history.interventions(0, 10**9)
    session.close()


def test_that_a_run_that_failed_can_be_gone_back_into() -> None:
    session, _ = run(short_config("CartPole-v1", "ppo", steps=LONG), 100, History(seconds_between=0.0))
    with_nan = session.trainer.policy.flat.detach()
    with_nan[0] = float("nan")
    failed = session.pull_until(lambda event: isinstance(event, RunFailed))
    assert isinstance(failed, RunFailed)
    session.resume(90)
    assert not session.over
    assert session.error is None
    assert session.pull() is not None
    session.close()


def test_that_the_oldest_goes_where_there_is_no_room_and_is_said_to_be_gone() -> None:
    history = History(limit=300_000, seconds_between=0.0)
    session, _ = run(short_config("CartPole-v1", "a2c", steps=LONG), 3000, history)
    assert history.size <= 300_000
    assert history.marks[0].position > 1
    before = session.trainer.policy.weights_sha256()
    with pytest.raises(PgvizError, match=r"no longer held: it begins at step [\d,]+"):
        session.resume(1)
    assert session.trainer.policy.weights_sha256() == before
    session.resume(history.marks[0].position)
    session.close()


def test_that_before_the_first_step_there_is_nothing_to_look_back_at() -> None:
    with Session(short_config("CartPole-v1", "ppo"), history=History()) as session:
        session.pull()
        with pytest.raises(PgvizError, match="no step has been taken yet"):
            Cursor(session).look(1, 0)


@pytest.mark.parametrize(("algorithm", "settings"), [("ppo", {"rollout_length": 64}), ("reinforce", {})])
def test_that_every_step_of_a_long_span_can_be_looked_at_whatever_was_looked_at_before(
    algorithm: str, settings: dict[str, int]
) -> None:
    config = short_config("CartPole-v1", algorithm, steps=LONG, **settings)
    session, events = run(config, 300, history := History(10**9, 10**9))  # one snapshot, at the beginning
    with session:
        past = Past(config, history, session.trainer.environment)
        steps = [event.step for event in events if isinstance(event, StepTaken)]
        head = session.position, session.trainer.step
        chosen = random.Random(0)
        for step in [steps[0], steps[-1], *chosen.choices(steps, k=40), *steps[10:40:3]]:
            assert past.at(step, head).step == step
        past.close()


def test_that_the_step_before_the_first_is_the_first() -> None:
    session, events = run(short_config("CartPole-v1", "ppo", steps=LONG), 60, history := History())
    with session:
        past = Past(session.config, history, session.trainer.environment)
        head = session.position, session.trainer.step
        first = next(event.step for event in events if isinstance(event, StepTaken))
        assert past.at(0, head).step == first
        past.close()


def test_that_a_place_has_one_snapshot_however_often_it_is_gone_back_to() -> None:
    session, _ = run(short_config("CartPole-v1", "a2c", steps=LONG), 60, history := History(seconds_between=0.0))
    with session:
        for _ in range(4):
            session.resume(1)
            session.pull()
            session.pull()
        assert [mark.position for mark in history.marks] == [1]


def test_that_without_a_history_there_is_no_way_back() -> None:
    with Session(short_config("CartPole-v1", "a2c")) as session, pytest.raises(UsageError, match="no history"):
        session.resume(0)


@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_what_is_looked_back_at_is_what_was_seen_then(environment: str, algorithm: str) -> None:
    config = short_config(environment, algorithm, steps=LONG)
    session, events = run(config, 330, History(seconds_between=0.005), watched=True)
    steps = [event for event in events if isinstance(event, StepTaken)]
    past, head = Past(config, session.history or History(), session.trainer.environment), (330, steps[-1].step)
    weights = session.trainer.policy.weights_sha256()
    for then in random.Random(2).sample(steps, 12) + steps[40:50] + steps[50:40:-1]:
        now = past.at(then.step, head).detail
        assert then.detail is not None
        assert now.frame is not None
        assert then.detail.frame is not None
        assert np.array_equal(now.frame, then.detail.frame)
        assert repr(now.decision) == repr(then.detail.decision)
        for name in ("episode", "episode_step", "reward", "terminated", "truncated", "episode_return"):
            assert getattr(now, name) == getattr(then.detail, name)
    assert session.trainer.policy.weights_sha256() == weights
    past.close()
    session.close()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_the_cursor_moves_by_steps_of_all_copies_and_stops_at_the_ends(algorithm: str) -> None:
    config = short_config("CartPole-v1", algorithm, steps=LONG)
    session, events = run(config, 400, History(seconds_between=0.0))
    places = [event.step for event in events if isinstance(event, StepTaken)]
    past, head = Past(config, session.history or History(), session.trainer.environment), (400, places[-1])
    for index in (0, 3, len(places) // 2, len(places) - 1):
        for count in (1, -1, 7, -40, 90, 10**6, -(10**6)):
            wanted = places[min(max(index + count, 0), len(places) - 1)]
            assert past.beside(places[index], count, head).step == wanted
    past.close()
    session.close()


def test_that_the_advantage_of_a_past_step_is_known_once_its_update_has_come() -> None:
    config = short_config("CartPole-v1", "ppo", steps=LONG)
    session, events = run(config, 120, History(seconds_between=0.0))
    steps = [event.step for event in events if isinstance(event, StepTaken)]
    past, head = Past(config, session.history or History(), session.trainer.environment), (120, steps[-1])
    first, last = past.at(steps[0], head), past.at(steps[-1], head)
    assert first.advantage is not None
    assert first.target is not None
    assert first.detail.decision.value is not None
    assert first.target - first.advantage == pytest.approx(first.detail.decision.value, abs=1e-4)
    assert last.advantage is None
    past.close()
    session.close()


def test_that_an_environment_with_a_will_of_its_own_is_looked_back_at_but_not_gone_back_into() -> None:
    config = short_config("tests.environments.toys:Moody-v0", "a2c", steps=LONG)
    session, events = run(config, 100, History(seconds_between=0.0), watched=True)
    then = next(event for event in events[60:] if isinstance(event, StepTaken))
    past = Past(config, session.history or History(), session.trainer.environment)
    now = past.at(then.step, (100, session.trainer.step)).detail
    assert then.detail is not None
    assert np.array_equal(now.decision.observation, then.detail.decision.observation)
    assert now.frame is None
    with pytest.raises(NotReproducible, match="does not replay exactly"):
        session.resume(70)
    assert session.position == 100
    assert session.pull() is not None
    past.close()
    session.close()


def test_that_a_step_that_was_not_told_of_yet_is_not_looked_for() -> None:
    config = short_config("CartPole-v1", "reinforce", steps=LONG)
    session, events = run(config, 200, History(seconds_between=0.0))
    while not isinstance(events[-1], EpisodeEnded):
        event = session.pull()
        assert event is not None
        events.append(event)
    last = [event.step for event in events if isinstance(event, StepTaken)][-1]
    past = Past(config, session.history or History(), session.trainer.environment)
    head = (session.position, session.trainer.step)
    assert head[1] > last
    assert past.at(head[1], head).step == last
    assert past.beside(last, 5, head).step == last
    past.close()
    session.close()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_a_fork_goes_the_same_way_until_something_is_done_differently(algorithm: str) -> None:
    config = short_config("CartPole-v1", algorithm, steps=LONG)
    session, _ = run(config, 150, History(seconds_between=0.005))
    same, other = session.fork(), session.fork()
    other.intervene(ForceAction(0, (1.0,)))
    other.intervene(TurnKnob("learning_rate", 0.05))
    ahead = {each: [repr(each.pull()) for _ in range(120)] for each in (session, same, other)}
    assert ahead[session] == ahead[same]
    assert ahead[session] != ahead[other]
    assert session.trainer.policy.weights_sha256() == same.trainer.policy.weights_sha256()
    assert session.trainer.policy.weights_sha256() != other.trainer.policy.weights_sha256()
    weights = other.trainer.policy.weights_sha256()
    other.resume(149)  # into the past that both share
    other.intervene(ForceAction(0, (1.0,)))
    for each in (session, same, other):
        each.close()
    assert weights


def test_that_a_fork_of_an_earlier_moment_and_of_the_very_beginning_can_be_made() -> None:
    session, events = run(short_config("CartPole-v1", "ppo", steps=LONG), 100, History(seconds_between=0.0))
    for position in (0, 1, 60):
        with session.fork(position) as branch:
            ahead = [repr(branch.pull()) for _ in range(20)]
            first = int(position == 0)  # that a run was set up names objects, whose addresses differ
            assert ahead[first:] == [repr(each) for each in events[position:][:20]][first:]
    session.close()


def test_that_large_snapshots_are_further_apart() -> None:
    now = 0.0
    history = History(seconds_between=0.05, clock=lambda: now)
    session = Session(short_config("CartPole-v1", "a2c", steps=LONG, hidden_sizes=(512, 512)), history=history)
    for _ in range(40):
        session.pull()
        now += 0.05
    assert 1 < len(history.marks) < 8
    session.close()


def test_that_what_a_fork_lets_go_of_the_run_still_holds() -> None:
    settings: dict[str, object] = {"buffer_size": 60, "learning_starts": 20, "train_frequency": 4, "batch_size": 8}
    config = RunConfig.create("CartPole-v1", "dqn", steps=LONG, hidden_sizes=(8,), **settings)
    session, events = run(config, 200, History(seconds_between=0.0))
    fork = session.fork()
    assert fork.history is not None
    fork.history.limit = 1
    for _ in range(60):
        fork.pull()
    fork.close()
    session.resume(30)
    again = [session.pull() for _ in range(170)]
    assert [repr(event) for event in again] == [repr(event) for event in events[30:]]
    session.close()
