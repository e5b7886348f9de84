"""The mask holds in acting and not in the update."""

from __future__ import annotations

from pgviz.session.doctor.check import Check, Record, Trail, heeds_masks, learns_on_policy
from pgviz.session.doctor.finding import Finding
from pgviz.training.events import RunStarted, UpdateApplied

PROBABILITY, CHECKUPS = 0.005, 2


class Masks(Check):
    """Compares ln π of the update with ln π under the masks that acting had, with the same weights."""

    name = "mask_in_update"
    title = "The update ignores the mask"
    watched = "whether illegal actions have no probability in the update"
    severity = "error"

    def __init__(self) -> None:
        self._trail = Trail("probability of what is illegal")

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether there are masks that are heeded."""
        return learns_on_policy(started) and heeds_masks(started)

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Wait for two checkups that agree."""
        if event.vitals is None or event.vitals.mask_gap is None:
            return None
        self._trail.add(event.step, event.vitals.mask_gap)
        recent = self._trail.last(CHECKUPS)
        if len(recent) < CHECKUPS or recent.min() < PROBABILITY:
            return None
        sentence = (
            f"In acting, illegal actions have probability 0; in the update π gives them {recent.mean():.1%} on "
            "average, so that ratios, entropy and gradient are those of another policy."
        )
        advice = (
            "Store the mask with each step, and set the logits of illegal actions to −∞ in the update as well."
        )
        evidence = self._trail.evidence("Probability that the update's π gives to illegal actions", PROBABILITY)
        return self.finding(event, sentence, advice, evidence)
