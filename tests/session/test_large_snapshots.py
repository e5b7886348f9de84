"""Where an agent is too large for its snapshots to be recorded, it is said, and taking over says what follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgviz.cli import main
from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.recording import snapshots
from pgviz.session import commands, recorder
from pgviz.session.commands import StartRecording, StopRecording
from pgviz.session.history import History
from pgviz.session.notices import RunState
from pgviz.session.recorded import RecordingState, left_out_text, open_recording
from pgviz.session.take_over import lived_to
from pgviz.session.tape import Tape
from tests.session.driver import hosted
from tests.session.recordings import CARTPOLE
from tests.session.test_take_over import go_to


def record(path: Path, config: RunConfig, begin_at: int, large_from: int) -> RecordingState:
    """Record a run up to 300 steps, whose snapshots are too large from a step on."""
    with hosted() as driver, pytest.MonkeyPatch.context() as patch:
        # As often as may be, however long one takes.
        patch.setattr(recorder, "SHARE_OF_SNAPSHOTS", float("inf"))
        patch.setattr(recorder, "SNAPSHOT_BYTES_A_SECOND", float("inf"))
        driver.post(commands.StartRun(config))
        driver.wait_for_state(RunState.PAUSED)
        if begin_at:
            go_to(driver, begin_at)
        driver.post(StartRecording(path, steps_per_second=1e6, seconds_between_snapshots=0.0))
        driver.wait_for(lambda _: driver.of(RecordingState))
        if large_from > begin_at:
            go_to(driver, large_from)
            recording = driver.host._recorder
            assert recording is not None
            writer = recording._writer
            driver.wait_for(lambda _: writer._snapshots_put == writer._waiting.snapshots_taken)
        patch.setattr(snapshots, "LARGEST_SNAPSHOT", 100)
        go_to(driver, 300)
        driver.post(StopRecording())
        driver.wait_for(lambda _: not driver.of(RecordingState)[-1].active)
        return driver.of(RecordingState)[-1]


def test_that_snapshots_left_out_are_counted_and_taking_over_begins_further_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = record(tmp_path / "run.pgviz", CARTPOLE, 0, 100)

    assert state.snapshots_left_out > 0
    with open_recording(tmp_path / "run.pgviz") as recording:
        assert recording.info.snapshots_left_out == state.snapshots_left_out
        assert recording.info.snapshots > 0
    assert main(["info", str(tmp_path / "run.pgviz")]) == 0
    assert left_out_text(state.snapshots_left_out) in capsys.readouterr().out

    tape = Tape.open(tmp_path / "run.pgviz")
    try:
        lived = lived_to(tape, tape.index_of(290, tape.end), History())
        lived.session.close()
    finally:
        tape.close()
    assert lived.approximate == ""
    assert lived.remark.startswith("It was lived again from step ")
    begun = int(lived.remark.removeprefix("It was lived again from step ").split(".")[0])
    assert 32 <= begun <= 100


def test_that_a_run_that_cannot_be_taken_over_says_why(tmp_path: Path) -> None:
    record(tmp_path / "run.pgviz", CARTPOLE, 100, 100)

    tape = Tape.open(tmp_path / "run.pgviz")
    try:
        with pytest.raises(UsageError, match=r"holds no snapshot from before this moment.* larger than 256 MB"):
            lived_to(tape, tape.index_of(290, tape.end), History())
    finally:
        tape.close()


def test_that_nothing_is_said_where_all_are_there(tmp_path: Path) -> None:
    state = record(tmp_path / "run.pgviz", CARTPOLE, 0, 300)

    assert state.snapshots_left_out == 0
    tape = Tape.open(tmp_path / "run.pgviz")
    try:
        lived = lived_to(tape, tape.index_of(290, tape.end), History())
        lived.session.close()
    finally:
        tape.close()
    assert lived.remark == ""
