"""Hyperparameters of A2C, the synchronous form of A3C (Mnih et al. 2016, arXiv:1602.01783)."""

from __future__ import annotations

from pgviz.hyperparameters import shared
from pgviz.hyperparameters.shared import with_default
from pgviz.parameters import ParameterSet

NAME = "a2c"
TITLE = "A2C"
SUMMARY = "Actor–critic that takes one step after each short rollout, weighing actions by their advantage."

PARAMETERS = ParameterSet(
    (
        with_default(shared.LEARNING_RATE, 7e-4),
        shared.LEARNING_RATE_SCHEDULE,
        shared.ENTROPY_COEFFICIENT,
        with_default(shared.ROLLOUT_LENGTH, 5),
        shared.GAMMA,
        # λ = 1 is the n-step return of the rollout.
        with_default(shared.GAE_LAMBDA, 1.0),
        with_default(shared.NORMALIZE_ADVANTAGE, False),
        shared.NORMALIZE_REWARD,
        shared.VALUE_COEFFICIENT,
        shared.MAX_GRADIENT_NORM,
        with_default(shared.OPTIMIZER, "rmsprop"),
        shared.OPTIMIZER_EPSILON,
        *shared.POLICY,
        shared.MISTAKE,
    )
)
