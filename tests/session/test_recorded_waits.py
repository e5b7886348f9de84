"""Where a run waited while it was recorded, and what a person looked at there, is seen again in playback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pgviz.recording.schema import RecordingError
from pgviz.session import commands
from pgviz.session.history import History
from pgviz.session.notices import (
    BreakpointsListed,
    CommandRejected,
    MinibatchExamined,
    ProbesShown,
    RecordedWait,
    RunState,
    RunWaits,
    SpeedMeasured,
    StateChanged,
    TakenOver,
    ValuesEstimated,
    WaitShown,
)
from pgviz.session.recorded import open_recording
from pgviz.session.take_over import lived_to
from pgviz.session.tape import Tape
from pgviz.session.tape_checks import fitting, require_fitting, require_tried
from pgviz.training.events import Event, MinibatchComputed, RunStarted, StateShown, StepTaken, UpdateApplied
from pgviz.training.interventions import JudgeMinibatch
from tests.session.looked_into import STATE, record_looks
from tests.session.test_playback_host import Playing, playing


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """The recording, and what was told while it was made."""
    path = tmp_path_factory.mktemp("recordings") / "looked into.pgviz"
    return path, record_looks(path)


@pytest.fixture
def tape(told: tuple[Path, list[Event]]) -> Iterator[Tape]:
    tape = Tape.open(told[0])
    yield tape
    tape.close()


def wait_of(driver: Playing) -> RecordedWait | None:
    """The wait that a window would know of now."""
    wait: RecordedWait | None = None
    for event in driver.gather():
        if isinstance(event, RunStarted):
            wait = None
        elif isinstance(event, WaitShown):
            wait = event.wait
    return wait


def test_that_stopping_at_minibatches_is_gone_on_to_with_all_that_was_looked_at(
    told: tuple[Path, list[Event]],
) -> None:
    path, events = told
    live = [each for each in events if isinstance(each, MinibatchExamined)]
    with playing(path) as driver:
        driver.ask(commands.StepMinibatch())
        wait = wait_of(driver)
        assert wait is not None
        assert wait.waits.minibatch is not None
        assert (wait.waits.minibatch.update, wait.waits.minibatch.minibatch) == (1, 0)
        assert wait.examination is not None
        np.testing.assert_array_equal(wait.examination.shares_B, live[0].examination.shares_B)
        assert [moves.sample for moves in wait.moves] == [5, 2]
        assert wait.done == (JudgeMinibatch("skip"),)
        assert wait.seconds > 0
        assert isinstance(driver.shown, StateShown)
        driver.ask(commands.StepMinibatch())
        wait = wait_of(driver)
        assert wait is not None
        assert wait.waits.minibatch is not None
        assert (wait.waits.minibatch.update, wait.waits.minibatch.minibatch) == (1, 2)
        assert wait.examination is None
        driver.ask(commands.StepMinibatch())
        assert "nobody stopped at a minibatch" in driver.of(CommandRejected)[-2].message
        assert wait_of(driver) is wait


def test_that_it_is_said_at_which_breakpoint_the_run_stopped_and_what_was_asked(
    told: tuple[Path, list[Event]],
) -> None:
    path, events = told
    (estimated,) = (each for each in events if isinstance(each, ValuesEstimated))
    with playing(path) as driver:
        driver.ask(commands.LookBack(estimated.step))
        wait = wait_of(driver)
        assert wait is not None
        assert [hit.breakpoint.title for hit in wait.stops] == ["far enough"]
        assert wait.waits.minibatch is None
        (values,) = wait.values
        np.testing.assert_array_equal(values.returns_AR, estimated.values.returns_AR)


def test_that_nothing_is_said_to_wait_where_the_run_went_on(told: tuple[Path, list[Event]]) -> None:
    path, events = told
    with playing(path) as driver:
        driver.ask(commands.StepMinibatch())
        assert wait_of(driver) is not None
        present = wait_of(driver)
        driver.ask(commands.LookBack(2))
        assert wait_of(driver) is None
        driver.ask(commands.LookBack(4))
        wait = wait_of(driver)
        assert wait is not None
        assert wait.waits.step == 4
        driver.ask(commands.Follow())
        again = wait_of(driver)
        assert present is not None
        assert again is not None
        assert again.waits.minibatch == present.waits.minibatch
        driver.post(commands.SetSpeed(None), commands.Play())
        driver.wait_for(lambda _: driver.mailbox.step >= 128 and driver.state is RunState.PAUSED)
        shown = [each.wait for each in driver.of(WaitShown)]
        waits = [each for each in events if isinstance(each, RunWaits)]
        assert {each.waits.step for each in shown if each} == {each.step for each in waits}
        assert None in shown


def test_that_pinned_states_are_told_as_far_as_it_was_played(told: tuple[Path, list[Event]]) -> None:
    path, _ = told
    with playing(path) as driver:
        assert not driver.of(ProbesShown)
        driver.ask(commands.StepMinibatch())
        shown = driver.of(ProbesShown)[-1]
        assert shown.names == {1: "tilted"}
        np.testing.assert_allclose(shown.decisions[1].observation, STATE, rtol=1e-6)
        driver.post(commands.SetSpeed(None), commands.Play())
        driver.wait_for(lambda _: driver.mailbox.step >= 128 and driver.state is RunState.PAUSED)
        assert not driver.of(ProbesShown)[-1].decisions
        driver.ask(commands.LookBack(34), commands.ResumeHere())
        assert driver.of(ProbesShown)[-1].names == {1: "tilted"}


def test_that_a_run_is_taken_over_where_it_waited_with_its_minibatch_open(
    told: tuple[Path, list[Event]],
) -> None:
    path, _ = told
    with playing(path) as driver:
        driver.ask(commands.StepMinibatch(2))
        driver.post(commands.TakeOver())
        driver.wait_for(lambda _: driver.of(TakenOver) and driver.of(RunWaits))
        assert driver.of(TakenOver)[0].approximate == ""
        opened = driver.of(RunWaits)[-1].minibatch
        assert opened is not None
        assert (opened.update, opened.minibatch) == (1, 2)
        driver.post(commands.ExamineMinibatch())
        driver.wait_for(lambda _: driver.of(MinibatchExamined))


def test_that_every_place_is_taken_over_as_it_was(tape: Tape) -> None:
    for index in range(len(tape.positions_K)):
        lived = lived_to(tape, index, History())
        shown = tape.shown(index)
        try:
            assert lived.approximate == ""
            assert lived.session.trainer.step == shown.step - 2 * isinstance(shown, StepTaken)
        finally:
            lived.session.close()


def test_that_the_updates_of_a_place_gone_back_to_are_counted_with_it(told: tuple[Path, list[Event]]) -> None:
    path, _ = told
    with playing(path) as driver:
        driver.post(commands.SetSpeed(None), commands.Play())
        driver.wait_for(lambda _: driver.mailbox.step >= 128 and driver.state is RunState.PAUSED)
        last = len(driver.told(UpdateApplied))
        for at in (100, 64, 34, 32):
            driver.ask(commands.LookBack(at), commands.ResumeHere(), commands.LookBack(128))
            assert len(driver.told(UpdateApplied)) == last


def events_of(path: Path, kind: type[Event]) -> list[Any]:
    with open_recording(path) as recording:
        return [each.event for each in recording.events() if isinstance(each.event, kind)]


def changed_values(event: ValuesEstimated, **values: Any) -> ValuesEstimated:
    return replace(event, values=replace(event.values, **values))


def changed_examination(event: MinibatchExamined, **values: Any) -> MinibatchExamined:
    return replace(event, examination=replace(event.examination, **values))


def with_moves(event: MinibatchExamined, **values: Any) -> MinibatchExamined:
    moves = event.examination.moves
    assert moves is not None
    return changed_examination(event, moves=replace(moves, **values))


WRONG: list[tuple[type[Event], Callable[[Any], Event]]] = [
    (RunWaits, lambda event: replace(event, environment_index=2)),
    (RunWaits, lambda event: replace(event, value=float("nan"))),
    (
        RunWaits,
        lambda event: replace(event, decision=replace(event.decision, probabilities_A=np.ones(3))),
    ),
    (ValuesEstimated, lambda event: replace(event, environment_index=-1)),
    (ValuesEstimated, lambda event: changed_values(event, samples=event.values.samples[:1])),
    (ValuesEstimated, lambda event: changed_values(event, samples=((), ()))),
    (ValuesEstimated, lambda event: changed_values(event, samples=((0.0,), (7.0,)))),
    (ValuesEstimated, lambda event: changed_values(event, samples=((0.0,), (float("nan"),)))),
    (ValuesEstimated, lambda event: changed_values(event, returns_AR=np.full((2, 2), np.inf))),
    (ValuesEstimated, lambda event: changed_values(event, returns_AR=np.zeros((2, 0)))),
    (ValuesEstimated, lambda event: changed_values(event, cut_off=float("nan"))),
    (MinibatchExamined, lambda event: changed_examination(event, actions=event.examination.actions[:-1])),
    (MinibatchExamined, lambda event: changed_examination(event, actions=event.examination.actions + 5)),
    (MinibatchExamined, lambda event: changed_examination(event, actions=event.examination.actions * 1.0)),
    (MinibatchExamined, lambda event: changed_examination(event, layers=event.examination.layers * 500)),
    (MinibatchExamined, lambda event: with_moves(event, sample=16)),
    (
        MinibatchExamined,
        lambda event: with_moves(
            event, step=replace(event.examination.moves.step, probabilities_A=np.ones(1), logits_A=np.ones(1))
        ),
    ),
    (ProbesShown, lambda event: replace(event, decisions=dict.fromkeys(range(25), event.decisions[1]))),
    (RunWaits, lambda event: replace(event, forced=((2, (0.0,)),))),
    (RunWaits, lambda event: replace(event, forced=((0, (5.0,)),))),
    (RunWaits, lambda event: replace(event, asked={"no such knob": 1.0})),
    (RunWaits, lambda event: replace(event, asked={"learning_rate": "fast"})),
    (SpeedMeasured, lambda event: replace(event, seconds=float("nan"))),
    (BreakpointsListed, lambda event: replace(event, hits=(1, 2, 3))),
    (ProbesShown, lambda event: replace(event, names={1: "x" * 2_000})),
]


def _check(started: RunStarted, event: Event, waits: RunWaits) -> None:
    require_fitting(started, event)
    if isinstance(event, ValuesEstimated):
        require_tried(waits.decision, event.values)


@pytest.mark.parametrize("wrong", range(len(WRONG)))
def test_that_what_contradicts_the_run_is_refused(told: tuple[Path, list[Event]], wrong: int) -> None:
    path, _ = told
    kind, change = WRONG[wrong]
    (started,) = events_of(path, RunStarted)
    honest = [each for each in events_of(path, kind) if not isinstance(each, ProbesShown) or each.decisions][-1]
    require_fitting(started, honest)
    with pytest.raises(RecordingError, match="damaged"):
        _check(started, change(honest), events_of(path, RunWaits)[-1])


def test_that_all_that_is_on_an_honest_recording_fits(told: tuple[Path, list[Event]]) -> None:
    with open_recording(told[0]) as recording:
        found = [type(each.event) for each in fitting(recording)]
    assert {StateChanged, MinibatchComputed, ProbesShown, MinibatchExamined, ValuesEstimated} <= set(found)
