"""Saving the run that is open, and going on with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pgviz.algorithms.off_policy import OffPolicyAlgorithm
from pgviz.config import RunConfig
from pgviz.errors import PgvizError, RunError, UsageError
from pgviz.recording.reader import Recording
from pgviz.session import commands, recorder
from pgviz.session.headless import train
from pgviz.session.history import History
from pgviz.session.keeper import Keeper
from pgviz.session.notices import CommandRejected, RunRewound, RunSaved, RunState, StateChanged
from pgviz.session.recorder import RecordingOptions
from pgviz.session.saving import Saver, open_saved
from pgviz.session.session import Session
from pgviz.training.checkpoint import MANIFEST, checkpoints, load_latest
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    MinibatchComputed,
    ParameterChanged,
    RunStarted,
    StepTaken,
    UpdateApplied,
)
from pgviz.training.interventions import ForceAction, JudgeMinibatch, TurnKnob
from pgviz.training.snapshot import Snapshot
from tests.session.driver import hosted
from tests.training.driving import ALGORITHMS, short_config

LONG = 10**6
COPIES = short_config("CartPole-v1", "ppo").environment_count


def pull(session: Session, count: int, saver: Saver | None = None) -> list[Event]:
    events = []
    for _ in range(count):
        event = session.pull()
        assert event is not None
        events.append(event)
        if saver is not None:
            saver.note(event)
    return events


def to(session: Session, kind: type[Event]) -> None:
    while not isinstance(session.pull(), kind):
        pass


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_a_run_goes_on_exactly_where_it_was_saved(algorithm: str, tmp_path: Path) -> None:
    saver = Saver()
    # With a snapshot here and there only, so that much lies between it and where the run is.
    with Session(short_config("CartPole-v1", algorithm, steps=LONG), history=History(10**9, 60.0)) as session:
        before = pull(session, 173, saver)
        saver.save(session, tmp_path)
        step = session.trainer.step
        wanted = [repr(event) for event in pull(session, 150)]
        weights = session.trainer.policy.weights_sha256()
    opened = open_saved(tmp_path, History())
    with opened.session as again:
        assert again.trainer.step == step
        assert [repr(event) for event in pull(again, 150)] == wanted
        assert again.trainer.policy.weights_sha256() == weights
    kept = [event for event in before if isinstance(event, EpisodeEnded | ParameterChanged)]
    assert [event for event in opened.past if not isinstance(event, UpdateApplied)] == kept
    assert len(opened.past) - len(kept) == sum(isinstance(event, UpdateApplied) for event in before)


def test_that_what_a_person_did_since_the_last_snapshot_is_done_again(tmp_path: Path) -> None:
    saver = Saver()
    with Session(short_config("CartPole-v1", "a2c", steps=LONG), history=History(10**9, 10**9)) as session:
        pull(session, 20)
        session.intervene(TurnKnob("learning_rate", 0.02))
        to(session, MinibatchComputed)
        session.intervene(JudgeMinibatch("flip"))
        to(session, StepTaken)
        session.intervene(ForceAction(1, (1.0,)))
        saver.save(session, tmp_path)
        pull(session, 60)
        weights = session.trainer.policy.weights_sha256()
    with open_saved(tmp_path, History()).session as again:
        pull(again, 60)
        assert again.trainer.policy.weights_sha256() == weights


def test_that_the_window_saves_and_opens(tmp_path: Path) -> None:
    with hosted() as driver:
        driver.post(commands.StartRun(short_config("CartPole-v1", "ppo", steps=LONG)))
        driver.wait_for_state(RunState.PAUSED)
        driver.post(commands.StepUpdate(2))
        driver.wait_for(lambda _: len(driver.of(UpdateApplied)) == 2 and driver.state is RunState.PAUSED)
        before = driver.mailbox.step
        driver.post(commands.StepEnvironment(3))
        driver.wait_for(lambda _: driver.mailbox.step == before + 3 * COPIES)
        driver.post(commands.SaveRun(tmp_path))
        driver.wait_for(lambda _: driver.of(RunSaved))
        step = driver.mailbox.step
        assert not driver.of(RunSaved)[-1].unasked
        driver.post(commands.StartRun(short_config("Pendulum-v1", "ppo", steps=LONG)))
        driver.wait_for(lambda _: len(driver.of(RunStarted)) == 2)
        driver.post(commands.OpenRun(tmp_path))
        driver.wait_for(lambda _: len(driver.of(RunStarted)) == 3)
        driver.wait_for_state(RunState.PAUSED)
        started = driver.of(RunStarted)[-1]
        assert (started.config.environment, started.step) == ("CartPole-v1", step)
        assert len(driver.of(UpdateApplied)) == 4, "the curves come back"
        driver.post(commands.StepUpdate())
        driver.wait_for(lambda _: len(driver.of(UpdateApplied)) == 5)


def test_that_what_was_gone_back_before_is_not_saved(tmp_path: Path) -> None:
    saver = Saver()
    with Session(short_config("CartPole-v1", "a2c", steps=LONG), history=History()) as session:
        known = pull(session, 120, saver)
        while not isinstance(known[-1], UpdateApplied):
            known += pull(session, 1, saver)
        here, step = session.position, session.trainer.step
        pull(session, 120, saver)
        session.resume(here)
        saver.rewind(RunRewound(step, 0, 0))
        saver.save(session, tmp_path)
    opened = open_saved(tmp_path, History())
    opened.session.close()
    kept = [event.step for event in known if isinstance(event, EpisodeEnded | ParameterChanged | UpdateApplied)]
    assert kept[-1] == step, "what happened at that very step is kept"
    assert [event.step for event in opened.past] == kept


def test_that_a_run_that_stands_still_is_saved_unasked_once(tmp_path: Path) -> None:
    saver = Saver()
    saver.keep_safe(tmp_path, 0.0)
    with Session(short_config("CartPole-v1", "a2c", steps=LONG), history=History()) as session:
        assert not saver.is_due(0)
        pull(session, 60)
        assert saver.is_due(session.trainer.step)
        saver.save(session, tmp_path)
        assert not saver.is_due(session.trainer.step)
        pull(session, 60)
        assert saver.is_due(session.trainer.step)
        saver.keep_safe(None, 0.0)
        assert not saver.is_due(session.trainer.step)


def test_that_a_run_is_saved_unasked_while_it_plays(tmp_path: Path) -> None:
    with hosted() as driver:
        driver.post(commands.KeepSafe(tmp_path, 0.0))
        driver.post(commands.StartRun(short_config("CartPole-v1", "ppo", steps=LONG), play=True))
        driver.wait_for(lambda _: len(driver.of(RunSaved)) >= 2)
        assert driver.of(RunSaved)[-1].unasked
        driver.post(commands.KeepSafe(None), commands.Pause())
        driver.wait_for_state(RunState.PAUSED)
    with open_saved(tmp_path, History()).session as again:
        assert again.trainer.step > 0


def test_that_what_cannot_be_opened_or_saved_is_said_and_changes_nothing(tmp_path: Path) -> None:
    with hosted() as driver:
        driver.post(commands.SaveRun(tmp_path))
        driver.wait_for(lambda _: driver.of(CommandRejected))
        driver.post(commands.StartRun(short_config("CartPole-v1", "ppo", steps=LONG)))
        driver.wait_for_state(RunState.PAUSED)
        driver.post(commands.OpenRun(tmp_path / "nothing"))
        driver.wait_for(lambda _: len(driver.of(CommandRejected)) == 2)
        assert "no checkpoint" in driver.of(CommandRejected)[-1].message
        driver.wait_for_state(RunState.PAUSED)
        (tmp_path / "file").write_text("in the way")
        driver.post(commands.StepUpdate())
        driver.wait_for(lambda _: driver.of(UpdateApplied) and driver.state is RunState.PAUSED)
        driver.post(commands.SaveRun(tmp_path / "file"))
        driver.wait_for(lambda _: len(driver.of(CommandRejected)) == 3)
        assert driver.of(StateChanged)[-1].state is not RunState.FAILED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ahead", "many"),
        ("done", [[0, "Quit", {}]]),
        ("done", [[1, "TurnKnob", 3]]),
        ("past", [["RunFailed", {}]]),
        ("episodes", "many"),
        ("recent", 3),
    ],
)
def test_that_notes_that_make_no_sense_are_refused(name: str, value: object, tmp_path: Path) -> None:
    with Session(short_config("CartPole-v1", "ppo", steps=LONG), history=History()) as session:
        pull(session, 60)
        Saver().save(session, tmp_path)
    manifest = checkpoints(tmp_path)[-1] / MANIFEST
    stored = json.loads(manifest.read_text())
    stored["notes"][name] = value
    manifest.write_text(json.dumps(stored))
    if name not in {"episodes", "recent"}:  # which the window counts anew
        with pytest.raises(RunError, match="cannot be read"):
            open_saved(tmp_path, History())
    if name != "past":  # which the terminal has no curves for
        with pytest.raises(RunError, match="cannot be read"):
            train(short_config("CartPole-v1", "ppo", steps=LONG), keeper=Keeper(tmp_path, resume=True))


def test_that_a_snapshot_of_another_run_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with Session(short_config("CartPole-v1", "ppo", steps=LONG), history=History()) as session:
        pull(session, 60)
        Saver().save(session, tmp_path)
    manifest = checkpoints(tmp_path)[-1] / MANIFEST
    stored = json.loads(manifest.read_text())
    for changes in (
        {"environment": "Pendulum-v1"},
        {"hyperparameters": stored["config"]["hyperparameters"] | {"hidden_sizes": [3]}},
        {"environment_count": 2},
        {"environment": "Acrobot-v1"},
    ):
        manifest.write_text(json.dumps(stored | {"config": stored["config"] | changes}))
        with pytest.raises(PgvizError):
            open_saved(tmp_path, History())
        assert manifest.exists()


def test_that_a_module_is_imported_only_once_somebody_has_agreed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evil.py").write_text("import pathlib; pathlib.Path('canary-fired').touch()")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with Session(short_config("CartPole-v1", "ppo", steps=LONG), history=History()) as session:
        pull(session, 60)
        Saver().save(session, tmp_path / "run")
    manifest = checkpoints(tmp_path / "run")[-1] / MANIFEST
    stored = json.loads(manifest.read_text())
    stored["config"]["environment"] = "evil:CartPole-v1"
    manifest.write_text(json.dumps(stored))
    with pytest.raises(UsageError, match="Python module evil"):
        open_saved(tmp_path / "run", History())
    assert not Path("canary-fired").exists()
    with open_saved(tmp_path / "run", History(), agreed="evil").session:
        assert Path("canary-fired").exists()


def test_that_the_terminal_goes_on_with_what_the_window_saved(tmp_path: Path) -> None:
    config = short_config("CartPole-v1", "a2c", steps=400)
    saver = Saver()
    with Session(config, history=History(10**9, 10**9)) as session:
        pull(session, 30, saver)
        session.intervene(TurnKnob("learning_rate", 0.02))
        pull(session, 31, saver)
        saver.save(session, tmp_path)
        session.pull_until(lambda _: False)
        weights, episodes = session.trainer.policy.weights_sha256(), session.trainer.environment.episode_numbers
    result = train(config, keeper=Keeper(tmp_path, resume=True))
    assert result.weights_sha256 == weights
    assert 0 < result.episodes <= episodes.max()


def test_that_a_run_that_is_only_kept_holds_no_tape_of_its_past(tmp_path: Path) -> None:
    config = short_config("CartPole-v1", "a2c", steps=3000)
    with Session(config, keep_log=True) as session:
        keeper = Keeper(tmp_path, 0.0)
        keeper.watch(session, dict)
        session.pull_until(lambda _: False)
        log = session.trainer.environment.log
        assert log is not None
        assert len(log.tape) < 60
        weights = session.trainer.policy.weights_sha256()
    assert train(config, keeper=Keeper(tmp_path, resume=True)).weights_sha256 == weights


def test_that_a_run_that_is_only_kept_holds_nothing_that_its_memory_has_overwritten(tmp_path: Path) -> None:
    settings = {"learning_starts": 50, "buffer_size": 60, "train_frequency": 4, "hidden_sizes": (8,)}
    config = RunConfig.create("CartPole-v1", "dqn", steps=600, environment_count=1, **settings)
    with Session(config, keep_log=True) as session:
        Keeper(tmp_path, 0.0).watch(session, dict)
        session.pull_until(lambda _: False)
        algorithm = session.trainer.algorithm
        assert isinstance(algorithm, OffPolicyAlgorithm)
        assert algorithm.replay.keeps_overwritten
        assert algorithm.replay.added == 600
        assert len(algorithm.replay._overwritten) <= 1


class Ticking:
    """A clock that goes on by a second whenever somebody looks at it, so that a capture seems to take one."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def test_that_a_keeper_copies_the_agent_for_a_hundredth_of_the_time_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, captured = Ticking(), list[float]()
    with Session(short_config("CartPole-v1", "a2c", steps=LONG), keep_log=True) as session:
        Keeper(tmp_path, 250.0, clock=clock).watch(session, dict)
        capture = session.trainer.capture

        def noted() -> Snapshot:
            captured.append(clock.now)
            return capture()

        monkeypatch.setattr(session.trainer, "capture", noted)
        while clock.now < 390.0:
            session.pull()
    # One that is to be saved does not wait, for what is on disk is to be no older than was asked for.
    assert captured == [2.0, 102.0, 202.0, 251.0, 351.0]
    assert len(checkpoints(tmp_path)) == 1


@pytest.mark.parametrize("seconds", [0.0, 10**9])
def test_that_an_interrupted_run_goes_on_to_the_same_end(tmp_path: Path, seconds: float) -> None:
    config = short_config("CartPole-v1", "a2c", steps=600)
    left = iter(range(101))
    # Where none is due to be saved, the beginning of the first iteration is the only one that was captured.
    keeper = Keeper(tmp_path, seconds, clock=Ticking())
    assert not train(config, keeper=keeper, should_stop=lambda: next(left) == 100).finished
    assert (load_latest(tmp_path).snapshot.step == 0) == (seconds > 0)
    again, whole = train(config, keeper=Keeper(tmp_path, resume=True)), train(config)
    assert again.weights_sha256 == whole.weights_sha256
    assert (again.episodes, again.return_mean_100) == (whole.episodes, whole.return_mean_100)


def test_that_a_run_can_be_kept_while_it_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "SHARE_OF_SNAPSHOTS", float("inf"))
    monkeypatch.setattr(recorder, "SNAPSHOT_BYTES_A_SECOND", float("inf"))
    settings = {"learning_starts": 50, "buffer_size": 60, "train_frequency": 4, "hidden_sizes": (8,)}
    config = RunConfig.create("CartPole-v1", "dqn", steps=300, gradient_steps=1, **settings)
    left = iter(range(401))
    record = (tmp_path / "run.pgviz", RecordingOptions(seconds_between_snapshots=0.0))
    keeper = Keeper(tmp_path / "kept", 10**9, clock=Ticking())
    assert not train(config, keeper=keeper, should_stop=lambda: next(left) == 400, record=record).finished
    with Recording.open(record[0]) as recording:
        assert recording.info.snapshots > 10, "the recorder looks in later than the keeper, too"
    resumed = train(config, keeper=Keeper(tmp_path / "kept", resume=True))
    assert resumed.weights_sha256 == train(config).weights_sha256


def test_that_what_a_person_did_survives_two_interruptions(tmp_path: Path) -> None:
    config, saver = short_config("CartPole-v1", "a2c", steps=400), Saver()
    with Session(config, history=History()) as session:
        pull(session, 60, saver)
        to(session, MinibatchComputed)
        session.intervene(JudgeMinibatch("flip"))
        saver.save(session, tmp_path)
        session.pull_until(lambda _: False)
        weights = session.trainer.policy.weights_sha256()
    assert not train(config, keeper=Keeper(tmp_path, resume=True), should_stop=lambda: True).finished
    assert train(config, keeper=Keeper(tmp_path, resume=True)).weights_sha256 == weights
