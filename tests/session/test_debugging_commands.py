"""The host as a debugger: three depths of steps, looking back, going back, and stopping."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.parameters import Value
from pgviz.policies.categorical import CategoricalPolicy
from pgviz.session import commands
from pgviz.session.breakpoints import Breakpoint, Hit
from pgviz.session.commands import Command
from pgviz.session.list_pace import SECONDS_BETWEEN_LISTS
from pgviz.session.mailbox import LINES_KEPT, Mailbox
from pgviz.session.notices import (
    BreakpointHit,
    BreakpointsListed,
    CommandRejected,
    HistoryHeld,
    LinesMissed,
    MinibatchExamined,
    RunRewound,
    RunState,
    RunWaits,
    StateChanged,
    ValuesEstimated,
)
from pgviz.training.events import (
    CategoricalDecision,
    EpisodeEnded,
    MinibatchComputed,
    ParameterChanged,
    PastShown,
    StateShown,
    StepTaken,
    UpdateApplied,
)
from pgviz.training.interventions import JudgeMinibatch
from tests.session.driver import Driver, hosted

SMALL: dict[str, Any] = {"environment_count": 2, "rollout_length": 16, "minibatch_size": 16, "epochs": 2}


def set_up(driver: Driver, **given: Value) -> None:
    driver.post(commands.StartRun(RunConfig.create("CartPole-v1", "ppo", steps=100_000, **(SMALL | given))))
    driver.wait_for_state(RunState.PAUSED)


def go(driver: Driver, command: Command) -> None:
    """Carry a command out that goes on and then pauses."""

    def pauses() -> int:
        return [changed.state for changed in driver.of(StateChanged)].count(RunState.PAUSED)

    before = pauses()
    driver.post(command)
    driver.wait_for(lambda _: pauses() > before)


def test_that_a_minibatch_is_stopped_at_with_its_step_not_taken() -> None:
    with hosted() as driver:
        set_up(driver)
        for count, step in ((1, 32), (1, 32), (2, 32), (1, 64)):
            go(driver, commands.StepMinibatch(count))
            assert driver.mailbox.step == step
        assert len(driver.of(UpdateApplied)) == 1


def test_that_a_run_goes_to_a_step_an_episode_or_an_update() -> None:
    with hosted() as driver:
        set_up(driver)
        go(driver, commands.RunTo("step", 51))
        assert driver.mailbox.step == 52
        go(driver, commands.RunTo("update", 4))
        assert driver.of(UpdateApplied)[-1].update == 4
        go(driver, commands.RunTo("episode", 20))
        assert driver.of(EpisodeEnded)[-1].episode >= 20
        go(driver, commands.FinishEpisode(2))
        assert driver.of(EpisodeEnded)[-1].environment_index == 0


def test_that_a_run_stops_at_an_episodes_end_with_its_last_step_told() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.PutBreakpoint(Breakpoint("terminated or truncated")))
        go(driver, commands.Play())
        ended = driver.of(EpisodeEnded)[-1].step
        driver.wait_for(lambda _: isinstance(driver.shown, StateShown))
        driver.post(commands.MoveCursor(-1))
        driver.wait_for(lambda _: isinstance(driver.shown, PastShown))
        assert driver.shown is not None
        assert driver.shown.step == ended == driver.mailbox.step
        driver.post(commands.StepEnvironment())
        driver.wait_for(lambda _: driver.mailbox.step == ended + 2)


def test_that_the_cursor_moves_back_and_forward_and_follows_again() -> None:
    with hosted() as driver:
        set_up(driver)
        go(driver, commands.RunTo("step", 300))
        driver.post(commands.MoveCursor(-1))
        driver.wait_for(lambda _: isinstance(driver.shown, PastShown))
        assert driver.shown is not None
        assert driver.shown.step == 300
        assert driver.mailbox.step == 300
        driver.post(commands.MoveCursor(-10))
        driver.wait_for(lambda _: driver.shown is not None and driver.shown.step == 280)
        assert driver.shown.detail is not None
        assert driver.shown.detail.frame is not None
        driver.post(commands.LookBack(100))
        driver.wait_for(lambda _: driver.shown is not None and driver.shown.step == 100)
        driver.post(commands.MoveCursor(1))
        driver.wait_for(lambda _: driver.shown is not None and driver.shown.step == 102)
        driver.post(commands.Follow())
        driver.wait_for(lambda _: isinstance(driver.shown, StateShown))
        held = driver.of(HistoryHeld)[-1]
        assert held.first_step == 1
        assert 0 < held.size <= held.limit


def test_that_the_past_is_made_the_present() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.SetParameter("learning_rate", 0.01))
        go(driver, commands.RunTo("step", 400))
        driver.post(commands.LookBack(200))
        driver.post(commands.ResumeHere())
        driver.wait_for(lambda _: driver.of(RunRewound))
        assert driver.of(RunRewound)[-1].step == 198
        assert driver.mailbox.step == 198
        go(driver, commands.RunTo("step", 210))
        assert driver.mailbox.step == 210


def test_that_there_is_nothing_to_resume_from_while_the_present_is_followed() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.ResumeHere())
        driver.wait_for(lambda _: driver.of(CommandRejected))
        assert "look back first" in driver.of(CommandRejected)[-1].message


def test_that_a_breakpoint_stops_the_run_and_says_why() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.PutBreakpoint(Breakpoint("update >= 3 and minibatch == 1")))
        driver.wait_for(lambda _: driver.of(BreakpointsListed))
        go(driver, commands.Play())
        hit = driver.of(BreakpointHit)[-1].hit
        assert hit.because == "minibatch = 1, update = 3"
        assert len(driver.of(UpdateApplied)) == 2  # its batch is open
        driver.post(commands.Intervene(JudgeMinibatch("skip")))
        driver.post(commands.RemoveBreakpoint(1))
        driver.wait_for(lambda _: driver.of(BreakpointsListed)[-1].breakpoints == ())
        go(driver, commands.StepUpdate())
        assert driver.of(UpdateApplied)[-1].minibatches == 3


def test_that_a_breakpoint_on_details_has_them_captured_and_a_logpoint_goes_on() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.Look(False))
        driver.post(
            commands.PutBreakpoint(Breakpoint("action == 1", log_message="right at {step}", one_shot=True))
        )
        driver.post(commands.PutBreakpoint(Breakpoint("abs(observation[2]) > 0.05")))
        go(driver, commands.Play())
        logged, stopped = driver.of(BreakpointHit)[0].hit, driver.of(BreakpointHit)[-1].hit
        assert logged.message is not None
        assert logged.message.startswith("right at ")
        assert stopped.stops


def test_that_conditions_on_what_was_done_get_it_without_asking_the_policy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    decide = CategoricalPolicy.decide

    def count(policy: CategoricalPolicy, *given: Any) -> CategoricalDecision:
        asked.append(1)
        return decide(policy, *given)

    monkeypatch.setattr(CategoricalPolicy, "decide", count)
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.Look(False))
        before = len(asked)
        driver.post(commands.PutBreakpoint(Breakpoint("action == 1 and episode_step > 8 and reward > 0")))
        go(driver, commands.Play())
        assert driver.of(BreakpointHit)[-1].hit.because.startswith("action = 1, episode_step = ")
        assert driver.mailbox.step > 8
        assert len(asked) <= before + 1  # for the state it waits in


def test_that_a_bad_condition_is_answered_and_changes_nothing() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.PutBreakpoint(Breakpoint("entropie < 1")))
        driver.wait_for(lambda _: driver.of(CommandRejected))
        assert "did you mean entropy" in driver.of(CommandRejected)[-1].message


def test_that_an_open_minibatch_is_examined_and_actions_are_valued() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.ExamineMinibatch())  # asked about one that the run has left behind by now
        go(driver, commands.StepMinibatch())
        driver.post(commands.ExamineMinibatch(2))
        driver.wait_for(lambda _: driver.of(MinibatchExamined))
        moves = driver.of(MinibatchExamined)[-1].examination.moves
        assert moves is not None
        assert moves.sample == 2
        driver.post(commands.EstimateValues(rollouts=2, horizon=20))
        driver.wait_for(lambda _: driver.of(ValuesEstimated))
        assert driver.of(ValuesEstimated)[-1].values.samples == ((0.0,), (1.0,))
        assert not driver.of(CommandRejected)


@pytest.mark.parametrize("limit", [1, 10_000_000])
def test_that_the_history_keeps_to_its_limit(limit: int) -> None:
    with hosted() as driver:
        driver.post(commands.SetHistoryLimit(limit))
        set_up(driver)
        go(driver, commands.RunTo("step", 3000))
        assert driver.of(HistoryHeld)[-1].limit == limit


def test_that_events_of_the_debugger_are_of_the_kinds_that_are_kept() -> None:
    with hosted() as driver:
        set_up(driver)
        go(driver, commands.StepMinibatch())
        assert not driver.of(MinibatchComputed)
        assert not driver.of(ParameterChanged)
        assert not any(isinstance(event, StepTaken) for event in driver.events)


def test_that_a_waiting_run_says_what_it_would_do_next() -> None:
    with hosted() as driver:
        set_up(driver)
        first = driver.of(RunWaits)[-1]
        assert first.minibatch is None
        go(driver, commands.StepMinibatch(2))
        opened = driver.of(RunWaits)[-1].minibatch
        assert opened is not None
        assert (opened.update, opened.minibatch) == (1, 1)
        driver.post(commands.WatchEnvironment(1))
        driver.wait_for(lambda _: driver.of(RunWaits)[-1].environment_index == 1)
        driver.post(commands.StepEnvironment())
        driver.wait_for(lambda _: driver.of(RunWaits)[-1].minibatch is None)
        waiting = driver.of(RunWaits)[-1]
        assert waiting.decision.log_prob is None
        session = driver.host._session
        assert session is not None
        assert np.array_equal(waiting.decision.observation, session.trainer.state_of(1)[0])


def test_that_a_question_about_a_minibatch_does_not_hold_the_run_up() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.Play(), commands.ExamineMinibatch(3))
        driver.wait_for(lambda _: driver.mailbox.step > 500)
        assert driver.state is RunState.PLAYING
        assert not driver.of(CommandRejected)


def test_that_a_logpoint_at_every_step_floods_nobody_and_counts_them_all() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.PutBreakpoint(Breakpoint("step > 0", log_message="{step}")))
        driver.wait_for(lambda _: driver.of(BreakpointsListed))
        lists = len(driver.of(BreakpointsListed))
        began = time.monotonic()
        go(driver, commands.RunTo("step", 2000))
        seconds = time.monotonic() - began
        assert driver.of(BreakpointsListed)[-1].hits == (1000,)
        assert len(driver.of(BreakpointsListed)) - lists <= seconds / SECONDS_BETWEEN_LISTS + 2
        lines = [each.hit.message for each in driver.of(BreakpointHit)]
        missed = sum(each.count for each in driver.of(LinesMissed))
        assert lines[-1] == "2000"
        assert missed + len(lines) == 1000


def test_that_lines_nobody_takes_out_are_kept_up_to_a_number_and_the_rest_counted() -> None:
    mailbox = Mailbox()
    point = Breakpoint("step > 0", log_message="{step}")
    for step in range(LINES_KEPT + 7):
        mailbox.put(BreakpointHit(step, Hit(point, "step", step + 1, "", f"{step}")))
    missed, *lines = mailbox.take_facts()
    assert missed == LinesMissed(LINES_KEPT + 6, 7)
    assert [each.step for each in lines] == list(range(7, LINES_KEPT + 7))
    assert mailbox.take_facts() == []
