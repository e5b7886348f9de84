"""Telling: what happens, and what is being done, goes to the window, and to a recording while one is made."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pgviz.errors import PgvizError, UsageError
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import CommandRejected, RunState, StateChanged
from pgviz.session.recorder import Recorder, RecordingOptions
from pgviz.session.session import Session
from pgviz.session.step_pace import FOLLOWED, StepPace
from pgviz.training.events import Event, StepTaken

# Of the run's time, for describing and drawing steps that rush by.
SHARE_OF_PICTURES = 0.008


class Teller(ABC):
    """Puts events where they are taken from.

    Parameters
    ----------
    mailbox
        Where the window takes them from.
    """

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._recorder: Recorder | None = None
        self._state = RunState.EMPTY
        self._pictures = StepPace(0.0, SHARE_OF_PICTURES)
        self._last_shown, self._copies = 0, 1

    @property
    @abstractmethod
    def _step(self) -> int:
        """Environment steps that the run has taken."""

    def _enter(self, state: RunState) -> None:
        if state is not self._state:
            self._state = state
            self._put(StateChanged(self._step, state))

    @contextmanager
    def _preparing(self) -> Iterator[None]:
        """Say that a run is being set up; where that fails the present one stays, in the state that it was in."""
        before = self._state
        self._enter(RunState.PREPARING)
        try:
            yield
        except BaseException:
            self._enter(before)
            raise

    def _put(self, event: Event) -> None:
        self._mailbox.put(event)
        if self._recorder is not None:
            self._recorder.take(event)
        self._let_listen(event)

    def _let_listen(self, event: Event) -> None:
        """Tell whoever listens; one to whom it cannot be told is told no more, and the run goes on."""
        listener = self._mailbox.listener
        if listener is None:
            return
        try:
            listener(event)
        except PgvizError as error:
            self._mailbox.listener = None
            self._put(CommandRejected(event.step, f"The run goes on, but is no longer logged: {error}"))

    def _put_step(self, event: StepTaken, *, always: bool) -> None:
        """Put a step; the recording takes it where it is time for one, or, with `always`, in any case."""
        self._mailbox.put_step(event)
        detailed = event.detail is not None
        if detailed:
            self._last_shown = event.step
        if detailed or self._pictures.measures:
            self._pictures.takes(time.perf_counter(), detailed=detailed)
        if self._recorder is not None:
            self._recorder.take_step(event, always=always)

    def _wants_picture(self) -> bool:
        """Whether to show the next step in the window: any that can be followed, of those that rush by a few."""
        if not self._mailbox.wants_step:
            return False
        followed = abs(self._step - self._last_shown) <= FOLLOWED * self._copies
        return followed or self._pictures.wants(time.perf_counter())

    def _start_recording(self, path: Path, session: Session | None, options: RecordingOptions) -> None:
        """Record from now on.

        Raises
        ------
        UsageError
            Where there is no run, or one is recorded already.
        RecordingError
            Where the file cannot be made.
        """
        if session is None:
            raise UsageError("there is no run to record.")
        if self._recorder is not None:
            raise UsageError(f"this run is being recorded already, into {self._recorder.path}.")
        self._recorder = Recorder(path, session, options)
        self._put(self._recorder.state())

    def _stop_recording(self) -> None:
        """Close the recording, if there is one, and say how it ended."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            self._put(recorder.close())

    def _say_recorded(self) -> None:
        """Say how the recording stands; one that cannot be gone on with is closed."""
        if self._recorder is None:
            return
        if self._recorder.broken:
            self._stop_recording()
        else:
            self._put(self._recorder.state())
