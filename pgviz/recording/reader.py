"""Recording: what is in a file, read a little at a time, so that memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from pgviz.recording.database import Database
from pgviz.recording.encoding import decode
from pgviz.recording.events import Intervened
from pgviz.recording.pictures import FORMAT as PICTURE_FORMAT
from pgviz.recording.pictures import read_png
from pgviz.recording.schema import (
    FORMAT,
    LARGEST_COUNT,
    LARGEST_STEP,
    Recorded,
    RecordingError,
    RecordingInfo,
)
from pgviz.training import events as of_training
from pgviz.training.events import Event, PastShown, RunStarted, StateShown, StepTaken

KINDS: tuple[type[Event], ...] = (
    of_training.RunStarted,
    of_training.StepTaken,
    of_training.StateShown,
    of_training.PastShown,
    of_training.EpisodeEnded,
    of_training.MinibatchComputed,
    of_training.UpdateApplied,
    of_training.ParameterChanged,
    of_training.RunFinished,
    of_training.RunFailed,
    Intervened,
)
"""What every reader knows; what a session says of itself is named by :mod:`pgviz.session.recorded`."""

SHOWN = (StepTaken, StateShown, PastShown)
_ROWS_AT_ONCE = 200
_STEPS_AT_ONCE = 20_000


class End(msgspec.Struct):
    """The row ``end`` of the table ``meta``: how the recording stood when it was last written, or was closed."""

    complete: bool = False
    frames: int = 0
    snapshots: int = 0
    frames_dropped: int = 0
    events_dropped: int = 0
    problem: str | None = None
    snapshots_left_out: int = 0


class Recording:
    """A recording, opened to be read. Nothing in it is executed, and nothing is written.

    Parameters
    ----------
    database
        The file.
    kinds
        The classes of event that are read; others are passed over.

    Attributes
    ----------
    started
        What the run said of itself: configuration, environment and policy.
    info
        What is in the recording.
    """

    def __init__(self, database: Database, kinds: Iterable[type[Event]] = KINDS) -> None:
        self._database = database
        self._kinds = {each.__name__: each for each in kinds}
        self.started = self._first()
        self.info = self._describe()

    @classmethod
    def open(cls, path: Path | str, kinds: Iterable[type[Event]] = KINDS) -> Self:
        """Open a file; use it as a context manager, or close it.

        Parameters
        ----------
        path
            The file.
        kinds
            The classes of event that are read. For all that a session records, with what it says of itself, see
            :func:`pgviz.session.recorded.open_recording`.

        Raises
        ------
        RecordingError
            Where it cannot be read, is no recording, is damaged, or is of a version that this pgviz does not know.
        """
        database = Database(Path(path))
        try:
            return cls(database, kinds)
        except BaseException:
            database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    def events(
        self, first: int = 0, last: int | None = None, kinds: Collection[str] | None = None
    ) -> Iterator[Recorded]:
        """The events from position `first` to position `last`, both included, in order, with their pictures.

        With `kinds`, only those of classes of these names, the others not being looked at.

        Raises
        ------
        RecordingError
            Where the file is damaged there.
        """
        before = max(first, 1) - 1
        last = LARGEST_COUNT if last is None else last
        wanted = f"|{'|'.join(self._kinds if kinds is None else kinds)}|"
        while rows := self._database.rows(
            "SELECT position, step, seconds, kind, body FROM events WHERE position > ? AND position <= ? "
            "AND instr(?, '|' || kind || '|') ORDER BY position LIMIT ?",
            before,
            last,
            wanted,
            _ROWS_AT_ONCE,
        ):
            for row in rows:
                position = _whole(row[0], LARGEST_COUNT)
                if position <= before:
                    raise self._damaged("its events are not in order")
                before = position
                recorded = self._read(row)
                if recorded is not None:
                    yield recorded

    def event_at(self, position: int) -> Recorded:
        """The event at a position, with its picture.

        Raises
        ------
        RecordingError
            Where there is none that can be read.
        """
        for recorded in self.events(position, position):
            return recorded
        raise RecordingError(f"there is no event {position:,} in {self._database.path}.")

    def seconds_at(self, position: int) -> float:
        """Time since recording began, of the event at a position or, where there is none, of the last before it.

        Raises
        ------
        RecordingError
            Where the file is damaged.
        """
        rows = self._database.rows(
            "SELECT seconds FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1", position
        )
        return _seconds(rows[0][0]) if rows else 0.0

    def shown_steps(self) -> NDArray[np.int64]:
        """The steps that were recorded with their details; see :meth:`places`."""
        return self.places(StepTaken.__name__)

    def places(self, kind: str) -> NDArray[np.int64]:
        """Where the events of one kind are.

        Returns
        -------
        numpy.ndarray
            ``(K, 2)``: position, and environment steps taken, by increasing position.

        Raises
        ------
        RecordingError
            Where the file is damaged.
        """
        parts: list[NDArray[np.int64]] = [np.zeros((0, 2), np.int64)]
        step, before = -1, -1
        while rows := self._database.rows(
            "SELECT position, step FROM events WHERE kind = ? AND (step, position) > (?, ?) "
            "ORDER BY step, position LIMIT ?",
            kind,
            step,
            before,
            _STEPS_AT_ONCE,
        ):
            for place, at in rows:
                # As the index has them: what a damaged one repeats would never end.
                if (_whole(at, LARGEST_STEP), _whole(place, LARGEST_COUNT)) <= (step, before):
                    raise self._damaged("its events are not in order")
                step, before = at, place  # type: ignore[assignment]  # both were just seen to be whole
            parts.append(np.array(rows, np.int64))
        found = np.concatenate(parts)
        return found[np.argsort(found[:, 0], kind="stable")]

    def snapshot_before(self, position: int) -> tuple[int, bytes] | None:
        """The last snapshot that was taken after the event at `position` or an earlier one.

        Returns
        -------
        tuple or None
            The position of the event that it was taken after, and what
            :func:`pgviz.recording.snapshots.decode_snapshot` reads; ``None`` where there is none.

        Raises
        ------
        RecordingError
            Where the file is damaged.
        """
        return self._snapshot("position <= ? ORDER BY position DESC", position)

    def snapshot_after(self, position: int) -> tuple[int, bytes] | None:
        """The first snapshot that was taken after a later event than that at `position`; else as above."""
        return self._snapshot("position > ? ORDER BY position", position)

    def _snapshot(self, which: str, position: int) -> tuple[int, bytes] | None:
        rows = self._database.rows(f"SELECT position, body FROM snapshots WHERE {which} LIMIT 1", position)
        if not rows:
            return None
        place, body = rows[0]
        if not isinstance(body, bytes):
            raise self._damaged("a snapshot is not one")
        return _whole(place, LARGEST_COUNT), body

    def _first(self) -> RunStarted:
        for recorded in self.events(1, 1):
            if isinstance(recorded.event, RunStarted):
                return recorded.event
        raise self._damaged("it does not say what was run")

    def _describe(self) -> RecordingInfo:
        rows = self._database.rows("SELECT key, value FROM meta LIMIT 100")
        meta = {key: value for key, value in rows if isinstance(key, str) and isinstance(value, str)}
        try:
            end = msgspec.json.decode(meta.get("end", "{}"), type=End)
            versions = msgspec.json.decode(meta.get("versions", "{}"), type=dict[str, str])
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise self._damaged(str(error)[:120]) from None
        last = self._database.rows("SELECT position, step, seconds FROM events ORDER BY position DESC LIMIT 1")
        position, step, seconds = last[0]
        counted = (end.frames, end.snapshots, end.snapshots_left_out, end.frames_dropped, end.events_dropped)
        frames, snapshots, left_out, frames_dropped, events_dropped = (
            _whole(each, LARGEST_COUNT) for each in counted
        )
        return RecordingInfo(
            path=self._database.path,
            size=self._database.size,
            format=FORMAT,
            created=meta.get("created", ""),
            versions=versions,
            seconds=_seconds(seconds),
            first_step=self.started.step,
            last_step=_whole(step, LARGEST_STEP),
            events=_whole(position, LARGEST_COUNT),
            frames=frames,
            snapshots=snapshots,
            frames_dropped=frames_dropped,
            events_dropped=events_dropped,
            complete=end.complete,
            problem=end.problem,
            snapshots_left_out=left_out,
        )

    def _read(self, row: tuple[Any, ...]) -> Recorded | None:
        """Make the event of a row; ``None`` where its kind is not known."""
        position, step, seconds, name, body = row
        kind = self._kinds.get(name) if isinstance(name, str) else None
        if kind is None:
            return None
        if not isinstance(body, bytes):
            raise self._damaged(f"event {position:,} is not one")
        event = decode(kind, body)
        if event.step != step or not 0 <= event.step <= LARGEST_STEP:
            raise self._damaged(f"event {position:,} is not where it belongs")
        if isinstance(event, SHOWN) and event.detail is not None:
            event = replace(event, detail=replace(event.detail, frame=self._frame(position)))
        return Recorded(position, _seconds(seconds), event)

    def _frame(self, position: int) -> NDArray[np.uint8] | None:
        rows = self._database.rows("SELECT format, width, height, body FROM frames WHERE position = ?", position)
        if not rows:
            return None
        kind, width, height, body = rows[0]
        if kind != PICTURE_FORMAT:
            return None  # a later version may know others
        if not (isinstance(width, int) and isinstance(height, int) and isinstance(body, bytes)):
            raise self._damaged(f"the picture of event {position:,} is not one")
        try:
            return read_png(body, width, height)
        except ValueError as error:
            raise self._damaged(f"event {position:,}: {error}") from None

    def _damaged(self, why: str) -> RecordingError:
        return RecordingError(f"{self._database.path} is damaged: {why}.")


def _whole(value: object, largest: int) -> int:
    if not isinstance(value, int) or not 0 <= value <= largest:
        raise RecordingError("the recording is damaged: a number is out of bounds.")
    return value


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or not 0.0 <= value <= 1e9:
        raise RecordingError("the recording is damaged: a time is out of bounds.")
    return float(value)
