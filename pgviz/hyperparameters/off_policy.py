"""Hyperparameters that the off-policy algorithms share."""

from __future__ import annotations

from dataclasses import replace

from pgviz.hyperparameters import shared
from pgviz.parameters import Parameter

BUFFER_SIZE = Parameter(
    "buffer_size",
    1_000_000,
    "Buffer size",
    "Steps kept to learn from; the oldest are overwritten.",
    kind="integer",
    low=1,
    high=10**8,
    scale="log",
    unit="steps",
)
LEARNING_STARTS = Parameter(
    "learning_starts",
    100,
    "Learning starts",
    "Steps taken at random before the first update, over all environments.",
    kind="integer",
    low=0,
    high=10**7,
    unit="steps",
)
BATCH_SIZE = Parameter(
    "batch_size",
    32,
    "Batch size",
    "Steps drawn from the buffer for each gradient step.",
    kind="integer",
    low=1,
    high=65536,
    scale="log",
    unit="samples",
    live="update",
)
TRAIN_FREQUENCY = Parameter(
    "train_frequency",
    4,
    "Train frequency",
    "Steps taken in each environment between two updates.",
    kind="integer",
    low=1,
    high=16384,
    scale="log",
    unit="steps",
)
GRADIENT_STEPS = Parameter(
    "gradient_steps",
    1,
    "Gradient steps",
    "Optimiser steps in each update; −1 makes as many as steps were taken since the last one.",
    kind="integer",
    low=-1,
    high=16384,
    live="update",
)
TAU = Parameter(
    "tau",
    1.0,
    "Target rate",
    "How far the target network moves towards the network each time: 1 copies it, less follows it smoothly.",
    low=1e-5,
    high=1.0,
    scale="log",
    symbol="τ",
    live="update",
)
# Rewards have no such option: a target is a reward and a value, and every value learned so far would be wrong when
# the rewards' scale moves; α of SAC would be worth something else, too.
NORMALIZE_OBSERVATION = replace(
    shared.NORMALIZE_OBSERVATION,
    help=shared.NORMALIZE_OBSERVATION.help
    + " What is remembered is kept as it was, and normalised by what is known when it is learned from.",
)
