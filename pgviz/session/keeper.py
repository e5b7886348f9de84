"""Keeper: writes checkpoints of a run as it goes, so that it survives a power cut."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pgviz.errors import UsageError
from pgviz.places import require_writable
from pgviz.session.session import Session
from pgviz.training.checkpoint import Checkpoint, CheckpointError, checkpoints, load_latest, save
from pgviz.training.snapshot import Snapshot

Notes = Callable[[], dict[str, Any]]

# Of the run's time, for captures that nobody may ever need: a large agent that learns at every step would be
# copied as often, for a checkpoint a minute.
SHARE_OF_CAPTURES = 0.01


class Keeper:
    """Saves a run every so many seconds, and once more when it stops.

    Where one cannot be written on the way, because the disk is full, say, training goes on, and it is tried again
    when the next one is due. A checkpoint is of where an iteration begins. Where a run is interrupted, it goes on
    from the beginning of that iteration, or of an earlier one where copying the agent takes so long that not every
    iteration is worth it; what follows is the same, and nothing is lost but that moment's time.

    Parameters
    ----------
    folder
        Where the checkpoints are.
    seconds
        Time between two, at least.
    resume
        Whether to go on from the newest one there.
    tell
        Given a sentence where a checkpoint could not be written.
    clock
        Tells seconds gone by.

    Raises
    ------
    CheckpointError
        Where there is nothing to go on from.
    UsageError
        Where, without `resume`, checkpoints are there already, or where none could be written.

    Attributes
    ----------
    found
        The checkpoint to go on from, or ``None``.
    problem
        Why the last checkpoint is not there, where it could not be written.
    """

    def __init__(
        self,
        folder: Path,
        seconds: float = 60.0,
        *,
        resume: bool = False,
        tell: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.found: Checkpoint | None = load_latest(folder) if resume else None
        if not resume and checkpoints(folder):
            raise UsageError(
                f"{folder} holds checkpoints already: go on from them with --resume, or choose another."
            )
        require_writable(folder, "checkpoints")
        self.problem: CheckpointError | None = None
        self._folder, self._seconds, self._tell, self._clock = folder, seconds, tell, clock
        self._saved_at = self._capture_due = clock()
        self._session: Session | None = None
        self._notes: Notes = dict
        self._latest: tuple[Snapshot, dict[str, Any]] | None = None

    def watch(self, session: Session, notes: Notes) -> None:
        """Save this session from now on; `notes` is asked what to remember beside it.

        One that is gone on with has to have caught up: what a person did on the way to where it was is told by the
        checkpoint that was found, and would be by none of these.
        """
        self._session, self._notes = session, notes
        session.trainer.on_iteration = self._note

    def finish(self) -> None:
        """Save once more: the run's end, or the last beginning of an iteration that was captured."""
        session = self._session
        assert session is not None
        if session.error is None and session.trainer.step >= session.config.steps:
            self._latest = (session.trainer.capture(), self._notes())
        if self._latest is None:
            return
        try:
            save(self._folder, session.config, *self._latest)
        except CheckpointError as error:  # what was learned is still there to be told of
            self.problem = error

    def _note(self) -> None:
        """Capture where an iteration begins, for the case of an interruption, and save that where it is due."""
        now = self._clock()
        saves = now - self._saved_at >= self._seconds
        if saves or now >= self._capture_due:
            self._capture()
            self._capture_due = now + (self._clock() - now) / SHARE_OF_CAPTURES
        if saves:
            self._save()
            self._saved_at = self._clock()

    def _capture(self) -> None:
        assert self._session is not None
        trainer = self._session.trainer
        snapshot = trainer.capture()
        snapshot.forget_before()
        log = trainer.environment.log
        if log is not None:  # nobody looks back here, and the tape would grow for as long as the run
            log.forget_tape(snapshot.environment.tape_position)
        self._latest = (snapshot, self._notes())

    def _save(self) -> None:
        assert self._session is not None
        assert self._latest is not None
        try:
            save(self._folder, self._session.config, *self._latest)
        except CheckpointError as error:
            if self._tell is not None:
                self._tell(f"Training goes on, but {error}")
