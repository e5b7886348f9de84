"""Notices: events about the session itself rather than about training."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from pgviz.training.events import EnvironmentListing, Event


class RunState(enum.StrEnum):
    """What the session is doing."""

    EMPTY = "empty"  # no run was asked for yet
    PREPARING = "preparing"  # environments and networks are being built
    PAUSED = "paused"
    PLAYING = "playing"
    FINISHED = "finished"  # all steps were taken
    STOPPED = "stopped"  # ended by a person
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StateChanged(Event):
    """The session went from one state to another."""

    state: RunState


@dataclass(frozen=True, slots=True)
class CommandRejected(Event):
    """A command could not be carried out; nothing has changed."""

    message: str


@dataclass(frozen=True, slots=True)
class SpeedMeasured(Event):
    """How fast the run goes, measured by the session about four times a second while it plays.

    Parameters
    ----------
    steps_per_second
        Over the last moment of playing.
    seconds
        Time spent playing so far, pauses left out.
    """

    steps_per_second: float
    seconds: float


@dataclass(frozen=True, slots=True)
class EnvironmentsListed(Event):
    """What Gymnasium has registered here."""

    environments: tuple[EnvironmentListing, ...]
