"""A recorded run is lived again exactly, with what a person did in it, or it is said that it cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pgviz.config import RunConfig
from pgviz.environments.vector import VectorEnvironment
from pgviz.errors import UsageError
from pgviz.recording.reader import Recording
from pgviz.recording.schema import RecordingError
from pgviz.session import commands
from pgviz.session.history import History
from pgviz.session.lived_again import LivedAgain
from pgviz.session.notices import RunRewound, RunState
from pgviz.session.recorded import RecordingState, open_recording
from pgviz.session.recorder import Recorder, RecordingOptions
from pgviz.session.relive import NotReproducible
from pgviz.session.session import Session
from pgviz.training.events import EpisodeEnded, Event, ParameterChanged, UpdateApplied
from pgviz.training.interventions import ForceAction, JudgeMinibatch, TurnKnob
from pgviz.training.seeding import RunSeeds
from tests.session.driver import hosted
from tests.session.recordings import SMALL, Rows, recorded
from tests.session.test_take_over import go_to

MOODY = RunConfig.create("tests.environments.toys:Moody-v0", "ppo", **SMALL)


def lived(recording: Recording) -> tuple[list[Event], int]:
    """All facts of the run, lived again, and how many episodes were before them."""
    config = recording.started.config
    seeds = RunSeeds(config.seed).environments
    run = LivedAgain(
        recording, VectorEnvironment(config.environment, config.environment_count, seeds, render=False)
    )
    try:
        return list(run.facts()), run.earlier_episodes
    finally:
        run.close()


def recorded_from(path: Path, config: RunConfig, first: int, last: int, **options: Any) -> list[Event]:
    """Record a run from one step of it to another; what happened meanwhile."""
    told: list[Event] = []
    with Session(config, keep_log=True, history=History()) as session:
        while session.trainer.step < first:
            session.pull()
        recorder = Recorder(path, session, RecordingOptions(**{"seconds_between_snapshots": 0.0} | options))
        while session.trainer.step < last:
            event = session.pull()
            assert event is not None
            told.append(event)
            recorder.follow(event)
        recorder.close()
    return told


def test_that_what_happens_again_is_what_was_recorded(tmp_path: Path) -> None:
    def steer(rows: Rows) -> None:
        rows.intervene(TurnKnob("learning_rate", 0.005)).run(300)
        rows.intervene(ForceAction(1, (1.0,))).run(340)

    path, rows = recorded(tmp_path / "run.pgviz", 200, change=steer)
    with open_recording(path) as recording:
        facts, earlier = lived(recording)

    assert earlier == 0
    for kind in (EpisodeEnded, UpdateApplied, ParameterChanged):
        assert [each for each in facts if isinstance(each, kind)] or kind is ParameterChanged
        assert len([each for each in facts if isinstance(each, kind)]) == len(rows.of(kind))
    again = [each for each in facts if isinstance(each, EpisodeEnded)]
    assert again == rows.of(EpisodeEnded)
    assert [each.value for each in facts if isinstance(each, ParameterChanged)] == [0.005]


def test_that_what_was_taken_back_is_not_lived(tmp_path: Path) -> None:
    def go_back(rows: Rows) -> None:
        position = rows.session.position
        rows.intervene(TurnKnob("learning_rate", 0.01)).run(260)
        rows.rewind(position)
        rows.intervene(TurnKnob("learning_rate", 0.0001)).run(300)

    path, rows = recorded(tmp_path / "run.pgviz", 150, change=go_back)
    taken_back = [each.step for each in rows.of(EpisodeEnded)]
    assert taken_back != sorted(taken_back)  # some of it was lived twice
    with open_recording(path) as recording:
        facts, _ = lived(recording)

    steps = [each.step for each in facts]
    assert steps == sorted(steps)
    assert [each.value for each in facts if isinstance(each, ParameterChanged)] == [0.0001]
    # The end of it is the end of the run, as it came to be.
    assert facts[-1].step == rows.of(UpdateApplied)[-1].step or isinstance(facts[-1], EpisodeEnded)
    last = [each for each in facts if isinstance(each, UpdateApplied)][-1]
    wanted = rows.of(UpdateApplied)[-1]
    assert isinstance(wanted, UpdateApplied)
    assert (last.update, last.gradient_norm, last.objective) == (
        wanted.update,
        wanted.gradient_norm,
        wanted.objective,
    )


def test_that_a_judged_minibatch_is_judged_again(tmp_path: Path) -> None:
    from pgviz.training.events import MinibatchComputed

    def judge(rows: Rows) -> None:
        while not isinstance(rows.pull(), MinibatchComputed):
            pass
        rows.intervene(JudgeMinibatch("flip")).run(300)

    path, rows = recorded(tmp_path / "run.pgviz", 150, change=judge)
    with open_recording(path) as recording:
        assert len(lived(recording)[0]) > len(rows.of(UpdateApplied))


def test_that_a_recording_begun_later_is_lived_from_its_first_snapshot(tmp_path: Path) -> None:
    config = RunConfig.create("CartPole-v1", "ppo", **SMALL)
    told = recorded_from(tmp_path / "run.pgviz", config, 207, 600)

    with open_recording(tmp_path / "run.pgviz") as recording:
        facts, earlier = lived(recording)

    episodes = [each for each in told if isinstance(each, EpisodeEnded)]
    assert [each for each in facts if isinstance(each, EpisodeEnded)] == episodes[earlier:]
    assert len(episodes) > earlier + 5


def test_that_a_run_that_began_with_what_was_learned_elsewhere_is_lived_from_there(tmp_path: Path) -> None:
    config = RunConfig.create("CartPole-v1", "ppo", **SMALL)
    with Session(config, keep_log=True) as other:
        while other.trainer.update < 3:
            other.pull()
        learned = other.trainer.algorithm.capture()
    with Session(config, keep_log=True) as fresh:
        snapshots: list[Any] = []
        fresh.trainer.on_iteration = lambda: snapshots.append(fresh.trainer.capture())
        fresh.pull()
        fresh.pull()
    from dataclasses import replace

    start = replace(snapshots[0], algorithm=learned)
    with Session(config, keep_log=True, start=start) as session:
        recorder = Recorder(tmp_path / "run.pgviz", session, RecordingOptions())
        while session.trainer.step < 300:
            event = session.pull()
            assert event is not None
            recorder.follow(event)
        recorder.close()

    with open_recording(tmp_path / "run.pgviz") as recording:
        assert recording.started.step == 0
        assert len(lived(recording)[0]) > 10


def test_that_what_does_not_replay_is_refused_in_one_sentence(tmp_path: Path) -> None:
    recorded_from(tmp_path / "whole.pgviz", MOODY, 0, 100)
    with open_recording(tmp_path / "whole.pgviz") as recording:
        assert lived(recording)[0]  # from its beginning it depends on its seeds and actions alone
    recorded_from(tmp_path / "part.pgviz", MOODY, 100, 200)
    with (
        open_recording(tmp_path / "part.pgviz") as recording,
        pytest.raises(NotReproducible, match=r"cannot be lived again exactly: .* may not depend on its seed"),
    ):
        lived(recording)


def test_that_another_run_than_the_recorded_one_is_refused(tmp_path: Path) -> None:
    path = recorded(tmp_path / "run.pgviz", 200, versions={"numpy": "1.26.0"})[0]
    with open_recording(path) as recording:
        config = recording.started.config
        # Other seeds than the run's.
        environment = VectorEnvironment(
            config.environment, 2, RunSeeds(config.seed + 1).environments, render=False
        )
        run = LivedAgain(recording, environment)
        with pytest.raises(NotReproducible, match=r"recorded with numpy 1\.26\.0"):
            list(run.facts())
        run.close()


def test_that_a_recording_without_a_snapshot_is_refused_unless_it_has_the_beginning(tmp_path: Path) -> None:
    config = RunConfig.create("CartPole-v1", "ppo", **SMALL)
    recorded_from(tmp_path / "part.pgviz", config, 100, 200, seconds_between_snapshots=None)
    with (
        open_recording(tmp_path / "part.pgviz") as recording,
        pytest.raises(UsageError, match="holds no snapshot"),
    ):
        lived(recording)
    with open_recording(recorded(tmp_path / "whole.pgviz", 200, snapshots=False)[0]) as recording:
        assert lived(recording)[0]


def test_that_a_snapshot_of_another_run_is_one_sentence(tmp_path: Path) -> None:
    _, rows = recorded(tmp_path / "run.pgviz", 100)
    other = Rows(rows.config.changed(hidden_sizes=(5,))).run(60)
    other.close()
    rows.taken = other.taken
    with (
        open_recording(rows.write(tmp_path / "other.pgviz")) as recording,
        pytest.raises(RecordingError, match="a snapshot in the recording is of another run"),
    ):
        lived(recording)


@pytest.mark.parametrize("begin_at", [0, 90])
def test_that_a_run_that_was_steered_and_gone_back_into_in_a_window_is_lived_again(
    begin_at: int, tmp_path: Path
) -> None:
    config = RunConfig.create("CartPole-v1", "ppo", **SMALL)
    path = tmp_path / "run.pgviz"
    with hosted() as driver:
        driver.post(commands.StartRun(config))
        driver.wait_for_state(RunState.PAUSED)
        if begin_at:
            go_to(driver, begin_at)
        driver.post(commands.StartRecording(path, steps_per_second=1e6, seconds_between_snapshots=0.0))
        driver.wait_for(lambda _: driver.of(RecordingState))
        go_to(driver, 250)
        driver.post(commands.SetParameter("learning_rate", 0.01))
        go_to(driver, 400)
        driver.post(commands.LookBack(200), commands.ResumeHere())
        driver.wait_for(lambda _: driver.of(RunRewound))
        driver.post(commands.SetParameter("learning_rate", 0.0001))
        driver.post(commands.Intervene(ForceAction(0, (1.0,))))
        go_to(driver, 500)
        driver.post(commands.StopRecording())
        driver.wait_for(lambda _: not driver.of(RecordingState)[-1].active)

    with open_recording(path) as recording:
        facts, _ = lived(recording)

    assert [each.value for each in facts if isinstance(each, ParameterChanged)] == [0.0001]
    steps = [each.step for each in facts]
    assert steps == sorted(steps)
    assert steps[-1] > 450
