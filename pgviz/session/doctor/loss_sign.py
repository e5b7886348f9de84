"""The loss has the wrong sign: steps make good actions less likely."""

from __future__ import annotations

import math

import numpy as np

from pgviz.session.doctor.check import Check, Record, Trail
from pgviz.session.doctor.finding import Finding
from pgviz.training.events import UpdateApplied

CHECKUPS, LEAST = 3, 0.15
MANY_CHECKUPS, LEAST_ASCENT = 6, 0.05


class LossSign(Check):
    """Watches which way ln π moves where the advantage is positive, and where it is negative.

    Descending the loss must be ascending E[Â ln π]: the two gradients point the same way, whatever the learning
    rate. What a step then does to ln π is blurred by the optimiser's momentum; where it goes wrong although the
    gradient is right, many updates have to agree.
    """

    name = "loss_sign"
    title = "The loss has the wrong sign"
    watched = "whether actions with a positive advantage become more likely"
    severity = "error"

    def __init__(self) -> None:
        self._trail = Trail("Â > 0", "Â < 0")
        self._ways = Trail("gradient", "change of ln π")

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """See which way the first steps of an update went."""
        vitals = event.vitals
        if vitals is None or math.isnan(vitals.agreement) or math.isnan(vitals.ascent):
            return None
        self._trail.add(event.step, vitals.rise_of_good, vitals.rise_of_bad)
        self._ways.add(event.step, vitals.agreement, vitals.ascent)
        agreement, ascent = self._ways.last(CHECKUPS), self._ways.last(MANY_CHECKUPS, 1)
        if len(agreement) == CHECKUPS and agreement.max() < -LEAST:
            said = f"the gradient points away from that (cosine {agreement.mean():+.2f} over {CHECKUPS} updates)"
        elif len(ascent) == MANY_CHECKUPS and ascent.max() < -LEAST_ASCENT:
            said = f"the steps of {MANY_CHECKUPS} updates went the other way (correlation {ascent.mean():+.2f})"
        else:
            return None
        good, bad = self._mean_rise(0), self._mean_rise(1)
        sentence = (
            f"Actions with a positive advantage are to become more likely, but {said}. One step changed ln π by "
            f"{good:+.1g} where the advantage is positive, and by {bad:+.1g} where it is negative."
        )
        advice = "The optimiser descends: its loss has to be minus the mean of advantage times ln π."
        evidence = self._ways.evidence("With the advantages (1) or against (−1)", 0.0)
        return self.finding(event, sentence, advice, evidence)

    def _mean_rise(self, column: int) -> float:
        rises = self._trail.last(CHECKUPS, column)
        rises = rises[np.isfinite(rises)]
        return float(rises.mean()) if len(rises) else 0.0
