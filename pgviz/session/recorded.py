"""What of a session is recorded, and opening a recording to read all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pgviz.recording.reader import KINDS, Recording
from pgviz.recording.schema import LARGEST_SNAPSHOT
from pgviz.session import notices
from pgviz.training.events import Event


@dataclass(frozen=True, slots=True)
class RecordingState(Event):
    """How the recording that is being made stands, said a few times a second, and once more when it is closed.

    Parameters
    ----------
    path
        The file.
    active
        Whether it is being written; if not, it has been closed.
    seconds
        How long it is.
    size, free
        Bytes that it takes on disk, and that the disk has left.
    frames_dropped
        Pictures that the disk was too slow for.
    problem
        Why it had to be closed, one sentence; ``None`` where a person, or the end of the run, closed it.
    snapshots_left_out
        How many were larger than a recording holds.
    """

    path: str
    active: bool
    seconds: float
    size: int
    free: int
    frames_dropped: int
    problem: str | None = None
    snapshots_left_out: int = 0


def left_out_text(snapshots: int) -> str:
    """What it means that so many snapshots are not in a recording, in a sentence."""
    what = "One snapshot of the agent is" if snapshots == 1 else f"{snapshots:,} snapshots of the agent are"
    limit = f"{LARGEST_SNAPSHOT // 2**20} MB"
    return (
        f"{what} not in it, being larger than {limit}: taking over has to live again more of the run, or cannot."
    )


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
    notices.ForksShown,
)
"""What a session says of itself that is worth seeing again."""

RECORDED: tuple[type[Event], ...] = (*KINDS, *NOTICES)

WRITTEN: tuple[type[Event], ...] = (*RECORDED, notices.TakenOver)
"""What is in the file; of forks, without their pictures."""


def open_recording(path: Path | str) -> Recording:
    """Open a recording to read the run's events and the session's notices.

    Raises
    ------
    RecordingError
        As for :meth:`pgviz.recording.reader.Recording.open`.
    """
    return Recording.open(path, RECORDED)
