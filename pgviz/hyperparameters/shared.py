"""Hyperparameters that several algorithms share: the policy's own and the optimiser's."""

from __future__ import annotations

from dataclasses import replace

from pgviz.parameters import Parameter, Value

HIDDEN_SIZES = Parameter(
    "hidden_sizes",
    (64, 64),
    "Hidden layers",
    "Units in each hidden layer of the policy network, and of the value network beside it.",
    kind="sizes",
    low=1,
    high=4096,
    group="Policy",
)
ACTIVATION = Parameter(
    "activation",
    "tanh",
    "Activation",
    "The non-linearity between the layers.",
    kind="choice",
    choices=("tanh", "relu"),
    group="Policy",
)
STD_KIND = Parameter(
    "std_kind",
    "free",
    "Std of a Gaussian",
    "What the learned log_std of a Gaussian policy depends on: free is one number for all states, state is an "
    "output of the network, another one in each state and never above 2, which is a std of 7.389.",
    kind="choice",
    choices=("free", "state"),
    group="Policy",
)
INITIAL_STD = Parameter(
    "initial_std",
    1.0,
    "Initial std",
    "Standard deviation from which the learned log_std starts. Moved during a run, it starts log_std again at "
    "ln σ₀ at the next update, in every state alike.",
    low=0.01,
    high=10.0,
    scale="log",
    symbol="σ₀",
    live="update",
    group="Exploration",
)
ACTION_BOUNDS = Parameter(
    "action_bounds",
    "squash",
    "Action bounds",
    "How a Gaussian action is kept within the bounds: squashed by tanh, with the exact log-probability, or "
    "sampled freely and clipped.",
    kind="choice",
    choices=("squash", "clip"),
    group="Policy",
)
ACTION_MASK = Parameter(
    "action_mask",
    True,
    "Action mask",
    "Whether illegal actions, where the environment names them, get probability 0 in acting and in learning. "
    "Switched off, the policy has to find out by itself.",
    kind="flag",
    live="update",
    group="Policy",
)
ORTHOGONAL_INITIALIZATION = Parameter(
    "orthogonal_initialization",
    True,
    "Orthogonal initialisation",
    "Begin with orthogonal weights, and a policy that is nearly the same in every state. Switched off, weights "
    "begin uniform, each layer's within ±1/√inputs.",
    kind="flag",
    group="Policy",
)
NORMALIZE_OBSERVATION = Parameter(
    "normalize_observation",
    False,
    "Normalise observations",
    "Shift and scale each entry of the observation by the mean and standard deviation of all that was seen of it "
    "so far, and cut it off at ±10. Pictures are scaled in any case.",
    kind="flag",
    group="Environment",
)
DEVICE = Parameter(
    "device",
    "auto",
    "Device",
    "Where the networks are computed. Auto takes a GPU, where there is one, for pictures and for networks of half "
    "a million weights or more; smaller ones are faster on the CPU.",
    kind="choice",
    choices=("auto", "cpu", "cuda"),
    group="Policy",
)
POLICY = (
    HIDDEN_SIZES,
    ACTIVATION,
    ORTHOGONAL_INITIALIZATION,
    STD_KIND,
    INITIAL_STD,
    ACTION_BOUNDS,
    ACTION_MASK,
    NORMALIZE_OBSERVATION,
    DEVICE,
)

LEARNING_RATE = Parameter(
    "learning_rate",
    3e-4,
    "Learning rate",
    "Size of each optimiser step. With a linear schedule this is the value it starts from.",
    low=1e-6,
    high=1.0,
    scale="log",
    symbol="α",
    live="minibatch",
)
LEARNING_RATE_SCHEDULE = Parameter(
    "learning_rate_schedule",
    "constant",
    "Learning-rate schedule",
    "Whether the learning rate stays as set or falls linearly to 0 at the last step.",
    kind="choice",
    choices=("constant", "linear"),
)
OPTIMIZER = Parameter(
    "optimizer",
    "adam",
    "Optimiser",
    "How a gradient becomes a step.",
    kind="choice",
    choices=("adam", "rmsprop"),
)
OPTIMIZER_EPSILON = Parameter(
    "optimizer_epsilon",
    1e-5,
    "Optimiser ε",
    "Added to the root of each gradient's mean square, by which the optimiser divides: a larger one makes steps "
    "smaller where gradients are tiny.",
    low=1e-12,
    high=1.0,
    scale="log",
)
GAMMA = Parameter(
    "gamma",
    0.99,
    "Discount",
    "Weight of the next step's reward against this one's.",
    low=0.0,
    high=1.0,
    symbol="γ",
    live="update",
)
GAE_LAMBDA = Parameter(
    "gae_lambda",
    0.95,
    "GAE λ",
    "Trade-off of generalised advantage estimation: 0 trusts the value function, 1 trusts the sampled return.",
    low=0.0,
    high=1.0,
    symbol="λ",
    live="update",
)
ENTROPY_COEFFICIENT = Parameter(
    "entropy_coefficient",
    0.0,
    "Entropy coefficient",
    "Reward for staying random: larger keeps the policy exploring, 0 lets it become as sure as it likes.",
    low=0.0,
    high=1.0,
    scale="cubic",
    symbol="β",
    live="minibatch",
    group="Exploration",
)
VALUE_COEFFICIENT = Parameter(
    "value_coefficient",
    0.5,
    "Value coefficient",
    "Weight of the value function's squared error in the loss.",
    low=0.0,
    high=10.0,
    scale="cubic",
    live="minibatch",
)
MAX_GRADIENT_NORM = Parameter(
    "max_gradient_norm",
    0.5,
    "Gradient clipping",
    "Longest gradient that the optimiser is given; a longer one is shortened. None switches it off.",
    low=1e-3,
    high=1e3,
    scale="log",
    live="minibatch",
    optional=True,
)
NORMALIZE_ADVANTAGE = Parameter(
    "normalize_advantage",
    True,
    "Normalise advantages",
    "Shift and scale the advantages of each minibatch to mean 0 and standard deviation 1.",
    kind="flag",
)
NORMALIZE_REWARD = Parameter(
    "normalize_reward",
    False,
    "Normalise rewards",
    "Divide each reward by the standard deviation of the discounted return so far, and cut it off at ±10, before "
    "learning from it. The returns that are shown stay the environment's own.",
    kind="flag",
    group="Environment",
)
ROLLOUT_LENGTH = Parameter(
    "rollout_length",
    256,
    "Rollout length",
    "Steps taken in each environment between two updates.",
    kind="integer",
    low=1,
    high=16384,
    scale="log",
    unit="steps",
)

MISTAKE = Parameter(
    "mistake",
    "none",
    "Mistake",
    "A common mistake to make on purpose, to see what it does and whether the doctor finds it. Further ones are "
    "settings: clipped actions, a tiny initial std, a huge learning rate, no normalised advantages.",
    kind="choice",
    choices=(
        "none",
        "flipped_sign",
        "deterministic_start",
        "no_tanh_correction",
        "mask_only_in_acting",
        "truncation_as_termination",
        "dead_units",
    ),
    group="Teaching",
)


def with_default(parameter: Parameter, default: Value) -> Parameter:
    """The same declaration with another algorithm's usual default."""
    return replace(parameter, default=default)
