"""Actions pile up at the bounds to which they are clipped."""

from __future__ import annotations

import numpy as np

from pgviz.session.doctor.check import Check, Record, Trail, learns_on_policy
from pgviz.session.doctor.finding import Finding
from pgviz.training.events import RunStarted, UpdateApplied

SHARE, CHECKUPS = 0.45, 3


class ClippedActions(Check):
    """Watches how many samples lie beyond the bounds: all of these are one action, to which ln π is blind."""

    name = "clipped_actions"
    title = "Actions pile up at the bounds"
    watched = "how many actions are clipped to their bounds"

    def __init__(self) -> None:
        self._trail = Trail("share beyond the bounds")

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether real actions are clipped."""
        clips = started.config.hyperparameters.get("action_bounds") == "clip"
        return learns_on_policy(started) and started.policy.has_std and clips

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Look at the dimension with the most."""
        if event.vitals is None or event.vitals.beyond_bounds_D is None:
            return None
        shares_D = event.vitals.beyond_bounds_D
        self._trail.add(event.step, float(shares_D.max()))
        recent = self._trail.last(CHECKUPS)
        if len(recent) < CHECKUPS or recent.min() < SHARE:
            return None
        labels = record.started.environment.action_labels
        where = int(np.argmax(shares_D))
        of = f" of {labels[where]}" if where < len(labels) and len(labels) > 1 else ""
        sentence = (
            f"{recent.mean():.0%} of the samples{of} lie beyond the bounds and are clipped: to the environment "
            "they are one action, while ln π takes them for different ones."
        )
        advice = "Squash actions by tanh (action_bounds=squash), or start with a smaller std."
        evidence = self._trail.evidence("Share of samples beyond the bounds", SHARE)
        return self.finding(event, sentence, advice, evidence)
