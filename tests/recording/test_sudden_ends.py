"""What is left of a recording that was cut off, or for which there was no room."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pgviz.recording.reader import Recording
from pgviz.recording.schema import RecordingError
from pgviz.recording.writer import Writer
from tests.recording.files import META, STARTED, in_child, step

# Puts steps with pictures as fast as it may, and says which it has put and when.
RECORDS = """
import sys, time
from pathlib import Path
from pgviz.recording.writer import Writer
from tests.recording.files import META, STARTED, step
steps = [step(number, size=100) for number in range(50)]
writer = Writer(Path(sys.argv[1]), META)
began = time.perf_counter()
writer.put(STARTED, 0.0)
number = 0
while True:
    number += 1
    seconds = time.perf_counter() - began
    event = steps[number % 50]
    object.__setattr__(event, "step", number)
    writer.put(type(event)(number, event.detail), seconds)
    sys.stdout.write(f"{number} {seconds}\\n")
    sys.stdout.flush()
    time.sleep(0.002)
"""


def _killed_after(path: Path, seconds: float) -> tuple[int, float]:
    """Record into `path`, kill the process; returns the last step that it had put, and when."""
    command = [sys.executable, "-c", RECORDS, str(path)]
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        assert first, "the recording did not begin"
        _wait_until_it_opens(path)
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        lines = [first, *child.stdout.read().splitlines()]
    number, at = next(line for line in reversed(lines) if re.fullmatch(r"\d+ \d+\.\d+\s*", line)).split()
    return int(number), float(at)


def _wait_until_it_opens(path: Path) -> None:
    for _ in range(3000):
        with contextlib.suppress(RecordingError):
            Recording.open(path).close()
            return
        time.sleep(0.01)
    pytest.fail("nothing was written")


def _check_what_is_left(path: Path, put: int, at: float, machine: float) -> None:
    with Recording.open(path) as recording:
        assert not recording.info.complete
        recorded = list(recording.events())
    steps = [each.event.step for each in recorded[1:]]
    assert steps == list(range(1, len(steps) + 1)), "there is a gap"
    assert len(steps) <= put + 1
    assert at - recorded[-1].seconds < 1.0 + machine


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("seconds", [0.1, 0.9])
def test_that_a_recording_that_was_killed_opens_and_says_so(tmp_path: Path, seconds: float) -> None:
    path = tmp_path / "killed.pgviz"
    # Where other work keeps the machine busy, the writer's turn may come late.
    _check_what_is_left(path, *_killed_after(path, seconds), machine=5.0)
    # What is beside the file may be lost as well; what is in it is still whole.
    (tmp_path / "killed.pgviz-wal").unlink(missing_ok=True)
    (tmp_path / "killed.pgviz-shm").unlink(missing_ok=True)
    Path(tmp_path / "killed.pgviz").chmod(0o444)
    said = "it does not say what was run"  # where it was killed before anything was put into the one file
    try:
        with Recording.open(path) as recording:
            assert not recording.info.complete
            list(recording.events())
    except RecordingError as error:
        assert said in str(error)  # noqa: PT017  it is there or it is this


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_that_nothing_more_than_the_last_second_is_gone_after_any_of_fifty_kills(tmp_path: Path) -> None:
    draw = random.Random(0)
    for index in range(50):
        path = tmp_path / f"killed {index}.pgviz"
        _check_what_is_left(path, *_killed_after(path, draw.uniform(0.0, 3.0)), machine=1.0)


def _fill(writer: Writer, count: int = 4000) -> int:
    """Put steps until the writer gives up; returns how many were put."""
    writer.put(STARTED, 0.0)
    for number in range(1, count):
        if writer.broken:
            return number
        writer.put(step(number, size=64), number / 100)
        time.sleep(0.001)
    pytest.fail("the disk never filled")


def test_that_a_database_that_may_not_grow_is_closed_in_a_valid_state(tmp_path: Path) -> None:
    path = tmp_path / "full.pgviz"
    writer = Writer(path, META)
    assert writer._store._connection is not None
    writer._store._connection.execute("PRAGMA max_page_count = 200")
    _fill(writer)
    state = writer.close()
    assert state.problem is not None
    assert state.problem.startswith("the disk is full: the recording was closed")

    assert list(tmp_path.iterdir()) == [path]
    with Recording.open(path) as recording:
        assert recording.info.complete
        assert recording.info.problem == state.problem
        steps = [each.event.step for each in recording.events()]
    assert steps == list(range(len(steps)))
    assert len(steps) == recording.info.events > 5


def test_that_a_disk_that_is_nearly_full_is_left_its_last_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 10**9

    monkeypatch.setattr("pgviz.recording.writer.shutil.disk_usage", lambda folder: Usage)
    path = tmp_path / "full.pgviz"
    writer = Writer(path, META)
    writer.put(STARTED, 0.0)
    while writer._waiting.taken == 0:
        time.sleep(0.01)
    Usage.free = 2**20
    _fill(writer)
    state = writer.close()
    assert state.problem is not None
    assert "the disk is full" in state.problem
    with Recording.open(path) as recording:
        assert recording.info.complete
        assert recording.info.events >= 1


LIMITED = """
import resource, signal, sys
from pathlib import Path
from pgviz.recording.writer import Writer
from tests.recording.files import META
from tests.recording.test_sudden_ends import _fill
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
writer = Writer(Path(sys.argv[1]), META)
put = _fill(writer)
print(put, writer.close().problem)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no RLIMIT_FSIZE")
def test_that_a_limit_of_the_system_closes_the_recording_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "limited.pgviz"
    put, _, said = in_child(LIMITED, str(path)).stdout.strip().partition(" ")
    assert said.endswith("training goes on.")
    with Recording.open(path) as recording:
        steps = [each.event.step for each in recording.events()]
    assert steps == list(range(len(steps)))
    assert 50 < len(steps) <= int(put)


SMALL_DISK = """
import subprocess, sys
from pathlib import Path
from pgviz.recording.schema import RecordingError
from pgviz.recording.writer import Writer
from tests.recording.files import META
from tests.recording.test_sudden_ends import _fill
folder = Path(sys.argv[1])
writer = Writer(folder / "a.pgviz", META)
put = _fill(writer)
print(put, writer.close().problem)
print([each.name for each in folder.iterdir()])
with open(folder / "ballast", "wb", buffering=0) as ballast:
    try:
        while True:
            ballast.write(bytes(65536))
    except OSError:
        pass
try:
    Writer(folder / "b.pgviz", META).close()
except RecordingError as error:
    print(error)
(folder / "ballast").unlink()
print([each.name for each in folder.iterdir()])
from pgviz.recording.reader import Recording
with Recording.open(folder / "a.pgviz") as recording:
    print(recording.info.complete, len(list(recording.events())))
"""


def test_that_a_small_disk_may_fill_up(tmp_path: Path) -> None:
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may make a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], check=False).returncode:
        pytest.skip("no disk may be mounted here")
    try:
        printed = in_child(SMALL_DISK, str(folder)).stdout.splitlines()
    finally:
        subprocess.run(["umount", str(folder)], check=True)
    assert "the disk is full" in printed[0]
    assert printed[1] == printed[3] == "['a.pgviz']"
    assert printed[2].startswith("cannot record into")
    assert printed[4].startswith("True ")
    assert int(printed[4].split()[1]) > 50
