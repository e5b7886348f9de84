"""PlaybackHost: what the worker runs while a recording is watched. No environment and no torch is needed for it.

It serves the commands that a session serves. How far the recording has been played is its *head*, which is the
present for the window: the curves end there. Looking back shows a step before it and changes nothing; looking
further on moves the head. Playing on from a step looked back at takes back what came after, as in a run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import singledispatchmethod
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pgviz.errors import UsageError
from pgviz.session import commands
from pgviz.session.agreement import require_agreed
from pgviz.session.commands import Command
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import RunState
from pgviz.session.player import Player, Until
from pgviz.session.policy_command import OpenPolicy
from pgviz.session.tape import Tape
from pgviz.training.events import EpisodeEnded, Event, StateShown, StepTaken, UpdateApplied

if TYPE_CHECKING:
    from pgviz.session.host import SessionHost

# What was asked for and cannot be done, in words.
IMPOSSIBLE: dict[type[Command], str] = {
    commands.SetParameter: "its knobs cannot be turned",
    commands.Intervene: "nothing can be done to what happened",
    commands.ExamineMinibatch: "what was not looked at in a minibatch is not in it",
    commands.EstimateValues: "actions cannot be tried out in it",
    commands.PutProbe: "its policy cannot be asked about other states",
    commands.Fork: "nothing can be done differently in it",
    commands.DropFork: "its forks are part of it",
    OpenPolicy: "it has a policy of its own",
    commands.SaveRun: "there is nothing to save but the file itself",
    commands.StartRecording: "it is on file already",
}


class Host(Protocol):
    """What a worker runs, and what it runs after that."""

    def run(self) -> Host | None:
        """Serve commands; returns who is to serve from then on, or ``None`` where it was told to quit."""


class PlaybackHost(Player):
    """Serves the window from a recording.

    Parameters
    ----------
    inbox
        Where commands come from.
    mailbox
        Where events go to.
    path
        The recording.
    kept
        What the window has asked of whatever is served, such as its speed.

    Raises
    ------
    RecordingError
        Where it is no recording that can be read.
    """

    def __init__(self, inbox: Inbox, mailbox: Mailbox, path: Path, kept: Sequence[Command] = ()) -> None:
        super().__init__(inbox, mailbox, Tape.open(path))
        self._next: Host | None = None
        self._open = True
        for command in kept:
            self._keep(command)

    def run(self) -> Host | None:
        """Serve until told to quit, or until a run is to go on live."""
        try:
            with self._saying():
                self._begin()
            while self._open:
                command = self._inbox.take()
                if command is not None:
                    with self._saying():
                        self._carry_out(command)
                elif self._until is None:
                    self._inbox.wait()
                else:
                    self._play()
        finally:
            self._tape.close()
        return self._next

    def _carry_out(self, command: Command) -> None:
        """Carry one command out, or raise a ``PgvizError`` and change nothing."""
        if why := IMPOSSIBLE.get(type(command)):
            raise UsageError(f"this is a recording: {why}; take over from here to go on live.")
        self._do(command)

    @singledispatchmethod
    def _do(self, command: Command) -> None:
        """Pass over what only matters to a session."""

    @_do.register
    def _(self, _: commands.Play) -> None:
        self._go(_never, again=True)

    @_do.register
    def _(self, _: commands.Pause) -> None:
        self._pause()

    @_do.register
    def _(self, command: commands.StepEnvironment) -> None:
        self._pause()
        self._leave_past()
        index = min(self._index + command.count, len(self._tape.positions_K) - 1)
        if index > self._index:
            self._seek(index)

    @_do.register
    def _(self, command: commands.StepUpdate) -> None:
        self._go(_countdown(UpdateApplied, command.count))

    @_do.register
    def _(self, command: commands.StepMinibatch) -> None:
        self._pause()
        self._leave_past()
        index = self._tape.next_minibatch(self._head, command.count)
        if index is None:
            raise UsageError(
                "this is a recording: nobody stopped at a minibatch after this moment; take over from here to go"
                " on live and stop at one."
            )
        self._seek(index)

    @_do.register
    def _(self, command: commands.FinishEpisode) -> None:
        self._go(_countdown(EpisodeEnded, command.count, self._watched))

    @_do.register
    def _(self, command: commands.RunTo) -> None:
        unit, number = command.unit, command.number
        if unit == "step":
            self._go(lambda event: isinstance(event, StepTaken | StateShown) and event.step >= number)
        elif unit == "episode":
            self._go(lambda event: isinstance(event, EpisodeEnded) and event.episode >= number)
        else:
            self._go(lambda event: isinstance(event, UpdateApplied) and event.update >= number)

    @_do.register
    def _(self, command: commands.LookBack) -> None:
        self._pause()
        self._look(self._tape.index_of(command.step, self._head))

    @_do.register
    def _(self, command: commands.MoveCursor) -> None:
        self._pause()
        self._move(command.count)

    @_do.register
    def _(self, _: commands.Follow) -> None:
        self._cursor = None
        self._show_present()

    @_do.register
    def _(self, _: commands.ResumeHere) -> None:
        if self._cursor is None:
            raise UsageError("look back first: there is nothing to play on from but the present.")
        self._pause()
        self._leave_past()
        self._show_present()

    @_do.register
    def _(self, _: commands.Stop) -> None:
        self._pause()
        self._begin()

    @_do.register
    def _(self, command: commands.Restart) -> None:
        if command.seed is not None:
            raise UsageError("this is a recording: it has one seed; take over from here to go on live.")
        self._pause()
        self._begin()
        if command.play:
            self._go(_never)

    @_do.register
    def _(self, command: commands.SetSpeed) -> None:
        self._keep(command)

    @_do.register
    def _(self, command: commands.Look) -> None:
        self._keep(command)

    @_do.register
    def _(self, command: commands.SetHistoryLimit) -> None:
        self._keep(command)

    @_do.register
    def _(self, command: commands.ListEnvironments) -> None:
        self._keep(command)

    @_do.register
    def _(self, command: commands.KeepSafe) -> None:
        self._keep(command)

    @_do.register
    def _(self, command: commands.PutBreakpoint) -> None:
        self._keep(command)
        self._list_breakpoints()

    @_do.register
    def _(self, command: commands.RemoveBreakpoint) -> None:
        self._keep(command)
        self._list_breakpoints()

    @_do.register
    def _(self, command: commands.WatchEnvironment) -> None:
        if command.index != self._watched:
            raise UsageError(
                f"this is a recording: only copy {self._watched + 1} is in it here; take over from here to watch"
                " another."
            )

    @_do.register
    def _(self, command: commands.OpenRecording) -> None:
        tape = Tape.open(command.path)
        self._tape.close()
        self._tape, self._until = tape, None  # where the other one stood is not shown any more
        self._begin()

    @_do.register
    def _(self, command: commands.StartRun) -> None:
        self._hand_over(lambda host: host.start_after(self._kept_commands, command))

    @_do.register
    def _(self, command: commands.OpenRun) -> None:
        self._hand_over(lambda host: host.start_after(self._kept_commands, command))

    @_do.register
    def _(self, command: commands.TakeOver) -> None:
        index = self._index if self._cursor is None else self._cursor
        require_agreed(self._tape.started.config.environment, command.agreed)
        self._hand_over(lambda host: host.take_over(self._kept_commands, self._tape, index))

    @_do.register
    def _(self, _: commands.Quit) -> None:
        self._open = False

    @property
    def _kept_commands(self) -> tuple[Command, ...]:
        return tuple(self._kept.values())

    def _hand_over(self, set_up: Callable[[SessionHost], None]) -> None:
        """Let a session serve from now on; where it cannot be set up, the recording stays."""
        self._pause()
        self._enter(RunState.PREPARING)
        try:
            host = self._session_host()
            set_up(host)
        except BaseException:
            self._enter(RunState.PAUSED)
            raise
        self._next, self._open = host, False

    def _session_host(self) -> SessionHost:
        try:
            from pgviz.session.host import SessionHost
        except ImportError as error:
            raise UsageError(f"going on live needs what is not installed here ({error}).") from error
        return SessionHost(self._inbox, self._mailbox)


def _never(event: Event) -> bool:
    return False


def _countdown(kind: type[Event], count: int, copy: int | None = None) -> Until:
    """Return a predicate that holds at the last of `count` events of one kind, of one copy where it is named."""
    left = count

    def counted(event: Event) -> bool:
        nonlocal left
        if isinstance(event, kind):
            left -= copy is None or getattr(event, "environment_index", copy) == copy
        return left <= 0

    return counted
