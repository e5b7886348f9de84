"""Playback: the commands of a session, served from a recording."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.session import commands
from pgviz.session.commands import Command
from pgviz.session.host import SessionHost
from pgviz.session.notices import (
    BreakpointsListed,
    CommandRejected,
    RecordingOpened,
    RunRewound,
    RunState,
    SpeedMeasured,
    TakenOver,
)
from pgviz.session.playback_host import Host, PlaybackHost
from pgviz.session.policy_command import OpenPolicy
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    ParameterChanged,
    PastShown,
    RunStarted,
    StateShown,
    StepTaken,
    UpdateApplied,
)
from pgviz.training.interventions import ForceAction, TurnKnob
from tests.session.driver import PATIENCE, Driver
from tests.session.recordings import CARTPOLE, SMALL, Rows, recorded


class Playing(Driver):
    """Drives whoever serves: a recording at first, and what follows it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.hosts: list[Host] = []
        self.path = path

    def serve(self) -> None:
        host: Host | None = PlaybackHost(self.inbox, self.mailbox, self.path)
        while host is not None:
            self.hosts.append(host)
            host = host.run()

    @property
    def live(self) -> SessionHost:
        self.wait_for(lambda _: isinstance(self.hosts[-1], SessionHost))
        host = self.hosts[-1]
        assert isinstance(host, SessionHost)
        return host

    def ask(self, *asked: Command) -> None:
        """Post commands, and wait until they have been carried out."""

        def answered() -> int:
            return sum("it has one seed" in each.message for each in self.of(CommandRejected))

        before = answered()
        self.post(*asked, commands.Restart(seed=1))  # which no recording can do, and so says so
        self.wait_for(lambda _: answered() > before)

    def told(self, kind: type[Event]) -> list[Event]:
        """The events of a kind that a window would hold now."""
        held: list[Event] = []
        for event in self.gather():
            if isinstance(event, RunStarted):
                held = []
            elif isinstance(event, RunRewound):
                held = [each for each in held if each.step <= event.step]
            elif isinstance(event, kind):
                held.append(event)
        return held


@contextmanager
def playing(path: Path) -> Iterator[Playing]:
    """A host that plays a recording, on a thread of its own."""
    driver = Playing(path)
    thread = threading.Thread(target=driver.serve, name="playback under test", daemon=True)
    thread.start()
    try:
        driver.wait_for_state(RunState.PAUSED)
        yield driver
    finally:
        driver.post(commands.Quit())
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the host did not quit"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rows]:
    """400 steps of two copies of CartPole, every one shown, with a knob turned on the way."""

    def go_on(rows: Rows) -> None:
        rows.intervene(TurnKnob("learning_rate", 0.01)).run(400)

    return recorded(tmp_path_factory.mktemp("recordings") / "näïve demo.pgviz", 250, change=go_on)


def same(ones: list[Event], others: list[Event]) -> bool:
    return [(type(each), each.step) for each in ones] == [(type(each), each.step) for each in others]


FACTS = (EpisodeEnded, UpdateApplied, ParameterChanged)


def test_that_a_recording_opens_paused_at_its_first_step(recording: tuple[Path, Rows]) -> None:
    path, _ = recording
    with playing(path) as driver:
        driver.wait_for(lambda _: driver.shown)
        opened, started = driver.of(RecordingOpened)[0], driver.of(RunStarted)[0]
        assert opened.info.path == path
        assert opened.steps == 400
        assert started.config == CARTPOLE
        assert isinstance(driver.shown, StepTaken)
        assert driver.shown.step == 2
        assert driver.shown.detail is not None
        assert driver.shown.detail.frame is not None


def test_that_stepping_shows_the_recorded_steps_one_by_one(recording: tuple[Path, Rows]) -> None:
    path, rows = recording
    with playing(path) as driver:
        for place in (1, 2, 3):
            driver.ask(commands.StepEnvironment())
            assert isinstance(driver.shown, StepTaken)
            detail, was = driver.shown.detail, rows.steps()[place].detail
            assert detail is not None
            assert was is not None
            assert np.array_equal(detail.decision.observation, was.decision.observation)
            assert detail.decision.log_prob == was.decision.log_prob
        driver.ask(commands.StepEnvironment(40))
        assert driver.shown is not None
        assert driver.shown.step == rows.steps()[43].step
        assert driver.state is RunState.PAUSED


def test_that_playing_tells_all_that_was_recorded_and_stops_at_the_end(recording: tuple[Path, Rows]) -> None:
    path, rows = recording
    with playing(path) as driver:
        driver.post(commands.SetSpeed(None), commands.Play())
        driver.wait_for(lambda _: driver.shown and driver.shown.step == 400 and driver.state is RunState.PAUSED)
        for kind in FACTS:
            assert same(driver.told(kind), rows.of(kind))
        assert driver.of(ParameterChanged)[0].value == 0.01


def test_that_playing_on_at_the_end_begins_again(recording: tuple[Path, Rows]) -> None:
    path, _ = recording
    with playing(path) as driver:
        driver.ask(commands.SetSpeed(None), commands.LookBack(400))
        driver.post(commands.Play())
        driver.wait_for(lambda _: len(driver.of(RunStarted)) == 2)
        driver.wait_for(lambda _: driver.mailbox.step == 400 and driver.state is RunState.PAUSED)


def test_that_it_plays_in_the_time_in_which_it_was_recorded(recording: tuple[Path, Rows]) -> None:
    path, _ = recording
    with playing(path) as driver:
        driver.post(commands.SetSpeed(1.0), commands.Play())
        driver.wait_for(lambda _: [each for each in driver.of(SpeedMeasured) if each.steps_per_second > 0])
        driver.post(commands.Pause())
        driver.wait_for_state(RunState.PAUSED)
        # A hundred steps a second were recorded.
        fastest = max(each.steps_per_second for each in driver.of(SpeedMeasured))
        assert fastest < 150.0
        assert driver.mailbox.step < 400


def test_that_looking_back_shows_the_past_and_leaves_the_curves(recording: tuple[Path, Rows]) -> None:
    path, rows = recording
    with playing(path) as driver:
        driver.ask(commands.LookBack(300), commands.LookBack(100))
        past = driver.shown
        assert isinstance(past, PastShown)
        assert (past.step, past.head) == (100, 300)
        assert past.detail.frame is not None
        assert past.update == len(rows.of(UpdateApplied, until=100))
        assert same(driver.told(EpisodeEnded), rows.of(EpisodeEnded, until=300))
        driver.ask(commands.MoveCursor(-3))
        assert driver.shown is not None
        assert driver.shown.step == 94
        driver.ask(commands.MoveCursor(5))
        assert driver.shown.step == 104
        driver.ask(commands.Follow())
        assert isinstance(driver.shown, StepTaken)
        assert driver.shown.step == 300
        assert not driver.of(RunRewound)


def test_that_looking_at_the_present_takes_nothing_back(recording: tuple[Path, Rows]) -> None:
    path, _ = recording
    with playing(path) as driver:
        driver.post(commands.SetSpeed(None), commands.StepUpdate())
        driver.wait_for(lambda _: driver.of(UpdateApplied) and driver.state is RunState.PAUSED)
        driver.ask(commands.LookBack(32), commands.LookBack(10), commands.LookBack(32))
        assert isinstance(driver.shown, StepTaken)
        assert not driver.of(RunRewound)
        assert len(driver.told(UpdateApplied)) == 1


def test_that_moving_on_beyond_the_present_goes_on_to_there(recording: tuple[Path, Rows]) -> None:
    path, rows = recording
    with playing(path) as driver:
        driver.ask(commands.LookBack(100), commands.MoveCursor(-2), commands.MoveCursor(7))
        assert isinstance(driver.shown, StepTaken)
        assert driver.shown.step == 110
        assert same(driver.told(UpdateApplied), rows.of(UpdateApplied, until=110))


@pytest.mark.parametrize("target", [2, 32, 34, 64, 66, 100, 250, 256])
def test_that_playing_on_from_the_past_takes_back_what_came_after(
    recording: tuple[Path, Rows], target: int
) -> None:
    path, rows = recording
    with playing(path) as driver:
        driver.ask(commands.LookBack(390), commands.LookBack(target), commands.StepEnvironment())
        assert isinstance(driver.shown, StepTaken)
        assert driver.shown.step == target + 2
        for kind in FACTS:
            assert same(driver.told(kind), rows.of(kind, until=target + 2))
        driver.ask(commands.LookBack(400))
        for kind in FACTS:
            assert same(driver.told(kind), rows.of(kind, until=400))


def test_that_an_update_an_episode_and_a_number_are_gone_on_to(recording: tuple[Path, Rows]) -> None:
    path, _ = recording
    with playing(path) as driver:
        driver.post(commands.SetSpeed(None), commands.StepUpdate(2))
        driver.wait_for(lambda _: len(driver.of(UpdateApplied)) == 2 and driver.state is RunState.PAUSED)
        before = len(driver.of(EpisodeEnded))
        driver.post(commands.FinishEpisode())
        driver.wait_for(lambda _: len(driver.of(EpisodeEnded)) > before and driver.state is RunState.PAUSED)
        driver.wait_for(lambda _: driver.shown and driver.shown.step == driver.of(EpisodeEnded)[-1].step)
        assert driver.shown is not None
        assert driver.shown.detail is not None
        assert driver.of(EpisodeEnded)[-1].environment_index == 0
        assert driver.shown.detail.terminated
        driver.post(commands.RunTo("step", 300))
        driver.wait_for(lambda _: driver.shown and driver.shown.step == 300 and driver.state is RunState.PAUSED)
        driver.post(commands.RunTo("update", 11))
        driver.wait_for(lambda _: driver.of(UpdateApplied)[-1].update == 11 and driver.state is RunState.PAUSED)


def test_that_what_cannot_be_done_is_said_in_one_sentence(recording: tuple[Path, Rows]) -> None:
    path, _ = recording
    asked = (
        commands.SetParameter("learning_rate", 0.1),
        commands.Intervene(ForceAction(0, (1.0,))),
        commands.StepMinibatch(),
        commands.ExamineMinibatch(),
        commands.EstimateValues(),
        commands.PutProbe(1, (0.0,) * 4),
        commands.Fork(),
        OpenPolicy(path, "CartPole-v1"),
        commands.SaveRun(path),
        commands.StartRecording(path),
        commands.WatchEnvironment(1),
    )
    with playing(path) as driver:
        driver.ask(*asked)
        said = [each.message for each in driver.of(CommandRejected)]
        assert len(said) == len(asked) + 1
        assert all("recording" in each and "take over from here" in each for each in said)
        assert driver.state is RunState.PAUSED


def test_that_breakpoints_are_kept_for_the_run_and_stop_nothing_here(recording: tuple[Path, Rows]) -> None:
    from pgviz.session.breakpoints import Breakpoint

    path, _ = recording
    with playing(path) as driver:
        put = Breakpoint("step > 10", id=3)
        driver.post(commands.PutBreakpoint(put), commands.SetSpeed(None), commands.Play())
        driver.wait_for(lambda _: driver.mailbox.step == 400 and driver.state is RunState.PAUSED)
        assert driver.of(BreakpointsListed)[-1].breakpoints == (put,)
        driver.post(commands.TakeOver())
        driver.wait_for(lambda _: driver.of(TakenOver))
        driver.wait_for(lambda _: driver.of(BreakpointsListed)[-1].breakpoints == (put,))


def test_that_a_past_made_the_present_while_recording_is_played_so(tmp_path: Path) -> None:
    def take_back(rows: Rows) -> None:
        place = next(i for i, each in enumerate(rows.events) if isinstance(each, StepTaken) and each.step == 100)
        rows.rewind(place + 1).intervene(TurnKnob("learning_rate", 0.05)).run(160)

    path, rows = recorded(tmp_path / "taken back.pgviz", 200, change=take_back)
    with playing(path) as driver:
        driver.post(commands.SetSpeed(None), commands.Play())
        driver.wait_for(lambda _: driver.of(RunRewound) and driver.mailbox.step == 160)
        driver.wait_for_state(RunState.PAUSED)
        driver.ask(commands.LookBack(90))
        assert driver.shown is not None
        first = next(each for each in rows.steps() if each.step == 90)
        assert driver.shown.step == 90
        assert driver.shown.detail is not None
        assert first.detail is not None
        assert np.array_equal(driver.shown.detail.decision.observation, first.detail.decision.observation)
        driver.ask(commands.LookBack(140))
        last = [each for each in rows.steps() if each.step == 140][-1]
        assert last.detail is not None
        assert np.array_equal(driver.shown.detail.decision.observation, last.detail.decision.observation)


def test_that_a_file_that_is_wrong_leaves_what_is_open(recording: tuple[Path, Rows], tmp_path: Path) -> None:
    path, _ = recording
    wrong = tmp_path / "wrong.pgviz"
    wrong.write_bytes(b"no recording at all")
    with playing(path) as driver:
        driver.ask(commands.StepEnvironment(), commands.OpenRecording(wrong), commands.StepEnvironment())
        rejected = [each.message for each in driver.of(CommandRejected)]
        assert len(rejected) == 2
        assert str(wrong) in rejected[0]
        assert driver.shown is not None
        assert driver.shown.step == 6
        driver.post(commands.OpenRecording(path))
        driver.wait_for(lambda _: len(driver.of(RecordingOpened)) == 2)


def test_that_a_recording_that_is_damaged_on_the_way_is_played_up_to_there(tmp_path: Path) -> None:
    def damage(rows: Rows) -> None:
        place = rows.events.index(rows.of(UpdateApplied)[3])
        rows.events[place] = ParameterChanged(rows.events[place].step, "no such knob", 1.0, 2.0)

    path, _ = recorded(tmp_path / "damaged.pgviz", 200, change=damage)
    with playing(path) as driver:
        driver.post(commands.SetSpeed(None), commands.Play())
        driver.wait_for(lambda _: driver.of(CommandRejected) and driver.state is RunState.PAUSED)
        assert len(driver.of(UpdateApplied)) == 3
        driver.ask(commands.LookBack(200), commands.LookBack(100))
        assert driver.shown is not None
        assert driver.shown.step == 100
        said = [each.message for each in driver.of(CommandRejected)]
        assert sum("damaged" in each for each in said) == 2
        assert len(driver.told(UpdateApplied)) == 3


def spoil(*steps: int) -> Callable[[Rows], None]:
    """Have the steps that led to so many be of a copy that there is not."""

    def change(rows: Rows) -> None:
        for place, event in enumerate(rows.events):
            if isinstance(event, StepTaken) and event.step in steps and event.detail is not None:
                rows.events[place] = replace(event, detail=replace(event.detail, environment_index=9))

    return change


def test_that_a_first_step_that_is_damaged_does_not_keep_the_others_from_being_seen(tmp_path: Path) -> None:
    path, _ = recorded(tmp_path / "damaged.pgviz", 50, change=spoil(2))
    with playing(path) as driver:
        driver.wait_for(lambda _: driver.of(CommandRejected))
        assert "a step is of no copy" in driver.of(CommandRejected)[0].message
        driver.ask(commands.LookBack(40))
        assert driver.shown is not None
        assert driver.shown.step == 40


def test_that_damaged_steps_in_a_row_end_the_playing_and_nothing_else(tmp_path: Path) -> None:
    path, _ = recorded(tmp_path / "damaged.pgviz", 50, change=spoil(20, 22))
    with playing(path) as driver:
        # What rushes by unseen is not read.
        driver.ask(commands.Look(False), commands.SetSpeed(None), commands.RunTo("step", 20))
        driver.wait_for(lambda _: len(driver.of(CommandRejected)) == 2)
        driver.post(commands.SetSpeed(1.0), commands.Play())
        driver.wait_for(lambda _: len(driver.of(CommandRejected)) == 3)
        driver.ask(commands.LookBack(10), commands.LookBack(40))
        assert driver.shown is not None
        assert driver.shown.step == 40
        assert driver.state is RunState.PAUSED


def test_that_where_one_recording_stood_is_not_looked_for_in_the_next(
    recording: tuple[Path, Rows], tmp_path: Path
) -> None:
    other, _ = recorded(tmp_path / "damaged.pgviz", 50, change=spoil(*range(20, 51)))
    with playing(recording[0]) as driver:
        driver.post(commands.LookBack(300), commands.SetSpeed(0.1), commands.Play())
        driver.wait_for_state(RunState.PLAYING)
        driver.ask(commands.OpenRecording(other))
        assert len(driver.of(RecordingOpened)) == 2
        assert len(driver.of(CommandRejected)) == 1
        assert driver.state is RunState.PAUSED


def test_that_a_session_opens_a_recording_and_leaves_its_run(recording: tuple[Path, Rows], tmp_path: Path) -> None:
    path, _ = recording
    with playing(path) as driver:
        driver.post(commands.StartRun(RunConfig.create("Pendulum-v1", **SMALL)))
        driver.wait_for(lambda _: len(driver.of(RunStarted)) == 2 and driver.state is RunState.PAUSED)
        assert isinstance(driver.live, SessionHost)
        driver.post(commands.OpenRecording(tmp_path / "not there.pgviz"))
        driver.wait_for(lambda _: driver.of(CommandRejected))
        driver.post(commands.StepEnvironment(), commands.OpenRecording(path))
        driver.wait_for(lambda _: len(driver.of(RecordingOpened)) == 2 and driver.state is RunState.PAUSED)
        assert driver.of(RunStarted)[-1].config == CARTPOLE


def test_that_a_run_that_cannot_be_set_up_leaves_the_recording(recording: tuple[Path, Rows]) -> None:
    path, _ = recording
    with playing(path) as driver:
        driver.ask(commands.StepEnvironment(), commands.StartRun(RunConfig.create("CartPoll-v1")))
        assert "CartPole-v1" in driver.of(CommandRejected)[0].message
        driver.ask(commands.StepEnvironment())
        assert driver.shown is not None
        assert driver.shown.step == 6
        assert driver.state is RunState.PAUSED


@pytest.mark.parametrize("step", [2, 64, 66, 130, 300, 400])
def test_that_taking_over_goes_on_exactly_as_the_run_did(recording: tuple[Path, Rows], step: int) -> None:
    path, rows = recording
    with playing(path) as driver:
        driver.ask(commands.LookBack(400), commands.LookBack(step))
        driver.post(commands.TakeOver())
        driver.wait_for(lambda _: driver.of(TakenOver) and driver.state is RunState.PAUSED)
        driver.wait_for(lambda _: isinstance(driver.shown, StateShown))
        assert driver.of(TakenOver)[0].approximate == ""
        session = driver.live._session
        assert session is not None
        assert session.trainer.step == step - 2
        assert same(driver.told(UpdateApplied), rows.of(UpdateApplied, until=step))
        driver.post(commands.RunTo("step", 420))
        driver.wait_for(lambda _: driver.mailbox.step >= 420 and driver.state is RunState.PAUSED)
    reference = Rows().run(250)
    if step > 250:  # of the knob nothing is known before it was turned
        reference.intervene(TurnKnob("learning_rate", 0.01))
    reference.run(420).close()
    for kind in (EpisodeEnded, UpdateApplied):
        assert same(driver.told(kind), reference.of(kind))
    assert _equal(driver.told(UpdateApplied)[-1], reference.of(UpdateApplied)[-1])


def _equal(one: Event, other: Event) -> bool:
    assert isinstance(one, UpdateApplied)
    assert isinstance(other, UpdateApplied)
    return (one.step, one.entropy, one.objective, one.gradient_norm) == (
        other.step,
        other.entropy,
        other.objective,
        other.gradient_norm,
    )


def test_that_taking_over_without_a_snapshot_begins_at_the_beginning(tmp_path: Path) -> None:
    path, _ = recorded(tmp_path / "bare.pgviz", 100, snapshots=False)
    with playing(path) as driver:
        driver.ask(commands.LookBack(90))
        driver.post(commands.TakeOver())
        driver.wait_for(lambda _: driver.of(TakenOver))
        assert driver.of(TakenOver)[0] == TakenOver(88)


def test_that_taking_over_says_where_versions_differ(tmp_path: Path) -> None:
    path, _ = recorded(tmp_path / "old.pgviz", 100, versions={"numpy": "1.0", "no-such-package": "2"})
    with playing(path) as driver:
        driver.post(commands.TakeOver())
        driver.wait_for(lambda _: driver.of(TakenOver))
        assert "numpy 1.0" in driver.of(TakenOver)[0].approximate


def test_that_a_module_is_imported_only_once_that_was_agreed_to(tmp_path: Path) -> None:
    config = RunConfig.create("tests.environments.faulty:RaisesInStep-v0", **SMALL)
    rows = Rows(config)
    rows.close()
    path = rows.write(tmp_path / "strange.pgviz")
    with playing(path) as driver:
        driver.ask(commands.TakeOver())
        assert "tests.environments.faulty" in driver.of(CommandRejected)[0].message
        driver.post(commands.TakeOver(agreed="tests.environments.faulty"))
        driver.wait_for(lambda _: driver.of(TakenOver))


BLOCKED = """
import importlib.abc, sys, threading, pathlib

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "gymnasium", "PySide6"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from pgviz.session import commands
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.playback_host import PlaybackHost

inbox, mailbox = Inbox(), Mailbox()
for each in (commands.StepEnvironment(3), commands.LookBack(90), commands.MoveCursor(-2), commands.TakeOver()):
    inbox.post(each)
inbox.post(commands.Quit())
PlaybackHost(inbox, mailbox, pathlib.Path(sys.argv[1])).run()
facts, shown = mailbox.take()
print(shown.step, [each.message for each in facts if type(each).__name__ == "CommandRejected"])
"""


def test_that_playback_needs_neither_torch_nor_gymnasium(recording: tuple[Path, Rows]) -> None:
    path, _ = recording
    command = [sys.executable, "-c", BLOCKED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ.copy(), check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('86 ["going on live needs what is not installed here'), done.stdout
