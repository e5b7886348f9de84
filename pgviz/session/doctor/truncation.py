"""Truncated episodes are learned from as if they had terminated."""

from __future__ import annotations

from pgviz.session.doctor.check import Check, Record, Trail, learns_on_policy
from pgviz.session.doctor.finding import Finding
from pgviz.training.events import RunStarted, UpdateApplied

EPISODES, UPDATES = 3, 2
NOTHING, SOMETHING = 1e-4, 0.01


class Truncation(Check):
    """Looks at what the targets hold beyond the reward where an episode was cut off: it should be γ V(s′)."""

    name = "truncation"
    at_every_update = True
    title = "Truncation is treated as termination"
    watched = "whether truncated episodes are bootstrapped"
    severity = "error"

    def __init__(self) -> None:
        self._trail = Trail("beyond the reward", "|V|")
        self._count = 0

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether there is a critic to bootstrap from."""
        return learns_on_policy(started) and started.policy.has_value

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Count truncated episodes whose targets end with the reward; one that goes on clears the count."""
        seen = event.truncations
        if seen is None or seen.value < SOMETHING:
            return None
        if seen.bootstrap > NOTHING * seen.value:
            self._count = 0
            self._trail.clear()
            return None
        self._count += seen.count
        self._trail.add(event.step, seen.bootstrap, seen.value)
        if self._count < EPISODES or len(self._trail) < UPDATES:
            return None
        value = float(self._trail.last(len(self._trail), 1).mean())
        sentence = (
            f"In {self._count} episodes that a limit cut off, the last step's target is its reward alone, as if "
            f"nothing were to come, while the critic's |V| of the states that they led to is {value:.3g}."
        )
        advice = (
            "After a truncated step add γ V(s′) of the episode's own last state; leave it out after termination."
        )
        evidence = self._trail.evidence("What the target holds beyond the reward, and |V|")
        return self.finding(event, sentence, advice, evidence)
