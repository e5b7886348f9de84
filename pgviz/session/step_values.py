"""What the names in a condition mean at an environment step; all but the number of steps needs its details.

Shape suffixes: A actions, D action dimensions, K bins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.policies.decision import BareDecision, CategoricalDecision, Decision, GaussianDecision
from pgviz.training.events import StepDetail, StepTaken

Read = Callable[[StepTaken], object]
Floats = NDArray[np.float64]


def _detail(read: Callable[[StepDetail], object]) -> Read:
    """Return what reads a step's details; without any the value is unknown."""

    def read_detail(event: StepTaken) -> object:
        return None if event.detail is None else read(event.detail)

    return read_detail


def _decision(read: Callable[[Any], object]) -> Read:
    return _detail(lambda detail: read(detail.decision))


def _parts(decision: Decision) -> tuple[Any, ...]:
    """The choices that a decision is made of; most are but one."""
    return getattr(decision, "factors", (decision,))


def _joined(decision: Decision, field: str) -> Floats | None:
    """One field of all the parts that have it, one behind the other."""
    found = [getattr(part, field, None) for part in _parts(decision)]
    there = [np.asarray(each, np.float64).ravel() for each in found if each is not None]
    return np.concatenate(there) if there else None


def _action(decision: Decision) -> object:
    """A number for one discrete choice, an array for anything else."""
    if isinstance(decision, CategoricalDecision | BareDecision):
        return decision.action
    actions = [_action_of(part) for part in _parts(decision)]
    if any(each is None for each in actions):
        return None
    return np.concatenate([np.asarray(each, np.float64).ravel() for each in actions])


def _action_of(part: Any) -> object:
    return part.action if isinstance(part, CategoricalDecision) else getattr(part, "action_D", None)


def _probability(decision: Decision) -> float | None:
    """π(a|s); a continuous action has a density instead."""
    if isinstance(decision, CategoricalDecision):
        return None if decision.chosen is None else float(decision.probabilities_A[decision.chosen])
    if decision.log_prob is None or any(isinstance(part, GaussianDecision) for part in _parts(decision)):
        return None
    return math.exp(decision.log_prob)


def _max_probability(decision: Decision) -> float | None:
    """Probability of the likeliest action; the factors of an action are independent."""
    parts = _parts(decision)
    if not all(isinstance(part, CategoricalDecision) for part in parts):
        return None
    return math.prod(float(np.max(part.probabilities_A)) for part in parts)


def _mask_count(decision: Decision) -> int | None:
    """How many actions are legal; of several factors, for the one with the fewest."""
    counts = [_legal(part) for part in _parts(decision) if isinstance(part, CategoricalDecision)]
    return min(counts) if counts else None


def _legal(part: CategoricalDecision) -> int:
    mask_A = getattr(part, "mask_A", None)
    return len(part.probabilities_A) if mask_A is None else int(np.count_nonzero(mask_A))


def _log_std(decision: Decision) -> Floats | None:
    std_D = _joined(decision, "std_D")
    if std_D is None:
        return None
    with np.errstate(divide="ignore"):
        return np.log(std_D)


def _q_values(decision: Decision) -> Floats | None:
    """Q(s, ·): of each action, or of each bin, dimension after dimension."""
    values_A = _joined(decision, "values_A")
    return _joined(decision, "values_DK") if values_A is None else values_A


# What a bare decision tells; every other name takes what the policy thought.
BARE_NAMES = frozenset(
    {
        "step",
        "episode",
        "episode_step",
        "episode_return",
        "reward",
        "terminated",
        "truncated",
        "observation",
        "action",
    }
)

STEP_READERS: Mapping[str, Read] = {
    "step": lambda event: event.step,
    "episode": _detail(lambda detail: detail.episode),
    "episode_step": _detail(lambda detail: detail.episode_step),
    "episode_return": _detail(lambda detail: detail.episode_return),
    "reward": _detail(lambda detail: detail.reward),
    "terminated": _detail(lambda detail: detail.terminated),
    "truncated": _detail(lambda detail: detail.truncated),
    "observation": _decision(lambda decision: np.asarray(decision.observation, np.float64).ravel()),
    "log_prob": _decision(lambda decision: decision.log_prob),
    "entropy": _decision(lambda decision: decision.entropy),
    "value": _decision(lambda decision: decision.value),
    "action": _decision(_action),
    "sample": _decision(lambda decision: _joined(decision, "sample_D")),
    "probability": _decision(_probability),
    "max_probability": _decision(_max_probability),
    "probabilities": _decision(lambda decision: _joined(decision, "probabilities_A")),
    "logits": _decision(lambda decision: _joined(decision, "logits_A")),
    "q_values": _decision(_q_values),
    "mu": _decision(lambda decision: _joined(decision, "mean_D")),
    "std": _decision(lambda decision: _joined(decision, "std_D")),
    "log_std": _decision(_log_std),
    "mask_count": _decision(_mask_count),
}
