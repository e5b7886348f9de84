"""Debugging a policy from a program: the debugger without its window.

>>> import pgviz
>>> with pgviz.debug("CartPole-v1", seed=1) as session:  # doctest: +SKIP
...     session.step()
...     session.run_until("entropy < 0.3")
...     session.rewind(100)
...     other = session.fork(action=1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Self

from pgviz.config import DEFAULT_ENVIRONMENT, RunConfig
from pgviz.errors import UsageError
from pgviz.parameters import Value
from pgviz.session.breakpoints import Breakpoint, BreakpointSet, Hit
from pgviz.session.doctor import Doctor, Finding
from pgviz.session.event_values import EventValues
from pgviz.session.history import DEFAULT_LIMIT, History
from pgviz.session.past import Past
from pgviz.session.session import (
    Predicate,
    Session,
    environment_steps,
    episodes,
    minibatches,
    updates,
)
from pgviz.training.action_values import action_values
from pgviz.training.events import Event, PastShown, RunFailed, StateShown, StepDetail, StepTaken
from pgviz.training.examination import ActionValues, Examination
from pgviz.training.interventions import ForceAction, Judgement, JudgeMinibatch, TurnKnob
from pgviz.training.microscope import examine
from pgviz.training.trainer import Trainer


def debug(
    environment: str = DEFAULT_ENVIRONMENT,
    algorithm: str = "ppo",
    *,
    history: int = DEFAULT_LIMIT,
    **settings: object,
) -> DebugSession:
    """Set a run up to be debugged; it has not taken its first step.

    Everything runs in the calling thread, so that ``breakpoint()`` in an environment's or a policy's own code
    stops there.

    Parameters
    ----------
    environment, algorithm
        As in :class:`pgviz.config.RunConfig`.
    history
        Bytes of memory that the past may take.
    settings
        Run parameters and hyperparameters by name, such as ``seed`` or ``learning_rate``.

    Raises
    ------
    UsageError
        Where there is no such environment, algorithm or setting.
    """
    config = RunConfig.create(environment, algorithm, **settings)
    return DebugSession(Session(config, render=True, history=History(history)))


class DebugSession:
    """A run that goes only where it is told. Made by :func:`debug`; close it, or use it in a ``with`` statement.

    A run that fails raises the error that ended it, once; :meth:`rewind` goes back before it.

    Parameters
    ----------
    session
        What is debugged.

    Attributes
    ----------
    session
        The same, for what is not offered here.
    breakpoints
        Checked by :meth:`run`; see :mod:`pgviz.session.breakpoints`.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.breakpoints = BreakpointSet()
        self._values = EventValues()
        self._doctor = Doctor()
        self._listeners: list[Callable[[Event], None]] = []
        self._last_detail: StepDetail | None = None
        if session.position:
            self._doctor.take(session.introduce())
        else:
            self._pull()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the environments."""
        self.session.close()

    # Where the run is -------------------------------------------------------------------------------------------

    @property
    def trainer(self) -> Trainer:
        """The engine: policy, algorithm, environments. Looking at it is safe; changing it is not recorded."""
        return self.session.trainer

    @property
    def config(self) -> RunConfig:
        """The run's configuration."""
        return self.session.config

    @property
    def position(self) -> int:
        """Events so far: a moment, to :meth:`resume` from."""
        return self.session.position

    @property
    def step_count(self) -> int:
        """Environment steps taken, over all copies."""
        return self.trainer.step

    @property
    def weights_sha256(self) -> str:
        """Fingerprint of everything learned."""
        return self.trainer.policy.weights_sha256()

    @property
    def state(self) -> StateShown:
        """The state that the first copy is in, and π(·|s) there."""
        return self.trainer.look()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The common mistakes that the doctor has seen so far, oldest first."""
        return tuple(self._doctor.findings)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Have a function called with every event from now on."""
        self._listeners.append(listener)

    # Moving -----------------------------------------------------------------------------------------------------

    def step(self, count: int = 1) -> StepDetail:
        """Take so many steps of every copy, and return the details of the last, as the first copy took it."""
        # The rest of what is told of a step that was taken already is none.
        self._pull_until(environment_steps(count + self.trainer.telling), detailed=True)
        assert self._last_detail is not None
        return self._last_detail

    def step_minibatch(self, count: int = 1) -> Event | None:
        """Go on to the `count`-th loss, and stop before its step is taken; returns its event."""
        return self._pull_until(minibatches(count))

    def step_update(self, count: int = 1) -> Event | None:
        """Go on until so many updates have been applied; returns the last one's event."""
        return self._pull_until(updates(count))

    def finish_episode(self, copy: int = 0) -> Event | None:
        """Go on until a copy has ended its episode."""
        return self._pull_until(episodes(1, copy))

    def run(self, steps: int | None = None) -> Hit | None:
        """Go on until a breakpoint stops the run, so many environment steps were taken, or the run is over."""
        limit = None if steps is None else self.step_count + steps
        hits: list[Hit] = []

        def stops(event: Event) -> bool:
            hits.extend(hit for hit in self._check(event) if hit.stops)
            return bool(hits) or (limit is not None and event.step >= limit and isinstance(event, StepTaken))

        self._pull_until(stops, detailed=self.breakpoints.needs_detail)
        return hits[0] if hits else None

    def run_until(self, condition: str | Predicate, steps: int | None = None) -> Hit | None:
        """Go on until a condition holds, so many environment steps were taken, or the run is over.

        Parameters
        ----------
        condition
            In the language of :mod:`pgviz.session.expressions`, or a function of an event.
        steps
            At most so many; no limit for ``None``.

        Returns
        -------
        Hit or None
            ``None`` where the condition did not hold, or was a function.
        """
        if not isinstance(condition, str):
            limit = None if steps is None else self.step_count + steps
            self._pull_until(lambda event: condition(event) or (limit is not None and event.step >= limit))
            return None
        added = self.breakpoints.add(Breakpoint(condition))
        try:
            return self.run(steps)
        finally:
            self.breakpoints.remove(added.id)

    # The past ---------------------------------------------------------------------------------------------------

    def rewind(self, count: int) -> None:
        """Go back so many steps of every copy, and make that the present.

        Raises
        ------
        PgvizError
            Where so many steps were not taken, that moment is no longer held, or the environment cannot be brought
            back; nothing has changed then.
        """
        if count < 1:
            raise UsageError("rewind goes back 1 step or more.")
        if self.trainer.telling:
            self._pull_until(environment_steps())
        with self._past() as past:
            head = (self.position, self.step_count)
            shown = past.at(self.step_count, head)
            shown = past.beside(shown.step, 1 - count, head, exact=True) if count > 1 else shown
        self.resume(shown.position)

    def resume(self, position: int) -> None:
        """Make an earlier moment the present; what came after is let go of."""
        self.session.resume(position)
        self.breakpoints.reset()
        self._doctor.rewind(self.step_count)
        self._last_detail = None

    def look_back(self, step: int, copy: int = 0) -> PastShown:
        """Look at the step that led to `step` environment steps, with the picture; the run is not touched."""
        with self._past() as past:
            return past.at(step, (self.position, self.step_count), copy)

    def _past(self) -> _Closing:
        assert self.session.history is not None
        return _Closing(Past(self.config, self.session.history, self.trainer.environment))

    # Meddling ---------------------------------------------------------------------------------------------------

    def turn(self, name: str, value: Value) -> None:
        """Ask for a hyperparameter's change at the boundary that its declaration names."""
        self.session.intervene(TurnKnob(name, value))

    def force(self, action: float | Sequence[float], copy: int = 0) -> None:
        """Have a copy take an action of your choice in its next step, given as the policy draws it."""
        entries = (float(action),) if isinstance(action, int | float) else tuple(float(each) for each in action)
        self.session.intervene(ForceAction(copy, entries))

    def take_back(self, copy: int = 0) -> None:
        """Have a copy take what it draws after all; ``UsageError`` where nothing is forced on it."""
        self.session.intervene(ForceAction(copy, ()))

    def judge(self, judgement: Judgement, samples: Sequence[int] = ()) -> None:
        """Decide what becomes of the open minibatch: ``"skip"``, ``"flip"``, or ``"drop"`` with samples."""
        self.session.intervene(JudgeMinibatch(judgement, tuple(samples)))

    def examine(self, sample: int | None = None) -> Examination:
        """Put the open minibatch under the microscope."""
        return examine(self.trainer, sample)

    def fork(self, action: float | Sequence[float] | None = None, copy: int = 0, **knobs: Value) -> DebugSession:
        """Begin a second run here that differs in a forced action or in knobs; the caller closes it."""
        branch = DebugSession(self.session.fork())
        try:
            if action is not None:
                branch.force(action, copy)
            for name, value in knobs.items():
                branch.turn(name, value)
        except BaseException:
            branch.close()
            raise
        return branch

    def action_values(
        self, actions: Sequence[float | Sequence[float]], copy: int = 0, *, rollouts: int = 16, horizon: int = 500
    ) -> ActionValues:
        """Estimate what each action is worth in a copy's present state, by playing on from it under π."""
        samples = [(each,) if isinstance(each, int | float) else tuple(each) for each in actions]
        return action_values(self.trainer, copy, samples, rollouts=rollouts, horizon=horizon)

    # Pulling ----------------------------------------------------------------------------------------------------

    def events(self) -> Iterator[Event]:
        """Go on event by event, until the run is over."""
        while not self.session.over:
            yield self._pull()

    def _pull(self) -> Event:
        self.trainer.algorithm.checks_up = True
        event = self.session.pull()
        if event is None:
            raise UsageError("the run is over; rewind it, or begin another.")
        if isinstance(event, RunFailed) and self.session.error is not None:
            raise self.session.error
        if isinstance(event, StepTaken) and event.detail is not None:
            self._last_detail = event.detail
        self._doctor.take(event)
        for listener in self._listeners:
            listener(event)
        return event

    def _pull_until(self, holds: Predicate, *, detailed: bool = False) -> Event | None:
        """Pull until a predicate holds, and on to the end of the step that it holds in."""
        watch, event, held = self.trainer.watch, None, False
        watch.wanted, watch.pictures = detailed, False
        while event is None or not (self.session.over or (held and not self.trainer.telling)):
            event = self._pull()
            held = holds(event) or held
        return event

    def _check(self, event: Event) -> list[Hit]:
        kind = self._values.take(event)
        return [] if kind is None else self.breakpoints.check(kind, self._values)


class _Closing:
    """A look at the past that is closed again."""

    def __init__(self, past: Past) -> None:
        self._past = past

    def __enter__(self) -> Past:
        return self._past

    def __exit__(self, *_: object) -> None:
        self._past.close()
