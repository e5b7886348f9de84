"""Hyperparameters of DQN (Mnih et al. 2015, doi:10.1038/nature14236)."""

from __future__ import annotations

from pgviz.hyperparameters import off_policy, shared
from pgviz.hyperparameters.shared import with_default
from pgviz.parameters import Parameter, ParameterSet

NAME = "dqn"
TITLE = "DQN"
SUMMARY = "Learns the value of every action from remembered steps, and takes the best one but for some exploring."

PARAMETERS = ParameterSet(
    (
        with_default(shared.LEARNING_RATE, 6.3e-4),
        shared.LEARNING_RATE_SCHEDULE,
        Parameter(
            "exploration",
            "epsilon_greedy",
            "Exploration",
            "How actions are drawn from their values: the best one but for a share ε drawn evenly, or each with a "
            "probability that grows exponentially with its value.",
            kind="choice",
            choices=("epsilon_greedy", "boltzmann"),
            live="update",
            group="Exploration",
        ),
        Parameter(
            "initial_epsilon",
            1.0,
            "Initial ε",
            "Share of actions drawn evenly at the first step.",
            low=0.0,
            high=1.0,
            live="update",
            group="Exploration",
        ),
        Parameter(
            "final_epsilon",
            0.05,
            "Final ε",
            "Share of actions drawn evenly once the exploration fraction is over.",
            low=0.0,
            high=1.0,
            scale="cubic",
            symbol="ε",
            live="update",
            group="Exploration",
        ),
        Parameter(
            "exploration_fraction",
            0.15,
            "Exploration fraction",
            "Share of the run over which ε falls linearly from its initial to its final value.",
            low=0.0,
            high=1.0,
            live="update",
            group="Exploration",
        ),
        Parameter(
            "boltzmann_temperature",
            1.0,
            "Temperature",
            "How far apart two values must be to matter, where exploration is boltzmann: small is nearly greedy, "
            "large is nearly even.",
            low=1e-3,
            high=1e3,
            scale="log",
            symbol="T",
            live="update",
            group="Exploration",
        ),
        Parameter(
            "bins",
            None,
            "Bins",
            "Actions into which each dimension of a bounded Box is divided, from bound to bound. None is for "
            "environments whose actions are discrete.",
            kind="integer",
            low=2,
            high=1001,
            scale="log",
            optional=True,
            group="Policy",
        ),
        Parameter(
            "double_q",
            False,
            "Double DQN",
            "Let the network choose the next action and the target network value it, so that errors by chance are "
            "not taken for good luck.",
            kind="flag",
            live="update",
        ),
        Parameter(
            "target_update_interval",
            500,
            "Target update interval",
            "Steps, over all environments, between two moves of the target network towards the network.",
            kind="integer",
            low=1,
            high=10**6,
            scale="log",
            unit="steps",
            live="update",
        ),
        off_policy.TAU,
        shared.GAMMA,
        with_default(off_policy.BATCH_SIZE, 64),
        off_policy.TRAIN_FREQUENCY,
        with_default(off_policy.GRADIENT_STEPS, -1),
        with_default(off_policy.LEARNING_STARTS, 1_000),
        with_default(off_policy.BUFFER_SIZE, 100_000),
        with_default(shared.MAX_GRADIENT_NORM, 10.0),
        shared.OPTIMIZER,
        # PyTorch's own, with which the published configurations of DQN run.
        with_default(shared.OPTIMIZER_EPSILON, 1e-8),
        shared.HIDDEN_SIZES,
        with_default(shared.ACTIVATION, "relu"),
        # With the larger weights of an orthogonal start values overshoot at the published learning rates.
        with_default(shared.ORTHOGONAL_INITIALIZATION, False),
        shared.ACTION_MASK,
        off_policy.NORMALIZE_OBSERVATION,
        shared.DEVICE,
    )
)
