"""Gaussian policies, for ``Box`` actions, and what they share with others that draw real numbers.

log_std is either *free*, one learned number per action dimension that is the same in every state, or *of the
state*: an output of the network beside the mean, clamped to [−20, 2], that is σ from 2e-9 to 7.4 (Haarnoja et al.
2018, arXiv:1812.05905, in the code published with it). Beyond the clamp an output has no gradient.

Shape suffixes: B batch, N copies of the environment, O observation entries, K outputs of the network, D action
dimensions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pgviz.policies.bounds import ActionBounds
from pgviz.policies.decision import Array, GaussianDecision, PolicyFacts
from pgviz.policies.distributions import DiagonalGaussian, SquashedGaussian, sample_gaussian
from pgviz.policies.networks import NetworkShape
from pgviz.policies.policy import Mask, Policy, Samples
from pgviz.policies.scores import GaussianScore, Score

LOG_STD_LOW, LOG_STD_HIGH = -20.0, 2.0
LARGEST_STATE_STD = math.exp(LOG_STD_HIGH)


class RealPolicy(Policy):
    """A policy that draws real numbers from a diagonal Gaussian with a learned log_std, perhaps beside choices.

    The last outputs of the network are the means, and then log_std where it is of the state.

    Parameters
    ----------
    choices
        Outputs before these.
    bounds
        Of the real numbers, of which there need not be any.
    squash
        Whether they are squashed into their bounds, rather than clipped to them.
    initial_std
        σ₀, from which log_std starts.
    state_std
        Whether log_std is an output of the network, rather than free.
    """

    def __init__(
        self,
        shape: NetworkShape,
        choices: int,
        bounds: ActionBounds,
        generator: torch.Generator,
        *,
        squash: bool,
        initial_std: float,
        state_std: bool,
    ) -> None:
        self._real_count = len(bounds.low_D)
        super().__init__(shape, choices + self._real_count * (2 if state_std else 1), generator)
        if self._real_count and not state_std:
            self.log_std = nn.Parameter(torch.zeros(self._real_count))
        self.bounds = bounds
        self.squash = squash
        self._flatten()
        if self._real_count:
            self.set_std(initial_std)

    @property
    def _squashed_into(self) -> ActionBounds | None:
        """The bounds whose slope ln π has to know of."""
        return self.bounds if self.squash and self.corrects_squashing else None

    def _gaussian(self, outputs_BK: Tensor, log_std_D: Tensor | None) -> DiagonalGaussian:
        """The distribution of the real numbers, given their outputs and the free log_std."""
        mean_BD, log_std = outputs_BK, log_std_D
        if log_std is None:
            mean_BD, raw_BD = outputs_BK.tensor_split(2, -1)
            log_std = raw_BD.clamp(LOG_STD_LOW, LOG_STD_HIGH)
        bounds = self._squashed_into
        return DiagonalGaussian(mean_BD, log_std) if bounds is None else SquashedGaussian(mean_BD, log_std, bounds)

    def _draw_reals(self, outputs_NK: Array, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw the real numbers before squashing, ``(N, D)``, given their outputs."""
        if self.log_std is not None:
            return sample_gaussian(outputs_NK, np.exp(self.log_std.detach().numpy()), rng)
        size = self._real_count
        # As np.clip has it, in half its time.
        std_ND = np.exp(np.minimum(np.maximum(outputs_NK[:, size:], LOG_STD_LOW), LOG_STD_HIGH))
        return sample_gaussian(outputs_NK[:, :size], std_ND, rng)

    def _bounded(self, u_BD: NDArray[Any]) -> NDArray[np.float64]:
        """Real numbers as the environment is sent them."""
        real = np.asarray(u_BD, float)
        return self.bounds.squash(real) if self.squash else self.bounds.clip(real)

    @property
    def log_std_values(self) -> NDArray[np.float64] | None:
        """A copy of log_std, shape ``(D,)``; ``None`` where nothing is real, or where there is one per state."""
        return None if self.log_std is None else self.log_std.detach().numpy().astype(float)

    @property
    def std_parameters(self) -> tuple[Tensor, ...]:
        """What log_std is learned in, as views of `flat`: itself, or the rows of the last layer that give it."""
        if self.log_std is not None or not self._real_count:
            return super().std_parameters
        last = self.actor[-1]
        assert isinstance(last, nn.Linear)
        return last.weight.detach()[-self._real_count :], last.bias.detach()[-self._real_count :]

    @property
    def largest_std(self) -> float:
        """The largest σ that log_std can start from: beyond its clamp one of the state cannot be learned."""
        return math.inf if self.log_std is not None else LARGEST_STATE_STD


class GaussianPolicy(RealPolicy):
    """Diagonal Gaussian with a learned log_std, for ``Box`` actions.

    Parameters
    ----------
    box
        The lower and the upper bounds, in the shape and dtype of the action.
    squash
        Whether samples are squashed into the bounds, rather than clipped to them.
    initial_std
        σ₀, from which log_std starts.
    state_std
        Whether log_std is an output of the network, rather than free.
    """

    def __init__(
        self,
        shape: NetworkShape,
        box: tuple[Array, Array],
        generator: torch.Generator,
        *,
        squash: bool,
        initial_std: float,
        state_std: bool = False,
    ) -> None:
        low, high = box
        bounds = ActionBounds(low.reshape(-1), high.reshape(-1))
        super().__init__(shape, 0, bounds, generator, squash=squash, initial_std=initial_std, state_std=state_std)
        self._shape, self._dtype = low.shape, low.dtype

    def _distribution(
        self, outputs_BK: Tensor, log_std_D: Tensor | None, masks_BA: Tensor | None
    ) -> DiagonalGaussian:
        return self._gaussian(outputs_BK, log_std_D)

    def _score(self, outputs_BK: NDArray[np.float32], samples_B: Samples, masks_BA: Mask | None) -> Score:
        log_std_D = self._free_log_std_D
        if log_std_D is None:
            return super()._score(outputs_BK, samples_B, masks_BA)
        return GaussianScore(outputs_BK, log_std_D, samples_B, self._squashed_into)

    def act(
        self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None = None
    ) -> NDArray[np.float32]:
        """Draw a real vector per state, before squashing, shape ``(N, D)``."""
        return self._draw_reals(self.fast_actor.outputs(observations_NO), rng)

    def to_actions(self, samples: Samples) -> Samples:
        """Squash or clip into the bounds, in the box's shape and dtype."""
        flat = self._bounded(samples)
        return flat.astype(self._dtype).reshape(len(samples), *self._shape)

    def decide(self, observation_O: Array, sample: Samples | None, mask_A: Mask | None = None) -> GaussianDecision:
        """Describe the draw of one vector."""
        sample_D = None if sample is None else np.array(sample, np.float32)
        with torch.no_grad():
            outputs_1K = torch.from_numpy(self.fast_actor.outputs(self.normalization.see(observation_O)[None]))
            distribution = self._distribution(outputs_1K, self.log_std, None)
            mean_BD = distribution.mean_BD
            entropy = distribution.entropy()
            log_prob = None
            if sample_D is not None:
                log_prob = float(distribution.log_prob(torch.from_numpy(sample_D[None])))
        return GaussianDecision(
            observation=np.array(observation_O),
            log_prob=log_prob,
            entropy=float(entropy),
            value=self.value_of(observation_O),
            **self.scaling(observation_O),
            mean_D=mean_BD[0].numpy().copy(),
            std_D=np.exp(distribution.log_std_D.detach().expand_as(mean_BD)[0].numpy()),
            sample_D=sample_D,
            action_D=None if sample_D is None else self._bounded(sample_D),
            low_D=self.bounds.low_D,
            high_D=self.bounds.high_D,
            squashed=self.squash,
        )

    @property
    def facts(self) -> PolicyFacts:
        """Kind, size and, for a bounded box, the entropy of the uniform policy: the log of its volume."""
        return PolicyFacts(
            kind="gaussian",
            parameter_count=self.flat.numel(),
            has_std=True,
            has_value=self.critic is not None,
            uniform_entropy=self.bounds.volume_log,
            device=self.shape.device,
        )
