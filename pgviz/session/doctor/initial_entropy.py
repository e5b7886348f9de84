"""The policy has decided before it has learned anything."""

from __future__ import annotations

import math

import numpy as np

from pgviz.session.doctor.check import Check, Record, learns_on_policy
from pgviz.session.doctor.finding import Finding, bars
from pgviz.training.events import RunStarted, UpdateApplied

SHARE, NATS = 0.1, 0.3
TOO_LOW = (
    "Start the last layer with small weights (a gain of 0.01) and no bias, and log_std at ln σ₀, so that every "
    "action is tried before one is preferred."
)
TOO_HIGH = (
    "A policy that starts as it should is not that undecided: take the entropy over the legal actions alone, "
    "start log_std at ln σ₀, and count in the squashing."
)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(64)


class InitialEntropy(Check):
    """Compares the entropy of the first rollout with that of an even choice, and with what σ₀ implies."""

    name = "initial_entropy"
    title = "The policy starts out decided"
    watched = "the entropy at the start, beside ln n or what σ₀ implies"

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether what it should be is known: not behind the masks of several choices at once."""
        return learns_on_policy(started) and not (
            started.policy.kind == "factored" and started.environment.has_masks
        )

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Look at the first update alone; its entropy was taken before its first step."""
        if event.update != 1 or event.vitals is None:
            return None
        choices = event.vitals.uniform_entropy if record.started.policy.kind == "categorical" else None
        expected, leeway = expected_entropy(record, choices)
        if abs(event.entropy - expected) <= leeway:
            return None
        sentence = (
            f"Before the first step the entropy is {event.entropy:.3g} nats, where {self._reason(record)} "
            f"{expected:.3g}."
        )
        evidence = bars("Entropy in nats", event.step, measured=event.entropy, expected=expected)
        if event.entropy > expected:
            return self.finding(event, sentence, TOO_HIGH, evidence, "The entropy at the start is too high")
        return self.finding(event, sentence, TOO_LOW, evidence)

    @staticmethod
    def _reason(record: Record) -> str:
        if record.started.policy.has_std:
            return f"σ₀ = {record.initial_std:g} implies"
        return "an even choice among the legal actions has"


def expected_entropy(record: Record, choices: float | None = None) -> tuple[float, float]:
    """Return the entropy with which a policy should start, and how far from it is still fine.

    Parameters
    ----------
    record
        The run.
    choices
        Entropy of an even choice among options; by default among all of each factor.
    """
    environment, policy = record.started.environment, record.started.policy
    if choices is None:
        counts = [len(factor.labels) for factor in environment.factors if not factor.low]
        plain = policy.uniform_entropy if not (environment.factors or policy.has_std) else None
        choices = sum(math.log(count) for count in counts) if plain is None else plain
    if not policy.has_std:
        return choices, SHARE * choices
    bounds = _bounds(record)
    real = sum(gaussian_entropy(record.initial_std, low, high, squash=record.squashes) for low, high in bounds)
    return choices + real, SHARE * choices + NATS * len(bounds)


def _bounds(record: Record) -> list[tuple[float, float]]:
    environment = record.started.environment
    factors = [pair for each in environment.factors for pair in zip(each.low, each.high, strict=True)]
    return factors or list(zip(environment.action_low, environment.action_high, strict=True))


def gaussian_entropy(std: float, low: float, high: float, *, squash: bool) -> float:
    """Entropy of one real action with mean 0 and that σ, squashed into its bounds or not, in nats.

    H = ½ ln 2πeσ² + E[ln da/du], see :mod:`pgviz.policies.bounds` for da/du; the expectation by Gauss–Hermite
    quadrature.
    """
    plain = math.log(std) + 0.5 * math.log(2.0 * math.pi * math.e)
    has_low, has_high = low > -1e30, high < 1e30
    if not squash or not (has_low or has_high):
        return plain
    u = std * _NODES
    if has_low and has_high:
        slope = math.log((high - low) / 2.0) + 2.0 * (math.log(2.0) - u - np.logaddexp(0.0, -2.0 * u))
    else:
        slope = -np.logaddexp(0.0, -u if has_low else u)
    return plain + float(_WEIGHTS @ slope / _WEIGHTS.sum())
