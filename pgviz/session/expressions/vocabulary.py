"""The words of the expression language: each name and function once, with its help.

Conditions, completion, documentation and the adapter of events all read these tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["step", "episode", "minibatch", "update"]
"""What can have happened when a condition is checked: a step was taken, an episode ended, a minibatch's loss and
gradient are there and its step is not taken yet, an update was applied."""

KINDS: tuple[Kind, ...] = ("step", "episode", "minibatch", "update")


@dataclass(frozen=True, slots=True)
class Name:
    """A value that a run may have.

    Parameters
    ----------
    name, help
        The word, and one line on what it is.
    kinds
        At which events it gets a new value, the one that is meant where nothing else decides first; empty for what
        holds for the whole run.
    truth
        Whether it is true or false, rather than a number.
    many
        Whether it has, or may have, several entries.
    counter
        Whether it only counts, so that in company it does not decide when a condition is checked.
    """

    name: str
    help: str
    kinds: tuple[Kind, ...] = ()
    truth: bool = False
    many: bool = False
    counter: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """Something that is called.

    Parameters
    ----------
    name, help
        The word, and one line on what it gives.
    usage
        How it is written.
    least, most
        How many arguments it takes; ``None`` for as many as are given.
    """

    name: str
    help: str
    usage: str
    least: int = 1
    most: int | None = 1


_NAMES = (
    Name(
        "step",
        "environment steps taken, over all copies",
        ("step", "episode", "minibatch", "update"),
        counter=True,
    ),
    Name("episode", "number of the episode, from 1", ("episode", "step"), counter=True),
    Name("episode_step", "steps taken in the watched episode before this one", ("step",)),
    Name("episode_return", "sum of the episode's rewards, undiscounted", ("episode", "step")),
    Name("episode_length", "steps of the episode that ended", ("episode",)),
    Name("terminated", "whether the task ended the episode", ("episode", "step"), truth=True),
    Name("truncated", "whether a limit ended the episode", ("episode", "step"), truth=True),
    Name("reward", "what the environment answered to the step", ("step",)),
    Name("observation", "what the policy saw, by entry: observation[0]", ("step",), many=True),
    Name("action", "what the policy did; for several dimensions action[0], action[1], …", ("step",), many=True),
    Name("sample", "a continuous action as drawn, before squashing or clipping", ("step",), many=True),
    Name("probability", "probability of the action taken, for discrete actions", ("step",)),
    Name("log_prob", "log-probability (or log-density) of the action taken", ("step",)),
    Name("probabilities", "probability of each discrete action", ("step",), many=True),
    Name("logits", "the policy network's outputs for discrete actions", ("step",), many=True),
    Name("q_values", "the value of each action to a value-based agent", ("step",), many=True),
    Name("mu", "mean of the Gaussian, before squashing, by dimension", ("step",), many=True),
    Name("value", "the critic's estimate of the state: V(s); max Q of DQN; min Q(s, mu) of SAC", ("step",)),
    Name("mask_count", "how many actions are legal in the state", ("step",)),
    Name(
        "entropy",
        "entropy of π in nats: the update's mean, or in a condition about a step that state's",
        ("update", "step"),
    ),
    Name(
        "max_probability",
        "probability of the likeliest action: the update's mean, or that state's",
        ("update", "step"),
    ),
    Name(
        "log_std", "log-std by action dimension, after the update, or in that state", ("update", "step"), many=True
    ),
    Name(
        "std",
        "standard deviation by action dimension, after the update, or in that state",
        ("update", "step"),
        many=True,
    ),
    Name("update", "number of the update, from 1", ("update", "minibatch"), counter=True),
    Name("minibatch", "number of the minibatch in its update, from 0", ("minibatch",)),
    Name("loss", "the minibatch's whole loss", ("minibatch",)),
    Name("grad_norm", "norm of the minibatch's gradient before clipping", ("minibatch", "update")),
    Name("learning_rate", "rate of the optimiser's next step", ("minibatch", "update")),
    Name("objective", "the policy's surrogate objective, ascended", ("update",)),
    Name("value_loss", "the critic's squared error", ("update",)),
    Name("explained_variance", "share of the returns' variance that the critic explains", ("update",)),
    Name("kl", "approximate KL divergence from the policy that collected the rollout", ("minibatch", "update")),
    Name("clip_fraction", "share of samples whose ratio was clipped", ("minibatch", "update")),
    Name("epsilon", "share of actions drawn at random by an ε-greedy policy", ("update",)),
    Name("temperature", "weight of the entropy, where it is learned", ("update",)),
    Name("n_actions", "how many discrete actions there are (joint ones, for several factors)"),
    Name("low", "lower bound of each action dimension", many=True),
    Name("high", "upper bound of each action dimension", many=True),
    Name("uniform_entropy", "entropy of the uniform policy: ln n for n actions"),
    Name("reward_threshold", "mean return at which the environment counts as solved"),
    Name("episode_step_limit", "steps after which an episode is truncated"),
    Name("steps_per_second", "speed of the run as last measured"),
)

_FUNCTIONS = (
    Function("abs", "size without sign", "abs(x)"),
    Function("min", "the smallest of several numbers, or of the entries of one", "min(x, y)", most=None),
    Function("max", "the largest of several numbers, or of the entries of one", "max(x, y)", most=None),
    Function("any", "whether any condition, or any entry of one, holds", "any(x > 1)", most=None),
    Function("all", "whether all conditions, or all entries of one, hold", "all(x > 1)", most=None),
    Function("ln", "natural logarithm", "ln(x)"),
    Function("log", "natural logarithm, the same as ln", "log(x)"),
    Function("exp", "e to the power of x", "exp(x)"),
    Function("sqrt", "square root", "sqrt(x)"),
    Function("isnan", "whether x is not a number", "isnan(x)"),
    Function("isfinite", "whether x is neither infinite nor not a number", "isfinite(x)"),
    Function("rising", "x is greater than before; a condition has become true", "rising(x)"),
    Function("falling", "x is smaller than before; a condition has become false", "falling(x)"),
    Function("changed", "x is another than before", "changed(x)"),
    Function("mean", "mean of the last n values; unknown until there are n", "mean(x, 20)", least=2, most=2),
)

NAMES: dict[str, Name] = {each.name: each for each in _NAMES}
FUNCTIONS: dict[str, Function] = {each.name: each for each in _FUNCTIONS}
CONSTANTS: dict[str, float | bool] = {
    "True": True,
    "False": False,
    "inf": float("inf"),
    "nan": float("nan"),
}
OPERATORS: dict[str, str] = {
    "and": "both hold",
    "or": "one of the two holds, or both",
    "<": "smaller",
    "<=": "smaller or equal",
    ">": "greater",
    ">=": "greater or equal",
    "==": "equal",
    "!=": "not equal",
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "divided by",
    "//": "divided by, rounded down",
    "%": "remainder",
    "**": "to the power of",
}
WORD_OPERATORS = frozenset({"and", "or", "not"})
