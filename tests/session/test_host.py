"""The host: commands in, events out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.session import commands
from pgviz.session.headless import train
from pgviz.session.notices import CommandRejected, EnvironmentsListed, RunState, SpeedMeasured
from pgviz.training.events import (
    CategoricalDecision,
    EpisodeEnded,
    ParameterChanged,
    RunFailed,
    RunFinished,
    RunStarted,
    StateShown,
    StepTaken,
    UpdateApplied,
)
from tests.session.driver import Driver, hosted

SMALL: dict[str, Any] = {"environment_count": 2, "rollout_length": 16, "minibatch_size": 16, "epochs": 2}


def cartpole(steps: int = 100_000, **given: Any) -> RunConfig:
    return RunConfig.create("CartPole-v1", "ppo", steps=steps, **(SMALL | given))


def set_up(driver: Driver, config: RunConfig) -> None:
    driver.post(commands.StartRun(config))
    driver.wait_for_state(RunState.PAUSED)


def test_that_a_run_is_set_up_paused_and_shows_its_first_state() -> None:
    with hosted() as driver:
        set_up(driver, cartpole())
        driver.wait_for(lambda _: driver.shown)
        assert driver.of(RunStarted)
        assert isinstance(driver.shown, StateShown)
        decision = driver.shown.detail.decision
        assert isinstance(decision, CategoricalDecision)
        assert decision.chosen is None
        assert decision.log_prob is None
        assert driver.shown.detail.frame is not None
        assert driver.mailbox.step == 0


def test_that_one_environment_step_moves_every_copy_once_with_its_details() -> None:
    with hosted() as driver:
        set_up(driver, cartpole())
        driver.post(commands.StepEnvironment())
        driver.wait_for(lambda _: isinstance(driver.shown, StepTaken))
        assert driver.mailbox.step == 2
        assert driver.shown is not None
        assert driver.shown.detail is not None
        assert driver.shown.detail.reward == 1.0
        assert driver.state is RunState.PAUSED


def test_that_stepping_a_counted_number_stops_there() -> None:
    with hosted() as driver:
        set_up(driver, cartpole())
        driver.post(commands.StepEnvironment(5))
        driver.wait_for(lambda _: driver.of(SpeedMeasured))
        assert driver.mailbox.step == 10


def test_that_stepping_an_update_stops_after_it_and_shows_the_changed_policy() -> None:
    with hosted() as driver:
        set_up(driver, cartpole())
        driver.post(commands.StepUpdate())
        driver.wait_for(lambda _: driver.of(UpdateApplied) and driver.state is RunState.PAUSED)
        driver.wait_for(lambda _: isinstance(driver.shown, StateShown) and driver.shown.step == 32)
        assert len(driver.of(UpdateApplied)) == 1


def test_that_pause_stops_and_play_goes_on() -> None:
    with hosted() as driver:
        set_up(driver, cartpole())
        driver.post(commands.Play())
        driver.wait_for(lambda _: len(driver.of(UpdateApplied)) > 2)
        driver.post(commands.Pause())
        driver.wait_for_state(RunState.PAUSED)
        stopped_at = driver.mailbox.step
        driver.post(commands.Look(True), commands.Look(True))
        driver.wait_for(lambda _: not driver.inbox)
        assert driver.mailbox.step == stopped_at
        driver.post(commands.Play())
        driver.wait_for(lambda _: driver.mailbox.step > stopped_at)


def test_that_stop_ends_the_run_and_restart_sets_it_up_again() -> None:
    with hosted() as driver:
        set_up(driver, cartpole())
        driver.post(commands.Play())
        driver.wait_for(lambda _: driver.of(UpdateApplied))
        driver.post(commands.Stop())
        driver.wait_for_state(RunState.STOPPED)
        driver.post(commands.Play(), commands.StepEnvironment(), commands.Restart(seed=7))
        driver.wait_for_state(RunState.PAUSED)
        started = driver.of(RunStarted)[-1]
        assert isinstance(started, RunStarted)
        assert started.config == cartpole(seed=7)
        assert driver.mailbox.step == 0


def test_that_a_run_plays_to_its_end() -> None:
    with hosted() as driver:
        driver.post(commands.StartRun(cartpole(steps=100), play=True))
        driver.wait_for_state(RunState.FINISHED)
        assert driver.of(RunFinished)[0].step == 100
        assert driver.of(EpisodeEnded)


def test_that_a_run_that_cannot_be_set_up_leaves_the_present_one() -> None:
    with hosted() as driver:
        set_up(driver, cartpole())
        driver.post(commands.StartRun(RunConfig.create("CartPoll-v1")))
        driver.wait_for(lambda _: driver.of(CommandRejected))
        rejected = driver.of(CommandRejected)[0]
        assert isinstance(rejected, CommandRejected)
        assert "CartPole-v1" in rejected.message
        driver.wait_for_state(RunState.PAUSED)
        driver.post(commands.StepEnvironment())
        driver.wait_for(lambda _: driver.mailbox.step == 2)


@pytest.mark.parametrize("name", ["initial_std", "hidden_sizes", "no_such_knob"])
def test_that_a_knob_that_cannot_be_turned_is_refused(name: str) -> None:
    with hosted() as driver:
        set_up(driver, cartpole())
        driver.post(commands.SetParameter(name, 0.5))
        driver.wait_for(lambda _: driver.of(CommandRejected))


def test_that_a_learning_rate_is_applied_to_the_next_minibatch() -> None:
    with hosted() as driver:
        set_up(driver, cartpole(learning_rate_schedule="constant"))
        driver.post(commands.SetParameter("learning_rate", 0.0123), commands.StepUpdate())
        driver.wait_for(lambda _: driver.of(UpdateApplied))
        change, update = driver.of(ParameterChanged)[0], driver.of(UpdateApplied)[0]
        assert isinstance(change, ParameterChanged)
        assert isinstance(update, UpdateApplied)
        assert (change.name, change.value) == ("learning_rate", 0.0123)
        assert update.learning_rate == pytest.approx(0.0123)


def test_that_an_initial_std_starts_log_std_again() -> None:
    config = RunConfig.create("Pendulum-v1", **(SMALL | {"learning_rate": 1e-6}))
    with hosted() as driver:
        set_up(driver, config)
        driver.post(commands.SetParameter("initial_std", 0.25), commands.StepUpdate())
        driver.wait_for(lambda _: driver.of(UpdateApplied))
        update = driver.of(UpdateApplied)[0]
        assert isinstance(update, UpdateApplied)
        assert update.log_std is not None
        assert np.allclose(update.log_std, np.log(0.25), atol=1e-3)


@pytest.mark.parametrize(
    "environment",
    ["RaisesInStep-v0", "NanObservation-v0"],
)
def test_that_a_fault_ends_the_run_and_not_the_host(environment: str) -> None:
    with hosted() as driver:
        config = RunConfig.create(f"tests.environments.faulty:{environment}", **SMALL)
        driver.post(commands.StartRun(config, play=True))
        driver.wait_for_state(RunState.FAILED)
        failure = driver.of(RunFailed)[0]
        assert isinstance(failure, RunFailed)
        assert failure.message
        assert "\n" not in failure.message
        assert "Traceback" in failure.traceback
        set_up(driver, cartpole())


def test_that_a_loss_that_is_not_finite_is_named_before_its_step() -> None:
    with hosted() as driver:
        set_up(driver, cartpole())
        session = driver.host._session
        assert session is not None
        session.trainer.policy.flat.data[:] = 1e30
        before = driver.weights
        driver.post(commands.StepUpdate())
        driver.wait_for_state(RunState.FAILED)
        failure = driver.of(RunFailed)[0]
        assert isinstance(failure, RunFailed)
        assert failure.tensor is not None
        assert failure.tensor in failure.message
        assert driver.weights == before


def test_that_speed_is_measured_and_real_time_is_kept() -> None:
    with hosted() as driver:
        driver.post(commands.SetSpeed(1.0), commands.StartRun(cartpole(), play=True))
        driver.wait_for(lambda _: len(driver.of(SpeedMeasured)) > 2)
        driver.post(commands.Pause())
        driver.wait_for_state(RunState.PAUSED)
        measured = driver.of(SpeedMeasured)[1]
        assert isinstance(measured, SpeedMeasured)
        # CartPole has 50 frames a second, and two copies take a step each.
        assert measured.steps_per_second < 120.0


def test_that_another_copy_can_be_watched() -> None:
    with hosted() as driver:
        set_up(driver, cartpole())
        driver.post(commands.WatchEnvironment(1))
        driver.wait_for(
            lambda _: driver.shown and driver.shown.detail and driver.shown.detail.environment_index == 1
        )


def test_that_nothing_is_captured_while_nobody_looks() -> None:
    with hosted() as driver:
        driver.post(commands.Look(False), commands.StartRun(cartpole(steps=200), play=True))
        driver.wait_for_state(RunState.FINISHED)
        assert driver.shown is None


def test_that_environments_are_listed() -> None:
    with hosted() as driver:
        driver.post(commands.ListEnvironments())
        driver.wait_for(lambda _: driver.of(EnvironmentsListed))
        listed = driver.of(EnvironmentsListed)[0]
        assert isinstance(listed, EnvironmentsListed)
        assert "CartPole-v1" in {each.id for each in listed.environments if each.available}


@pytest.mark.parametrize("algorithm", ["ppo", "a2c", "reinforce"])
def test_that_watching_pausing_and_stepping_change_no_weight(algorithm: str) -> None:
    config = RunConfig.create("CartPole-v1", algorithm, environment_count=2, steps=1200)
    with hosted() as driver:
        set_up(driver, config)
        driver.post(commands.StepEnvironment(3), commands.StepUpdate(), commands.SetSpeed(None), commands.Play())
        driver.wait_for(lambda _: driver.mailbox.step > 150)
        driver.post(commands.Pause(), commands.WatchEnvironment(1), commands.StepEnvironment(2), commands.Play())
        driver.wait_for_state(RunState.FINISHED)
        watched = driver.weights
    assert watched == train(config).weights_sha256
