"""What of a session is recorded, and opening a recording to read all of it."""

from __future__ import annotations

from pathlib import Path

from pgviz.recording.reader import KINDS, Recording
from pgviz.session import notices
from pgviz.training.events import Event

NOTICES: tuple[type[Event], ...] = (
    notices.StateChanged,
    notices.CommandRejected,
    notices.SpeedMeasured,
    notices.RunRewound,
    notices.BreakpointsListed,
    notices.BreakpointHit,
    notices.RunWaits,
    notices.MinibatchExamined,
    notices.ValuesEstimated,
    notices.ProbesShown,
    notices.FindingMade,
)
"""What a session says of itself that is worth seeing again."""

RECORDED: tuple[type[Event], ...] = (*KINDS, *NOTICES)


def open_recording(path: Path | str) -> Recording:
    """Open a recording to read the run's events and the session's notices.

    Raises
    ------
    RecordingError
        As for :meth:`pgviz.recording.reader.Recording.open`.
    """
    return Recording.open(path, RECORDED)
