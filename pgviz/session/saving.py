"""Saving the run that is open, at the very moment where it is, and going on from what was saved.

A checkpoint is of where an iteration begins. What happened between there and now is not stored but lived again:
kept are how many events to pull, and what a person did on the way. Beside it stand the episodes and updates so
far, so that the curves come back as well.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from pgviz.errors import PgvizError, in_brief
from pgviz.session.agreement import require_agreed
from pgviz.session.history import History
from pgviz.session.notices import RunRewound
from pgviz.session.session import Session
from pgviz.training.checkpoint import Checkpoint, CheckpointError, load_latest, save
from pgviz.training.events import AVERAGED_EPISODES, EpisodeEnded, Event, ParameterChanged, UpdateApplied
from pgviz.training.interventions import ForceAction, Intervention, JudgeMinibatch, TurnKnob

KEPT_EVENTS = 20_000  # of each kind: more points than a curve has pixels
_INTERVENTIONS = {kind.__name__: kind for kind in (TurnKnob, JudgeMinibatch, ForceAction)}
_EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in (EpisodeEnded, UpdateApplied, ParameterChanged)}

# Snapshots are seconds apart; a file that asks for more than minutes of training before it opens is not honest.
MOST_AHEAD = 1_000_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A run that was saved, where it was saved.

    Parameters
    ----------
    session
        The run; it has pulled all that it had when it was saved.
    past
        Its episodes, updates and knobs turned until then, oldest first.
    """

    session: Session
    past: tuple[Event, ...]


class Saver:
    """Keeps what is to be saved beside a snapshot, and saves it.

    Attributes
    ----------
    saved_step
        Where the run was when it was last saved; ``None`` before.
    """

    def __init__(self) -> None:
        self.saved_step: int | None = None
        self._past: dict[type[Event], deque[Event]] = {}
        self._folder: Path | None = None
        self._seconds = 60.0
        self._saved_at = time.monotonic()
        self.begin()

    def begin(self, past: tuple[Event, ...] = ()) -> None:
        """Make ready for another run, which may have a past already."""
        self.saved_step = None
        self._saved_at = time.monotonic()
        self._past = {kind: deque(maxlen=KEPT_EVENTS) for kind in _EVENTS.values()}
        for event in past:
            self.note(event)

    def note(self, event: Event) -> None:
        """Take an event in; most kinds are left out."""
        kept = self._past.get(event.__class__)
        if kept is not None:
            kept.append(event)

    def rewind(self, rewound: RunRewound) -> None:
        """Forget what never happened."""
        for kept in self._past.values():
            while kept and (kept[-1].step > rewound.step or _is_undone(kept[-1], rewound)):
                kept.pop()

    def keep_safe(self, folder: Path | None, seconds: float) -> None:
        """Save into `folder` every so many seconds from now on; nowhere for ``None``."""
        self._folder, self._seconds = folder, seconds

    @property
    def safe_folder(self) -> Path | None:
        """Where the run is saved unasked."""
        return self._folder

    def is_due(self, step: int) -> bool:
        """Whether it is time to save unasked."""
        if self._folder is None or step in {0, self.saved_step}:
            return False
        return time.monotonic() - self._saved_at >= self._seconds

    def save(self, session: Session, folder: Path) -> Path:
        """Save a run as it is now.

        Raises
        ------
        CheckpointError
            Where it cannot be written, or there is nothing to save.
        """
        self._saved_at = time.monotonic()  # a disk that is full is not asked again at once
        history, position = session.history, session.position
        mark = history.at_position(position) if history is not None else None
        if history is None or mark is None:
            raise CheckpointError("there is nothing to save yet: the run has not taken a step.")
        # What was asked for at the snapshot's own place is in it, unless it was taken before.
        done = history.interventions(mark.position - mark.bare, position)
        notes = {
            "ahead": position - mark.position,
            "done": [_packed(at - mark.position, each) for at, each in done],
            "past": [_event_packed(each) for each in self._events()],
            **_counts(self._past[EpisodeEnded], mark.step),
        }
        place = save(folder, session.config, mark.snapshot, notes)
        self.saved_step = session.trainer.step
        return place

    def _events(self) -> Iterator[Event]:
        """All events kept, in the order of their steps."""
        return iter(sorted((each for kept in self._past.values() for each in kept), key=lambda each: each.step))


def open_saved(folder: Path, history: History, agreed: str = "") -> Opened:
    """Go on with what was saved in `folder`, exactly.

    Parameters
    ----------
    folder
        Where it was saved.
    history
        Where the run keeps its past from now on.
    agreed
        The module that may be imported, where the environment's id names one.

    Raises
    ------
    CheckpointError
        Where nothing there can be read, or the environment cannot be brought back.
    UsageError
        Where the run cannot be set up here, or nobody has agreed to what it would import.
    """
    found = load_latest(folder)
    require_agreed(found.config.environment, agreed)
    past = _past_of(found)
    try:
        session = Session(found.config, render=True, start=found.snapshot, history=history)
    except PgvizError:
        raise
    except Exception as error:
        raise CheckpointError(
            f"what is in {folder} is not a snapshot of its own run ({in_brief(error)})."
        ) from error
    try:
        if session.divergence is not None:
            raise CheckpointError(
                f"{found.config.environment} does not replay exactly, so that the run in {folder} cannot be gone "
                "on with."
            )
        catch_up(session, found.notes)
    except BaseException:
        session.close()
        raise
    return Opened(session, past)


def catch_up(session: Session, notes: Mapping[str, Any], sink: Callable[[Event], object] | None = None) -> None:
    """Live from the snapshot to where the run was saved, doing again what a person did.

    Parameters
    ----------
    session
        Where the snapshot is.
    notes
        What was saved beside it.
    sink
        Given every event.

    Raises
    ------
    CheckpointError
        Where the notes make no sense.
    """
    try:
        ahead = int(notes.get("ahead", 0))
        if ahead > MOST_AHEAD:
            raise ValueError("it is further ahead of its snapshot than any run gets")
        waiting = [(int(at), _unpacked(kind, values)) for at, kind, values in notes.get("done", ())]
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise CheckpointError(
            f"what was saved beside the checkpoint cannot be read: {in_brief(error)}."
        ) from error
    for pulled in range(ahead + 1):
        while waiting and waiting[0][0] == pulled:
            session.intervene(waiting.pop(0)[1])
        if pulled < ahead:
            event = session.pull()
            if event is None or session.error is not None:
                raise CheckpointError("the run that was saved cannot be lived again to where it was.")
            if sink is not None:
                sink(event)


def _is_undone(event: Event, rewound: RunRewound) -> bool:
    return isinstance(event, ParameterChanged) and rewound.undoes(event.step, event.name, event.value)


def _counts(episodes: deque[Event], step: int) -> dict[str, Any]:
    """What a run in the terminal says of itself when it goes on from here."""
    ended = [each for each in episodes if isinstance(each, EpisodeEnded) and each.step <= step]
    return {
        "episodes": max((each.episode for each in ended), default=0),
        "recent": [each.episode_return for each in ended[-AVERAGED_EPISODES:]],
    }


def _packed(offset: int, intervention: Intervention) -> list[Any]:
    return [offset, type(intervention).__name__, msgspec.to_builtins(intervention)]


def _unpacked(kind: str, values: object) -> Intervention:
    intervention: Intervention = msgspec.convert(values, _INTERVENTIONS[kind])
    return intervention


def _event_packed(event: Event) -> list[Any]:
    if isinstance(event, UpdateApplied):  # the doctor has seen to its checkups, and no curve shows them
        event = replace(event, vitals=None, truncations=None)
    return [type(event).__name__, msgspec.to_builtins(event, enc_hook=_plain)]


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value).__name__} in an event")  # which is how msgspec asks to be told


def _past_of(found: Checkpoint) -> tuple[Event, ...]:
    try:
        stored = found.notes.get("past", [])
        events = [msgspec.convert(values, _EVENTS[kind], dec_hook=_decoded) for kind, values in stored]
    except (TypeError, ValueError, KeyError, PgvizError) as error:
        raise CheckpointError(f"the curves that were saved cannot be read: {in_brief(error)}.") from error
    return tuple(events)


def _decoded(kind: type, value: object) -> object:
    if not isinstance(value, list | int | float):
        raise ValueError("an array was expected")
    return np.asarray(value, np.float64)
