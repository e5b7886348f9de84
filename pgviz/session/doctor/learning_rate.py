"""The learning rate is too high: single updates throw the policy far."""

from __future__ import annotations

import math

from pgviz.session.doctor.check import Check, Record, Trail
from pgviz.session.doctor.finding import Finding
from pgviz.training.events import UpdateApplied

WINDOW = 10
ENORMOUS, LARGE, TIMES = 1.0, 0.2, 2
CLIPPED, TIMES_CLIPPED = 0.5, 3


class LearningRate(Check):
    """Watches how far an update moves π: the KL divergence and, for PPO, the share of clipped ratios."""

    name = "learning_rate"
    at_every_update = True
    title = "The learning rate is too high"
    watched = "how far each update moves the policy"

    def __init__(self) -> None:
        self._trail = Trail("KL", "clipped share")

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Say so after one enormous move, or several large ones."""
        measured = [each for each in (event.kl, event.vitals.kl if event.vitals else None) if each is not None]
        if not measured:
            return None
        kl = max(measured)
        self._trail.add(event.step, kl, math.nan if event.clip_fraction is None else event.clip_fraction)
        if kl <= LARGE and (event.clip_fraction or 0.0) <= CLIPPED:
            return None
        recent, clipped = self._trail.last(WINDOW), self._trail.last(WINDOW, 1)
        spikes, cut = int((recent > LARGE).sum()), int((clipped > CLIPPED).sum())
        if recent.max() <= ENORMOUS and spikes < TIMES and cut < TIMES_CLIPPED:
            return None
        if recent.max() > ENORMOUS or spikes >= TIMES:
            said = (
                f"updates moved π by a KL divergence of up to {recent.max():.2g} nats, where 0.01 to 0.05 is usual"
            )
        else:
            said = f"more than half of the ratios were clipped in {cut} of {len(recent)} updates"
        sentence = f"At a learning rate of {event.learning_rate:.2g}, {said}."
        advice = "Lower the learning rate, perhaps by ten; fewer epochs or a target KL help as well."
        return self.finding(event, sentence, advice, self._trail.evidence("KL divergence of an update", LARGE))
