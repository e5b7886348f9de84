"""The value function explains nothing."""

from __future__ import annotations

from pgviz.session.doctor.check import Check, Record, Trail, learns_on_policy
from pgviz.session.doctor.finding import Finding
from pgviz.training.events import RunStarted, UpdateApplied

OPTIMIZER_STEPS, UPDATES = 300, 20  # before which no critic can be blamed
CHECKUPS, CHECKUPS_IF_BAD, BAD = 8, 3, -0.5


class Critic(Check):
    """Watches the variance of returns that the value function explains, over several updates together.

    Over one short rollout it may well be about 0: all its returns are much the same. Over several, 1 − mean
    squared error / (variance within rollouts + variance of their means) counts being right about the means, too.
    """

    name = "critic"
    title = "The value function explains nothing"
    watched = "how much of the returns the value function explains"

    def __init__(self) -> None:
        self._trail = Trail("critic's error", "spread of the returns")
        self._means = Trail("mean return")

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether there is a critic."""
        return learns_on_policy(started) and started.policy.has_value

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Say so where a constant would have done as well, for long."""
        vitals = event.vitals
        if vitals is None or vitals.value_error is None:
            return None
        if record.optimizer_steps < OPTIMIZER_STEPS or event.update < UPDATES:
            return None
        self._trail.add(event.step, vitals.value_error, vitals.return_std)
        self._means.add(event.step, vitals.return_mean)
        explained = self._explained()
        bad = BAD if len(self._trail) < CHECKUPS else 0.0
        if explained is None or len(self._trail) < CHECKUPS_IF_BAD or explained > bad:
            return None
        times = 1.0 - explained
        sentence = (
            f"After {record.optimizer_steps:,} optimiser steps the value function explains nothing: its mean "
            f"squared error is {times:.2g} times the variance of the returns. A constant would do as well or "
            "better, and advantages are as noisy as returns."
        )
        advice = "Check that the critic is trained: its coefficient, its learning rate, its target and its inputs."
        return self.finding(event, sentence, advice, self._trail.evidence("Error of V beside the returns' spread"))

    def _explained(self) -> float | None:
        error, spread = self._trail.last(CHECKUPS), self._trail.last(CHECKUPS, 1)
        variance = float((spread**2).mean() + self._means.last(CHECKUPS).var())
        return 1.0 - float((error**2).mean()) / variance if variance > 1e-12 else None
