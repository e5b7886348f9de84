"""Doctor: takes in every event of a run, and names the mistakes that it sees."""

from __future__ import annotations

from pgviz.session.doctor.advantages import Advantages
from pgviz.session.doctor.check import Check, Record
from pgviz.session.doctor.clipped_actions import ClippedActions
from pgviz.session.doctor.collapse import EntropyCollapse, NarrowStart, StdCollapse, StdExplosion
from pgviz.session.doctor.critic import Critic
from pgviz.session.doctor.finding import Finding
from pgviz.session.doctor.idle_units import IdleUnits
from pgviz.session.doctor.initial_entropy import InitialEntropy
from pgviz.session.doctor.learning_rate import LearningRate
from pgviz.session.doctor.loss_sign import LossSign
from pgviz.session.doctor.masks import Masks
from pgviz.session.doctor.squashing import Squashing
from pgviz.session.doctor.truncation import Truncation
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    MinibatchComputed,
    ParameterChanged,
    RunStarted,
    StepTaken,
    UpdateApplied,
)

CHECKS: tuple[type[Check], ...] = (
    LossSign,
    InitialEntropy,
    NarrowStart,
    EntropyCollapse,
    StdCollapse,
    StdExplosion,
    ClippedActions,
    Squashing,
    Masks,
    Truncation,
    Advantages,
    Critic,
    LearningRate,
    IdleUnits,
)


def watching(started: RunStarted) -> tuple[type[Check], ...]:
    """The checks that a run is put through."""
    return tuple(check for check in CHECKS if check.applies(started))


class Doctor:
    """Looks for common mistakes in one run after another, and says each once.

    Most evidence comes from checkups, which the trainer makes where its algorithm's ``checks_up`` is on.

    Attributes
    ----------
    findings
        What was found in the present run, oldest first.

    Examples
    --------
    >>> doctor = Doctor()
    >>> doctor.take(StepTaken(8))
    []
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._record: Record | None = None
        self._keep_looking([])

    def take(self, event: Event) -> list[Finding]:
        """Take an event in; returns what has just been found."""
        if isinstance(event, StepTaken | MinibatchComputed):
            return []
        if isinstance(event, RunStarted):
            self.findings = []
            self._begin(event)
        elif self._record is None:
            return []
        elif isinstance(event, UpdateApplied):
            return self._examine(event, self._record)
        elif isinstance(event, EpisodeEnded):
            self._record.add_episode(event)
        elif isinstance(event, ParameterChanged):
            self._record.add_change(event)
        return []

    def rewind(self, step: int) -> None:
        """Forget what was seen after `step`, which never happened; evidence is gathered anew from there."""
        if self._record is None:
            return
        self.findings = [each for each in self.findings if each.step <= step]
        self._begin(self._record.started)

    def _begin(self, started: RunStarted) -> None:
        found = {each.name for each in self.findings}
        self._record = Record(started)
        self._keep_looking([check() for check in watching(started) if check.name not in found])

    def _keep_looking(self, checks: list[Check]) -> None:
        self._checks = checks
        self._at_every_update = [check for check in checks if check.at_every_update]

    def _examine(self, event: UpdateApplied, record: Record) -> list[Finding]:
        record.add_update(event)
        found = []
        for check in self._checks if event.vitals is not None else self._at_every_update:
            finding = check.take(event, record)
            if finding is not None:
                found.append(finding)
        if found:
            self.findings += found
            names = {each.name for each in found}
            self._keep_looking([check for check in self._checks if check.name not in names])
        return found
