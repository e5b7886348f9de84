"""Hyperparameters of SAC (Haarnoja et al. 2018, arXiv:1812.05905)."""

from __future__ import annotations

from dataclasses import replace

from pgviz.hyperparameters import off_policy, shared
from pgviz.hyperparameters.shared import with_default
from pgviz.parameters import Parameter, ParameterSet

NAME = "sac"
TITLE = "SAC"
SUMMARY = "Learns from remembered steps to earn much and stay random, and finds out itself how random to stay."

PARAMETERS = ParameterSet(
    (
        # α is the temperature's letter here.
        replace(shared.LEARNING_RATE, symbol="η"),
        shared.LEARNING_RATE_SCHEDULE,
        Parameter(
            "temperature",
            1.0,
            "Temperature",
            "How much a nat of entropy is worth in rewards: what α is, or where learning it starts. Moved during "
            "a run, it starts α again there at the next update.",
            low=1e-6,
            high=100.0,
            scale="log",
            symbol="α",
            live="update",
            group="Exploration",
        ),
        Parameter(
            "learn_temperature",
            True,
            "Learn the temperature",
            "Let the temperature rise while the policy's entropy is below its target, and fall while it is above.",
            kind="flag",
            group="Exploration",
        ),
        Parameter(
            "target_entropy",
            None,
            "Target entropy",
            "The entropy at which a learned temperature holds the policy, for actions brought to [−1, 1] in each "
            "dimension. None is −1 for each dimension.",
            low=-1000.0,
            high=1000.0,
            unit="nats",
            live="minibatch",
            optional=True,
            group="Exploration",
        ),
        with_default(off_policy.TAU, 0.005),
        shared.GAMMA,
        with_default(off_policy.BATCH_SIZE, 256),
        with_default(off_policy.TRAIN_FREQUENCY, 1),
        # One for each step taken, however many copies take it.
        with_default(off_policy.GRADIENT_STEPS, -1),
        off_policy.LEARNING_STARTS,
        off_policy.BUFFER_SIZE,
        with_default(shared.MAX_GRADIENT_NORM, None),
        shared.OPTIMIZER,
        # PyTorch's own, with which the published configurations of SAC run.
        with_default(shared.OPTIMIZER_EPSILON, 1e-8),
        with_default(shared.HIDDEN_SIZES, (256, 256)),
        with_default(shared.ACTIVATION, "relu"),
        shared.ORTHOGONAL_INITIALIZATION,
        # An output of the network, which is held to at most e² = 7.38906.
        replace(shared.INITIAL_STD, high=7.389),
        off_policy.NORMALIZE_OBSERVATION,
        shared.DEVICE,
    )
)
