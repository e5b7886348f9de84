"""Advantages weigh in the loss as they come, at very different scales."""

from __future__ import annotations

import math

import numpy as np

from pgviz.session.doctor.check import Check, Record, Trail
from pgviz.session.doctor.finding import Finding
from pgviz.training.events import UpdateApplied

CHECKUPS, LARGE = 4, 10.0
# Where all is learned, advantages become tiny, and do no harm: large ones have to have been there as well.
MANY_CHECKUPS, RATIO, NOTABLE = 8, 100.0, 30.0


class Advantages(Check):
    """Watches the root mean square of the advantages as they weigh in the loss; normalised ones have 1."""

    name = "advantage_scale"
    title = "Advantages are not normalised"
    watched = "the scale of the advantages in the loss"

    def __init__(self) -> None:
        self._trail = Trail("root mean square")

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Say so where they are large for long, or of very different sizes in different updates."""
        if event.vitals is None:
            return None
        self._trail.add(event.step, math.hypot(event.vitals.advantage_mean, event.vitals.advantage_std))
        scales = self._trail.last(len(self._trail))
        size = float(np.median(scales[-CHECKUPS:]))
        smallest, largest = float(scales.min()), float(scales.max())
        varies = len(scales) >= MANY_CHECKUPS and largest > max(RATIO * smallest, NOTABLE)
        if len(scales) < CHECKUPS or not (size > LARGE or varies):
            return None
        said = (
            f"are between {smallest:.2g} and {largest:.3g} in size, from one update to another"
            if varies
            else f"have a size of {size:.3g} (root mean square), where normalised ones have 1"
        )
        sentence = (
            f"Advantages weigh in the loss as they come and {said}: gradient clipping and the entropy bonus do "
            "not mean the same from one task, or one update, to the next."
        )
        advice = "Normalise advantages (normalize_advantage=true), or rewards."
        evidence = self._trail.evidence("Root mean square of the advantages in the loss", LARGE)
        return self.finding(event, sentence, advice, evidence)
