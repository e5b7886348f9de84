from __future__ import annotations

import contextlib
import re
import sqlite3
import stat
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pgviz.recording import writer as writing
from pgviz.recording.reader import Recording
from pgviz.recording.schema import RecordingError
from pgviz.recording.writer import Writer
from pgviz.session.recorded import WRITTEN, open_recording
from pgviz.training.events import MinibatchComputed, StateShown, StepTaken
from tests.recording.files import META, STARTED, in_child, of_every_kind, step, write
from tests.recording.samples import same


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "a «folder» with späces # 100% ?mode=rw"
    folder.mkdir()
    return folder / "mon démo 录制 &.pgviz"


def test_that_everything_recorded_comes_back_in_order_with_pictures(path: Path) -> None:
    events = of_every_kind()
    write(path, events)

    with Recording.open(path, WRITTEN) as recording:
        back = list(recording.events())

    assert [each.position for each in back] == list(range(1, len(events) + 1))
    assert [each.seconds for each in back] == pytest.approx([index / 10 for index in range(len(events))])
    for event, recorded in zip(events, back, strict=True):
        assert same(event, recorded.event)


def test_that_it_is_one_plain_file_once_closed(path: Path) -> None:
    write(path, of_every_kind())
    assert list(path.parent.iterdir()) == [path]


def test_that_reading_leaves_nothing_behind_and_changes_nothing(path: Path) -> None:
    before = write(path, of_every_kind()).read_bytes()
    with open_recording(path) as recording:
        list(recording.events())
        assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == before


def test_that_it_says_what_is_in_it(path: Path) -> None:
    write(path, [STARTED, step(4), step(8)])
    with Recording.open(path) as recording:
        info = recording.info
        assert same(recording.started, STARTED)
    assert (info.events, info.frames, info.snapshots) == (3, 2, 0)
    assert (info.first_step, info.last_step) == (0, 8)
    assert info.seconds == pytest.approx(0.2)
    assert (info.complete, info.problem) == (True, None)
    assert info.size == path.stat().st_size
    assert info.versions == {"pgviz": "0.1.0"}


def test_that_a_recording_that_is_still_written_can_be_read(path: Path) -> None:
    writer = Writer(path, META)
    try:
        for number in range(1, 4):
            writer.put(STARTED if number == 1 else step(number), 0.1 * number)
        count = 0
        while count < 3:
            with (
                contextlib.suppress(RecordingError),
                Recording.open(path) as recording,
            ):  # nothing is in it at first
                count = len(list(recording.events()))
                assert not recording.info.complete
    finally:
        writer.close()


def test_that_a_part_of_it_can_be_read(path: Path) -> None:
    events = of_every_kind()
    write(path, events)
    with open_recording(path) as recording:
        assert [each.position for each in recording.events(4, 6)] == [4, 5, 6]
        assert [each.position for each in recording.events(last=2)] == [1, 2]
        assert same(recording.event_at(5).event, events[4])
        with pytest.raises(RecordingError, match="there is no event 9,999"):
            recording.event_at(9999)


def test_that_shown_steps_are_told_by_position(path: Path) -> None:
    # After going back the steps begin again at a lower number.
    shown = StateShown(30, step(30).detail)  # type: ignore[arg-type]
    write(path, [STARTED, step(10), step(20), shown, step(12), StepTaken(14)])
    with Recording.open(path) as recording:
        assert recording.shown_steps().tolist() == [[2, 10], [3, 20], [5, 12], [6, 14]]


def test_that_kinds_that_are_not_known_are_passed_over(path: Path) -> None:
    write(path, [STARTED, step(1)])
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO events VALUES (3, 1, 0.3, 'Dreamt', x'00')")
    connection.commit()
    connection.close()
    with Recording.open(path) as recording:
        assert len(list(recording.events())) == 2


def test_that_larger_pictures_are_made_smaller(path: Path) -> None:
    writer = Writer(path, META, frame_size=16)
    writer.put(STARTED, 0.0)
    writer.put(step(1, size=40), 0.1)
    writer.close()
    with Recording.open(path) as recording:
        event = recording.event_at(2).event
    assert isinstance(event, StepTaken)
    assert event.detail is not None
    assert event.detail.frame is not None
    assert event.detail.frame.shape == (13, 13, 3)


def test_that_an_existing_file_is_replaced_only_where_that_was_asked_for(path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(RecordingError, match="exists already"):
        Writer(path, META)
    assert path.read_text() == "precious"
    Writer(path, META, replace=True).close()
    assert path.read_bytes().startswith(b"SQLite")


READ_ONLY = """
import os, sys
from pathlib import Path
from pgviz.recording.reader import Recording
from pgviz.recording.schema import RecordingError
from pgviz.recording.writer import Writer
os.chdir(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)  # who may write everywhere finds no folder read-only
with Recording.open("there.pgviz") as recording:
    print(len(list(recording.events())))
try:
    Writer(Path("new.pgviz"), {})
except RecordingError as error:
    print(error)
print(sorted(os.listdir()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folders have other permissions there")
def test_that_in_a_read_only_folder_reading_works_and_writing_is_one_sentence() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "there.pgviz", [STARTED, step(1)]).chmod(0o444)
        folder.chmod(0o555)
        done = in_child(READ_ONLY, str(folder), check=False)
        lines = done.stdout.splitlines()
        folder.chmod(stat.S_IRWXU)
    assert lines[:1] == ["2"], done.stderr
    assert re.fullmatch(r"cannot record into new.pgviz: Permission denied\.", lines[1])
    assert lines[2] == "['there.pgviz']"


@pytest.mark.parametrize("name", ["missing/a.pgviz", "folder", "file/a.pgviz"])
def test_that_a_place_where_nothing_can_be_written_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError, match=r"cannot record into"):
        Writer(tmp_path / name, META, replace=True)


def test_that_pictures_are_dropped_first_where_the_disk_is_too_slow(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SECONDS_BETWEEN_WRITES", 60.0)
    size = 4 * np.asarray(step(1).detail.decision.observation).nbytes + 500  # type: ignore[union-attr]
    monkeypatch.setattr(writing, "MOST_WITH_PICTURES", 2 * (size + 24 * 25 * 3) - 1)
    monkeypatch.setattr(writing, "MOST_WITH_STEPS", 2 * (size + 24 * 25 * 3) + 1000)
    monkeypatch.setattr(writing, "MOST_WAITING", 2 * (size + 24 * 25 * 3) + 3000)
    writer = Writer(path, META)
    threading.Event().wait(0.2)  # it looks once, and then not again until it is closed
    for number in range(1, 7):
        writer.put(step(number), number / 10)
    for number in range(7, 30):
        writer.put(replace(STARTED, step=number), number / 10)
    state = writer.close()

    with sqlite3.connect(path) as connection:
        kinds = [kind for (kind,) in connection.execute("SELECT kind FROM events ORDER BY position")]
        pictures = [place for (place,) in connection.execute("SELECT position FROM frames")]
    connection.close()
    assert pictures == [1, 2]
    assert state.frames_dropped == kinds.count("StepTaken") - 2 > 0
    assert kinds.count("RunStarted") > 0
    assert state.events_dropped == 6 + 23 - len(kinds) > 0
    assert state.problem is None


def test_that_an_event_that_cannot_be_written_is_counted_and_left_out(path: Path) -> None:
    writer = Writer(path, META)
    writer.put(STARTED, 0.0)
    writer.put(MinibatchComputed(1, 1, 0, object(), 0.0, 0.0), 0.1)  # type: ignore[arg-type]
    writer.put(step(2), 0.2)
    assert writer.close().events_dropped == 1
    with Recording.open(path) as recording:
        assert [type(each.event) for each in recording.events()] == [type(STARTED), StepTaken]
        assert recording.info.events_dropped == 1


def test_that_two_snapshots_without_an_event_between_them_are_one(path: Path) -> None:
    writer = Writer(path, META)
    writer.put_snapshot({"step": 0}, {}, 0)  # nothing to go on from it is there yet
    writer.put(STARTED, 0.0)
    for pulled in range(2):
        writer.put_snapshot({"step": pulled}, {}, pulled)
    writer.put(step(2), 0.1)
    writer.put_snapshot({"step": 2}, {}, 2)
    assert writer.close().problem is None
    with Recording.open(path) as recording:
        assert recording.info.snapshots == 2
        assert [found[0] for found in map(recording.snapshot_before, (1, 2)) if found] == [1, 2]


@pytest.mark.parametrize(
    ("name", "why"), [("a.pgviz", "No such file"), ("folder", "Is a directory"), ("text", "is not a recording")]
)
def test_that_what_is_no_recording_is_one_sentence(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("hello")
    with pytest.raises(RecordingError, match=why):
        Recording.open(tmp_path / name)


def _changed(path: Path, *statements: str) -> Path:
    write(path, [STARTED, step(1)])
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("PRAGMA user_version = 2", "format 2; this pgviz reads format 1"),
        ("PRAGMA application_id = 5", "is not a recording"),
        ("CREATE TABLE extra (a)", "its tables are not"),
        ("CREATE VIEW v AS SELECT 1", "its tables are not"),
        ("CREATE TRIGGER t AFTER INSERT ON meta BEGIN SELECT 1; END", "its tables are not"),
        ("DROP TABLE frames", "its tables are not"),
        ("ALTER TABLE events ADD COLUMN more TEXT DEFAULT 'x'", "its tables are not"),
        ("DELETE FROM events WHERE position = 1", "it does not say what was run"),
        ("UPDATE events SET kind = 'StepTaken'", "does not say what was run"),
        ("UPDATE events SET body = x'0081a473746570c0'", "cannot be read"),
        ("UPDATE events SET body = 'text'", "is not one"),
        ("UPDATE events SET step = 7", "is not where it belongs"),
        ("UPDATE events SET seconds = 9e99", "a time is out of bounds"),
        ("UPDATE events SET seconds = 'noon'", "a time is out of bounds"),
        ("UPDATE events SET body = zeroblob(100000000)", "is damaged"),
        ("UPDATE meta SET value = '{' WHERE key = 'end'", "is damaged"),
        ("UPDATE meta SET value = '{\"frames\": -1}' WHERE key = 'end'", "out of bounds"),
        ("UPDATE meta SET value = x'ff' WHERE key = 'versions'", None),
    ],
)
def test_that_a_crafted_recording_is_refused_in_one_sentence(path: Path, statement: str, why: str | None) -> None:
    _changed(path, statement)
    if why is None:
        Recording.open(path).close()
        return
    with pytest.raises(RecordingError, match=why):
        Recording.open(path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE frames SET width = 100000",
        "UPDATE frames SET width = 'wide'",
        "UPDATE frames SET body = x'89504e47'",
        "UPDATE frames SET body = 5",
        "UPDATE events SET position = -5 WHERE position = 2",
    ],
)
def test_that_a_crafted_picture_is_found_where_it_is_read(path: Path, statement: str) -> None:
    _changed(path, statement)
    with Recording.open(path) as recording:
        if "position" in statement:
            assert len(list(recording.events())) == 1
            return
        with pytest.raises(RecordingError, match="is damaged"):
            recording.event_at(2)
