"""Store: the database that a recording is written into. A transaction is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO

import msgspec

from pgviz.recording.database import log_of
from pgviz.recording.reader import End
from pgviz.recording.rows import Batch
from pgviz.recording.schema import APPLICATION_ID, FORMAT, TABLES, RecordingError

# Room that is kept until the recording is closed, because closing it on a full disk needs a little.
RESERVE = 2 * 2**20
# The row that says how it ended is always as long, so that writing it never asks for more room.
END_LENGTH = 600
_PAGES_BETWEEN_CHECKPOINTS = 256
# Many rows in one statement: the interpreter is asked for once, not once a row, while a run keeps it busy. Any
# number of rows takes few statements, and each of those is prepared once.
_AT_ONCE = (512, 256, 128, 64, 32, 16, 8, 4, 2, 1)


class Store:
    """Makes the file, adds to it, and closes it as one plain file.

    Parameters
    ----------
    path
        The file to make.
    meta
        What to note about the recording, by name.
    replace
        Whether a file of that name may be replaced.

    Raises
    ------
    RecordingError
        Where it cannot be made.
    """

    def __init__(self, path: Path, meta: dict[str, str], *, replace: bool = False) -> None:
        self._path = path
        self._reserve: IO[bytes] | None = None
        self._connection: sqlite3.Connection | None = None
        try:
            if path.exists() and not replace:
                raise RecordingError(f"{path} exists already: choose another name for the recording.")
            self._reserve = _reserved(path.parent)
            for each in (path, log_of(path), path.with_name(path.name + "-shm")):
                each.unlink(missing_ok=True)
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._create(self._connection, meta)
        except (OSError, sqlite3.Error) as error:
            self._discard()
            said = (error.strerror if isinstance(error, OSError) else None) or error
            raise RecordingError(f"cannot record into {path}: {said}.") from None

    @property
    def size(self) -> int:
        """Bytes on disk, with what is not yet in the one file."""
        total = 0
        for each in (self._path, log_of(self._path)):
            with contextlib.suppress(OSError):
                total += each.stat().st_size
        return total

    def add(self, batch: Batch, end: End) -> None:
        """Add rows, and note how the recording stands.

        Raises
        ------
        sqlite3.Error
            Where they cannot be written; what was there stays.
        """
        connection = self._connection
        assert connection is not None
        with _transaction(connection):
            _insert(connection, "events", batch.events)
            _insert(connection, "frames", batch.frames)
            _insert(connection, "snapshots", batch.snapshots)
            _note(connection, end)

    def close(self, end: End) -> None:
        """Close the file, marked as whole; where the disk allows, nothing is left beside it."""
        if self._reserve is not None:
            self._reserve.close()
        connection = self._connection
        assert connection is not None
        end.complete = True
        with contextlib.suppress(sqlite3.Error), _transaction(connection):
            _note(connection, end)
        # Where even this fails, what was written stays readable with the file beside it.
        with contextlib.suppress(sqlite3.Error):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode = DELETE")
        connection.close()

    def _create(self, connection: sqlite3.Connection, meta: dict[str, str]) -> None:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_BETWEEN_CHECKPOINTS}")
        with _transaction(connection):
            for table in TABLES.values():
                connection.execute(table)
            rows = [*meta.items(), ("end", _written(End()))]
            connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _discard(self) -> None:
        """Leave nothing of a recording that could not begin."""
        if self._connection is not None:
            self._connection.close()
            for each in (self._path, log_of(self._path)):
                with contextlib.suppress(OSError):
                    each.unlink(missing_ok=True)
        if self._reserve is not None:
            self._reserve.close()


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows, many by one statement."""
    done = 0
    for count in _AT_ONCE:
        while len(rows) - done >= count:
            some = rows[done : done + count]
            one = "(" + ", ".join("?" * len(some[0])) + ")"
            places = ", ".join([one] * count)
            connection.execute(f"INSERT INTO {table} VALUES {places}", tuple(chain.from_iterable(some)))
            done += count


def _note(connection: sqlite3.Connection, end: End) -> None:
    connection.execute("UPDATE meta SET value = ? WHERE key = 'end'", (_written(end),))


def _written(end: End) -> str:
    return msgspec.json.encode(end).decode().ljust(END_LENGTH)


def _reserved(folder: Path) -> IO[bytes]:
    """A file without a name, that goes with the process whatever becomes of it."""
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - it is kept open on purpose
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, RESERVE)
        else:
            file.write(bytes(RESERVE))
            file.flush()
    except OSError:
        file.close()
        raise
    return file
