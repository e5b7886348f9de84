"""Policies that follow from action values: greedy but for ε, or softmax over Q / T.

Shape suffixes: B batch, N copies of the environment, O observation entries, A actions (joint choices, for bins).

With n legal actions, of which a* has the largest value, the two behaviours are

======================  =========================================
ε-greedy                π(a|s) = (1 − ε) [a = a*] + ε / n
Boltzmann               π(a|s) = (1 − ε) softmax(Q(s, ·) / T)_a + ε / n
======================  =========================================

where an illegal action has probability 0 (Sutton & Barto 2018, sections 2.2 and 13.1). Of equal values the first
counts as the largest.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from gymnasium import Space, spaces
from numpy.typing import NDArray
from torch import Tensor

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.bins import BinGrid
from pgviz.policies.decision import Array, BinnedDecision, CategoricalDecision, Decision, PolicyFacts
from pgviz.policies.distributions import Categorical, sample_categorical
from pgviz.policies.networks import NetworkShape
from pgviz.policies.policy import Mask, Policy, Samples

Real = TypeVar("Real", np.float32, np.float64)


class QPolicy(Policy):
    """Q(s, ·) for ``Discrete`` actions, and the behaviour that follows from it.

    The actor's network is Q: it has one output per action. There is no critic.

    Parameters
    ----------
    action_count
        Number of actions A.
    start
        The smallest action.

    Attributes
    ----------
    epsilon
        Probability ε of an action drawn evenly from the legal ones; set by the algorithm before each step.
    temperature
        T of the Boltzmann distribution, or ``None`` for greedy.
    """

    takes_masks = True
    kind = "values"

    def __init__(self, shape: NetworkShape, action_count: int, start: int, generator: torch.Generator) -> None:
        super().__init__(shape, action_count, generator)
        self.action_count = action_count
        self.start = start
        self.epsilon = 1.0
        self.temperature: float | None = None
        self._flatten()

    def action_values(self, observations_BO: Array, masks_BA: Mask | None = None) -> NDArray[np.float32]:
        """Return Q(s, ·) for a batch of states, ``(B, A)``; −∞ for illegal actions."""
        values_BA = self.fast_actor.forward(np.asarray(observations_BO, np.float32))[0]
        return ruled_out(values_BA, masks_BA)

    def probabilities(self, values_BA: Array, masks_BA: Mask | None = None) -> NDArray[np.float64]:
        """Return π(·|s) for states with these values, ``(B, A)``; exactly 0 for illegal actions."""
        legal_BA = np.ones(values_BA.shape, bool) if masks_BA is None else masks_BA
        base_BA = np.zeros(values_BA.shape)
        values = ruled_out(values_BA.astype(np.float64), masks_BA)
        if self.temperature is None:
            base_BA[np.arange(len(values)), values.argmax(1)] = 1.0
        else:
            base_BA = np.exp((values - values.max(1, keepdims=True)) / self.temperature)
            base_BA /= base_BA.sum(1, keepdims=True)
        return np.asarray(
            (1.0 - self.epsilon) * base_BA + self.epsilon * legal_BA / legal_BA.sum(1, keepdims=True)
        )

    def summary(self, values_BA: Array, masks_BA: Mask | None = None) -> tuple[float, float]:
        """Return the entropy of π(·|s) in nats and the largest probability, each a mean over the states."""
        if self.temperature is not None:
            probabilities_BA = self.probabilities(values_BA, masks_BA)
            return float(entropies(probabilities_BA).mean()), float(probabilities_BA.max(1).mean())
        # In closed form, for there may be thousands of actions: one is the likeliest, all others are equal.
        count_B = np.array([values_BA.shape[1]]) if masks_BA is None else masks_BA.sum(1)
        other_B = self.epsilon / count_B
        largest_B = 1.0 - self.epsilon + other_B
        entropy_B = -_p_ln_p(largest_B) - (count_B - 1) * _p_ln_p(other_B)
        return float(entropy_B.mean()), float(largest_B.mean())

    def _distribution(self, outputs_BK: Tensor, log_std_D: Tensor | None, masks_BA: Tensor | None) -> Categorical:
        """Return π(·|s), without a graph: what is learned is Q, and not through π."""
        masks = None if masks_BA is None else masks_BA.numpy()
        with np.errstate(divide="ignore"):
            log_probs_BA = np.log(self.probabilities(outputs_BK.detach().numpy(), masks))
        return Categorical(torch.from_numpy(log_probs_BA.astype(np.float32)))

    def act(
        self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None = None
    ) -> NDArray[np.int64]:
        """Draw an index per state, shape ``(N,)``."""
        count = len(observations_NO)
        # One number decides both whether to explore and, stretched, where to.
        u_N = rng.random(count)
        explores_N = u_N < self.epsilon
        if explores_N.all():
            return self._evenly(u_N / self.epsilon, masks_NA)
        choices_N = self._choose(self.action_values(observations_NO, masks_NA), rng)
        if explores_N.any():
            evenly_N = self._evenly(np.where(explores_N, u_N, 0.0) / self.epsilon, masks_NA)
            choices_N = np.where(explores_N, evenly_N, choices_N)
        return choices_N

    def _choose(self, values_NA: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.int64]:
        if self.temperature is None:
            return np.asarray(values_NA.argmax(1))
        # Differences from the largest value keep the digits that large values would lose.
        return sample_categorical((values_NA - values_NA.max(1, keepdims=True)) / self.temperature, rng)

    def _evenly(self, shares_N: NDArray[np.float64], masks_NA: Mask | None) -> NDArray[np.int64]:
        """Turn shares in [0, 1) into indices, each legal one for an equal part of that range."""
        if masks_NA is None:
            return np.minimum((shares_N * self.action_count).astype(np.int64), self.action_count - 1)
        count_N = masks_NA.sum(1)
        place_N = np.minimum((shares_N * count_N).astype(np.int64), count_N - 1)
        return np.asarray((masks_NA.cumsum(1) > place_N[:, None]).argmax(1))

    def likeliest(self, observations_NO: Array, masks_NA: Mask | None = None) -> NDArray[np.int64]:
        """Return the index of the largest value per state, whatever ε is."""
        return np.asarray(self.action_values(observations_NO, masks_NA).argmax(1))

    def to_actions(self, samples: Samples) -> Samples:
        """Shift the indices to the space's first action."""
        return samples + self.start if self.start else samples

    def decide(self, observation_O: Array, sample: Samples | None, mask_A: Mask | None = None) -> Decision:
        """Describe the choice of one index; the state's value is the largest legal Q(s, ·)."""
        view = self._view(observation_O, sample, mask_A)
        return CategoricalDecision(
            observation=np.array(observation_O),
            log_prob=view.log_prob,
            entropy=view.entropy,
            value=view.value,
            probabilities_A=view.probabilities_A,
            logits_A=view.values_A,
            chosen=None if sample is None else int(sample),
            start=self.start,
            mask_A=None if mask_A is None else mask_A.copy(),
            values_A=view.values_A,
        )

    def _view(self, observation_O: Array, sample: Samples | None, mask_A: Mask | None) -> _View:
        """Q and π in one state, and what follows from them."""
        values_BA = self.action_values(observation_O[None])
        masks_BA = None if mask_A is None else mask_A[None]
        probabilities_BA = self.probabilities(values_BA, masks_BA)
        with np.errstate(divide="ignore"):
            log_prob = None if sample is None else float(np.log(probabilities_BA[0, int(sample)]))
        value = float(ruled_out(values_BA.copy(), masks_BA).max())
        return _View(values_BA[0], probabilities_BA[0], log_prob, float(entropies(probabilities_BA)[0]), value)

    @property
    def facts(self) -> PolicyFacts:
        """Kind, size and the entropy ln A of the uniform policy."""
        return PolicyFacts(
            kind=self.kind,
            parameter_count=self.flat.numel(),
            has_std=False,
            has_value=True,
            uniform_entropy=math.log(self.action_count),
        )


class BinnedQPolicy(QPolicy):
    """Q(s, ·) over a grid of bins, for bounded ``Box`` actions; every combination of bins is an action of its own.

    Parameters
    ----------
    grid
        The actions to choose from.
    """

    takes_masks = False
    kind = "bins"

    def __init__(self, shape: NetworkShape, grid: BinGrid, generator: torch.Generator) -> None:
        super().__init__(shape, grid.size, 0, generator)
        self.grid = grid

    def to_actions(self, samples: Samples) -> Samples:
        """Turn joint choices into actions, in the box's shape and dtype."""
        return self.grid.actions(np.asarray(samples, np.int64))

    def decide(self, observation_O: Array, sample: Samples | None, mask_A: Mask | None = None) -> BinnedDecision:
        """Describe the choice of one bin per dimension."""
        view, grid = self._view(observation_O, sample, None), self.grid
        return BinnedDecision(
            observation=np.array(observation_O),
            log_prob=view.log_prob,
            entropy=view.entropy,
            value=view.value,
            centres_DK=grid.centres_DK.copy(),
            probabilities_DK=grid.marginal(view.probabilities_A),
            values_DK=grid.best(view.values_A),
            chosen_D=None if sample is None else grid.bins(int(sample)),
            low_D=grid.low_D.copy(),
            high_D=grid.high_D.copy(),
        )


class _View(NamedTuple):
    values_A: Array
    probabilities_A: Array
    log_prob: float | None
    entropy: float
    value: float


def ruled_out(values_BA: NDArray[Real], masks_BA: Mask | None) -> NDArray[Real]:
    """Write −∞ in place of the values of illegal actions, and return the array."""
    if masks_BA is not None:
        values_BA[~masks_BA] = -np.inf
    return values_BA


def entropies(probabilities_BA: Array) -> NDArray[np.float64]:
    """Return −Σ p ln p per state, where an action of probability 0 adds 0."""
    return np.asarray(-_p_ln_p(probabilities_BA).sum(1))


def _p_ln_p(p: Array) -> NDArray[np.float64]:
    return np.asarray(p * np.log(np.where(p > 0.0, p, 1.0)))


def build_q_policy(
    action_space: Space[object], shape: NetworkShape, config: RunConfig, generator: torch.Generator
) -> QPolicy:
    """Build the policy of a value-based agent.

    Raises
    ------
    UsageError
        For actions that are not finitely many, or bins where they already are.
    """
    shape = replace(shape, critic=False)
    bins = config.value("bins")
    if isinstance(action_space, spaces.Discrete):
        if bins is not None:
            raise UsageError(
                f"{config.environment} has {action_space.n} discrete actions, and bins divide real ones: "
                "set bins=none."
            )
        return QPolicy(shape, int(action_space.n), int(action_space.start), generator)
    if not isinstance(action_space, spaces.Box) or not np.issubdtype(action_space.dtype, np.floating):
        raise UsageError(
            f"{config.environment} has the action space {action_space}: DQN needs Discrete actions, or a Box of "
            "real numbers with bins; use another algorithm, such as ppo."
        )
    if bins is None:
        raise UsageError(
            f"{config.environment} has real-valued actions, and DQN chooses among finitely many: set bins=11, "
            "say, or use an algorithm with a Gaussian policy, such as ppo."
        )
    grid = BinGrid((action_space.low, action_space.high), config.integer("bins"), config.environment)
    return BinnedQPolicy(shape, grid, generator)
