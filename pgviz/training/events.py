"""Events: the only thing that leaves training.

Each is a frozen dataclass of scalars and NumPy arrays, so that it pickles. No torch, Gymnasium or Qt is
imported here, so that the window can name an event before any of them is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pgviz.algorithms.vitals import Truncations, Vitals
from pgviz.config import RunConfig
from pgviz.environments.facts import ActionFactor, EnvironmentFacts, EnvironmentListing
from pgviz.parameters import Value
from pgviz.policies.decision import (
    BinnedDecision,
    CategoricalDecision,
    Decision,
    FactoredDecision,
    GaussianDecision,
    PolicyFacts,
)

# Over so many episodes a run's return is averaged, wherever it is shown.
AVERAGED_EPISODES = 100

__all__ = [
    "AVERAGED_EPISODES",
    "ActionFactor",
    "BinnedDecision",
    "CategoricalDecision",
    "Decision",
    "EnvironmentFacts",
    "EnvironmentListing",
    "EpisodeEnded",
    "Event",
    "FactoredDecision",
    "GaussianDecision",
    "MinibatchComputed",
    "ParameterChanged",
    "PastShown",
    "PolicyFacts",
    "RunFailed",
    "RunFinished",
    "RunStarted",
    "Shown",
    "StateShown",
    "StepDetail",
    "StepTaken",
    "Truncations",
    "UpdateApplied",
    "Vitals",
]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a run, when `step` environment steps had been taken (over all copies)."""

    step: int


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """A run is set up and has not taken its first step.

    Parameters
    ----------
    config, environment, policy
        What is run.
    """

    config: RunConfig
    environment: EnvironmentFacts
    policy: PolicyFacts


@dataclass(frozen=True, slots=True)
class StepDetail:
    """One state of the watched environment, and the step taken in it, captured because somebody looks.

    `frame`, the observation and the distribution belong to the same moment: the state *before* the action. The
    reward and the two flags are what the action led to.

    Parameters
    ----------
    environment_index
        Which copy is watched, from 0.
    episode
        Number of its episode, from 1, counted over all copies.
    episode_step
        Steps taken in the episode before this one.
    decision
        What the policy saw and did.
    reward
        What the environment answered, or ``None`` where no action has been taken yet.
    terminated, truncated
        Whether this step ended the episode.
    episode_return
        Undiscounted sum of the episode's rewards so far, this one included.
    frame
        The picture, ``(H, W, 3)`` uint8, or ``None`` where nothing could be drawn.
    """

    environment_index: int
    episode: int
    episode_step: int
    decision: Decision
    reward: float | None
    terminated: bool
    truncated: bool
    episode_return: float
    frame: NDArray[np.uint8] | None


@dataclass(frozen=True, slots=True)
class StepTaken(Event):
    """Every copy of the environment took one step."""

    detail: StepDetail | None = None


@dataclass(frozen=True, slots=True)
class StateShown(Event):
    """The present state, in which no action has been chosen yet; no step is taken by showing it.

    Emitted where a run waits: set up, paused, or finished.
    """

    detail: StepDetail


@dataclass(frozen=True, slots=True)
class PastShown(Event):
    """A state of the past, which somebody looks back at; `step` is the one looked at, not the run's own.

    Parameters
    ----------
    detail
        As it was shown then, or would have been.
    position
        Events that had been pulled when the step was taken; resuming from there takes the next step.
    head
        Steps that the run has taken.
    update
        Updates that had been applied.
    advantage, target
        What the update that followed made of the step: A(s, a), and the return that V(s) should have said;
        ``None`` where it has not come yet or does not estimate them.
    values
        The hyperparameters that were in force at that position; ``None`` where that is not known.
    """

    detail: StepDetail
    position: int
    head: int
    update: int
    advantage: float | None = None
    target: float | None = None
    values: dict[str, Value] | None = None


Shown = StepTaken | StateShown | PastShown
"""What a panel can show of one state."""


@dataclass(frozen=True, slots=True)
class EpisodeEnded(Event):
    """One copy finished an episode.

    Parameters
    ----------
    environment_index, episode, seed
        Which copy, the episode's number from 1, and the seed from which it can be rebuilt.
    episode_return, length
        Undiscounted sum of rewards, and number of steps.
    terminated, truncated
        Whether the task ended it, or a limit did.
    """

    environment_index: int
    episode: int
    seed: int
    episode_return: float
    length: int
    terminated: bool
    truncated: bool


@dataclass(frozen=True, slots=True)
class MinibatchComputed(Event):
    """A loss and its gradient are there; the optimiser has not stepped yet.

    Parameters
    ----------
    update, minibatch
        Number of the update from 1, and of the minibatch in it from 0.
    loss, gradient_norm
        The whole loss, and the Euclidean norm of its gradient before clipping.
    learning_rate
        The rate at which the step is about to be made.
    kl, clip_fraction
        As in :class:`UpdateApplied`, of this minibatch before its step.
    """

    update: int
    minibatch: int
    loss: float
    gradient_norm: float
    learning_rate: float
    kl: float | None = None
    clip_fraction: float | None = None


@dataclass(frozen=True, slots=True)
class UpdateApplied(Event):
    """The policy has changed: all minibatches of a rollout were applied.

    Means are over the update's minibatches.

    Parameters
    ----------
    update
        Number of the update, from 1.
    learning_rate
        As last applied, schedule included.
    entropy
        Mean entropy of π over the rollout's states, in nats.
    max_probability
        Mean probability of the likeliest action, or ``None`` for a continuous policy.
    log_std
        log_std per action dimension after the update, ``(D,)``, or ``None`` where there is none.
    objective
        The policy's surrogate objective, ascended.
    value_loss, explained_variance
        Of the critic, or ``None`` where there is none.
    kl
        Approximate KL divergence of the new policy from the one that collected the rollout, or ``None`` where it
        is not measured.
    clip_fraction
        Share of samples whose ratio was clipped, or ``None`` where the algorithm does not clip.
    gradient_norm
        Mean norm of the gradient before clipping.
    minibatches
        How many optimiser steps were made.
    epsilon
        Share of actions drawn at random, or ``None`` where the policy is not ε-greedy.
    temperature
        Weight α of the entropy, or ``None`` where it is not learned.
    observation_mean, observation_std
        What each entry of an observation is shifted and divided by before the network is given it, ``(O,)``, or
        ``None`` where observations are not normalised.
    reward_std
        What rewards are divided by before they are learned from, or ``None`` where they are not normalised.
    vitals
        What a checkup found, where the update was due for one.
    truncations
        What became of truncated episodes, where there were some and the run is checked up on.
    """

    update: int
    learning_rate: float
    entropy: float
    max_probability: float | None
    log_std: NDArray[np.float64] | None
    objective: float
    value_loss: float | None
    explained_variance: float | None
    kl: float | None
    clip_fraction: float | None
    gradient_norm: float
    minibatches: int
    epsilon: float | None = None
    temperature: float | None = None
    observation_mean: NDArray[np.float64] | None = None
    observation_std: NDArray[np.float64] | None = None
    reward_std: float | None = None
    vitals: Vitals | None = None
    truncations: Truncations | None = None


@dataclass(frozen=True, slots=True)
class ParameterChanged(Event):
    """A knob that was asked for has been applied."""

    name: str
    previous: Value
    value: Value


@dataclass(frozen=True, slots=True)
class RunFinished(Event):
    """All the steps that were wanted have been taken."""


@dataclass(frozen=True, slots=True)
class RunFailed(Event):
    """The run cannot go on; what it had emitted stays true.

    Parameters
    ----------
    message
        One sentence that says what to do.
    traceback
        For the details view and the log.
    tensor
        The first tensor that was not finite, for a numerical fault.
    """

    message: str
    traceback: str = field(default="", repr=False)
    tensor: str | None = None
