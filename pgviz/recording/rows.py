"""What waits to be written, and making rows of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pgviz.recording.encoding import encode
from pgviz.recording.pictures import FORMAT, shrink, write_png
from pgviz.recording.reader import SHOWN
from pgviz.recording.schema import LARGEST_EVENT
from pgviz.recording.snapshots import encode_snapshot
from pgviz.training.events import Event

# One transaction is about so large: closing the file on a full disk needs room for no more than a few of them.
BATCH = 2**18


class WaitingEvent(NamedTuple):
    """An event, the bytes that it counts for, and its picture."""

    event: Event
    seconds: float
    size: int
    frame: NDArray[np.uint8] | None


class WaitingSnapshot(NamedTuple):
    """A snapshot taken apart, how many events of the run had been pulled, and its bytes."""

    packed: dict[str, Any]
    tensors: dict[str, NDArray[Any]]
    pulled: int
    size: int


@dataclass(slots=True)
class Batch:
    """Rows of the tables, ready to be inserted.

    Parameters
    ----------
    events, frames, snapshots
        In the order of the tables' columns.
    size
        Bytes of their bodies.
    """

    events: list[tuple[int, int, float, str, bytes]] = field(default_factory=list)
    frames: list[tuple[int, str, int, int, bytes]] = field(default_factory=list)
    snapshots: list[tuple[int, int, bytes]] = field(default_factory=list)
    size: int = 0

    def __bool__(self) -> bool:
        return bool(self.events or self.snapshots)


class Waiting:
    """A queue that one thread fills and another empties, neither of which ever waits for the other.

    Parameters
    ----------
    frame_size
        Pixels of a picture's longer side, at most.

    Attributes
    ----------
    taken
        The sizes of all that was taken out, added up.
    snapshots_taken
        The same for snapshots.
    refused
        Events that no row could be made of.
    snapshots_left_out
        Snapshots that are larger than a recording holds.
    """

    def __init__(self, frame_size: int) -> None:
        self.taken = self.snapshots_taken = self.refused = self.snapshots_left_out = 0
        self._frame_size = frame_size
        self._entries: deque[WaitingEvent | WaitingSnapshot] = deque()
        self._position = self._snapshot_at = 0

    def add(self, event: Event, seconds: float, size: int, frame: NDArray[np.uint8] | None) -> None:
        """Append an event."""
        self._entries.append(WaitingEvent(event, seconds, size, frame))

    def add_snapshot(self, snapshot: WaitingSnapshot) -> None:
        """Append a snapshot."""
        self._entries.append(snapshot)

    def clear(self) -> None:
        """Forget what waits."""
        self._entries.clear()

    def take(self) -> Batch:
        """Take a handful out, made into rows; empty where nothing waits."""
        batch = Batch()
        while self._entries and batch.size < BATCH:
            entry = self._entries.popleft()
            if isinstance(entry, WaitingEvent):
                self._make_event(entry, batch)
                self.taken += entry.size
            else:
                self._make_snapshot(entry, batch)
                self.snapshots_taken += entry.size
        return batch

    def _make_event(self, entry: WaitingEvent, batch: Batch) -> None:
        event, seconds, _, frame = entry
        if isinstance(event, SHOWN) and event.detail is not None:
            event = replace(event, detail=replace(event.detail, frame=None))
        try:
            body = encode(event)
        except (TypeError, OverflowError):
            body = b""
        if not body or len(body) > LARGEST_EVENT:
            self.refused += 1
            return
        self._position += 1
        batch.events.append((self._position, event.step, seconds, type(event).__name__, body))
        batch.size += len(body) + 64
        if frame is not None:
            self._make_frame(frame, batch)

    def _make_frame(self, frame: NDArray[np.uint8], batch: Batch) -> None:
        small = shrink(frame, self._frame_size)
        png = write_png(small)
        batch.frames.append((self._position, FORMAT, small.shape[1], small.shape[0], png))
        batch.size += len(png)

    def _make_snapshot(self, entry: WaitingSnapshot, batch: Batch) -> None:
        # Nothing that is in the recording lies between two at one place: the first leads as far as the other.
        if self._position == self._snapshot_at:
            return
        try:
            body = encode_snapshot(entry.packed, entry.tensors, entry.pulled)
        except (TypeError, ValueError):
            self.snapshots_left_out += 1
            return
        self._snapshot_at = self._position
        batch.snapshots.append((self._position, int(entry.packed["step"]), body))
        batch.size += len(body)
