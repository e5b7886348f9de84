"""ln π of a squashed action lacks the correction for squashing."""

from __future__ import annotations

from pgviz.session.doctor.check import Check, Record, Trail, learns_on_policy
from pgviz.session.doctor.finding import Finding
from pgviz.training.events import RunStarted, UpdateApplied

NATS, CHECKUPS = 0.05, 2


class Squashing(Check):
    """Compares ln π with the density of the actions that the environment is sent.

    That density is ln N(u; μ, σ) − ln da/du, with da/du found by moving u a little and looking at the action.
    """

    name = "tanh_correction"
    title = "ln π lacks the tanh correction"
    watched = "whether ln π is the density of the squashed action"
    severity = "error"

    def __init__(self) -> None:
        self._trail = Trail("difference in nats")

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether real actions are squashed."""
        squashes = started.config.hyperparameters.get("action_bounds") == "squash"
        return learns_on_policy(started) and started.policy.has_std and squashes

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Wait for two checkups that agree."""
        if event.vitals is None or event.vitals.density_gap is None:
            return None
        self._trail.add(event.step, event.vitals.density_gap)
        recent = self._trail.last(CHECKUPS)
        if len(recent) < CHECKUPS or recent.min() < NATS:
            return None
        sentence = (
            f"ln π differs by {recent.mean():.2g} nats on average from the density of the actions that the "
            "environment is sent, found by moving the sample a little and watching the action."
        )
        advice = "Subtract ln da/du, the sum of ln(1 − tanh² u) and the logarithm of half the range, from ln N(u)."
        evidence = self._trail.evidence("|ln π − density| in nats", NATS)
        return self.finding(event, sentence, advice, evidence)
