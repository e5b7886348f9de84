"""Probes: states of a person's choice in which the policy is asked again and again what it would do.

Shape suffixes: O observation entries, A options.
"""

from __future__ import annotations

import time

import numpy as np

from pgviz.errors import UsageError
from pgviz.policies.decision import Array, Decision
from pgviz.session.commands import PutProbe
from pgviz.training.trainer import Trainer

# So often a second at most; an update of a small network takes less than a millisecond.
SECONDS_BETWEEN = 0.05


class Probes:
    """The states that are watched; asking changes nothing and draws nothing."""

    def __init__(self) -> None:
        self._probes: dict[int, PutProbe] = {}
        self._environment = ""
        self._asked = -SECONDS_BETWEEN

    def __len__(self) -> int:
        return len(self._probes)

    def begin(self, environment: str) -> None:
        """Make ready for another run; states of another environment mean nothing in it."""
        if environment != self._environment:
            self._probes, self._environment = {}, environment

    def put(self, probe: PutProbe, trainer: Trainer) -> None:
        """Watch a state, or another one in the place of that with its number.

        Raises
        ------
        UsageError
            Where it is no observation of this run.
        """
        size = trainer.environment.encoder.size
        if len(probe.observation) != size:
            raise UsageError(f"an observation of this run has {size} entries; got {len(probe.observation)}.")
        if not np.isfinite(probe.observation).all():
            raise UsageError("an observation's entries have to be finite numbers.")
        self._probes[probe.id] = probe

    def remove(self, id: int) -> None:
        """Watch it no more."""
        self._probes.pop(id, None)

    @property
    def due(self) -> bool:
        """Whether it is time to ask again."""
        return bool(self._probes) and time.monotonic() - self._asked >= SECONDS_BETWEEN

    def ask(self, trainer: Trainer) -> dict[int, Decision]:
        """What the policy would choose from in each of the states, by number."""
        self._asked = time.monotonic()
        return {id: self._ask(probe, trainer) for id, probe in self._probes.items()}

    @property
    def names(self) -> dict[int, str]:
        """What they are called, by number."""
        return {id: probe.name for id, probe in self._probes.items()}

    def _ask(self, probe: PutProbe, trainer: Trainer) -> Decision:
        observation_O: Array = np.asarray(probe.observation, trainer.environment.encoder.dtype)
        heeds = probe.mask is not None and trainer.heeds_masks
        return trainer.policy.decide(observation_O, None, np.array(probe.mask, bool) if heeds else None)
