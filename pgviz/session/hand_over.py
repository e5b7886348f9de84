"""HandOver: from a run to a recording, and from a recording to a run."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from pathlib import Path

from pgviz.session import commands
from pgviz.session.commands import Command
from pgviz.session.history import History
from pgviz.session.notices import RunRewound, RunState, TakenOver
from pgviz.session.playback_host import Host, PlaybackHost
from pgviz.session.puller import Puller
from pgviz.session.take_over import lived_to
from pgviz.session.tape import Tape


class HandOver(Puller):
    """A puller that a recording can follow, and that can follow a recording."""

    _next: Host | None = None

    @abstractmethod
    def _carry_out(self, command: Command) -> None:
        """Carry one command out; what cannot be done is said and changes nothing."""

    def _leave_for_recording(self, path: Path) -> None:
        """Let a recording be served from now on; where it cannot be read, nothing changes.

        Raises
        ------
        RecordingError
            Where it is no recording that can be read.
        """
        if self._recorder is not None and self._recorder.path.resolve() == path.resolve():
            self._stop_recording()
        kept: list[Command] = [commands.Look(self._looking), commands.SetSpeed(self._clock.multiplier)]
        kept += [commands.SetHistoryLimit(self._history_limit)]
        kept += [commands.PutBreakpoint(each) for each in self._breakpoints]
        kept += [commands.KeepSafe(self._saver.safe_folder)] if self._saver.safe_folder is not None else []
        self._next = PlaybackHost(self._inbox, self._mailbox, path, kept)
        self._open = False

    def take_over(self, kept: Iterable[Command], tape: Tape, index: int) -> None:
        """Go on live from a step of a recording; the window knows what happened until then.

        Parameters
        ----------
        kept
            What the window has asked for meanwhile.
        tape, index
            The recording, and which of its steps is the next to be taken; -1 for its beginning.

        Raises
        ------
        PgvizError
            Where the run cannot be brought there.
        """
        lived = lived_to(tape, index, History(self._history_limit))
        self._adopt(lived.session)
        session, trainer = lived.session, lived.session.trainer
        self._watched = trainer.watch.index = lived.copy
        started = session.introduce()
        self._let_listen(started)
        self._values.take(started)
        self._doctor.take(started)
        for event in lived.past:
            self._saver.note(event)
        self._clock.frames_per_second = trainer.environment.facts.frames_per_second
        self._put(RunRewound(trainer.step, int(trainer.environment.episode_numbers.max()), trainer.update))
        self._put(TakenOver(trainer.step, lived.approximate, lived.remark))
        self._say_what_waits()
        self._say_held()
        self._enter(RunState.PAUSED)
        self._show_state()
        self._heed(kept)

    def _heed(self, kept: Iterable[Command]) -> None:
        for command in kept:
            self._carry_out(command)
