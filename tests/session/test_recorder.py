"""Recording a session: what gets into the file, when, and at what cost to the run (none)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.recording.events import Intervened
from pgviz.recording.reader import Recording
from pgviz.recording.schema import Recorded
from pgviz.recording.snapshots import decode_snapshot
from pgviz.session import commands
from pgviz.session.breakpoints import Breakpoint
from pgviz.session.headless import train
from pgviz.session.notices import (
    BreakpointHit,
    CommandRejected,
    ProbesShown,
    RunRewound,
    RunState,
    RunWaits,
    SpeedMeasured,
)
from pgviz.session.recorded import RecordingState, open_recording
from pgviz.session.recorder import Recorder, RecordingOptions
from pgviz.session.session import Session
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    MinibatchComputed,
    ParameterChanged,
    PastShown,
    RunFinished,
    RunStarted,
    StateShown,
    StepTaken,
    UpdateApplied,
)
from pgviz.training.interventions import JudgeMinibatch, TurnKnob
from tests.decisions import categorical
from tests.session.driver import Driver, hosted

SMALL: dict[str, Any] = {"environment_count": 2, "rollout_length": 16, "minibatch_size": 16, "epochs": 2}
EVERYTHING = RecordingOptions(steps_per_second=1e6, seconds_between_snapshots=0.0)


def cartpole(steps: int = 100_000, **given: Any) -> RunConfig:
    return RunConfig.create("CartPole-v1", "ppo", steps=steps, **(SMALL | given))


def recorded(path: Path) -> list[Recorded]:
    with open_recording(path) as recording:
        assert recording.info.complete
        return list(recording.events())


def kinds(path: Path) -> Counter[type[Event]]:
    return Counter(type(each.event) for each in recorded(path))


def last_state(driver: Driver) -> RecordingState | None:
    states = driver.of(RecordingState)
    return states[-1] if states else None


def start(driver: Driver, path: Path, config: RunConfig, **given: Any) -> None:
    """Set a run up and begin to record it, with every step that is described."""
    driver.post(commands.StartRun(config))
    driver.wait_for_state(RunState.PAUSED)
    options: dict[str, Any] = {"steps_per_second": 1e6, "seconds_between_snapshots": 0.0}
    driver.post(commands.StartRecording(path, **(options | given)))
    driver.wait_for(lambda _: last_state(driver))


def stop(driver: Driver) -> None:
    driver.post(commands.StopRecording())
    driver.wait_for(lambda _: not last_state(driver).active)  # type: ignore[union-attr]


def step(driver: Driver, count: int = 1) -> None:
    """Take steps by hand, and wait for the last."""
    before = driver.mailbox.step
    driver.post(commands.StepEnvironment(count))
    driver.wait_for(lambda _: driver.mailbox.step >= before + 2 * count)


def test_that_a_run_without_a_window_is_recorded_whole(tmp_path: Path) -> None:
    path = tmp_path / "run.pgviz"
    told: list[Event] = []
    result = train(cartpole(steps=320), on_event=told.append, record=(path, EVERYTHING))

    events = recorded(path)
    assert [each.event for each in events if not isinstance(each.event, StepTaken | RunStarted)] == [
        event for event in told if not isinstance(event, StepTaken | RunStarted)
    ]
    assert isinstance(events[0].event, RunStarted)
    assert kinds(path)[RunStarted] == kinds(path)[RunFinished] == 1
    assert result.recording is not None
    assert not result.recording.active
    assert result.recording.problem is None
    assert list(tmp_path.iterdir()) == [path]


def test_that_steps_are_recorded_with_what_the_policy_thought_and_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "run.pgviz"
    told: list[Event] = []
    train(cartpole(steps=64), on_event=told.append, record=(path, EVERYTHING))

    shown = {event.step: event for event in told if isinstance(event, StepTaken) and event.detail is not None}
    steps = [each.event for each in recorded(path) if isinstance(each.event, StepTaken)]
    assert steps
    for each in steps:
        detail, original = each.detail, shown[each.step].detail
        assert detail is not None
        assert original is not None
        assert detail.frame is not None
        np.testing.assert_array_equal(detail.frame, original.frame)
        np.testing.assert_array_equal(detail.decision.observation, original.decision.observation)
        assert detail.decision.log_prob == original.decision.log_prob


@pytest.mark.parametrize("algorithm", ["ppo", "dqn", "reinforce"])
def test_that_recording_never_changes_the_run(tmp_path: Path, algorithm: str) -> None:
    config = RunConfig.create("CartPole-v1", algorithm, steps=600 if algorithm == "dqn" else 1500, seed=3)
    unrecorded = train(config)
    result = train(config, record=(tmp_path / "run.pgviz", EVERYTHING))
    assert result.weights_sha256 == unrecorded.weights_sha256


def test_that_a_run_goes_on_from_its_snapshots_as_it_went(tmp_path: Path) -> None:
    path = tmp_path / "run.pgviz"
    config = cartpole(steps=512)
    result = train(config, record=(path, RecordingOptions(seconds_between_snapshots=0.0)))
    with Recording.open(path) as recording:
        assert recording.info.snapshots >= 1
        found = recording.snapshot_before(recording.info.events)
    assert found is not None
    taken = decode_snapshot(found[1])
    with Session(config, start=taken.snapshot) as session:
        session.pull_until(lambda event: False)
        assert session.trainer.policy.weights_sha256() == result.weights_sha256


def test_that_nothing_is_kept_in_memory_for_snapshots_that_were_taken(tmp_path: Path) -> None:
    lengths: list[int] = []
    config = RunConfig.create("CartPole-v1", "dqn", steps=1200, buffer_size=200, environment_count=1)

    def look(event: Event) -> None:
        log = session_of[0].trainer.environment.log
        assert log is not None
        lengths.append(len(log.tape))

    session_of: list[Session] = []
    original = Session.introduce

    def introduce(self: Session) -> RunStarted:
        session_of.append(self)
        return original(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "introduce", introduce)
        patch.setattr("pgviz.session.recorder.SHARE_OF_SNAPSHOTS", 1e9)
        patch.setattr("pgviz.session.recorder.SNAPSHOT_BYTES_A_SECOND", 1e18)
        train(config, on_event=look, record=(tmp_path / "run.pgviz", EVERYTHING))
    assert lengths[-1] < 1200


def test_that_what_a_person_does_is_recorded_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "demo.pgviz"
    with hosted() as driver:
        start(driver, path, cartpole())
        driver.post(commands.SetParameter("learning_rate", 0.002))
        driver.post(commands.StepMinibatch())
        driver.wait_for(lambda _: any(each.minibatch for each in driver.of(RunWaits)))
        driver.post(commands.Intervene(JudgeMinibatch("skip")))
        driver.post(commands.StepUpdate())
        driver.wait_for(lambda _: driver.of(UpdateApplied))
        driver.wait_for_state(RunState.PAUSED)
        stop(driver)

    events = [each.event for each in recorded(path)]
    done = [each for each in events if isinstance(each, Intervened)]
    assert [each.intervention for each in done] == [TurnKnob("learning_rate", 0.002), JudgeMinibatch("skip")]
    assert done[0].pulled == 1
    assert done[1].step == 32
    assert any(isinstance(each, ParameterChanged) and each.value == 0.002 for each in events)
    assert sum(isinstance(each, MinibatchComputed) for each in events) == 4


def test_that_every_step_that_is_taken_by_hand_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "demo.pgviz"
    with hosted() as driver:
        start(driver, path, cartpole(), steps_per_second=0.001)
        for _ in range(5):
            step(driver)
        stop(driver)

    steps = [each.event for each in recorded(path) if isinstance(each.event, StepTaken)]
    assert [each.step for each in steps] == [2, 4, 6, 8, 10]
    assert all(each.detail is not None and each.detail.frame is not None for each in steps)


def test_that_a_recording_begins_with_what_is_seen_at_that_moment(tmp_path: Path) -> None:
    path = tmp_path / "late.pgviz"
    with hosted() as driver:
        driver.post(commands.StartRun(cartpole()))
        driver.wait_for_state(RunState.PAUSED)
        driver.post(commands.SetParameter("learning_rate", 0.002), commands.StepUpdate())
        driver.wait_for(lambda _: driver.of(UpdateApplied))
        driver.wait_for_state(RunState.PAUSED)
        driver.post(commands.StartRecording(path))
        driver.wait_for(lambda _: last_state(driver))
        stop(driver)

    events = [each.event for each in recorded(path)]
    assert isinstance(events[0], RunStarted)
    assert events[0].step == 32
    turned = [each for each in events if isinstance(each, ParameterChanged)]
    assert [(each.name, each.value) for each in turned] == [("learning_rate", 0.002)]
    assert any(isinstance(each, RunWaits) for each in events)
    (shown,) = (each for each in events if isinstance(each, StateShown))
    assert shown.detail.frame is not None


def test_that_looking_back_going_back_and_hits_are_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "demo.pgviz"
    with hosted() as driver:
        start(driver, path, cartpole())
        driver.post(commands.PutBreakpoint(Breakpoint("step >= 64")), commands.Play())
        driver.wait_for(lambda _: driver.of(BreakpointHit))
        driver.wait_for_state(RunState.PAUSED)
        driver.post(commands.LookBack(40), commands.ResumeHere())
        driver.wait_for(lambda _: driver.of(RunRewound))
        before = len(driver.of(UpdateApplied))
        driver.post(commands.RemoveBreakpoint(1), commands.StepUpdate(2))  # an iteration ends and another begins
        driver.wait_for(lambda _: len(driver.of(UpdateApplied)) == before + 2)
        driver.wait_for_state(RunState.PAUSED)
        stop(driver)

    found = kinds(path)
    assert found[BreakpointHit] >= 1
    assert found[PastShown] == found[RunRewound] == 1
    events = recorded(path)
    rewound = next(each for each in events if isinstance(each.event, RunRewound))
    with Recording.open(path) as recording:
        found_after = recording.snapshot_before(events[-1].position)
    assert found_after is not None
    assert found_after[0] > rewound.position, "the run that was gone back into takes snapshots as well"


def test_that_nobody_has_to_look(tmp_path: Path) -> None:
    path = tmp_path / "demo.pgviz"
    with hosted() as driver:
        driver.post(commands.Look(False))
        start(driver, path, cartpole(steps=2000))
        driver.post(commands.Play())
        driver.wait_for_state(RunState.FINISHED)
        stop(driver)
    assert kinds(path)[StepTaken] >= 1


def test_that_it_says_a_few_times_a_second_how_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "demo.pgviz"
    with hosted() as driver:
        start(driver, path, cartpole(steps=10**9))
        driver.post(commands.Play())
        driver.wait_for(lambda _: len([each for each in driver.of(SpeedMeasured) if each.seconds]) > 4)
        driver.post(commands.Pause())
        driver.wait_for_state(RunState.PAUSED)
        stop(driver)
        states = driver.of(RecordingState)
    assert len(states) >= 5
    assert [each.active for each in states] == [True] * (len(states) - 1) + [False]
    assert all(each.path == str(path) and each.free > 0 and each.problem is None for each in states)
    sizes = [each.size for each in states]
    assert sizes == sorted(sizes) or sizes[-1] < sizes[-2]  # what was beside the file is put into it at the end
    assert sizes[-1] == path.stat().st_size


def test_that_another_run_ends_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "demo.pgviz"
    with hosted() as driver:
        start(driver, path, cartpole())
        driver.post(commands.Restart(seed=5))
        driver.wait_for(lambda _: len(driver.of(RunStarted)) == 2)
        assert not last_state(driver).active  # type: ignore[union-attr]
    assert kinds(path)[RunStarted] == 1


def test_that_leaving_ends_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "demo.pgviz"
    with hosted() as driver:
        start(driver, path, cartpole())
    assert list(tmp_path.iterdir()) == [path]
    assert kinds(path)[RunStarted] == 1


def test_that_what_cannot_be_recorded_is_said_and_changes_nothing(tmp_path: Path) -> None:
    with hosted() as driver:
        driver.post(commands.StartRecording(tmp_path / "a.pgviz"))
        driver.wait_for(lambda _: driver.of(CommandRejected))
        assert driver.of(CommandRejected)[-1].message == "there is no run to record."
        start(driver, tmp_path / "b.pgviz", cartpole())
        driver.post(commands.StartRecording(tmp_path / "c.pgviz"))
        driver.wait_for(lambda _: len(driver.of(CommandRejected)) == 2)
        assert "recorded already" in driver.of(CommandRejected)[-1].message
        stop(driver)
        driver.post(commands.StartRecording(tmp_path / "missing" / "d.pgviz"))
        driver.wait_for(lambda _: len(driver.of(CommandRejected)) == 3)
        assert "cannot record into" in driver.of(CommandRejected)[-1].message
        step(driver)
    assert [each.name for each in tmp_path.iterdir()] == ["b.pgviz"]


def test_that_training_goes_on_where_the_disk_is_full(tmp_path: Path) -> None:
    path = tmp_path / "demo.pgviz"
    with hosted() as driver:
        start(driver, path, cartpole(steps=10**9))
        recorder = driver.host._recorder
        assert recorder is not None
        connection = recorder._writer._store._connection
        assert connection is not None
        connection.execute("PRAGMA max_page_count = 100")
        driver.post(commands.Play())
        driver.wait_for(lambda _: not last_state(driver).active)  # type: ignore[union-attr]
        ended = last_state(driver)
        assert ended is not None
        assert ended.problem is not None
        assert ended.problem.startswith("the disk is full")
        before = driver.mailbox.step
        driver.wait_for(lambda _: driver.mailbox.step > before + 100)
        assert driver.state is RunState.PLAYING
        # Another can be begun at once.
        driver.post(commands.StartRecording(tmp_path / "second.pgviz"))
        driver.wait_for(lambda _: last_state(driver).active)  # type: ignore[union-attr]
    with Recording.open(path) as recording:
        assert recording.info.complete
        assert recording.info.problem == ended.problem
    assert kinds(tmp_path / "second.pgviz")[RunStarted] == 1


def test_that_episodes_and_updates_are_never_dropped(tmp_path: Path) -> None:
    path = tmp_path / "run.pgviz"
    told: Counter[type[Event]] = Counter()
    train(cartpole(steps=3000), on_event=lambda event: told.update([type(event)]), record=(path, EVERYTHING))
    found = kinds(path)
    assert found[EpisodeEnded] == told[EpisodeEnded]
    assert found[UpdateApplied] == told[UpdateApplied]
    assert found[MinibatchComputed] == told[MinibatchComputed]


def test_that_pinned_states_are_recorded_a_few_times_a_second_and_wherever_the_run_waits(tmp_path: Path) -> None:
    path, now = tmp_path / "demo.pgviz", [0.0]
    decision = categorical([0.0, 1.0])
    with Session(cartpole()) as session:
        session.pull()
        recorder = Recorder(path, session, EVERYTHING, clock=lambda: now[0])
        told = [(0.0, 1), (0.1, 1), (0.2, 1), (0.3, 1), (0.4, 2), (0.45, 1)]
        for update, (now[0], probes) in enumerate(told):
            recorder.take(ProbesShown(0, update, dict.fromkeys(range(probes), decision)))
        recorder.take(RunWaits(0, 0, decision, None))
        recorder.take(ProbesShown(0, 6, {0: decision}))
        recorder.take(ProbesShown(0, 7, {0: decision}, {0: "tilted"}))
        recorder.close()
    shown = [each.event.update for each in recorded(path) if isinstance(each.event, ProbesShown)]
    assert shown == [0, 3, 4, 5, 6, 7]
