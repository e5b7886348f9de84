"""States that are watched while the policy learns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.session import commands
from pgviz.session.notices import CommandRejected, ProbesShown, RunState
from pgviz.training.events import CategoricalDecision
from tests.session.driver import Driver, hosted

SMALL: dict[str, Any] = {"environment_count": 2, "rollout_length": 16, "minibatch_size": 16, "epochs": 2}
TILTED = (0.0, 0.0, 0.1, 0.0)


def set_up(driver: Driver, environment: str = "CartPole-v1", steps: int = 3200) -> None:
    driver.post(commands.StartRun(RunConfig.create(environment, "ppo", steps=steps, **SMALL)))
    driver.wait_for_state(RunState.PAUSED)


def shown(driver: Driver, id: int = 7) -> CategoricalDecision:
    """The newest answer about a probe."""
    decision = driver.of(ProbesShown)[-1].decisions[id]
    assert isinstance(decision, CategoricalDecision)
    return decision


def finish(driver: Driver) -> str:
    driver.post(commands.Play())
    driver.wait_for_state(RunState.FINISHED)
    return driver.weights


def test_that_a_probe_is_answered_at_once_and_as_the_policy_would() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.PutProbe(7, TILTED))
        driver.wait_for(lambda _: driver.of(ProbesShown))
        session = driver.host._session
        assert session is not None
        policy = session.trainer.policy
        expected = policy.fast_actor.outputs(np.array([TILTED], np.float32))[0]
        assert shown(driver).logits_A == pytest.approx(expected, abs=1e-6)
        assert shown(driver).observation == pytest.approx(np.array(TILTED))


def test_that_probes_follow_the_policy_and_change_nothing() -> None:
    with hosted() as driver:
        set_up(driver)
        unwatched = finish(driver)
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.PutProbe(7, TILTED), commands.PutProbe(8, (1.0, 0.0, 0.0, 0.0)))
        assert finish(driver) == unwatched
        answers = driver.of(ProbesShown)
        assert [each.update for each in answers] == sorted(each.update for each in answers)
        assert set(answers[-1].decisions) == {7, 8}
        first, last = (each.decisions[7] for each in (answers[0], answers[-1]))
        assert isinstance(first, CategoricalDecision)
        assert isinstance(last, CategoricalDecision)
        assert not np.allclose(first.probabilities_A, last.probabilities_A, atol=1e-3)


def test_that_a_probe_is_replaced_and_removed() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.PutProbe(7, TILTED), commands.PutProbe(7, (0.0, 0.0, -0.1, 0.0)))
        driver.wait_for(lambda _: len(driver.of(ProbesShown)) == 2)
        assert shown(driver).observation[2] == pytest.approx(-0.1)
        driver.post(commands.RemoveProbe(7))
        driver.wait_for(lambda _: len(driver.of(ProbesShown)) == 3)
        assert not driver.of(ProbesShown)[-1].decisions
        driver.post(commands.StepUpdate())
        driver.wait_for(lambda _: driver.mailbox.step >= 32)
        driver.post(commands.PutProbe(9, TILTED))
        # Put in mid-update, it is shown once more when the update is done.
        driver.wait_for(lambda _: len(driver.of(ProbesShown)) >= 4)
        assert set(driver.of(ProbesShown)[-1].decisions) == {9}


@pytest.mark.parametrize("observation", [(0.0,) * 3, (0.0, 0.0, float("nan"), 0.0)])
def test_that_what_is_no_observation_is_refused(observation: tuple[float, ...]) -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.PutProbe(7, observation))
        driver.wait_for(lambda _: driver.of(CommandRejected))
        assert "entries" in driver.of(CommandRejected)[-1].message
        assert not driver.of(ProbesShown)


def test_that_probes_stay_for_the_same_environment_and_go_with_another() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.PutProbe(7, TILTED))
        driver.wait_for(lambda _: driver.of(ProbesShown))
        driver.post(commands.Restart(seed=5))
        driver.wait_for(lambda _: len(driver.of(ProbesShown)) == 2)
        driver.post(commands.StartRun(RunConfig.create("Acrobot-v1", "ppo", steps=3200, **SMALL)))
        driver.post(commands.StepEnvironment())
        driver.wait_for(lambda _: driver.mailbox.step == 2)
        assert len(driver.of(ProbesShown)) == 2
