"""Forks through the host: in step with the run, bit by bit what the programmable ones are."""

from __future__ import annotations

from typing import Any

import pytest

import pgviz
from pgviz.config import RunConfig
from pgviz.environments.step import EndedEpisode
from pgviz.parameters import Value
from pgviz.session import commands, forks
from pgviz.session.forks import Forks
from pgviz.session.forks_returns import Returns, ended_since
from pgviz.session.forks_state import MOST_FORKS, ForkReturns, ForkState, ForkUpdate
from pgviz.session.history import History
from pgviz.session.notices import CommandRejected, ForksShown, RunRewound, RunState
from pgviz.session.session import Session, environment_steps, forever, updates
from pgviz.training.events import EpisodeEnded, PastShown, RunFailed, UpdateApplied
from tests.session.driver import Driver, hosted
from tests.session.test_debugging_commands import SMALL, go, set_up


def states(driver: Driver) -> tuple[ForkState, ...]:
    """The forks as last told."""
    shown = driver.of(ForksShown)
    return shown[-1].forks if shown else ()


def fork(driver: Driver, *, sample: tuple[float, ...] | None = None, **knobs: Value) -> int:
    """Fork where the run is looked at; returns the fork's number once it has come as far as the run."""
    before = len(states(driver))
    driver.post(commands.Fork(sample, tuple(knobs.items())))
    driver.wait_for(lambda _: len(states(driver)) > before)
    id = states(driver)[-1].id
    wait_in_step(driver)
    return id


def wait_in_step(driver: Driver) -> None:
    driver.wait_for(lambda _: all(each.told >= driver.mailbox.step for each in driver.host._forks._forks.values()))


def weights(driver: Driver, id: int) -> str:
    return driver.host._forks[id].session.trainer.policy.weights_sha256()


@pytest.mark.parametrize("step", [300, 320])  # in the middle of a rollout, and where an update has been applied
def test_that_a_fork_in_which_nothing_differs_stays_the_same(step: int) -> None:
    with hosted() as driver:
        set_up(driver)
        go(driver, commands.RunTo("step", 100))
        id = fork(driver)
        go(driver, commands.RunTo("step", step))
        if step == 320:
            go(driver, commands.StepUpdate())
        assert weights(driver, id) == driver.weights
        (told,) = states(driver)
        assert (told.began, told.step, told.pace) == (100, step, "in step")
        assert told.returns == told.base_returns
        assert told.difference == 0.0


@pytest.mark.parametrize(
    ("environment", "algorithm", "settings"),
    [
        ("CartPole-v1", "ppo", SMALL),
        ("CartPole-v1", "reinforce", {"environment_count": 2, "episodes_per_update": 3}),
        ("CartPole-v1", "dqn", {"environment_count": 2, "learning_starts": 64, "batch_size": 16}),
        ("Pendulum-v1", "ppo", SMALL),
    ],
)
def test_that_a_fork_is_bit_by_bit_the_one_of_a_program(
    environment: str, algorithm: str, settings: dict[str, Any]
) -> None:
    action = (1.0,) if environment == "CartPole-v1" else (0.5,)
    with pgviz.debug(environment, algorithm, **settings, steps=5000) as session:
        session.run_until(lambda event: event.step >= 200)
        with session.fork(action, learning_rate=0.02) as branch:
            branch.step(150)
            expected, step = branch.weights_sha256, branch.step_count
    with hosted() as driver:
        driver.post(commands.StartRun(RunConfig.create(environment, algorithm, **settings, steps=5000)))
        driver.wait_for_state(RunState.PAUSED)
        go(driver, commands.RunTo("step", 200))
        id = fork(driver, sample=action, learning_rate=0.02)
        go(driver, commands.RunTo("step", step))
        assert driver.host._forks[id].told == step
        assert weights(driver, id) == expected
        assert weights(driver, id) != driver.weights or algorithm == "dqn"


def test_that_a_fork_of_the_past_catches_up_and_is_compared_from_where_it_began() -> None:
    with hosted() as driver:
        set_up(driver)
        go(driver, commands.RunTo("step", 1200))
        driver.post(commands.LookBack(402))
        driver.wait_for(lambda _: isinstance(driver.shown, PastShown))
        fork(driver)
        driver.wait_for(lambda _: states(driver)[-1].pace == "in step")
        told = states(driver)[-1]
        returns = [each.episode_return for each in driver.of(EpisodeEnded) if each.step > 400]
        assert told.began == 400
        assert told.base_returns.episodes == len(returns)
        assert told.base_returns.mean == pytest.approx(sum(returns) / len(returns))
        assert told.returns == told.base_returns
        points = [point for shown in driver.of(ForksShown) for point in shown.forks[0].updates]
        updates = [each for each in driver.of(UpdateApplied) if each.step > 400]
        assert points == [ForkUpdate(each.step, each.entropy, each.max_probability, None) for each in updates]


def test_that_the_log_std_of_a_fork_is_told() -> None:
    with hosted() as driver:
        driver.post(commands.StartRun(RunConfig.create("Pendulum-v1", "ppo", **SMALL, steps=5000)))
        driver.wait_for_state(RunState.PAUSED)
        fork(driver)
        go(driver, commands.RunTo("step", 200))
        points = [point for shown in driver.of(ForksShown) for point in shown.forks[0].updates]
        applied = driver.of(UpdateApplied)
        assert [each.log_std for each in points] == [
            float(each.log_std[0]) for each in applied if each.log_std is not None
        ]
        assert len(points) == len(applied) >= 2


def test_that_what_differs_is_told_and_makes_a_difference() -> None:
    with hosted() as driver:
        set_up(driver)
        go(driver, commands.RunTo("step", 100))
        id = fork(driver, sample=(1.0,), learning_rate=0.05, entropy_coefficient=0.1)
        go(driver, commands.RunTo("step", 1000))
        (told,) = states(driver)
        assert [(each.name, each.value) for each in told.changes] == [
            ("learning_rate", 0.05),
            ("entropy_coefficient", 0.1),
        ]
        assert told.sample == (1.0,)
        assert told.returns.first_over
        assert told.detail is not None
        assert told.detail.frame is not None
        assert told.returns.mean is not None
        assert told.base_returns.mean is not None
        assert told.difference == told.returns.mean - told.base_returns.mean
        assert weights(driver, id) != driver.weights


def test_that_there_are_four_at_most_and_each_can_be_dropped() -> None:
    with hosted() as driver:
        set_up(driver)
        ids = [fork(driver) for _ in range(MOST_FORKS)]
        driver.post(commands.Fork())
        driver.wait_for(lambda _: driver.of(CommandRejected))
        assert "remove one" in driver.of(CommandRejected)[-1].message
        driver.post(commands.DropFork(ids[1]))
        driver.wait_for(lambda _: len(states(driver)) == 3)
        assert [each.id for each in states(driver)] == [ids[0], *ids[2:]]
        go(driver, commands.RunTo("step", 64))
        assert all(each.step == 64 for each in states(driver))


def test_that_what_cannot_be_done_is_answered_and_leaves_no_fork() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.Fork(None, (("learning_rate", -1.0),)), commands.Fork((7.0,)), commands.DropFork(3))
        driver.wait_for(lambda _: len(driver.of(CommandRejected)) == 3)
        assert not driver.host._forks


def test_that_forks_do_not_change_the_run() -> None:
    with hosted() as driver:
        set_up(driver)
        go(driver, commands.RunTo("step", 500))
        alone = driver.weights
    with hosted() as driver:
        set_up(driver)
        fork(driver, learning_rate=0.1)
        go(driver, commands.RunTo("step", 200))
        fork(driver, sample=(0.0,))
        go(driver, commands.RunTo("step", 500))
        assert driver.weights == alone


def test_that_a_resumed_run_lets_go_of_later_forks_and_is_waited_for_by_earlier_ones() -> None:
    with hosted() as driver:
        set_up(driver)
        go(driver, commands.RunTo("step", 200))
        early = fork(driver)
        go(driver, commands.RunTo("step", 600))
        fork(driver)
        driver.post(commands.LookBack(402), commands.ResumeHere())
        driver.wait_for(lambda _: driver.of(RunRewound) and len(states(driver)) == 1)
        (told,) = states(driver)
        assert (told.id, told.pace, told.difference) == (early, "ahead", None)
        go(driver, commands.RunTo("step", 600))
        (told,) = states(driver)
        assert told.pace == "in step"
        assert told.returns == told.base_returns


def test_that_a_fork_from_the_very_step_that_is_gone_back_to_stays() -> None:
    config = RunConfig.create("CartPole-v1", "ppo", **SMALL, steps=320)
    with Session(config, history=History()) as session:
        session.pull_until(environment_steps(10))
        position, beside = session.position, Forks()
        fork = beside.add(session, None, 0)
        session.pull_until(environment_steps(4), beside.follow)
        later = beside.add(session, None, 0)
        session.resume(position)
        beside.rewind(session)
        assert [len(beside), beside[fork.id], later.session.over] == [1, fork, True]
        beside.close()


def test_that_a_fork_that_learns_more_seldom_does_not_run_ahead_for_the_sake_of_an_update() -> None:
    config = RunConfig.create("CartPole-v1", "ppo", **SMALL, steps=3200)
    with Session(config, history=History()) as session:
        session.pull_until(environment_steps(10))
        beside = Forks()
        fork = beside.add(session, None, 0)
        fork.settle(10)
        assert fork.told == session.trainer.step + config.environment_count, "one step, after which it gives up"
        beside.close()


def test_that_a_fork_ends_with_the_run_and_goes_with_it() -> None:
    with hosted() as driver:
        driver.post(commands.StartRun(RunConfig.create("CartPole-v1", "ppo", **SMALL, steps=320)))
        driver.wait_for_state(RunState.PAUSED)
        id = fork(driver, learning_rate=0.01)
        driver.post(commands.Play())
        driver.wait_for_state(RunState.FINISHED)
        driver.post(commands.Fork())
        driver.wait_for(lambda _: driver.of(CommandRejected))
        assert "look back" in driver.of(CommandRejected)[-1].message
        assert driver.host._forks[id].session.over
        driver.post(commands.Restart())
        driver.wait_for(lambda _: not driver.host._forks)


@pytest.mark.parametrize("finished", [False, True])
def test_that_a_fork_catches_up_to_the_last_update_in_however_short_turns(
    finished: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forks, "TURN_SECONDS", -1.0)  # over before it begins
    config = RunConfig.create("CartPole-v1", "ppo", **SMALL, steps=320)
    with Session(config, history=History()) as session:
        session.pull_until(updates(1))
        early = session.position
        session.pull_until(forever if finished else updates(2))
        beside = Forks()
        fork = beside.add(session, early, 0)
        while beside.catch_up(session, lambda: True):
            pass
        assert fork.session.trainer.update == session.trainer.update
        assert fork.session.trainer.policy.weights_sha256() == session.trainer.policy.weights_sha256()
        assert fork.session.over == session.over == finished
        beside.close()


def test_that_a_hidden_window_costs_no_notices_while_the_run_goes_on() -> None:
    with hosted() as driver:
        set_up(driver)
        fork(driver)
        driver.post(commands.Look(False))
        before = len(driver.of(ForksShown))
        go(driver, commands.RunTo("step", 2000))
        shown = driver.of(ForksShown)[before:]
        assert len(shown) == 1
        assert shown[0].forks[0].detail is None
        points = [point for notice in driver.of(ForksShown) for point in notice.forks[0].updates]
        assert [(each.step, each.entropy) for each in points] == [
            (each.step, each.entropy) for each in driver.of(UpdateApplied)
        ]


def test_that_returns_are_those_since_the_fork() -> None:
    returns = Returns(since=10, copy=1)
    assert not returns.add(10, 1, 99.0)
    assert returns.told(3.0) == ForkReturns(0, None, 3.0, False)
    returns.add(12, 0, 5.0)
    returns.add(14, 1, 7.0)
    returns.add(16, 1, 30.0)
    assert returns.told(0.0) == ForkReturns(3, 14.0, 7.0, True)
    returns.forget_after(12)
    assert returns.told(2.0) == ForkReturns(1, 5.0, 2.0, False)


def test_that_the_tape_tells_what_has_ended_since() -> None:
    with pgviz.debug("CartPole-v1", "reinforce", environment_count=2, episodes_per_update=3) as session:
        told: list[EpisodeEnded] = []
        session.listen(lambda event: told.append(event) if isinstance(event, EpisodeEnded) else None)
        session.run(400)
        log = session.trainer.environment.log
        assert log is not None
        found: list[tuple[int, EndedEpisode]] = ended_since(log, session.step_count, 100)
        expected = [(each.step, each.episode, each.episode_return) for each in told if each.step > 100]
        assert [(step, each.episode, each.episode_return) for step, each in found] == expected


def test_that_a_fork_that_fails_says_so_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with hosted() as driver:
        set_up(driver)
        id = fork(driver)
        broken = driver.host._forks[id].session

        def fail(*_: Any, **__: Any) -> None:
            raise RuntimeError("out of luck")

        monkeypatch.setattr(broken.trainer.environment, "step", fail)
        go(driver, commands.RunTo("step", 100))
        (told,) = states(driver)
        assert told.pace == "failed"
        assert "out of luck" in told.failure
        assert told.difference is None
        assert driver.mailbox.step == 100
        assert not driver.of(RunFailed)


def test_that_an_environment_that_does_not_replay_cannot_be_forked() -> None:
    with hosted() as driver:
        config = RunConfig.create("tests.environments.toys:Moody-v0", "a2c", environment_count=2)
        driver.post(commands.StartRun(config))
        driver.wait_for_state(RunState.PAUSED)
        go(driver, commands.RunTo("step", 300))
        driver.post(commands.Fork())
        driver.wait_for(lambda _: driver.of(CommandRejected))
        assert driver.of(CommandRejected)[-1].not_reproducible
        assert not driver.host._forks
