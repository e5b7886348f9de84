"""Writer: puts a recording on disk from a thread of its own, so that whoever records never waits for the disk."""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.errors import in_brief
from pgviz.recording.reader import SHOWN, End
from pgviz.recording.rows import Waiting, WaitingSnapshot
from pgviz.recording.store import Store
from pgviz.training.events import Event

SECONDS_BETWEEN_WRITES = 0.7
# What the disk was too slow for waits in memory, up to here; then pictures are dropped, then steps, then the rest.
MOST_WITH_PICTURES = 32 * 2**20
MOST_WITH_STEPS = 48 * 2**20
MOST_WAITING = 64 * 2**20
MOST_SNAPSHOTS = 8 * 2**20
# Where less is free the disk counts as full: closing the recording needs a little.
LEAST_FREE = 2**20


@dataclass(frozen=True, slots=True)
class WriterState:
    """How a recording stands.

    Parameters
    ----------
    size
        Bytes on disk.
    free
        Bytes that the disk has left.
    frames_dropped, events_dropped
        How many it was too slow for.
    problem
        Why nothing more is written, one sentence; ``None`` while all is well.
    snapshots_left_out
        How many were larger than a recording holds.
    """

    size: int
    free: int
    frames_dropped: int
    events_dropped: int
    problem: str | None
    snapshots_left_out: int = 0


class Writer:
    """Writes one recording; :meth:`put` only notes, the thread does the rest.

    Parameters
    ----------
    path
        The file to make.
    meta
        What to note about the recording, by name.
    replace
        Whether a file of that name may be replaced.
    frame_size
        Pixels of a picture's longer side, at most; larger ones are made smaller.

    Raises
    ------
    RecordingError
        Where the file cannot be made.
    """

    def __init__(self, path: Path, meta: dict[str, str], *, replace: bool = False, frame_size: int = 640) -> None:
        self.path = path
        self._store = Store(path, meta, replace=replace)
        self._waiting = Waiting(frame_size)
        self._end = End()
        self._problem: str | None = None
        self._put = self._snapshots_put = 0  # bytes
        self._frames_dropped = self._events_dropped = 0
        self._closing = threading.Event()
        self._on_disk = (self._store.size, shutil.disk_usage(path.parent).free)
        self._thread = threading.Thread(target=self._run, name="pgviz recording")
        self._thread.start()

    @property
    def state(self) -> WriterState:
        """How the recording stands, as of the last write."""
        size, free = self._on_disk
        dropped = self._events_dropped + self._waiting.refused
        left_out = self._waiting.snapshots_left_out
        return WriterState(size, free, self._frames_dropped, dropped, self._problem, left_out)

    @property
    def broken(self) -> bool:
        """Whether nothing more is written."""
        return self._problem is not None

    def put(self, event: Event, seconds: float) -> None:
        """Have an event written; called by one thread, which never waits.

        Parameters
        ----------
        event
            Which; its arrays must not change any more.
        seconds
            Time since recording began.
        """
        if self._problem is not None:
            return
        size, backlog = 500, self._put - self._waiting.taken
        if backlog < MOST_WITH_PICTURES and event.__class__ not in _SHOWN:  # thousands a second
            self._put += size
            self._waiting.add(event, seconds, size, None)
            return
        frame: NDArray[np.uint8] | None = None
        if isinstance(event, SHOWN) and event.detail is not None:
            frame = event.detail.frame
            size += 4 * event.detail.decision.observation.nbytes
        if backlog > MOST_WAITING or (backlog > MOST_WITH_STEPS and _is_dispensable(event)):
            self._events_dropped += 1
            return
        if frame is not None and backlog > MOST_WITH_PICTURES:
            self._frames_dropped += 1
            frame = None
        if frame is not None:
            size += frame.nbytes
        self._put += size
        self._waiting.add(event, seconds, size, frame)

    @property
    def takes_snapshots(self) -> bool:
        """Whether a snapshot would be written soon: not much of the ones before it waits."""
        return not self.broken and self._snapshots_put - self._waiting.snapshots_taken < MOST_SNAPSHOTS

    def put_snapshot(self, packed: dict[str, Any], tensors: dict[str, NDArray[Any]], pulled: int) -> None:
        """Have a snapshot written after all events that were put so far.

        Parameters
        ----------
        packed, tensors
            What :func:`pgviz.training.packing.pack` returned.
        pulled
            Events of the run that had been pulled.
        """
        size = sum(each.nbytes for each in tensors.values())
        self._snapshots_put += size
        self._waiting.add_snapshot(WaitingSnapshot(packed, tensors, pulled, size))

    def close(self) -> WriterState:
        """Write what waits and close the file; says how it ended."""
        self._closing.set()
        self._thread.join()
        return self.state

    def _run(self) -> None:
        """Write until told to close, or until that is no longer possible."""
        try:
            while True:
                closing = self._closing.is_set()
                self._write()
                if closing:
                    break
                self._closing.wait(SECONDS_BETWEEN_WRITES)
        except Exception as error:  # noqa: BLE001  whatever it is, it must not take the run with it
            self._problem = _sentence(error)
        finally:
            self._waiting.clear()
            self._note_end()
            self._store.close(self._end)
            self._on_disk = (self._store.size, self._on_disk[1])

    def _write(self) -> None:
        """Write all that waits, a handful at a time."""
        while batch := self._waiting.take():
            free = shutil.disk_usage(self.path.parent).free
            if free < 2 * batch.size + LEAST_FREE:
                raise OSError(28, "No space left on device")
            self._end.frames += len(batch.frames)
            self._end.snapshots += len(batch.snapshots)
            self._note_end()
            self._store.add(batch, self._end)
            self._on_disk = (self._store.size, free)

    def _note_end(self) -> None:
        state = self.state
        self._end.frames_dropped, self._end.events_dropped = state.frames_dropped, state.events_dropped
        self._end.problem, self._end.snapshots_left_out = state.problem, state.snapshots_left_out


_SHOWN = frozenset(SHOWN)


def _is_dispensable(event: Event) -> bool:
    """Whether the recording can be understood without the event: there are thousands like it."""
    return type(event).__name__ in {"MinibatchComputed", "StepTaken"}


def _sentence(error: Exception) -> str:
    """Why the recording was closed."""
    full = (isinstance(error, OSError) and error.errno == 28) or "full" in str(error)
    if full:
        return "the disk is full: the recording was closed, with all that had been written; training goes on."
    said = in_brief(error, 100)
    return f"the recording could not be written any further ({said}); training goes on."


def now_iso() -> str:
    """The time of day, ISO 8601, UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
