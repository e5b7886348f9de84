"""Hyperparameters of PPO (Schulman et al. 2017, arXiv:1707.06347)."""

from __future__ import annotations

from pgviz.hyperparameters import shared
from pgviz.parameters import Parameter, ParameterSet

NAME = "ppo"
TITLE = "PPO"
SUMMARY = (
    "Actor–critic that reuses each rollout for several epochs and clips how far one update can move the policy."
)

PARAMETERS = ParameterSet(
    (
        shared.LEARNING_RATE,
        shared.LEARNING_RATE_SCHEDULE,
        shared.ENTROPY_COEFFICIENT,
        shared.ROLLOUT_LENGTH,
        Parameter(
            "minibatch_size",
            256,
            "Minibatch size",
            "Samples in each optimiser step; the last minibatch of an epoch may be smaller.",
            kind="integer",
            low=1,
            high=65536,
            scale="log",
            unit="samples",
        ),
        Parameter(
            "epochs",
            10,
            "Epochs",
            "How often each rollout is gone through.",
            kind="integer",
            low=1,
            high=100,
            live="update",
        ),
        shared.GAMMA,
        shared.GAE_LAMBDA,
        Parameter(
            "clip_range",
            0.2,
            "Clip range",
            "How far the probability ratio may move from 1 before its gradient is cut off.",
            low=0.001,
            high=10.0,
            scale="log",
            symbol="ε",
            live="minibatch",
        ),
        Parameter(
            "clip_range_schedule",
            "constant",
            "Clip-range schedule",
            "Whether the clip range stays as set or falls linearly to 0 at the last step.",
            kind="choice",
            choices=("constant", "linear"),
        ),
        Parameter(
            "value_clip_range",
            None,
            "Value clip range",
            "How far the value prediction may move from the old one in an update. None switches it off.",
            low=0.001,
            high=1000.0,
            scale="log",
            live="minibatch",
            optional=True,
        ),
        Parameter(
            "value_clip_range_schedule",
            "constant",
            "Value-clip schedule",
            "Whether the value clip range stays as set or falls linearly to 0 at the last step.",
            kind="choice",
            choices=("constant", "linear"),
        ),
        Parameter(
            "target_kl",
            None,
            "Target KL",
            "An update ends early once the policy has moved further than 1.5 times this. None switches it off.",
            low=1e-4,
            high=10.0,
            scale="log",
            live="minibatch",
            optional=True,
        ),
        shared.NORMALIZE_ADVANTAGE,
        shared.NORMALIZE_REWARD,
        shared.VALUE_COEFFICIENT,
        shared.MAX_GRADIENT_NORM,
        shared.OPTIMIZER,
        shared.OPTIMIZER_EPSILON,
        *shared.POLICY,
        shared.MISTAKE,
    )
)
