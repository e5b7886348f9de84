"""Forks: other runs beside the present one, begun at one of its moments, that differ in what a person chose.

A fork has the same random numbers as the run that it left, and goes on in step with it, so that what becomes of
the two can be compared. What is done to the base run later is done to it alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from pgviz.errors import UsageError
from pgviz.parameters import Value
from pgviz.session.forks_returns import Returns, ended_since
from pgviz.session.forks_state import MOST_FORKS, ForkChange, ForkPace, ForkState, ForkUpdate
from pgviz.session.history import History
from pgviz.session.session import Session
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    RunFailed,
    RunFinished,
    StepDetail,
    StepTaken,
    UpdateApplied,
)
from pgviz.training.interventions import ForceAction, TurnKnob
from pgviz.training.trainer import Trainer

# A fork that is behind catches up for so long before somebody else has a turn.
TURN_SECONDS = 0.05
SECONDS_BETWEEN_NOTICES = 0.1


class Fork:
    """One of them.

    Parameters
    ----------
    id
        Its number.
    base
        The run that it leaves.
    session
        The run that it is, where nothing has been done to it yet; it is closed with the fork.
    copy
        The watched copy.
    sample
        The action that this copy is made to take first, as the policy draws it; ``None`` for none.
    knobs
        Hyperparameters that are to be others, by name.

    Raises
    ------
    UsageError
        Where that cannot be done; the session is closed then.
    """

    def __init__(  # noqa: PLR0917
        self,
        id: int,
        base: Session,
        session: Session,
        copy: int,
        sample: tuple[float, ...] | None,
        knobs: tuple[tuple[str, Value], ...],
    ) -> None:
        self.id, self.session, self.sample = id, session, sample
        trainer = session.trainer
        self.began = self.told = trainer.step
        self.copy = min(copy, session.config.environment_count - 1)
        self._failure = ""
        self._updates: list[ForkUpdate] = []
        self._episodes: list[tuple[int, float]] = []
        try:
            previous = trainer.algorithm.knobs
            self._changes = tuple(ForkChange(name, previous[name], value) for name, value in knobs)
            if sample is not None:
                session.intervene(ForceAction(self.copy, sample))
            for name, value in knobs:
                session.intervene(TurnKnob(name, value))
        except BaseException:
            session.close()
            raise
        self._forget_the_past()
        self.returns, self.base_returns = Returns(self.began, self.copy), Returns(self.began, self.copy)
        log = base.trainer.environment.log
        for step, ended in [] if log is None else ended_since(log, base.trainer.step, self.began):
            self.base_returns.add(step, ended.environment_index, ended.episode_return)

    def _forget_the_past(self) -> None:
        """Hold nothing to go back into: nobody does, and it would take as much memory as the run's own."""
        log = self.session.trainer.environment.log
        assert log is not None
        history = History(1, seconds_between=1.0)  # a snapshot now and then lets the log be cut
        history.log = log
        self.session.history = history
        log.forget_tape(log.tape_position)

    def keep_up(self, step: int) -> None:
        """Go on until as many environment steps are taken."""
        while self.is_behind(step):
            self._pull()

    def is_behind(self, step: int) -> bool:
        """Whether there are steps to take to come so far, and it can take them."""
        return self.told < step and not self.session.over

    def settle(self, update: int) -> None:
        """Go on to the end of an update whose rollout has been taken already, as the base run has."""
        trainer, told = self.session.trainer, self.told
        if trainer.algorithm.rollout_length is None:
            return  # where episodes decide, the two learn at different steps
        while applied_updates(trainer) < update and self.told == told and not self.session.over:
            self._pull()

    def finish(self) -> None:
        """Go on to the end of a run whose steps are all taken."""
        while not self.session.over:
            self._pull()

    def _pull(self) -> None:
        event = self.session.pull()
        if isinstance(event, StepTaken):
            self.told = event.step
        elif isinstance(event, EpisodeEnded):
            if self.returns.add(event.step, event.environment_index, event.episode_return):
                self._episodes.append((event.step, event.episode_return))
        elif isinstance(event, UpdateApplied):
            log_std = None if event.log_std is None else float(event.log_std.mean())
            self._updates.append(ForkUpdate(event.step, event.entropy, event.max_probability, log_std))
        elif isinstance(event, RunFailed):
            self._failure = event.message

    def state(self, base: Trainer, copy: int, *, look: bool) -> ForkState:
        """Say what has become of it, with what is new since the last time.

        Parameters
        ----------
        base
            The run that it left.
        copy
            The watched copy.
        look
            Whether to show what state it is in, with a picture.
        """
        updates, self._updates = tuple(self._updates), []
        episodes, self._episodes = tuple(self._episodes), []
        trainer = self.session.trainer
        return ForkState(
            id=self.id,
            began=self.began,
            copy=self.copy,
            sample=self.sample,
            changes=self._changes,
            step=trainer.step,
            update=trainer.update,
            pace=self._pace(base.step),
            failure=self._failure,
            detail=self._look(copy) if look else None,
            returns=self.returns.told(float(trainer.environment.episode_returns[self.copy])),
            base_returns=self.base_returns.told(float(base.environment.episode_returns[self.copy])),
            updates=updates,
            episodes=episodes,
        )

    def _pace(self, step: int) -> ForkPace:
        if self._failure:
            return "failed"
        if self.is_behind(step):
            return "behind"
        return "ahead" if self.told >= step + self.session.config.environment_count else "in step"

    def _look(self, copy: int) -> StepDetail | None:
        if self._failure:
            return None
        self.session.trainer.watch.index = copy
        return self.session.trainer.look().detail


class Forks:
    """At most :data:`MOST_FORKS` of them, by number; where there are none, it is false."""

    def __init__(self) -> None:
        self._forks: dict[int, Fork] = {}
        self._last_id = 0
        self._said = 0.0

    def __len__(self) -> int:
        return len(self._forks)

    def __getitem__(self, id: int) -> Fork:
        if id not in self._forks:
            raise UsageError(f"there is no fork {id}.")
        return self._forks[id]

    def add(
        self,
        base: Session,
        position: int | None,
        copy: int,
        sample: tuple[float, ...] | None = None,
        knobs: tuple[tuple[str, Value], ...] = (),
    ) -> Fork:
        """Begin one where the base run is, or was when `position` events had been pulled.

        Raises
        ------
        UsageError
            Where there are as many as there may be, or what is to be different cannot be.
        PgvizError
            As for :meth:`pgviz.session.session.Session.fork`; nothing has changed then.
        """
        if len(self._forks) >= MOST_FORKS:
            raise UsageError(f"there are {MOST_FORKS} forks already; remove one to make room.")
        if base.over and base.error is None and position is None:
            raise UsageError("the run is over; look back to a step, and fork there.")
        fork = Fork(self._last_id + 1, base, base.fork(position), copy, sample, knobs)
        self._last_id = fork.id
        self._forks[fork.id] = fork
        return fork

    def drop(self, id: int) -> None:
        """Close one of them; ``UsageError`` where there is none of that number."""
        self[id].session.close()
        del self._forks[id]

    def close(self) -> None:
        """Close them all."""
        for id in tuple(self._forks):
            self.drop(id)

    def follow(self, event: Event) -> None:
        """Keep up with an event of the base run."""
        for fork in self._forks.values():
            if isinstance(event, StepTaken):
                fork.keep_up(event.step)
            elif isinstance(event, UpdateApplied):
                fork.settle(event.update)
            elif isinstance(event, EpisodeEnded):
                fork.base_returns.add(event.step, event.environment_index, event.episode_return)
            elif isinstance(event, RunFinished):
                fork.finish()

    def behind(self, base: Session) -> list[Fork]:
        """Those that have not come as far as the base run and can still go on."""
        return [fork for fork in self._forks.values() if fork.is_behind(base.trainer.step)]

    def catch_up(self, base: Session, busy: Callable[[], object]) -> bool:
        """Have those that are behind go on for a moment; says whether any was.

        Parameters
        ----------
        base
            How far to go.
        busy
            Whether there is something else to do by now.
        """
        until = time.perf_counter() + TURN_SECONDS
        step = base.trainer.step
        behind = self.behind(base)
        for fork in behind:
            while fork.is_behind(step):
                fork.keep_up(fork.told + 1)
                if fork.is_behind(step) and (time.perf_counter() > until or busy()):
                    return True
            fork.settle(applied_updates(base.trainer))
            if base.over and base.error is None and step >= base.config.steps:
                fork.finish()
        return bool(behind)

    def rewind(self, base: Session) -> None:
        """Let go of those that began later than where the base run is now; the others wait for it."""
        step = base.trainer.step
        for fork in tuple(self._forks.values()):
            if fork.began > step:
                self.drop(fork.id)
            else:
                fork.base_returns.forget_after(step)

    @property
    def due(self) -> bool:
        """Whether it is time to say again what has become of them."""
        return time.perf_counter() - self._said >= SECONDS_BETWEEN_NOTICES

    def told(self, base: Session, copy: int, *, look: bool) -> tuple[tuple[ForkState, ...], StepDetail | None]:
        """Say what has become of each, see :meth:`Fork.state`, and what state the base run is in."""
        self._said = time.perf_counter()
        trainer = base.trainer
        states = tuple(fork.state(trainer, copy, look=look) for fork in self._forks.values())
        ended_early = base.over and trainer.step < base.config.steps  # its environments are closed, or have failed
        return states, trainer.look().detail if look and states and not ended_early else None


def applied_updates(trainer: Trainer) -> int:
    """Updates that a run has applied, one whose minibatch is open left out."""
    return trainer.update - (trainer.steering.open is not None)
