"""What a session records is played, and taken over exactly, whatever learns and wherever that began."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.hyperparameters import declaration
from pgviz.session import commands, recorder
from pgviz.session.commands import StartRecording, StopRecording
from pgviz.session.history import History
from pgviz.session.notices import RunState
from pgviz.session.recorded import RecordingState
from pgviz.session.take_over import lived_to
from pgviz.session.tape import Tape
from pgviz.training.events import StepTaken, UpdateApplied
from pgviz.training.interventions import ForceAction, TurnKnob
from tests.session.driver import Driver, hosted
from tests.session.recordings import Rows, recorded

COMMON: dict[str, Any] = {"environment_count": 2, "hidden_sizes": (8,), "steps": 100_000}
OFF_POLICY: dict[str, Any] = {"buffer_size": 1000, "learning_starts": 20, "batch_size": 16, "train_frequency": 4}
LEARNERS: list[tuple[str, str, dict[str, Any]]] = [
    ("CartPole-v1", "ppo", {"rollout_length": 16, "minibatch_size": 16, "epochs": 2}),
    ("Pendulum-v1", "ppo", {"rollout_length": 16, "minibatch_size": 16, "normalize_observations": True}),
    ("CartPole-v1", "a2c", {"rollout_length": 8}),
    ("CartPole-v1", "reinforce", {}),
    ("CartPole-v1", "dqn", OFF_POLICY),
    ("Pendulum-v1", "sac", OFF_POLICY),
]


def go_to(driver: Driver, step: int) -> None:
    driver.post(commands.RunTo("step", step))
    driver.wait_for(lambda _: driver.mailbox.step >= step and driver.state is RunState.PAUSED)


def record(path: Path, config: RunConfig, *, begin_at: int = 0) -> None:
    """Record a run up to 300 steps, with a knob turned at 150."""
    with hosted() as driver:
        driver.post(commands.StartRun(config))
        driver.wait_for_state(RunState.PAUSED)
        if begin_at:
            go_to(driver, begin_at)
        driver.post(StartRecording(path, steps_per_second=1e6, seconds_between_snapshots=0.0))
        driver.wait_for(lambda _: driver.of(RecordingState))
        go_to(driver, 150)
        driver.post(commands.SetParameter("learning_rate", 0.0007))
        go_to(driver, 300)
        driver.post(StopRecording())
        driver.wait_for(lambda _: not driver.of(RecordingState)[-1].active)


def last_step(tape: Tape, step: int) -> int:
    """The last step on a recording, rather than a state, that led to `step` environment steps or fewer."""
    return max(index for index in range(len(tape.steps_K)) if _is_step_until(tape, index, step))


def _is_step_until(tape: Tape, index: int, step: int) -> bool:
    return bool(tape.steps_K[index] <= step) and isinstance(tape.shown(index), StepTaken)


def known(values: dict[str, Any], algorithm: str) -> dict[str, Any]:
    """Those of the settings that the algorithm has."""
    return {name: value for name, value in values.items() if name in declaration(algorithm).parameters}


@pytest.mark.parametrize(("environment", "algorithm", "given"), LEARNERS, ids=lambda each: str(each)[:12])
def test_that_every_learner_is_taken_over_exactly(
    environment: str, algorithm: str, given: dict[str, Any], tmp_path: Path
) -> None:
    settings = COMMON | known(given, algorithm)
    path = tmp_path / "run.pgviz"
    record(path, RunConfig.create(environment, algorithm, **settings))
    tape = Tape.open(path)
    try:
        for step in (100, 200, 290):
            index = last_step(tape, step)
            lived = lived_to(tape, index, History())
            try:
                assert lived.approximate == ""
                trainer = lived.session.trainer
                trainer.watch.wanted, trainer.watch.pictures = True, False
                taken = lived.session.pull_until(lambda event: isinstance(event, StepTaken))
                assert isinstance(taken, StepTaken)
                assert taken.detail is not None
                was = tape.detail(index)
                assert taken.step == tape.shown(index).step
                assert np.array_equal(taken.detail.decision.observation, was.decision.observation)
                assert taken.detail.decision.log_prob == was.decision.log_prob
            finally:
                lived.session.close()
    finally:
        tape.close()


def test_that_a_recording_begun_on_the_way_is_taken_over_from_its_first_snapshot_on(tmp_path: Path) -> None:
    path = tmp_path / "begun late.pgviz"
    config = RunConfig.create("CartPole-v1", "ppo", **COMMON, **LEARNERS[0][2])
    record(path, config, begin_at=50)
    tape = Tape.open(path)
    try:
        assert tape.started.step == 50
        lived = lived_to(tape, tape.index_of(250, tape.end), History())
        lived.session.close()
        assert lived.approximate == ""
        with pytest.raises(UsageError, match="no snapshot from before"):
            lived_to(tape, 0, History())
    finally:
        tape.close()


def test_that_the_recording_that_is_being_made_is_closed_and_played(tmp_path: Path) -> None:
    path = tmp_path / "being made.pgviz"
    config = RunConfig.create("CartPole-v1", "ppo", **COMMON, **LEARNERS[0][2])
    with hosted() as driver:
        driver.post(commands.StartRun(config), StartRecording(path, steps_per_second=1e6))
        driver.wait_for(lambda _: driver.of(RecordingState))
        go_to(driver, 100)
        driver.post(commands.OpenRecording(path))
        driver.wait_for(lambda _: not driver.of(RecordingState)[-1].active)
    tape = Tape.open(path)
    tape.close()
    assert tape.recording.info.complete
    assert tape.steps == 100


def test_that_an_environment_with_a_will_of_its_own_is_taken_over_nearly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "moody.pgviz"
    # However long one takes: from the beginning alone it would do as it did.
    monkeypatch.setattr(recorder, "SHARE_OF_SNAPSHOTS", float("inf"))
    record(path, RunConfig.create("tests.environments.toys:Moody-v0", "a2c", **COMMON))
    tape = Tape.open(path)
    try:
        copies = tape.started.config.environment_count
        # To a step exactly; where it waited may be told by what happened next alone.
        for index, late in ((last_step(tape, 200), 0), (tape.index_of(300, tape.end), copies)):
            lived = lived_to(tape, index, History())
            assert lived.approximate
            assert 0 <= lived.session.trainer.step - tape.shown(index).step <= late
            assert lived.session.pull() is not None
            lived.session.close()
    finally:
        tape.close()


def another_update(rows: Rows) -> None:
    place = rows.events.index(rows.of(UpdateApplied)[1])
    rows.events[place] = replace(rows.events[place], entropy=0.1)  # type: ignore[call-arg]


def one_update_more(rows: Rows) -> None:
    place = next(i for i, each in enumerate(rows.events) if isinstance(each, StepTaken) and each.step == 90)
    rows.events.insert(place, replace(rows.of(UpdateApplied)[1], step=88))


def another_observation(rows: Rows) -> None:
    place = next(i for i, each in enumerate(rows.events) if isinstance(each, StepTaken) and each.step == 90)
    event = rows.events[place]
    assert isinstance(event, StepTaken)
    assert event.detail is not None
    decision = replace(event.detail.decision, observation=event.detail.decision.observation + 1.0)
    rows.events[place] = replace(event, detail=replace(event.detail, decision=decision))


@pytest.mark.parametrize("change", [another_update, one_update_more, another_observation])
def test_that_a_run_that_did_something_else_is_said_to(change: Callable[[Rows], None], tmp_path: Path) -> None:
    path = tmp_path / "told otherwise.pgviz"
    recorded(path, 100, change=change, snapshots=False)
    tape = Tape.open(path)
    try:
        lived = lived_to(tape, tape.index_of(90, tape.end), History())
        lived.session.close()
        assert "did not do quite what was recorded" in lived.approximate
    finally:
        tape.close()


def test_that_what_was_taken_back_while_recording_is_not_lived_again(tmp_path: Path) -> None:
    path = tmp_path / "taken back.pgviz"

    def take_back(rows: Rows) -> None:
        rows.intervene(TurnKnob("learning_rate", 0.5)).run(60)
        place = next(i for i, each in enumerate(rows.events) if isinstance(each, StepTaken) and each.step == 40)
        rows.rewind(place + 1).run(160)

    recorded(path, 50, change=take_back)
    tape = Tape.open(path)
    try:
        held = tape.steps_K[tape.held(tape.end)]
        assert held.tolist() == list(range(2, 161, 2)), "each once, and the one that was gone back to is one"
        for step in (38, 44, 60, 150):
            index = tape.index_of(step, tape.end)
            lived = lived_to(tape, index, History())
            assert lived.approximate == ""
            updates = [each.step for each in lived.past if isinstance(each, UpdateApplied)]
            assert updates == list(range(32, step, 32))
            lived.session.close()
    finally:
        tape.close()


@pytest.mark.parametrize("snapshots", [False, True])
def test_that_what_was_done_where_it_was_gone_back_to_is_not_done_again(snapshots: bool, tmp_path: Path) -> None:
    path = tmp_path / "tried otherwise.pgviz"

    def try_otherwise(rows: Rows) -> None:
        while not isinstance(rows.pull(), UpdateApplied):  # where a snapshot is taken as soon as it goes on
            pass
        here = rows.session.position
        rows.intervene(TurnKnob("learning_rate", 0.5)).run(80).rewind(here)
        rows.intervene(ForceAction(0, (1.0,))).run(80).rewind(here)
        rows.snapshots = False  # so that those of the other attempts are the nearest
        rows.intervene(TurnKnob("entropy_coefficient", 0.3)).run(160)

    recorded(path, 50, change=try_otherwise, snapshots=snapshots)
    tape = Tape.open(path)
    try:
        lived = lived_to(tape, tape.index_of(78, tape.end), History())
        knobs = lived.session.trainer.algorithm.knobs
        assert (knobs["entropy_coefficient"], knobs["learning_rate"] == 0.5) == (0.3, False)
        assert lived.approximate == ""
        lived.session.close()
    finally:
        tape.close()
