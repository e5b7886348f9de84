"""Hyperparameters of REINFORCE (Williams 1992, doi:10.1007/BF00992696)."""

from __future__ import annotations

from pgviz.hyperparameters import shared
from pgviz.hyperparameters.shared import with_default
from pgviz.parameters import Parameter, ParameterSet

NAME = "reinforce"
TITLE = "REINFORCE"
SUMMARY = "Plays whole episodes, then makes each action more likely in proportion to the return that followed it."

PARAMETERS = ParameterSet(
    (
        with_default(shared.LEARNING_RATE, 3e-3),
        shared.LEARNING_RATE_SCHEDULE,
        shared.ENTROPY_COEFFICIENT,
        Parameter(
            "episodes_per_update",
            8,
            "Episodes per update",
            "Whole episodes played before each update.",
            kind="integer",
            low=1,
            high=1024,
            scale="log",
            unit="episodes",
            live="update",
        ),
        shared.GAMMA,
        Parameter(
            "baseline",
            True,
            "Learned baseline",
            "Subtract a learned value of the state from the return: the same expected gradient with less noise.",
            kind="flag",
        ),
        shared.NORMALIZE_ADVANTAGE,
        shared.NORMALIZE_REWARD,
        shared.VALUE_COEFFICIENT,
        # Returns are large: a clip shared with the critic would let the critic's error drown the actor.
        with_default(shared.MAX_GRADIENT_NORM, None),
        shared.OPTIMIZER,
        shared.OPTIMIZER_EPSILON,
        *shared.POLICY,
        shared.MISTAKE,
    )
)
