"""Opening somebody's database without trusting it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from pgviz.errors import in_brief
from pgviz.recording import SUFFIX
from pgviz.recording.schema import (
    APPLICATION_ID,
    FORMAT,
    LARGEST_FRAME,
    LARGEST_SNAPSHOT,
    TABLES,
    RecordingError,
)

# A query of ours reads a few hundred rows at a time; one that takes this long goes round in circles.
LONGEST_QUERY = 5.0
_STEPS_BETWEEN_LOOKS = 20_000
_MAGIC = b"SQLite format 3\x00"


class Database:
    """A recording's tables, read only, by a connection that is told not to believe them.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    RecordingError
        Where it cannot be opened, is no recording, or is of another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._deadline = float("inf")
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        _require_database(path)
        self._connection = self._open()
        try:
            with self._guarded():
                self._require_recording()
        except BaseException:
            self.close()
            raise

    def rows(self, query: str, *values: int | str) -> list[tuple[object, ...]]:
        """All rows that a query gives.

        Raises
        ------
        RecordingError
            Where the file is damaged.
        """
        with self._guarded():
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None

    @property
    def size(self) -> int:
        """Bytes of the file, with what is not yet in it."""
        return sum(each.stat().st_size for each in (self.path, log_of(self.path)) if each.is_file())

    def _open(self) -> sqlite3.Connection:
        log = log_of(self.path)
        if not (log.is_file() and log.stat().st_size):
            # Of one closed properly: nothing beside the file is looked at or made.
            return self._connect(self.path, "immutable=1")
        try:
            connection = self._connect(self.path, "")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except (sqlite3.Error, RecordingError):
            # Where nothing can be written beside it, what was not yet put into the one file is read elsewhere.
            return self._connect(self._copied(log), "")
        return connection

    def _copied(self, log: Path) -> Path:
        self._copy = tempfile.TemporaryDirectory(prefix="pgviz-")
        place = Path(self._copy.name) / ("recording" + SUFFIX)
        try:
            shutil.copyfile(self.path, place)
            shutil.copyfile(log, log_of(place))
        except OSError as error:
            self._copy.cleanup()
            raise RecordingError(f"cannot read {self.path}: {error.strerror or error}.") from None
        return place

    def _connect(self, path: Path, options: str) -> sqlite3.Connection:
        uri = f"file:{quote(str(path.resolve()))}?mode=ro&{options}"
        try:
            connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=1.0)
            for setting in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
                connection.execute(f"PRAGMA {setting}")
        except sqlite3.Error as error:
            raise RecordingError(f"cannot open {path}: {error}.") from None
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(LARGEST_FRAME, LARGEST_SNAPSHOT))
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 10_000)
        connection.set_progress_handler(self._is_late, _STEPS_BETWEEN_LOOKS)
        return connection

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn what SQLite finds wrong into one sentence."""
        self._deadline = time.monotonic() + LONGEST_QUERY
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            said = in_brief(error, 120)
            raise RecordingError(f"{self.path} is damaged ({said}).") from None
        finally:
            self._deadline = float("inf")

    def _require_recording(self) -> None:
        """The tables have to be exactly those that pgviz makes: no view, trigger or default hides in them."""
        execute = self._connection.execute
        if execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise RecordingError(f"{self.path} is not a recording of pgviz.")
        version = execute("PRAGMA user_version").fetchone()[0]
        if version != FORMAT:
            raise RecordingError(
                f"{self.path} is a recording of format {version}; this pgviz reads format {FORMAT}."
            )
        found = dict(execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL LIMIT 100").fetchall())
        if found != TABLES:
            raise RecordingError(f"{self.path} is damaged: its tables are not those of a recording.")


def _require_database(path: Path) -> None:
    try:
        with path.open("rb") as file:
            begins = file.read(len(_MAGIC))
    except OSError as error:
        raise RecordingError(f"cannot open {path}: {error.strerror or error}.") from None
    if begins != _MAGIC:
        raise RecordingError(f"{path} is not a recording of pgviz.")


def log_of(path: Path) -> Path:
    """Where SQLite keeps what has been committed and is not yet in the file."""
    return path.with_name(path.name + "-wal")
