"""What only a recording needs to say, beside the events of the run."""

from __future__ import annotations

from dataclasses import dataclass

from pgviz.training.events import Event
from pgviz.training.interventions import Intervention


@dataclass(frozen=True, slots=True)
class Intervened(Event):
    """A person did something to the run, so that whoever lives it again has to do it at the same place.

    Parameters
    ----------
    pulled
        Events of the run that had been pulled: a count of its own, which snapshots note as well.
    intervention
        What was done.
    """

    pulled: int
    intervention: Intervention
