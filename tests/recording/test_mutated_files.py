"""Files that somebody has changed, by chance or on purpose: one clear fault, and never anything else."""

from __future__ import annotations

import pickle
import random
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pgviz.errors import PgvizError
from pgviz.recording.encoding import DEFLATED, PLAIN
from pgviz.recording.snapshots import decode_snapshot
from pgviz.session.headless import train
from pgviz.session.recorded import open_recording
from pgviz.session.recorder import RecordingOptions
from pgviz.session.tape import Tape
from tests.mutations import FIRED, MUTATIONS, Canary, cut, flip, overwrite, take_out
from tests.recording.files import of_every_kind, write
from tests.session.looked_into import record_looks
from tests.session.recordings import CARTPOLE

LONGEST = 5.0  # of one look at a file of 100 kB; a busy machine may take its time


def _look_at_all(path: Path) -> None:
    """Read all that can be read of a file."""
    with open_recording(path) as recording:
        recording.shown_steps()
        found = recording.snapshot_before(10**6)
        for _ in recording.events():
            pass
        if found is not None:
            decode_snapshot(found[1])


def _play_all(path: Path) -> None:
    """Read all that playback shows, one place after another, with what was looked at where the run waited."""
    tape = Tape.open(path)
    try:
        for cue in tape.onward(1):
            if cue.fact is None:
                tape.recorded_at(cue.index)
                tape.waits.at(tape.settled(cue.index))
            tape.waits.at(cue.position)
            tape.probes_at(cue.position)
    finally:
        tape.close()


def _endure(path: Path, original: bytes, seeds: range) -> int:
    """Look at mutated copies of a file; returns how many could be read all the same."""
    survived, modules = 0, set(sys.modules)
    for seed in seeds:
        draw, data = random.Random(seed), bytearray(original)
        draw.choice(MUTATIONS)(data, draw)
        path.write_bytes(data)
        for read in (_play_all, _look_at_all):
            before, said = time.perf_counter(), ""
            try:
                read(path)
                survived += read is _look_at_all
            except PgvizError as error:
                said = str(error)
            assert "\n" not in said, seed
            assert len(said) < 500, seed
            assert time.perf_counter() - before < LONGEST, seed
        assert path.read_bytes() == data, seed
        assert list(path.parent.iterdir()) == [path], seed
    assert not FIRED
    assert set(sys.modules) == modules
    return survived


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, ...]:
    """A recording with every kind of event, one of a run, with a snapshot, and one that somebody looked into."""
    folder = tmp_path_factory.mktemp("originals")
    run = folder / "run.pgviz"
    train(CARTPOLE.changed(steps=200), record=(run, RecordingOptions(frame_size=60)))
    looked_into = folder / "looked into.pgviz"
    record_looks(looked_into)
    for path in (run, looked_into):
        _look_at_all(path)
        _play_all(path)
    kinds = write(folder / "kinds.pgviz", of_every_kind())
    return kinds.read_bytes(), run.read_bytes(), looked_into.read_bytes()


@pytest.mark.parametrize("which", [0, 1, 2])
def test_that_a_changed_file_is_one_fault_or_none(
    tmp_path: Path, originals: tuple[bytes, ...], which: int
) -> None:
    survived = _endure(tmp_path / "changed.pgviz", originals[which], range(150))
    assert survived < 150


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_that_none_of_ten_thousand_changed_files_is_more_than_one_fault(
    tmp_path: Path, originals: tuple[bytes, ...]
) -> None:
    for which in (0, 1, 2):
        _endure(tmp_path / "changed.pgviz", originals[which], range(1000, 6000))


def _with_bodies(path: Path, make: Callable[[bytes], bytes]) -> None:
    """Change the body of every row but the first, and of every snapshot."""
    connection = sqlite3.connect(path)
    for table in ("events", "snapshots", "frames"):
        rows = connection.execute(f"SELECT position, body FROM {table}").fetchall()
        for position, body in rows:
            if table != "events" or position > 1:
                connection.execute(f"UPDATE {table} SET body = ? WHERE position = ?", (make(body), position))
    connection.commit()
    connection.close()


@pytest.mark.parametrize("prefix", [b"", PLAIN, DEFLATED])
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_that_a_pickle_in_the_place_of_a_body_is_never_unpickled(
    tmp_path: Path, originals: tuple[bytes, ...], prefix: bytes, protocol: int
) -> None:
    path = tmp_path / "canary.pgviz"
    path.write_bytes(originals[1])
    _with_bodies(path, lambda body: prefix + pickle.dumps(Canary(), protocol))
    with open_recording(path) as recording:
        found = recording.snapshot_before(10**6)
        assert found is not None
        with pytest.raises(PgvizError, match="cannot be read"):
            decode_snapshot(found[1])
        with pytest.raises(PgvizError, match="cannot be read"):
            list(recording.events(2))
    assert not FIRED


@pytest.mark.parametrize("which", [0, 1, 2])
def test_that_changed_bodies_are_one_fault_or_none(
    tmp_path: Path, originals: tuple[bytes, ...], which: int
) -> None:
    """The rows are in order here, so that what is in them is looked at."""
    path = tmp_path / "bodies.pgviz"
    draw = random.Random(which)
    path.write_bytes(originals[which])

    def change(body: bytes) -> bytes:
        data = bytearray(body)
        draw.choice((flip, cut, take_out, overwrite))(data, draw)
        return bytes(data)

    _with_bodies(path, change)
    faults = 0
    with open_recording(path) as recording:
        for position in range(2, recording.info.events + 1):
            try:
                list(recording.events(position, position))
            except PgvizError:
                faults += 1
        found = recording.snapshot_before(10**6)
        if found is not None:
            with pytest.raises(PgvizError):
                decode_snapshot(found[1])
    assert faults > recording.info.events / 4
