"""How far a step moves π(·|s): numbers for the microscope. Knows no Qt.

Shape suffixes: D action dimensions, X points of a curve.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.training.events import (
    ActionFactor,
    CategoricalDecision,
    Decision,
    EnvironmentFacts,
    FactoredDecision,
    GaussianDecision,
)
from pgviz.training.examination import Examination, Moves

Floats = NDArray[np.floating[Any]]
NAMES = ("before", "alone", "minibatch", "step")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an action that has a picture of its own: one choice, or one real number.

    Parameters
    ----------
    name
        What it is called.
    labels
        A name for each option of a choice; empty for a real number.
    low, high
        Bounds of a real number.
    factor
        Which factor of the action it belongs to; ``None`` where the action is not made up of several.
    dimension
        Which entry of a real vector.
    """

    name: str
    labels: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    factor: int | None = None
    dimension: int = 0

    def of(self, decision: Decision) -> Decision:
        """The part of a decision that it is about."""
        if self.factor is not None and isinstance(decision, FactoredDecision):
            return decision.factors[self.factor]
        return decision


def parts_of(facts: EnvironmentFacts) -> list[Part]:
    """The parts of an environment's action."""
    if facts.factors:
        return [part for index, factor in enumerate(facts.factors) for part in _of_factor(index, factor)]
    if not facts.action_low:
        return [Part("action", facts.action_labels)]
    bounds = zip(facts.action_labels, facts.action_low, facts.action_high, strict=True)
    return [Part(name, (), low, high, None, index) for index, (name, low, high) in enumerate(bounds)]


def _of_factor(index: int, factor: ActionFactor) -> list[Part]:
    if not factor.low:
        return [Part(factor.name, factor.labels, factor=index)]
    bounds = zip(factor.labels, factor.low, factor.high, strict=True)
    return [Part(name, (), low, high, index, dimension) for dimension, (name, low, high) in enumerate(bounds)]


def decisions_of(moves: Moves) -> tuple[Decision, Decision, Decision, Decision]:
    """π before, and after each move, in the order of :data:`NAMES`."""
    return moves.before, moves.alone, moves.minibatch, moves.step


def log_prob(decision: Decision, action: Floats) -> float:
    """Ln π(a|s) of what was drawn; of a real vector as drawn, before squashing or clipping.

    Squashing adds the same to each of two policies, so that differences are those of the action's own density.
    """
    entries = np.ravel(action)
    if isinstance(decision, FactoredDecision):
        total, begin = 0.0, 0
        for factor in decision.factors:
            width = len(factor.mean_D) if isinstance(factor, GaussianDecision) else 1
            total += log_prob(factor, entries[begin : begin + width])
            begin += width
        return total
    if isinstance(decision, CategoricalDecision):
        chance = float(decision.probabilities_A[int(entries[0])])
        return math.log(chance) if chance > 0 else -math.inf
    if isinstance(decision, GaussianDecision):
        z_D = (entries - decision.mean_D) / decision.std_D
        return float((-0.5 * z_D**2 - np.log(decision.std_D) - 0.5 * math.log(2 * math.pi)).sum())
    return math.nan


def changes(examination: Examination) -> tuple[float, ...]:
    """By how much each of the three moves changes ln π of the sample's own action in its state."""
    moves = examination.moves
    assert moves is not None
    action = examination.actions[moves.sample]
    before, *after = (log_prob(each, action) for each in decisions_of(moves))
    return tuple(each - before for each in after)


def curves(moves: Moves, part: Part, points: int = 201) -> tuple[Floats, Floats]:
    """The densities of one real number over one axis: ``(X,)``, and ``(4, X)`` in the order of :data:`NAMES`."""
    drawn = [part.of(each) for each in decisions_of(moves)]
    found = [each.density(part.dimension, points) for each in drawn if isinstance(each, GaussianDecision)]
    first, last = min(x_X[0] for x_X, _ in found), max(x_X[-1] for x_X, _ in found)
    over_X = np.linspace(first, last, points)
    return over_X, np.stack([np.interp(over_X, x_X, y_X, left=0.0, right=0.0) for x_X, y_X in found])
