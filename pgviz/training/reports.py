"""Events out of what an algorithm says of its work."""

from __future__ import annotations

from dataclasses import fields

from pgviz.algorithms.algorithm import Minibatch
from pgviz.algorithms.statistics import UpdateStatistics
from pgviz.training.events import MinibatchComputed, UpdateApplied

_STATISTICS = tuple(field.name for field in fields(UpdateStatistics))


def computed(step: int, update: int, minibatch: Minibatch) -> MinibatchComputed:
    """Say that a loss and its gradient are there."""
    return MinibatchComputed(
        step,
        update,
        minibatch.index,
        minibatch.loss,
        minibatch.gradient_norm,
        minibatch.learning_rate,
        minibatch.kl,
        minibatch.clip_fraction,
    )


def applied(step: int, update: int, statistics: UpdateStatistics) -> UpdateApplied:
    """Say what an update did."""
    return UpdateApplied(step, update, **{name: getattr(statistics, name) for name in _STATISTICS})
