"""A recording of a run that a person has looked into: minibatches, a breakpoint, estimates, a pinned state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pgviz.session import commands
from pgviz.session.breakpoints import Breakpoint
from pgviz.session.notices import (
    BreakpointHit,
    MinibatchExamined,
    ProbesShown,
    RunState,
    RunWaits,
    ValuesEstimated,
)
from pgviz.training.events import Event
from pgviz.training.interventions import JudgeMinibatch
from tests.session.driver import Driver, hosted
from tests.session.test_recorder import cartpole, start, step, stop

STATE = (0.1, 0.2, 0.05, 0.0)


def record_looks(path: Path) -> list[Event]:
    """Step a run, look into two minibatches, stop at a breakpoint, ask about actions; returns what was told."""
    with hosted() as driver:
        start(driver, path, cartpole(hidden_sizes=(8,)))
        step(driver, 2)  # at once: it waits after the second alone
        driver.post(commands.PutProbe(1, STATE, None, "tilted"))
        driver.wait_for(lambda _: driver.of(ProbesShown))
        to_minibatch(driver, 1)
        driver.post(commands.ExamineMinibatch(), commands.ExamineMinibatch(5), commands.ExamineMinibatch(2))
        driver.wait_for(lambda _: len(driver.of(MinibatchExamined)) == 3)
        driver.post(commands.Intervene(JudgeMinibatch("skip")))
        to_minibatch(driver, 2)
        breakpoint = Breakpoint("step >= 100", id=4, title="far enough")
        driver.post(commands.PutBreakpoint(breakpoint))
        go(driver, commands.Play(), until=lambda: driver.of(BreakpointHit))
        driver.post(commands.EstimateValues(((0.0,), (1.0,)), 2, 10))
        driver.wait_for(lambda _: driver.of(ValuesEstimated))
        driver.post(commands.RemoveBreakpoint(4), commands.RemoveProbe(1))
        driver.wait_for(lambda _: driver.of(ProbesShown) and not driver.of(ProbesShown)[-1].decisions)
        go(driver, commands.StepUpdate(), until=lambda: driver.mailbox.step >= 128)
        stop(driver)
    return driver.events


def go(driver: Driver, command: commands.Command, *, until: Callable[[], object]) -> None:
    """Send the run on, and wait until it waits again."""
    driver.post(command)
    driver.wait_for(lambda _: until() and driver.state is RunState.PAUSED)


def to_minibatch(driver: Driver, count: int) -> None:
    before = sum(each.minibatch is not None for each in driver.of(RunWaits))
    go(
        driver,
        commands.StepMinibatch(count),
        until=lambda: sum(each.minibatch is not None for each in driver.of(RunWaits)) > before,
    )
