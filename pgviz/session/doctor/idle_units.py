"""Much of a hidden layer is dead."""

from __future__ import annotations

from pgviz.session.doctor.check import Check, Record, Trail
from pgviz.session.doctor.finding import Finding
from pgviz.training.events import UpdateApplied

SHARE, CHECKUPS = 0.5, 3


class IdleUnits(Check):
    """Watches for hidden units that are the same in every state that was sampled, and have no gradient."""

    name = "dead_units"
    title = "Hidden units are dead"
    watched = "hidden units that are never active, or always saturated"

    def __init__(self) -> None:
        self._trail = Trail("share of the worst layer")

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Wait for several checkups that agree."""
        if event.vitals is None or not event.vitals.idle_units_H:
            return None
        shares = event.vitals.idle_units_H
        self._trail.add(event.step, max(shares))
        recent = self._trail.last(CHECKUPS)
        if len(recent) < CHECKUPS or recent.min() < SHARE:
            return None
        relu = record.started.config.hyperparameters.get("activation") == "relu"
        kind = "0" if relu else "saturated"
        layer = shares.index(max(shares)) + 1
        sentence = (
            f"{recent[-1]:.0%} of the units of hidden layer {layer} of the actor are {kind} in every state that "
            "was sampled: they pass on neither the state nor a gradient."
        )
        advice = "Normalise observations, lower the learning rate, and start with smaller weights and no bias."
        return self.finding(event, sentence, advice, self._trail.evidence("Share of dead units", SHARE))
