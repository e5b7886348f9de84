"""RunModel: what the window knows of a run, as numbers to draw. Knows no Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pgviz.config import RunConfig
from pgviz.gui.debug_model import DebugModel
from pgviz.gui.forks import ForksModel
from pgviz.gui.series import Series
from pgviz.parameters import Value
from pgviz.session.notices import (
    ForksShown,
    RecordingOpened,
    RunRewound,
    RunState,
    SpeedMeasured,
    StateChanged,
    TakenOver,
)
from pgviz.training.events import (
    AVERAGED_EPISODES,
    EnvironmentFacts,
    EpisodeEnded,
    Event,
    ParameterChanged,
    PastShown,
    PolicyFacts,
    RunFailed,
    RunStarted,
    Shown,
    UpdateApplied,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A knob that was turned: where on the step axis, which, from what and to what."""

    step: int
    name: str
    previous: Value
    value: Value


class RunModel:
    """All that the panels draw, kept up to date by :meth:`apply`.

    Attributes
    ----------
    state
        What the session is doing.
    started
        The facts of the present run, or ``None`` before the first.
    step, seconds, steps_per_second
        Progress as last reported.
    episodes
        Columns: step, return, length, moving average of the last 100 returns.
    updates
        Columns: step, entropy, max probability, learning rate, KL, gradient norm, ε, and the common logarithm of
        the temperature α; NaN where there is none.
    log_std
        Columns: step, then one per action dimension; ``None`` where the policy has no std.
    marks
        Knobs that were turned, oldest first.
    values
        Hyperparameters as applied.
    failure
        The last failure of this run, or ``None``.
    shown
        The newest step shown, or ``None``.
    debug
        What is known of the debugger.
    forks
        What is known of the forks.
    recording
        What the run is played from; ``None`` where it is live.
    """

    def __init__(self) -> None:
        self.state = RunState.EMPTY
        self.generation = 0
        self.debug = DebugModel()
        self.recording: RecordingOpened | None = None
        self._opened: RecordingOpened | None = None
        self.forks = ForksModel()
        self._clear()

    def _clear(self) -> None:
        self.started: RunStarted | None = None
        self.step = 0
        self.seconds = 0.0
        self.steps_per_second = 0.0
        self.episodes = Series(4)
        self.updates = Series(8)
        self.log_std: Series | None = None
        self.marks: list[Mark] = []
        self.values: dict[str, Value] = {}
        self.failure: RunFailed | None = None
        self.shown: Shown | None = None
        self.debug.begin()
        self.forks.begin()

    @property
    def config(self) -> RunConfig | None:
        """The configuration that the present run was started with."""
        return self.started.config if self.started else None

    @property
    def environment(self) -> EnvironmentFacts | None:
        """Facts of the present run's environment."""
        return self.started.environment if self.started else None

    @property
    def policy(self) -> PolicyFacts | None:
        """Facts of the present run's policy."""
        return self.started.policy if self.started else None

    def apply(self, event: Event) -> None:
        """Take one event in."""
        # Most by far are these two, which the debugger has no use for; time spent here is taken from the trainer.
        if isinstance(event, EpisodeEnded):
            self._add_episode(event)
        elif isinstance(event, UpdateApplied):
            self._add_update(event)
        else:
            self._apply_rare(event)
            self.debug.apply(event)
        if not isinstance(event, PastShown):  # whose step is not where the run is
            self.step = max(self.step, event.step)

    def _apply_rare(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._begin(event)
        elif isinstance(event, ParameterChanged):
            self.marks.append(Mark(event.step, event.name, event.previous, event.value))
            self.values[event.name] = event.value
        elif isinstance(event, RunFailed):
            self.failure = event
        elif isinstance(event, StateChanged):
            self.state = event.state
        elif isinstance(event, Shown):
            self.shown = event
        elif isinstance(event, SpeedMeasured):
            self.seconds, self.steps_per_second = event.seconds, event.steps_per_second
        elif isinstance(event, RunRewound):
            self._rewind(event)
        elif isinstance(event, RecordingOpened | TakenOver):
            self._tell_recording_from_run(event)
        elif isinstance(event, ForksShown):
            self.forks.show(event, self.episodes, self.updates, self.log_std)

    def _begin(self, event: RunStarted) -> None:
        self._clear()
        self.generation += 1
        self.recording, self._opened = self._opened, None
        self.started = event
        self.values = dict(event.config.hyperparameters)
        if event.policy.has_std:
            dimensions = len(event.environment.action_labels)
            self.log_std = Series(1 + dimensions)
            # Every dimension starts at ln σ₀, before there is any update to tell of it.
            self.log_std.append(0.0, *[math.log(event.config.number("initial_std"))] * dimensions)

    def _tell_recording_from_run(self, event: RecordingOpened | TakenOver) -> None:
        if isinstance(event, RecordingOpened):
            self._opened = event  # the run that it is of is said next
        else:
            self.recording = None
            self.forks.begin()  # those of the recording are not the run's

    def _rewind(self, event: RunRewound) -> None:
        """Forget what never happened."""
        self.step = event.step
        for series in (self.episodes, self.updates, self.log_std):
            if series is not None:
                series.forget_after(event.step)
        while self.marks and event.undoes(self.marks[-1].step, self.marks[-1].name, self.marks[-1].value):
            self.marks.pop()
        self.values = dict(self.config.hyperparameters) if self.config else {}
        self.values |= event.values or {mark.name: mark.value for mark in self.marks}
        self.failure = None

    def _add_episode(self, event: EpisodeEnded) -> None:
        recent = self.episodes.column(1)[-(AVERAGED_EPISODES - 1) :]
        with np.errstate(over="ignore", invalid="ignore"):  # of +∞ and −∞ there is no average: a gap in the curve
            average = (recent.sum() + event.episode_return) / (len(recent) + 1)
        self.episodes.append(event.step, event.episode_return, event.length, average)

    def _add_update(self, event: UpdateApplied) -> None:
        self.updates.append(
            event.step,
            event.entropy,
            _or_nan(event.max_probability),
            event.learning_rate,
            _or_nan(event.kl),
            event.gradient_norm,
            _or_nan(event.epsilon),
            math.log10(event.temperature) if event.temperature else math.nan,
        )
        if self.log_std is not None and event.log_std is not None:
            self.log_std.append(event.step, *event.log_std)


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else number
