"""What an update did, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pgviz.algorithms.vitals import Truncations, Vitals


@dataclass(frozen=True, slots=True)
class UpdateStatistics:
    """Numbers of one update; the fields are those of :class:`pgviz.training.events.UpdateApplied`."""

    learning_rate: float
    entropy: float
    max_probability: float | None
    log_std: NDArray[np.float64] | None
    objective: float
    value_loss: float | None
    explained_variance: float | None
    kl: float | None
    clip_fraction: float | None
    gradient_norm: float
    minibatches: int
    epsilon: float | None = None
    temperature: float | None = None
    observation_mean: NDArray[np.float64] | None = None
    observation_std: NDArray[np.float64] | None = None
    reward_std: float | None = None
    vitals: Vitals | None = None
    truncations: Truncations | None = None


@dataclass(slots=True)
class Tally:
    """Values by name, gathered over the minibatches of an update."""

    _values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """Add one value."""
        self._values.setdefault(name, []).append(value)

    def mean(self, name: str) -> float | None:
        """Mean of the values of that name, or ``None`` where there were none."""
        values = self._values.get(name)
        return sum(values) / len(values) if values else None

    def last(self, name: str) -> float | None:
        """The last value of that name, or ``None`` where there was none."""
        values = self._values.get(name)
        return values[-1] if values else None

    def count(self, name: str) -> int:
        """How many values of that name were added."""
        return len(self._values.get(name, ()))
