"""Gaussian policies, for ``Box`` actions.

log_std is either *free*, one learned number per action dimension that is the same in every state, or *of the
state*: an output of the network beside the mean, clamped to [−20, 2], that is σ from 2e-9 to 7.4 (Haarnoja et al.
2018, arXiv:1812.05905, in the code published with it). Beyond the clamp an output has no gradient.

Shape suffixes: B batch, N copies of the environment, O observation entries, K outputs of the network, D action
dimensions.
"""

from __future__ import annotations

import math

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


class GaussianPolicy(Policy):
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
        size = int(np.prod(low.shape))
        super().__init__(shape, size * (2 if state_std else 1), generator)
        if not state_std:
            self.log_std = nn.Parameter(torch.zeros(size))
        self._dimensions = size
        self.bounds = ActionBounds(low.reshape(-1), high.reshape(-1))
        self.squash = squash
        self._shape, self._dtype = low.shape, low.dtype
        self._flatten()
        self.set_std(initial_std)

    def _distribution(
        self, outputs_BK: Tensor, log_std_D: Tensor | None, masks_BA: Tensor | None
    ) -> DiagonalGaussian:
        mean_BD, log_std = outputs_BK, log_std_D
        if log_std is None:
            mean_BD, raw_BD = outputs_BK.tensor_split(2, -1)
            log_std = raw_BD.clamp(LOG_STD_LOW, LOG_STD_HIGH)
        if self.squash and self.corrects_squashing:
            return SquashedGaussian(mean_BD, log_std, self.bounds)
        return DiagonalGaussian(mean_BD, log_std)

    def _score(self, outputs_BK: NDArray[np.float32], samples_B: Samples, masks_BA: Mask | None) -> Score:
        log_std_D = self._free_log_std_D
        if log_std_D is None:
            return super()._score(outputs_BK, samples_B, masks_BA)
        return GaussianScore(
            outputs_BK, log_std_D, samples_B, self.bounds if self.squash and self.corrects_squashing else None
        )

    def act(
        self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None = None
    ) -> NDArray[np.float32]:
        """Draw a real vector per state, before squashing, shape ``(N, D)``."""
        outputs_NK, size = self.fast_actor.outputs(observations_NO), self._dimensions
        if self.log_std is not None:
            return sample_gaussian(outputs_NK, np.exp(self.log_std.detach().numpy()), rng)
        std_ND = np.exp(np.clip(outputs_NK[:, size:], LOG_STD_LOW, LOG_STD_HIGH))
        return sample_gaussian(outputs_NK[:, :size], std_ND, rng)

    def to_actions(self, samples: Samples) -> Samples:
        """Squash or clip into the bounds, in the box's shape and dtype."""
        flat = self._bounded(samples)
        return flat.astype(self._dtype).reshape(len(samples), *self._shape)

    def _bounded(self, samples: Samples) -> NDArray[np.float64]:
        real = np.asarray(samples, float)
        return self.bounds.squash(real) if self.squash else self.bounds.clip(real)

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

    @property
    def log_std_values(self) -> NDArray[np.float64] | None:
        """A copy of log_std, shape ``(D,)``; ``None`` where there is one per state."""
        return None if self.log_std is None else self.log_std.detach().numpy().astype(float)

    @property
    def std_parameters(self) -> tuple[Tensor, ...]:
        """What log_std is learned in, as views of `flat`: itself, or the rows of the last layer that give it."""
        if self.log_std is not None:
            return super().std_parameters
        last = self.actor[-1]
        assert isinstance(last, nn.Linear)
        return last.weight.detach()[self._dimensions :], last.bias.detach()[self._dimensions :]

    @property
    def largest_std(self) -> float:
        """The largest σ that log_std can start from: beyond its clamp one of the state cannot be learned."""
        return math.inf if self.log_std is not None else LARGEST_STATE_STD
