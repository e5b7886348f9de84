"""Policy: a network whose outputs are a distribution over actions, and beside it a critic.

Shape suffixes: B batch, N copies of the environment, O observation entries, A actions, D action dimensions.
"""

from __future__ import annotations

import hashlib
import math
from abc import ABC, abstractmethod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pgviz.policies.bounds import ActionBounds
from pgviz.policies.decision import (
    Array,
    CategoricalDecision,
    Decision,
    GaussianDecision,
    PolicyFacts,
)
from pgviz.policies.distributions import (
    Categorical,
    DiagonalGaussian,
    Distribution,
    SquashedGaussian,
    sample_categorical,
    sample_gaussian,
)
from pgviz.policies.networks import FastForward, NetworkShape

Samples = NDArray[np.generic]

# A policy that starts near the uniform one explores; a critic starts at its natural scale.
ACTOR_GAIN, CRITIC_GAIN = 0.01, 1.0


class Policy(nn.Module, ABC):
    """π(a|s; θ) and, where there is one, V(s); all of its parameters are views of one vector.

    One vector makes the norm of the gradient, the clipping and the optimiser's step one operation each.

    Parameters
    ----------
    shape
        Of the actor, and of the critic beside it.
    outputs
        Numbers that the actor gives for each state.
    generator
        Where the initial weights come from.
    """

    flat: Tensor
    flat_gradient: Tensor

    def __init__(self, shape: NetworkShape, outputs: int, generator: torch.Generator) -> None:
        super().__init__()
        self.actor = shape.build(outputs, ACTOR_GAIN, generator)
        self.critic = shape.build(1, CRITIC_GAIN, generator) if shape.critic else None

    def _flatten(self) -> None:
        """Move all parameters and gradients into one vector each; the last thing a constructor does."""
        parameters = list(self.parameters())
        self.flat = torch.cat([parameter.detach().reshape(-1) for parameter in parameters])
        self.flat_gradient = torch.zeros_like(self.flat)
        start = 0
        for parameter in parameters:
            end = start + parameter.numel()
            parameter.data = self.flat[start:end].view(parameter.shape)
            parameter.grad = self.flat_gradient[start:end].view(parameter.shape)
            start = end
        self._fast_actor = FastForward(self.actor)

    @abstractmethod
    def distribution(self, observations_BO: Tensor) -> Distribution:
        """Return π(·|s) for a batch of states, differentiable in θ."""

    @abstractmethod
    def act(self, observations_NO: Array, rng: np.random.Generator) -> Samples:
        """Draw one sample per state; the fast path, without a graph and without the critic."""

    @abstractmethod
    def to_actions(self, samples: Samples) -> Samples:
        """Turn samples into what the environment is sent, one per copy."""

    @abstractmethod
    def decide(self, observation_O: Array, sample: Samples) -> Decision:
        """Describe the decision that led to `sample`, changing nothing and drawing nothing."""

    @property
    @abstractmethod
    def facts(self) -> PolicyFacts:
        """What a panel may want to say of this policy."""

    @property
    def log_std_values(self) -> NDArray[np.float64] | None:
        """A copy of log_std per action dimension, or ``None`` where there is none."""
        return None

    def likeliest(self, observations_NO: Array) -> Samples:
        """Return the mode of each state's distribution, for evaluation."""
        with torch.no_grad():
            return self.distribution(torch.from_numpy(observations_NO)).mode()

    def values(self, observations_BO: Tensor) -> Tensor:
        """Return V(s), shape ``(B,)``, differentiable.

        Raises
        ------
        ValueError
            Where the policy has no critic.
        """
        if self.critic is None:
            raise ValueError("this policy has no critic")
        return self.critic(observations_BO).squeeze(-1)  # type: ignore[no-any-return]

    def value_of(self, observation_O: Array) -> float | None:
        """Return V of one state, or ``None`` where there is no critic."""
        if self.critic is None:
            return None
        with torch.no_grad():
            return float(self.values(torch.from_numpy(observation_O[None])))

    def weights_sha256(self) -> str:
        """Return a fingerprint of all parameters: equal for two runs exactly when all weights are."""
        digest = hashlib.sha256()
        for name, parameter in self.named_parameters():
            digest.update(f"{name}{tuple(parameter.shape)}".encode())
            digest.update(parameter.detach().numpy().astype("<f4").tobytes())
        return digest.hexdigest()


class CategoricalPolicy(Policy):
    """Softmax over logits, for ``Discrete`` actions.

    Parameters
    ----------
    action_count
        Number of actions A.
    start
        The smallest action.
    """

    def __init__(self, shape: NetworkShape, action_count: int, start: int, generator: torch.Generator) -> None:
        super().__init__(shape, action_count, generator)
        self.action_count = action_count
        self.start = start
        self._flatten()

    def distribution(self, observations_BO: Tensor) -> Categorical:
        """Return the softmax of the actor's logits."""
        return Categorical(self.actor(observations_BO))

    def act(self, observations_NO: Array, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw an index per state, shape ``(N,)``."""
        with torch.inference_mode():
            logits_NA = self._fast_actor(torch.from_numpy(observations_NO)).numpy()
        return sample_categorical(logits_NA, rng)

    def to_actions(self, samples: Samples) -> Samples:
        """Shift the indices to the space's first action."""
        return samples + self.start if self.start else samples

    def decide(self, observation_O: Array, sample: Samples) -> CategoricalDecision:
        """Describe the choice of one index."""
        with torch.no_grad():
            logits_A = self.actor(torch.from_numpy(observation_O[None]))[0]
            distribution = Categorical(logits_A[None])
        log_probs_A = distribution.log_probs_BA[0].numpy()
        return CategoricalDecision(
            observation=np.array(observation_O),
            log_prob=float(log_probs_A[int(sample)]),
            entropy=float(distribution.entropy()),
            value=self.value_of(observation_O),
            probabilities_A=np.exp(log_probs_A),
            logits_A=logits_A.numpy().copy(),
            chosen=int(sample),
            start=self.start,
        )

    @property
    def facts(self) -> PolicyFacts:
        """Kind, size and the entropy ln A of the uniform policy."""
        return PolicyFacts(
            kind="categorical",
            parameter_count=self.flat.numel(),
            has_std=False,
            has_value=self.critic is not None,
            uniform_entropy=math.log(self.action_count),
        )


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

    def distribution(self, observations_BO: Tensor) -> DiagonalGaussian:
        """Return the Gaussian, squashed or not, around the actor's means."""
        mean_BD = self.actor(observations_BO)
        if self.squash:
            return SquashedGaussian(mean_BD, self.log_std, self.bounds)
        return DiagonalGaussian(mean_BD, self.log_std)

    def act(self, observations_NO: Array, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw a real vector per state, before squashing, shape ``(N, D)``."""
        with torch.inference_mode():
            mean_ND = self._fast_actor(torch.from_numpy(observations_NO)).numpy()
            std_D = self.log_std.exp().numpy()
        return sample_gaussian(mean_ND, std_D, rng)

    def to_actions(self, samples: Samples) -> Samples:
        """Squash or clip into the bounds, in the box's shape and dtype."""
        flat = self._bounded(samples)
        return flat.astype(self._dtype).reshape(len(samples), *self._shape)

    def _bounded(self, samples: Samples) -> NDArray[np.float64]:
        real = np.asarray(samples, float)
        return self.bounds.squash(real) if self.squash else self.bounds.clip(real)

    def decide(self, observation_O: Array, sample: Samples) -> GaussianDecision:
        """Describe the draw of one vector."""
        sample_D = np.asarray(sample, np.float32)
        with torch.no_grad():
            distribution = self.distribution(torch.from_numpy(observation_O[None]))
            log_prob = distribution.log_prob(torch.from_numpy(sample_D[None]))
            entropy = distribution.entropy()
        return GaussianDecision(
            observation=np.array(observation_O),
            log_prob=float(log_prob),
            entropy=float(entropy),
            value=self.value_of(observation_O),
            mean_D=distribution.mean_BD[0].numpy().copy(),
            std_D=np.exp(self.log_std.detach().numpy()),
            sample_D=sample_D.copy(),
            action_D=self._bounded(sample_D),
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
