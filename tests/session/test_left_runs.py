"""A run that is left for another goes at once, with its memory: nothing of it waits for the garbage collector.

In the window that comes round once a minute, and holds a first run altogether (``pgviz/gui/interpreter.py``).
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from pgviz.config import RunConfig
from pgviz.session import commands
from pgviz.session.commands import Command
from pgviz.session.notices import RunState
from pgviz.training.events import PastShown, RunStarted
from tests.session.driver import Driver, hosted
from tests.session.test_debugging_commands import SMALL, go
from tests.session.test_forks import fork

CARTPOLE = RunConfig.create("CartPole-v1", "ppo", steps=100_000, **SMALL)
OFF_POLICY = {"environment_count": 2, "learning_starts": 32, "batch_size": 16}
KINDS = [
    CARTPOLE,
    RunConfig.create("CartPole-v1", "reinforce", steps=100_000),
    RunConfig.create("Pendulum-v1", "sac", steps=100_000, **OFF_POLICY),
    RunConfig.create("FrozenLake-v1", "dqn", steps=100_000, **OFF_POLICY),
    RunConfig.create("pgviz/MaskedGrid-v0", "a2c", steps=100_000, environment_count=2),
    RunConfig.create("pgviz/RockPaperScissors-v0", "ppo", steps=100_000, **SMALL),
]


@pytest.fixture(autouse=True)
def _collector_rests() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def begin(driver: Driver, config: RunConfig) -> None:
    """Set a run up, and wait until it is there."""
    before = len(driver.of(RunStarted))
    driver.post(commands.StartRun(config))
    driver.wait_for(lambda _: len(driver.of(RunStarted)) > before and driver.state is RunState.PAUSED)


def parts(driver: Driver) -> dict[str, weakref.ref[object]]:
    """What a run consists of, without holding it."""
    session = driver.host._session
    assert session is not None
    trainer = session.trainer
    named = {
        "session": session,
        "trainer": trainer,
        "history": session.history,
        "log": trainer.environment.log,
        "environment": trainer.environment,
        "copy": trainer.environment.environments[0],
        "policy": trainer.policy,
        "algorithm": trainer.algorithm,
        "replay buffer": getattr(trainer.algorithm, "replay", None),
    }
    return {name: weakref.ref(part) for name, part in named.items() if part is not None}


def leave(driver: Driver) -> list[str]:
    """Leave the present run for another; returns what is there of it after that."""
    left = parts(driver)
    begin(driver, CARTPOLE)
    return [name for name, reference in left.items() if reference() is not None]


@pytest.mark.parametrize("config", KINDS, ids=lambda config: f"{config.environment} {config.algorithm}")
def test_that_nothing_of_a_run_is_held_once_it_is_left(config: RunConfig) -> None:
    with hosted() as driver:
        begin(driver, config)
        go(driver, commands.RunTo("step", 200))
        assert leave(driver) == []


@pytest.mark.parametrize("ending", [commands.ResumeHere(), commands.Follow()], ids=["resumed", "followed"])
def test_that_nothing_is_held_of_a_run_that_was_looked_back_at(ending: Command) -> None:
    with hosted() as driver:
        begin(driver, CARTPOLE)
        go(driver, commands.RunTo("step", 300))
        driver.post(commands.LookBack(100))
        driver.wait_for(lambda _: isinstance(driver.shown, PastShown))
        driver.post(ending)
        go(driver, commands.RunTo("step", 320))
        assert leave(driver) == []


def test_that_nothing_is_held_of_a_run_that_was_forked() -> None:
    with hosted() as driver:
        begin(driver, CARTPOLE)
        go(driver, commands.RunTo("step", 100))
        id = fork(driver)
        branch = weakref.ref(driver.host._forks[id].session)
        assert leave(driver) == []
        assert branch() is None


def test_that_nothing_is_held_of_a_run_that_was_stopped() -> None:
    with hosted() as driver:
        begin(driver, CARTPOLE)
        go(driver, commands.RunTo("step", 100))
        driver.post(commands.Stop())
        driver.wait_for_state(RunState.STOPPED)
        assert leave(driver) == []


def test_that_nothing_is_held_of_a_run_that_failed() -> None:
    with hosted() as driver:
        begin(driver, RunConfig.create("tests.environments.faulty:RaisesInStep-v0", "ppo", **SMALL))
        driver.post(commands.Play())
        driver.wait_for_state(RunState.FAILED)
        assert leave(driver) == []
