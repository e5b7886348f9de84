"""Runs for a doctor to look at."""

from __future__ import annotations

from pgviz.config import RunConfig
from pgviz.session.doctor import Doctor
from pgviz.session.session import Session
from pgviz.training.events import UpdateApplied


def examined(
    environment: str, algorithm: str = "ppo", *, updates: int, until: str = "", **settings: object
) -> Doctor:
    """Train for so many updates under the eyes of a doctor, or until there is a finding of that name."""
    doctor = Doctor()
    config = RunConfig.create(environment, algorithm, **settings)
    with Session(config) as session:
        session.trainer.algorithm.checks_up = True
        while (event := session.pull()) is not None:
            doctor.take(event)
            found = any(finding.name == until for finding in doctor.findings)
            if found or (isinstance(event, UpdateApplied) and event.update >= updates):
                break
        assert session.error is None, session.error
    return doctor
