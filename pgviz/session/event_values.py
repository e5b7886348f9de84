"""What the names in a condition mean at an event: the bridge from events to the expression language.

Nothing is computed before it is asked for, so that a condition that is not hit costs little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pgviz.session.expressions import NAMES, Kind
from pgviz.session.expressions.arithmetic import exponential
from pgviz.session.notices import SpeedMeasured
from pgviz.session.step_values import STEP_READERS
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    MinibatchComputed,
    RunStarted,
    StepTaken,
    UpdateApplied,
)

Read = Callable[[Any], object]

KIND_OF: Mapping[type[Event], Kind] = {
    StepTaken: "step",
    EpisodeEnded: "episode",
    MinibatchComputed: "minibatch",
    UpdateApplied: "update",
}


def _field(name: str) -> Read:
    """Return what reads a field; an event that has no such field makes the value unknown."""

    def read(event: Event) -> object:
        return getattr(event, name, None)

    return read


def _std(event: UpdateApplied) -> object:
    return None if event.log_std is None else np.exp(event.log_std)


def _fields(*names: str, **renamed: str) -> dict[str, Read]:
    return {name: _field(name) for name in ("step", *names)} | {name: _field(own) for name, own in renamed.items()}


READERS: Mapping[Kind, Mapping[str, Read]] = {
    "step": STEP_READERS,
    "episode": _fields("episode", "episode_return", "terminated", "truncated", episode_length="length"),
    "minibatch": _fields(
        "update", "minibatch", "loss", "learning_rate", "kl", "clip_fraction", grad_norm="gradient_norm"
    ),
    "update": _fields(
        "update",
        "entropy",
        "max_probability",
        "log_std",
        "learning_rate",
        "objective",
        "value_loss",
        "explained_variance",
        "kl",
        "clip_fraction",
        "epsilon",
        "temperature",
        grad_norm="gradient_norm",
    )
    | {"std": _std},
}
"""For each kind of event, what reads each name that gets a value there."""


class EventValues(dict[str, object]):
    """The values of names, as of the last event taken in.

    A name that gets a value at the present kind of event has that one, or is unknown where this event comes
    without it, as a step does whose details were not captured. Any other name has its last value. What is looked
    up once is kept until the next event.

    Examples
    --------
    >>> values = EventValues()
    >>> values.take(EpisodeEnded(96, 0, 5, 123, 20.0, 20, True, False))
    'episode'
    >>> values["episode_return"], values["step"], values["kl"]
    (20.0, 96.0, None)
    """

    def __init__(self) -> None:
        super().__init__()
        self._begin()

    def _begin(self) -> None:
        self._readers: Mapping[str, Read] = READERS["step"]
        self._event: Event = StepTaken(0)
        self._last: dict[Kind, Event] = {}
        self._whole_run: dict[str, object] = {}

    def take(self, event: Event) -> Kind | None:
        """Take an event in; to be called with every event of a run.

        Returns
        -------
        str or None
            At which kind of event conditions are to be checked now; ``None`` for one at which none is.
        """
        kind = KIND_OF.get(event.__class__)
        if kind is None:
            self._take_other(event)
            return None
        self.clear()
        self._readers, self._event = READERS[kind], event
        if kind != "step" or event.detail is not None:  # type: ignore[attr-defined]
            self._last[kind] = event
        return kind

    def _take_other(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self.clear()
            self._begin()
            self._whole_run = _of_the_run(event)
        elif isinstance(event, SpeedMeasured):
            self.pop("steps_per_second", None)
            self._whole_run["steps_per_second"] = event.steps_per_second

    def __missing__(self, name: str) -> object:
        read = self._readers.get(name)
        value = self._earlier(name) if read is None else read(self._event)
        if value.__class__ is int:
            value = float(value)
        self[name] = value
        return value

    def _earlier(self, name: str) -> object:
        """Look up the last value of a name that the present event does not tell of."""
        if name in self._whole_run:
            return self._whole_run[name]
        for kind in NAMES[name].kinds:
            if kind in self._last:
                return READERS[kind][name](self._last[kind])
        return None


def _of_the_run(started: RunStarted) -> dict[str, object]:
    """What holds for the whole run."""
    environment, policy = started.environment, started.policy
    return {
        "n_actions": _action_count(started),
        "low": np.array(environment.action_low, np.float64) if environment.action_low else None,
        "high": np.array(environment.action_high, np.float64) if environment.action_high else None,
        "uniform_entropy": policy.uniform_entropy,
        "reward_threshold": environment.reward_threshold,
        "episode_step_limit": environment.episode_step_limit,
    }


def _action_count(started: RunStarted) -> float | None:
    """How many (joint) discrete actions there are: e to the power of the entropy of choosing among them evenly."""
    continuous = bool(started.environment.action_low) and started.policy.kind != "bins"
    if continuous or started.policy.uniform_entropy is None:
        return None
    count = exponential(started.policy.uniform_entropy)
    return float(round(count)) if math.isfinite(count) else count
