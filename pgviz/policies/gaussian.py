"""Gaussian policies, for ``Box`` actions.

Shape suffixes: B batch, N copies of the environment, O observation entries, D action dimensions.
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


class GaussianPolicy(Policy):
    """Diagonal Gaussian with a learned, state-independent log_std, for ``Box`` actions.

    Parameters
    ----------
    box
        The lower and the upper bounds, in the shape and dtype of the action.
    squash
        Whether samples are squashed into the bounds, rather than clipped to them.
    initial_std
        σ₀, from which log_std starts.
    """

    log_std: nn.Parameter

    def __init__(
        self,
        shape: NetworkShape,
        box: tuple[Array, Array],
        generator: torch.Generator,
        *,
        squash: bool,
        initial_std: float,
    ) -> None:
        low, high = box
        size = int(np.prod(low.shape))
        super().__init__(shape, size, generator)
        self.log_std = nn.Parameter(torch.full((size,), math.log(initial_std)))
        self.bounds = ActionBounds(low.reshape(-1), high.reshape(-1))
        self.squash = squash
        self._shape, self._dtype = low.shape, low.dtype
        self._flatten()

    def _distribution(
        self, outputs_BK: Tensor, log_std_D: Tensor | None, masks_BA: Tensor | None
    ) -> DiagonalGaussian:
        assert log_std_D is not None
        if self.squash:
            return SquashedGaussian(outputs_BK, log_std_D, self.bounds)
        return DiagonalGaussian(outputs_BK, log_std_D)

    def act(
        self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None = None
    ) -> NDArray[np.float32]:
        """Draw a real vector per state, before squashing, shape ``(N, D)``."""
        std_D = np.exp(self.log_std.detach().numpy())
        return sample_gaussian(self.fast_actor.forward(observations_NO)[0], std_D, rng)

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
            mean_BD = self.actor(torch.from_numpy(observation_O[None]))
            distribution = self._distribution(mean_BD, self.log_std, None)
            entropy = distribution.entropy()
            log_prob = None
            if sample_D is not None:
                log_prob = float(distribution.log_prob(torch.from_numpy(sample_D[None])))
        return GaussianDecision(
            observation=np.array(observation_O),
            log_prob=log_prob,
            entropy=float(entropy),
            value=self.value_of(observation_O),
            mean_D=mean_BD[0].numpy().copy(),
            std_D=np.exp(self.log_std.detach().numpy()),
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
        )

    @property
    def log_std_values(self) -> NDArray[np.float64]:
        """A copy of log_std, shape ``(D,)``."""
        return self.log_std.detach().numpy().astype(float)

    def set_std(self, std: float) -> None:
        """Start log_std again at ln `std` in every dimension."""
        with torch.no_grad():
            self.log_std.fill_(math.log(std))
