"""What looking closely finds: what a minibatch wants, sample by sample, and what actions are worth.

No torch is imported here, so that the window can name it.

Shape suffixes: B samples, A actions tried, R rollouts of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.policies.decision import Decision

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class LayerNorms:
    """Euclidean norms of one parameter tensor, of its gradient, and of the step about to be made."""

    name: str
    parameter: float
    gradient: float
    step: float


@dataclass(frozen=True, slots=True)
class Moves:
    """How π(·|s) of one state would change.

    Parameters
    ----------
    sample
        Which sample's state it is, counted from 0.
    before
        As it is.
    alone, minibatch, step
        After a step of the same length as the optimiser's, along the sample's own gradient, and along the whole
        minibatch's; and after the optimiser's actual step.
    """

    sample: int
    before: Decision
    alone: Decision
    minibatch: Decision
    step: Decision


@dataclass(frozen=True, slots=True)
class Examination:
    """An open minibatch under the microscope.

    Parameters
    ----------
    steps_ago_B, copies_B
        Where each sample comes from: how many steps of all copies before the end of the rollout (0 for the last),
        and in which copy.
    episodes_B
        Number of the episode that it belongs to, from 1, counted over all copies.
    actions
        What was drawn, ``(B,)`` or ``(B, D)``, before squashing or clipping.
    log_probs_B, old_log_probs_B, ratios_B, clipped_B
        ln π now and at the time of acting, their ratio π/π_old, and whether clipping has cut its pull off;
        ``None`` where the algorithm has no ratio.
    returns_B, values_B, advantages_B
        The critic's target, V(s) now, and the advantage as it weighs in the loss; V may be ``None``.
    gradient_norms_B
        Norm of each sample's own part of the minibatch's gradient.
    shares_B
        What each adds to the whole along its direction, g·G / G·G: they sum to 1.
    cosines_B
        Cosine of the angle between each and the whole.
    layers
        Norms by parameter tensor.
    moves
        How one state's π would change.
    """

    steps_ago_B: NDArray[np.int64]
    copies_B: NDArray[np.int64]
    episodes_B: NDArray[np.int64]
    actions: NDArray[Any]
    log_probs_B: Floats
    old_log_probs_B: Floats | None
    ratios_B: Floats | None
    clipped_B: NDArray[np.bool_] | None
    returns_B: Floats
    values_B: Floats | None
    advantages_B: Floats
    gradient_norms_B: Floats
    shares_B: Floats
    cosines_B: Floats
    layers: tuple[LayerNorms, ...]
    moves: Moves | None


@dataclass(frozen=True, slots=True)
class ActionValues:
    """Monte-Carlo estimates of Q(s, a) under the present policy.

    Parameters
    ----------
    samples
        What was taken first, one per action.
    returns_AR
        Discounted return of each rollout; the r-th of every action had the same random numbers.
    cut_off
        Share of the rollouts that had not ended at the horizon; there the state's value stands for the rest (see
        :attr:`PolicyFacts.value_name`), and 0 where nobody estimates it.
    """

    samples: tuple[tuple[float, ...], ...]
    returns_AR: NDArray[np.float64]
    cut_off: float

    @property
    def means_A(self) -> NDArray[np.float64]:
        """The estimates."""
        means: NDArray[np.float64] = self.returns_AR.mean(1)
        return means

    @property
    def errors_A(self) -> NDArray[np.float64]:
        """Standard errors of the estimates; 0 for a single rollout."""
        count = self.returns_AR.shape[1]
        spread_A = self.returns_AR.std(1, ddof=1) if count > 1 else np.zeros(len(self.returns_AR))
        errors: NDArray[np.float64] = spread_A / np.sqrt(count)
        return errors
