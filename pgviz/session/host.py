"""SessionHost: what the worker runs. Takes commands in, pulls the session, puts events out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import singledispatchmethod

from pgviz.environments.catalog import listing
from pgviz.errors import PgvizError, UsageError
from pgviz.session import commands
from pgviz.session.commands import Command
from pgviz.session.foreign import open_policy
from pgviz.session.hand_over import HandOver
from pgviz.session.history import History
from pgviz.session.notices import (
    CommandRejected,
    EnvironmentsListed,
    MinibatchExamined,
    RunRewound,
    RunSaved,
    RunState,
    StateChanged,
    ValuesEstimated,
)
from pgviz.session.playback_host import Host
from pgviz.session.policy_command import OpenPolicy
from pgviz.session.recorder import RecordingOptions
from pgviz.session.relive import NotReproducible
from pgviz.session.saving import Opened, open_saved
from pgviz.session.session import (
    environment_steps,
    episodes,
    forever,
    minibatches,
    reached,
    updates,
)
from pgviz.training.action_values import action_values, every_action
from pgviz.training.events import PastShown
from pgviz.training.interventions import ForceAction, TurnKnob
from pgviz.training.microscope import examine


class SessionHost(HandOver):
    """Owns the present session; lives in one thread and never leaves it.

    Parameters
    ----------
    inbox
        Where commands come from.
    mailbox
        Where events go to.
    """

    def run(self) -> Host | None:
        """Serve until told to quit, or until a recording is to be played; returns who plays it."""
        try:
            while self._open:
                command = self._inbox.take()
                if command is not None:
                    self._carry_out(command)
                elif self._forks and self._catch_up():
                    pass  # the run waits for them
                elif self._until is None:
                    self._inbox.wait()
                else:
                    self._pull()
        finally:
            self._close()
        return self._next

    def start_after(self, kept: Iterable[Command], command: commands.StartRun | commands.OpenRun) -> None:
        """Set a run up, as after a recording that was watched until now.

        Parameters
        ----------
        kept
            What the window has asked for meanwhile.
        command
            The run.

        Raises
        ------
        PgvizError
            Where it cannot be set up.
        """
        self._do(command)
        self._heed(kept)

    def _carry_out(self, command: Command) -> None:
        """Carry one command out; what cannot be done is said and changes nothing."""
        try:
            self._do(command)
        except PgvizError as error:
            self._put(CommandRejected(self._step, str(error), isinstance(error, NotReproducible)))

    @singledispatchmethod
    def _do(self, command: Command) -> None:
        raise TypeError(f"unknown command {command!r}")

    @_do.register
    def _(self, command: commands.StartRun) -> None:
        self._begin(command.config, play=command.play)

    @_do.register
    def _(self, command: commands.Restart) -> None:
        if self._session is not None:
            config = self._session.config
            config = config if command.seed is None else config.changed(seed=command.seed)
            self._begin(config, play=command.play)

    @_do.register
    def _(self, _: commands.Play) -> None:
        self._go(forever)

    @_do.register
    def _(self, _: commands.Pause) -> None:
        if self._pause():
            self._show_state()

    @_do.register
    def _(self, command: commands.StepEnvironment) -> None:
        self._enter_paused()
        self._go(environment_steps(command.count), stepping=True)

    @_do.register
    def _(self, command: commands.StepUpdate) -> None:
        # An update can take a while: it plays until it is there, and can be paused on the way.
        self._go(updates(command.count))

    @_do.register
    def _(self, command: commands.StepMinibatch) -> None:
        self._go(minibatches(command.count))

    @_do.register
    def _(self, command: commands.FinishEpisode) -> None:
        self._go(episodes(command.count, self._watched))

    @_do.register
    def _(self, command: commands.RunTo) -> None:
        self._go(reached(command.unit, command.number))

    @_do.register
    def _(self, command: commands.LookBack) -> None:
        self._pause()
        if self._cursor is not None:
            self._show_past(self._cursor.look(command.step, self._watched))

    @_do.register
    def _(self, command: commands.MoveCursor) -> None:
        self._pause()
        if self._cursor is not None:
            self._show_past(self._cursor.move(command.count, self._watched))

    def _show_past(self, shown: PastShown | None) -> None:
        if shown is not None:
            self._put(shown)
        else:
            self._show_state()

    @_do.register
    def _(self, _: commands.Follow) -> None:
        if self._cursor is not None:
            self._cursor.follow()
            self._show_state()

    @_do.register
    def _(self, _: commands.ResumeHere) -> None:
        if self._cursor is None or self._session is None:
            return
        self._cursor.resume()
        self._breakpoints.reset()
        self._until, trainer = None, self._session.trainer
        self._doctor.rewind(trainer.step)
        episodes, position = int(trainer.environment.episode_numbers.max()), self._session.position
        values = trainer.algorithm.knobs.capture()["values"]
        rewound = RunRewound(trainer.step, episodes, trainer.update, position, values)
        self._saver.rewind(rewound)
        self._put(rewound)
        self._say_what_waits()
        self._enter(RunState.PAUSED)
        self._say_held()
        self._show_state()
        if self._forks:
            self._forks.rewind(self._session)
            self._show_forks()

    @_do.register
    def _(self, command: commands.Fork) -> None:
        if self._session is not None:
            past = self._cursor.shown if self._cursor is not None else None
            copies = self._session.trainer.copies
            copy = copies.playing(self._watched) if past is None else past.detail.environment_index
            position = None if past is None else past.position
            self._forks.add(self._session, position, copy, command.sample, command.knobs)
            self._show_forks()

    @_do.register
    def _(self, command: commands.DropFork) -> None:
        self._forks.drop(command.id)
        self._show_forks()

    @_do.register
    def _(self, command: commands.SetHistoryLimit) -> None:
        self._history_limit = command.limit
        if self._session is not None and self._session.history is not None:
            self._session.history.limit = command.limit
            self._say_held()

    @_do.register
    def _(self, command: commands.Intervene) -> None:
        if self._session is not None:
            self._session.intervene(command.intervention)
            if isinstance(command.intervention, ForceAction) and self._until is None:
                self._say_what_waits()

    @_do.register
    def _(self, command: commands.ExamineMinibatch) -> None:
        # A run that was sent on meanwhile must not be held up by a question about what it has left behind, nor a
        # person told of a fault who pressed two keys quickly.
        if self._session is not None and self._until is None and self._session.trainer.steering.open is not None:
            self._put(MinibatchExamined(self._step, examine(self._session.trainer, command.sample)))

    @_do.register
    def _(self, command: commands.EstimateValues) -> None:
        self._pause()
        if self._session is None:
            return
        trainer = self._session.trainer
        copy = trainer.copies.playing(self._watched)
        samples = command.samples or every_action(trainer, copy)
        values = action_values(
            trainer,
            copy,
            samples,
            rollouts=command.rollouts,
            horizon=command.horizon,
            should_stop=lambda: bool(self._inbox),
        )
        self._put(ValuesEstimated(self._step, copy, values))

    @_do.register
    def _(self, command: commands.PutProbe) -> None:
        if self._session is not None and self._state is not RunState.FAILED:
            self._probes.put(command, self._session.trainer)
            self._show_probes()

    @_do.register
    def _(self, command: commands.RemoveProbe) -> None:
        self._probes.remove(command.id)
        self._show_probes(gone=True)

    @_do.register
    def _(self, command: commands.PutBreakpoint) -> None:
        if command.breakpoint.id in self._breakpoints:
            self._breakpoints.put(command.breakpoint)
        else:
            self._breakpoints.add(command.breakpoint)
        self._list_breakpoints()

    @_do.register
    def _(self, command: commands.RemoveBreakpoint) -> None:
        self._breakpoints.remove(command.id)
        self._list_breakpoints()

    def _enter_paused(self) -> None:
        if self._state is RunState.PLAYING:
            self._enter(RunState.PAUSED)

    @_do.register
    def _(self, _: commands.Stop) -> None:
        self._end()

    @_do.register
    def _(self, command: commands.SetParameter) -> None:
        if self._session is not None:
            self._session.intervene(TurnKnob(command.name, command.value))

    @_do.register
    def _(self, command: commands.SetSpeed) -> None:
        self._clock.multiplier = command.multiplier

    @_do.register
    def _(self, command: commands.Look) -> None:
        self._looking = command.looking

    @_do.register
    def _(self, command: commands.WatchEnvironment) -> None:
        self._watched = command.index
        if self._session is not None:
            self._session.trainer.watch.index = command.index
            if self._until is None and not self._session.over:
                self._say_what_waits()
                self._show_state()
            if self._forks:
                self._show_forks()

    @_do.register
    def _(self, _: commands.ListEnvironments) -> None:
        self._put(EnvironmentsListed(self._step, listing()))

    @_do.register
    def _(self, command: commands.SaveRun) -> None:
        if self._session is None:
            raise UsageError("there is no run to save.")
        self._saver.save(self._session, command.folder)
        self._put(RunSaved(self._step, str(command.folder)))

    @_do.register
    def _(self, command: commands.OpenRun) -> None:
        self._open_run(lambda history: open_saved(command.folder, history, command.agreed))

    @_do.register
    def _(self, command: OpenPolicy) -> None:
        self._open_run(lambda history: open_policy(command, history))

    def _open_run(self, make: Callable[[History], Opened]) -> None:
        with self._preparing():
            opened = make(History(self._history_limit))
        self._adopt(opened.session)
        self._introduce(opened.session.introduce(), opened.past)

    @_do.register
    def _(self, command: commands.KeepSafe) -> None:
        self._saver.keep_safe(command.folder, command.seconds)

    @_do.register
    def _(self, command: commands.OpenRecording) -> None:
        self._leave_for_recording(command.path)

    @_do.register
    def _(self, command: commands.StartRecording) -> None:
        options = RecordingOptions(
            command.steps_per_second, command.frame_size, command.seconds_between_snapshots, command.replace
        )
        self._start_recording(command.path, self._session, options)
        self._put(StateChanged(self._step, self._state))
        self._list_breakpoints()
        if self._until is None:
            self._say_what_waits()
            self._show_state()

    @_do.register
    def _(self, _: commands.StopRecording) -> None:
        self._stop_recording()

    @_do.register
    def _(self, _: commands.Quit) -> None:
        self._open = False
