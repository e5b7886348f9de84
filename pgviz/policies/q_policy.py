"""Policies that follow from action values.

Shape suffixes: B batch, N copies of the environment, O observation entries, A actions (joint choices, for bins).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from gymnasium import Space, spaces
from numpy.typing import NDArray
from torch import Tensor

from pgviz.action_layout import in_one_line
from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.behaviour import Behaviour, entropies, evenly, ruled_out
from pgviz.policies.bins import BinGrid
from pgviz.policies.decision import Array, BinnedDecision, CategoricalDecision, Decision, PolicyFacts
from pgviz.policies.distributions import Categorical
from pgviz.policies.networks import NetworkShape
from pgviz.policies.policy import Mask, Policy, Samples


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
    behaviour
        How actions are drawn from their values; set by the algorithm before each step.
    """

    takes_masks = True
    # ε and T are there to explore with.
    learns_mix = False
    kind = "values"

    def __init__(self, shape: NetworkShape, action_count: int, start: int, generator: torch.Generator) -> None:
        super().__init__(shape, action_count, generator)
        self.action_count = action_count
        self.start = start
        self.behaviour = Behaviour()
        self._flatten()

    def action_values(self, observations_BO: Array, masks_BA: Mask | None = None) -> NDArray[np.float32]:
        """Return Q(s, ·) for a batch of states as seen, ``(B, A)``; −∞ for illegal actions."""
        values_BA = self.fast_actor.outputs(observations_BO)
        return ruled_out(values_BA, masks_BA)

    def _distribution(self, outputs_BK: Tensor, log_std_D: Tensor | None, masks_BA: Tensor | None) -> Categorical:
        """Return π(·|s), without a graph: what is learned is Q, and not through π."""
        masks = None if masks_BA is None else masks_BA.numpy()
        with np.errstate(divide="ignore"):
            log_probs_BA = np.log(self.behaviour.probabilities(outputs_BK.detach().numpy(), masks))
        return Categorical(torch.from_numpy(log_probs_BA.astype(np.float32)))

    def act(
        self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None = None
    ) -> NDArray[np.int64]:
        """Draw an index per state, shape ``(N,)``."""
        # One number decides both whether to explore and, stretched, where to.
        epsilon, u_N = self.behaviour.epsilon, rng.random(len(observations_NO))
        explores_N = u_N < epsilon
        exploring = np.count_nonzero(explores_N)
        if exploring == len(u_N):
            return evenly(u_N / epsilon, self.action_count, masks_NA)
        choices_N = self.behaviour.choose(self.action_values(observations_NO, masks_NA), rng)
        if exploring:
            shares_N = np.where(explores_N, u_N, 0.0) / epsilon
            choices_N = np.where(explores_N, evenly(shares_N, self.action_count, masks_NA), choices_N)
        return choices_N

    def likeliest(self, observations_NO: Array, masks_NA: Mask | None = None) -> NDArray[np.int64]:
        """Return the index of the largest value, whatever ε is, of states as the environment has them."""
        return np.asarray(self.action_values(self.normalization.see(observations_NO), masks_NA).argmax(1))

    def values_of(self, observations_NO: Array, masks_NA: Mask | None = None) -> NDArray[np.float32]:
        """Return the largest legal Q(s, ·) of states as the environment has them."""
        return np.asarray(self.action_values(self.normalization.see(observations_NO), masks_NA).max(1))

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
            **self.scaling(observation_O),
            probabilities_A=view.probabilities_A,
            logits_A=view.values_A,
            chosen=None if sample is None else int(sample),
            start=self.start,
            mask_A=None if mask_A is None else mask_A.copy(),
            values_A=view.values_A,
        )

    def _view(self, observation_O: Array, sample: Samples | None, mask_A: Mask | None) -> _View:
        """Q and π in one state, and what follows from them."""
        values_BA = self.action_values(self.normalization.see(observation_O[None]))
        masks_BA = None if mask_A is None else mask_A[None]
        probabilities_BA = self.behaviour.probabilities(values_BA, masks_BA)
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
            device=self.shape.device,
            value_name="max Q",
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
            **self.scaling(observation_O),
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
            f"{config.environment} has the action space {in_one_line(action_space)}: DQN needs Discrete actions, "
            "or a Box of real numbers with bins; use another algorithm, such as ppo."
        )
    if bins is None:
        raise UsageError(
            f"{config.environment} has real-valued actions, and DQN chooses among finitely many: set bins=11, "
            "say, or use an algorithm with a Gaussian policy, such as ppo."
        )
    grid = BinGrid((action_space.low, action_space.high), config.integer("bins"), config.environment)
    return BinnedQPolicy(shape, grid, generator)
