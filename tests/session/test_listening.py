"""Whoever listens is told all that a live run does but its steps, and can never do it harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgviz.errors import RunError
from pgviz.session.commands import LookBack, Pause, Play, Restart, ResumeHere, RunTo, SetHistoryLimit, StartRun
from pgviz.session.headless import train
from pgviz.session.notices import CommandRejected, RunRewound, RunState
from pgviz.training.events import EpisodeEnded, Event, MinibatchComputed, RunStarted, StepTaken, UpdateApplied
from tests.session.driver import hosted
from tests.session.recordings import CARTPOLE

SHORT = CARTPOLE.changed(steps=320)
OF_LEARNING = (RunStarted, EpisodeEnded, MinibatchComputed, UpdateApplied)


def test_that_a_listener_is_told_what_a_headless_run_tells() -> None:
    expected: list[Event] = []
    train(SHORT, on_event=lambda event: expected.append(event) if isinstance(event, OF_LEARNING) else None)
    told: list[Event] = []
    with hosted() as driver:
        driver.mailbox.listener = told.append
        driver.post(StartRun(SHORT, play=True))
        driver.wait_for_state(RunState.FINISHED)

    assert not any(isinstance(each, StepTaken) for each in told)
    learned = [each for each in told if isinstance(each, OF_LEARNING)]
    assert [(type(each), each.step) for each in learned] == [(type(each), each.step) for each in expected]
    losses = [[each.loss for each in run if isinstance(each, MinibatchComputed)] for run in (learned, expected)]
    assert losses[0] == losses[1]
    assert len(losses[0]) > 10


def test_that_a_listener_that_fails_is_said_once_and_the_run_goes_on() -> None:
    told: list[Event] = []

    def fail(event: Event) -> None:
        told.append(event)
        if isinstance(event, MinibatchComputed):
            raise RunError("cannot write to /log: No space left on device.")

    with hosted() as driver:
        driver.mailbox.listener = fail
        driver.post(StartRun(SHORT, play=True))
        driver.wait_for_state(RunState.FINISHED)
        (refused,) = driver.of(CommandRejected)

    assert "no longer logged: cannot write to /log: No space left" in refused.message
    assert sum(isinstance(each, MinibatchComputed) for each in told) == 1
    assert len(driver.of(UpdateApplied)) == 10


def test_that_the_log_of_a_window_is_that_of_its_runs(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    from pgviz.export.tensorboard import TensorBoardLog
    from tests.export.test_tensorboard import rows

    config = CARTPOLE.changed(steps=1600)
    with TensorBoardLog(tmp_path / "headless") as log:
        train(config, on_event=log.apply)
    with TensorBoardLog(tmp_path / "live") as log, hosted() as driver:
        driver.mailbox.listener = log.apply
        driver.post(SetHistoryLimit(2**28), StartRun(config, play=False), RunTo("step", 900))
        driver.wait_for(lambda _: driver.mailbox.step >= 900 and driver.state is RunState.PAUSED)
        driver.post(Pause(), LookBack(600), ResumeHere())
        driver.wait_for(lambda _: driver.of(RunRewound))
        driver.post(Play())
        driver.wait_for_state(RunState.FINISHED)
        driver.post(Restart(play=True))
        driver.wait_for(lambda _: len(driver.of(RunStarted)) == 2)
        driver.wait_for_state(RunState.FINISHED)

    expected, again = rows(tmp_path / "headless"), rows(tmp_path / "live" / "2")
    assert len(expected["train/loss"]) > 3
    for tag in ("train/loss", "rollout/ep_rew_mean", "train/approx_kl"):
        assert again[tag] == expected[tag]
    first = rows(tmp_path / "live")
    steps = [step for step, _ in first["train/value_loss"]]
    assert steps != sorted(steps)  # it was gone back
    assert steps[-1] > 1200
