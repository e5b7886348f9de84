"""The file ``NAME.pgviz``: an SQLite database of these tables, its version, and how large an honest one may be.

``meta``
    Versions and options as text by name, and ``end``: JSON that is rewritten in place as long as it is written.
``events``
    One row per event, in the order in which they happened: ``position`` counts them from 1, ``step`` is the
    event's own, ``seconds`` is time since recording began, ``kind`` the name of the event's class, ``body`` its
    fields (see :mod:`pgviz.recording.encoding`). The first is a ``RunStarted``. Where the run waits there is a
    ``RunWaits``, and after it all that was looked at there (``MinibatchExamined``, ``ValuesEstimated``,
    ``ProbesShown``) or done (``Intervened``). Fields and kinds that are added leave the version as it is: who does
    not know them passes over them, and where an older file lacks them they have their defaults.
``frames``
    The picture that belongs to the event at ``position``: ``format`` is ``png``.
``snapshots``
    What a run can be taken up from where an iteration began (see :mod:`pgviz.recording.snapshots`);
    ``position`` is that of the last event before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pgviz.errors import RunError
from pgviz.training.events import Event

APPLICATION_ID = 0x5047565A  # "PGVZ"
FORMAT = 1

TABLES = {
    "meta": "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "events": (
        "CREATE TABLE events (position INTEGER PRIMARY KEY, step INTEGER NOT NULL, seconds REAL NOT NULL, "
        "kind TEXT NOT NULL, body BLOB NOT NULL)"
    ),
    "events_by_kind": "CREATE INDEX events_by_kind ON events (kind, step)",
    "frames": (
        "CREATE TABLE frames (position INTEGER PRIMARY KEY REFERENCES events, format TEXT NOT NULL, "
        "width INTEGER NOT NULL, height INTEGER NOT NULL, body BLOB NOT NULL)"
    ),
    "snapshots": (
        "CREATE TABLE snapshots (position INTEGER PRIMARY KEY, step INTEGER NOT NULL, body BLOB NOT NULL)"
    ),
}

# What is larger was not written by pgviz, or is of no use to anybody.
LARGEST_EVENT = 8 * 2**20
LARGEST_FRAME = 64 * 2**20
LARGEST_SIDE = 8192
LARGEST_SNAPSHOT = 256 * 2**20
LARGEST_COUNT = 10**9
LARGEST_STEP = 2**53


class RecordingError(RunError):
    """A recording cannot be written or read."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event of a recording.

    Parameters
    ----------
    position
        Its place, from 1.
    seconds
        Time since recording began.
    event
        What happened, the picture in its details included.
    """

    position: int
    seconds: float
    event: Event


@dataclass(frozen=True, slots=True)
class RecordingInfo:
    """What is in a recording.

    Parameters
    ----------
    path
        The file.
    size
        Its bytes, those that are not yet in the one file included.
    format
        Version of the format.
    created
        When recording began, ISO 8601.
    versions
        Of pgviz and of what it ran on, by name.
    seconds
        From the first event to the last.
    first_step, last_step
        Environment steps taken when recording began, and when it ended.
    events, frames, snapshots
        How many there are.
    frames_dropped, events_dropped
        How many the disk was too slow for.
    complete
        Whether it was closed; if not, it was cut off, and up to a second of it is missing.
    problem
        Why it was closed early, or ``None``.
    snapshots_left_out
        How many were larger than :data:`LARGEST_SNAPSHOT`.
    """

    path: Path
    size: int
    format: int
    created: str
    versions: dict[str, str]
    seconds: float
    first_step: int
    last_step: int
    events: int
    frames: int
    snapshots: int
    frames_dropped: int
    events_dropped: int
    complete: bool
    problem: str | None = None
    snapshots_left_out: int = 0
