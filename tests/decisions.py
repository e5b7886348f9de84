"""Hand-made decisions of every kind of policy, and what a run says of itself before the first of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pgviz.config import RunConfig
from pgviz.training.events import (
    ActionFactor,
    BinnedDecision,
    CategoricalDecision,
    Decision,
    EnvironmentFacts,
    FactoredDecision,
    GaussianDecision,
    PolicyFacts,
    RunStarted,
    StateShown,
    StepDetail,
    StepTaken,
)

OBSERVATION = np.zeros(4)


def softmax(logits_A: np.ndarray) -> np.ndarray:
    """Probabilities in proportion to exp(logits)."""
    weights_A = np.exp(logits_A - np.max(logits_A))
    return np.asarray(weights_A / weights_A.sum())


def categorical(
    logits: Sequence[float],
    chosen: int | None = 0,
    mask: Sequence[bool] | None = None,
    values: Sequence[float] | None = None,
    epsilon: float = 0.1,
) -> CategoricalDecision:
    """A choice by softmax; ε-greedy with regard to the values where there are any."""
    logits_A = np.array(logits, float)
    mask_A = None if mask is None else np.array(mask, bool)
    probabilities_A = softmax(logits_A if mask_A is None else np.where(mask_A, logits_A, -np.inf))
    values_A = None if values is None else np.array(values, float)
    if values_A is not None:
        legal_A = np.ones(len(values_A), bool) if mask_A is None else mask_A
        probabilities_A = epsilon * legal_A / legal_A.sum()
        probabilities_A[np.where(legal_A, values_A, -np.inf).argmax()] += 1 - epsilon
    entropy = float(-(probabilities_A * np.log(np.where(probabilities_A > 0, probabilities_A, 1.0))).sum())
    log_prob = None if chosen is None else float(np.log(probabilities_A[chosen]))
    value = None if values_A is None else float(np.max(values_A[np.isfinite(values_A)]))
    return CategoricalDecision(
        OBSERVATION, log_prob, entropy, value, probabilities_A, logits_A, chosen, 0, mask_A, values_A
    )


def gaussian(
    mean: Sequence[float], std: Sequence[float], low: float = -1.0, high: float = 1.0
) -> GaussianDecision:
    """A Gaussian, squashed where there are bounds, that drew half a standard deviation above its mean."""
    mean_D, std_D = np.array(mean, float), np.array(std, float)
    sample_D = mean_D + 0.5 * std_D
    low_D, high_D = np.full(len(mean_D), low), np.full(len(mean_D), high)
    squashed = bool(np.isfinite(high - low))
    action_D = low + (high - low) / 2 * (1 + np.tanh(sample_D)) if squashed else sample_D
    return GaussianDecision(
        OBSERVATION, -1.0, 0.7, 1.5, mean_D, std_D, sample_D, action_D, low_D, high_D, squashed
    )


def binned(count: int, dimensions: int = 1, chosen: int | None = 0, best: float = 0.3) -> BinnedDecision:
    """Values that fall off quadratically from their best, over [-2, 2]; ε = 0.1."""
    centres_K = np.linspace(-2.0, 2.0, count)
    values_DK = np.stack([-150.0 - 2.0 * (centres_K - best - 0.5 * d) ** 2 for d in range(dimensions)])
    probabilities_DK = np.full((dimensions, count), 0.1 / count)
    probabilities_DK[np.arange(dimensions), values_DK.argmax(1)] += 0.9
    chosen_D = None if chosen is None else np.full(dimensions, chosen)
    low_D, high_D = np.full(dimensions, -2.0), np.full(dimensions, 2.0)
    log_prob = None if chosen is None else float(np.log(probabilities_DK[np.arange(dimensions), chosen_D]).sum())
    return BinnedDecision(
        OBSERVATION,
        log_prob,
        0.5,
        float(values_DK.max()),
        np.tile(centres_K, (dimensions, 1)),
        probabilities_DK,
        values_DK,
        chosen_D,
        low_D,
        high_D,
    )


def factored(factors: Sequence[Decision]) -> FactoredDecision:
    """Choices made independently of each other."""
    log_prob = (
        None if any(each.log_prob is None for each in factors) else sum(each.log_prob or 0 for each in factors)
    )
    return FactoredDecision(OBSERVATION, log_prob, sum(each.entropy for each in factors), 1.5, tuple(factors))


def joints(count: int = 8, options: int = 7, seed: int = 0) -> FactoredDecision:
    """So many choices among so many options each."""
    random = np.random.default_rng(seed)
    return factored(
        [categorical(random.normal(size=options).tolist(), int(random.integers(options))) for _ in range(count)]
    )


def factors_of(decision: FactoredDecision) -> tuple[ActionFactor, ...]:
    """What an environment would say of such an action."""
    result = []
    for index, each in enumerate(decision.factors):
        if isinstance(each, CategoricalDecision):
            options = tuple(str(option) for option in range(len(each.probabilities_A)))
            result.append(ActionFactor(f"joint {index}", options))
        elif isinstance(each, GaussianDecision):
            names = tuple(f"force {index}.{d}" for d in range(len(each.mean_D)))
            result.append(ActionFactor(f"force {index}", names, tuple(each.low_D), tuple(each.high_D)))
    return tuple(result)


def started(decision: Decision, labels: Sequence[str] = (), algorithm: str = "ppo") -> RunStarted:
    """The start of a run whose policy decides like this."""
    facts, kind = EnvironmentFacts("CartPole-v1", "CartPole", "Box(4)", "", tuple(labels)), "categorical"
    if isinstance(decision, FactoredDecision):
        facts = EnvironmentFacts("Reach-v0", "Reach", "Box(4)", "", tuple(labels), factors=factors_of(decision))
        kind = "factored"
    elif isinstance(decision, BinnedDecision | GaussianDecision):
        low, high = tuple(decision.low_D.tolist()), tuple(decision.high_D.tolist())
        labels = labels or tuple(f"torque {index}" for index in range(len(low)))
        facts = EnvironmentFacts("Pendulum-v1", "Pendulum", "Box(3)", "", tuple(labels), low, high)
        kind = "bins" if isinstance(decision, BinnedDecision) else "gaussian"
    elif isinstance(decision, CategoricalDecision):
        labels = labels or tuple(str(index) for index in range(len(decision.probabilities_A)))
        mask = decision.mask_A is not None
        facts = EnvironmentFacts("CartPole-v1", "CartPole", "Box(4)", "", tuple(labels), has_masks=mask)
        kind = "categorical" if decision.values_A is None else "values"
    value = "max Q" if kind in ("values", "bins") else "V(s)"
    learned = kind in ("categorical", "factored")
    policy = PolicyFacts(kind, 4610, kind == "gaussian", learned, None, value_name=value)
    return RunStarted(
        0, RunConfig.create(facts.id if facts.id != "Reach-v0" else "CartPole-v1", algorithm), facts, policy
    )


def shown(decision: Decision) -> StepTaken:
    """A step taken by this decision."""
    return StepTaken(8, StepDetail(0, 1, 7, decision, 1.0, False, False, 8.0, None))


def waiting(decision: Decision) -> StateShown:
    """A state in which nothing has been chosen yet."""
    return StateShown(8, StepDetail(0, 1, 7, decision, None, False, False, 8.0, None))
