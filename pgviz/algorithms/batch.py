"""Batch: samples of a rollout, as they are learned from.

Shape suffixes: B batch, O observation entries, A choices, T time, N copies of the environment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgviz.algorithms.returns import Floats
from pgviz.policies.decision import Array
from pgviz.policies.policy import Mask, Samples


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples to learn from.

    Parameters
    ----------
    observations_BO, samples_B
        States as seen, and what the policy drew in them.
    advantages_B, returns_B
        A(s, a), and what the critic should have said.
    old_log_probs_B, old_values_B
        ln π and V at the time of acting, where the algorithm needs them.
    masks_BA
        Which choices were legal in each state, or ``None`` where all were in all of them.
    places_B
        Where in the rollout each sample comes from: t · N + n for the t-th step of copy n.
    """

    observations_BO: Array
    samples_B: Samples
    advantages_B: Floats
    returns_B: Floats
    old_log_probs_B: Floats | None = None
    old_values_B: Floats | None = None
    masks_BA: Mask | None = None
    places_B: NDArray[np.int64] | None = None

    def select(self, index: NDArray[np.int64] | slice) -> Batch:
        """Return the chosen samples."""
        return Batch(
            self.observations_BO[index],
            self.samples_B[index],
            self.advantages_B[index],
            self.returns_B[index],
            None if self.old_log_probs_B is None else self.old_log_probs_B[index],
            None if self.old_values_B is None else self.old_values_B[index],
            None if self.masks_BA is None else self.masks_BA[index],
            None if self.places_B is None else self.places_B[index],
        )

    def __len__(self) -> int:
        return len(self.observations_BO)
