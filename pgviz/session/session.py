"""Session: decides when the next event is pulled.

Play, pause, step and a headless run are one operation: pull until a predicate holds.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from typing import Literal, Self

from pgviz.config import RunConfig
from pgviz.errors import NumericalFault, PgvizError, UsageError, in_brief
from pgviz.session.history import History
from pgviz.session.relive import Relived
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    MinibatchComputed,
    RunFailed,
    RunFinished,
    RunStarted,
    StepTaken,
    UpdateApplied,
)
from pgviz.training.interventions import Intervention
from pgviz.training.snapshot import Snapshot
from pgviz.training.trainer import Trainer

Predicate = Callable[[Event], bool]


def forever(event: Event) -> bool:
    """Never hold: go on until the run ends."""
    return False


class Countdown:
    """Holds at the last of `count` events of one type.

    Parameters
    ----------
    kind
        The type of event that counts.
    count
        How many of them to wait for.
    """

    def __init__(self, kind: type[Event], count: int = 1) -> None:
        self._kind = kind
        self._left = count

    def __call__(self, event: Event) -> bool:
        """Count one event in."""
        if isinstance(event, self._kind):
            self._left -= 1
        return self._left <= 0


def environment_steps(count: int = 1) -> Countdown:
    """Return a predicate that holds after `count` environment steps."""
    return Countdown(StepTaken, count)


def updates(count: int = 1) -> Countdown:
    """Return a predicate that holds after `count` updates."""
    return Countdown(UpdateApplied, count)


def minibatches(count: int = 1) -> Countdown:
    """Return a predicate that holds at the `count`-th loss, before its step is taken."""
    return Countdown(MinibatchComputed, count)


def episodes(count: int, index: int) -> Predicate:
    """Return a predicate that holds after the step in which copy `index` has ended its `count`-th episode."""
    left = count

    def ended(event: Event) -> bool:
        nonlocal left
        left -= isinstance(event, EpisodeEnded) and event.environment_index == index
        return left <= 0 and isinstance(event, StepTaken)

    return ended


def reached(unit: Literal["step", "episode", "update"], number: int) -> Predicate:
    """Return a predicate that holds once so many steps were taken, or that episode or update has ended."""
    if unit == "step":
        return lambda event: isinstance(event, StepTaken) and event.step >= number
    if unit == "episode":
        return _Episode(number)
    return lambda event: isinstance(event, UpdateApplied) and event.update >= number


class _Episode:
    """Holds after the step in which the episode of that number, or a later one, ended."""

    def __init__(self, number: int) -> None:
        self._number, self._ended = number, False

    def __call__(self, event: Event) -> bool:
        self._ended = self._ended or (isinstance(event, EpisodeEnded) and event.episode >= self._number)
        return self._ended and isinstance(event, StepTaken)


class Session:
    """One run, pulled event by event.

    Parameters
    ----------
    config
        What to run.
    render
        Whether frames may be asked for.
    history
        Where to keep what is needed to go back; ``None`` for nowhere.
    start
        Where to begin, instead of at the beginning.
    keep_log
        Whether to keep what a snapshot needs although there is no history.

    Raises
    ------
    UsageError
        Where the run cannot be set up.

    Attributes
    ----------
    error
        The exception that ended the run, or ``None``.
    position
        Events pulled so far; a moment of the run.
    on_intervention
        Told of each intervention, and at which position, if set.
    divergence
        Where the environment did not play as it had up to `start`, so that the run does not go on exactly.
    """

    def __init__(
        self,
        config: RunConfig,
        *,
        render: bool = False,
        history: History | None = None,
        start: Snapshot | None = None,
        keep_log: bool = False,
    ) -> None:
        self.config = config
        self.history = history
        self.on_intervention: Callable[[int, Intervention], None] | None = None
        self.position = 0
        self.error: Exception | None = None
        self._over = False
        trainer = Trainer(config, render=render, keep_log=keep_log or history is not None)
        try:
            self.divergence = None if start is None else trainer.restore(start)
        except BaseException:
            trainer.close()
            raise
        self._adopt(trainer, trainer.events())
        if start is not None and history is not None:  # before anything is done to it
            history.add(self.position, trainer.capture())

    def _adopt(self, trainer: Trainer, events: Iterator[Event]) -> None:
        self.trainer, self._events = trainer, events
        if self.history is not None:
            self.history.log = trainer.environment.log
            trainer.on_iteration = self._note

    def _note(self) -> None:
        """Take a snapshot where an iteration begins, if it is time for one."""
        assert self.history is not None
        if self.history.due:
            self.history.add(self.position, self.trainer.capture())

    def intervene(self, intervention: Intervention) -> None:
        """Do something to the run between two events, and note it, so that the run can be lived again.

        Raises
        ------
        UsageError
            Where it cannot be done; nothing has changed then.
        """
        intervention.apply(self.trainer)
        if self.history is not None:
            self.history.intervene(self.position, intervention)
        if self.on_intervention is not None:
            self.on_intervention(self.position, intervention)

    def resume(self, position: int) -> None:
        """Make the past the present: go back to where `position` events had been pulled.

        What came after is let go of. A run that has failed or finished can be gone back into as well.

        Raises
        ------
        UsageError
            Where no history is kept.
        PgvizError
            Where that moment is no longer held, or (``NotReproducible``) the environment cannot be brought back;
            nothing has changed then.
        """
        history, relived = self._relive(position)
        watch = self.trainer.watch
        self.trainer.close()
        history.forget_after(position, settled=position == self.position)
        self.position, self.error, self._over = position, None, False
        self._adopt(relived.trainer, relived.events)
        self.trainer.watch = watch

    def fork(self, position: int | None = None) -> Session:
        """Begin a second run where this one is, or was when `position` events had been pulled.

        It goes on with the same random numbers, so that only what is done differently makes a difference. The
        caller closes it.

        Raises
        ------
        UsageError, PgvizError
            As for :meth:`resume`; nothing has changed then.
        """
        position = self.position if position is None else position
        history, relived = self._relive(position)
        branch = Session.__new__(Session)
        branch.config, branch.history = self.config, history.until(position, settled=position == self.position)
        branch.position, branch.error, branch._over = position, None, False
        branch.divergence = branch.on_intervention = None
        branch._adopt(relived.trainer, relived.events)
        return branch

    def _relive(self, position: int) -> tuple[History, Relived]:
        """Live up to a moment again in environments of its own, whose log holds the past as well."""
        if self.history is None or self.history.log is None:
            raise UsageError("this run keeps no history to go back into.")
        relived = Relived(self.config, self.history)
        try:
            relived.go(position)
            # What was asked for at this very place is part of where the run is.
            if position == self.position:
                relived.settle()
            log = relived.trainer.environment.log
            assert log is not None
        except BaseException:
            relived.close()
            raise
        log.follow(self.history.log)
        return self.history, relived

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def over(self) -> bool:
        """Whether the run has ended, for whatever reason."""
        return self._over

    def pull(self) -> Event | None:
        """Let training go on to its next event; ``None`` once the run is over.

        An exception ends the run and comes back, once, as a ``RunFailed`` event.
        """
        if self._over:
            return None
        try:
            event = next(self._events)
        except Exception as error:  # noqa: BLE001  here and nowhere else
            self._over, self.error = True, error
            return self._failed(error)
        self.position += 1
        self._over = isinstance(event, RunFinished)
        return event

    def pull_until(self, holds: Predicate, sink: Callable[[Event], None] | None = None) -> Event | None:
        """Pull until the predicate holds or the run ends; returns the last event.

        Parameters
        ----------
        holds
            Asked of every event.
        sink
            Given every event.
        """
        last = None
        while (event := self.pull()) is not None:
            last = event
            if sink is not None:
                sink(event)
            if holds(event):
                break
        return last

    def introduce(self) -> RunStarted:
        """What a run says of itself when it starts, for whoever has come to it later."""
        trainer = self.trainer
        return RunStarted(trainer.step, self.config, trainer.environment.facts, trainer.policy.facts)

    def close(self) -> None:
        """End the run where it is and close its environments."""
        self._over = True
        self._events.close()  # type: ignore[attr-defined]
        self.trainer.on_iteration = None  # leads back here: what is let go of is freed at once, with its buffers
        self.trainer.close()

    def _failed(self, error: Exception) -> RunFailed:
        if isinstance(error, PgvizError):
            message = str(error)
        else:
            kind = type(error).__name__
            said = in_brief(error).rstrip(".")
            message = f"The run met an unexpected {kind}: {said}. The details say where; restart to go on."
        tensor = error.tensor if isinstance(error, NumericalFault) else None
        trace = "".join(traceback.format_exception(error))
        return RunFailed(self.trainer.step, message, trace, tensor)
