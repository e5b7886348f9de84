"""Policy: a network whose outputs are a distribution over actions, and beside it a critic.

Shape suffixes: B batch, N copies of the environment, O observation entries, K outputs of the actor, D action
dimensions, A choices that a mask allows or not (over all factors, for a factored policy).
"""

from __future__ import annotations

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pgviz.errors import UsageError
from pgviz.policies.decision import Array, Decision, PolicyFacts
from pgviz.policies.distributions import Distribution
from pgviz.policies.networks import NetworkShape
from pgviz.policies.normalization import Normalization
from pgviz.policies.running import ActorCritic, Network, size_of
from pgviz.policies.scores import Score, TracedScore

Samples = NDArray[np.generic]
Mask = NDArray[np.bool_]

# A policy that starts near the uniform one explores; a critic starts at its natural scale.
ACTOR_GAIN, CRITIC_GAIN = 0.01, 1.0


class Assessment(NamedTuple):
    """What a policy says of states, and of what was drawn in them.

    Parameters
    ----------
    score
        Of the samples, under π(·|s).
    values_B
        V(s), or ``None`` where there is no critic.
    kept
        What the way back through the networks needs, where it was asked for.
    """

    score: Score
    values_B: NDArray[np.float32] | None
    kept: Any


class Policy(nn.Module, ABC):
    """π(a|s; θ) and, where there is one, V(s); all of its parameters are views of one vector.

    One vector makes the norm of the gradient, the clipping and the optimiser's step one operation each.

    What is learned from, and acted on, is what the policy *sees*: the observations as :attr:`normalization` leaves
    them. Where one state is looked at from outside (:meth:`decide`, :meth:`likeliest`, :meth:`value_of`) the
    observation is the environment's own, and the policy sees to the rest.

    Parameters
    ----------
    shape
        Of the actor, and of the critic beside it.
    outputs
        Numbers that the actor gives for each state.
    generator
        Where the initial weights come from.

    Attributes
    ----------
    flat
        All parameters, the actor's first; the leaf in which losses are differentiated.
    log_std
        The free parameter of a Gaussian policy, or ``None``.
    normalization
        How observations and rewards are brought to a common scale.
    fast_actor, fast_critic, fast_both
        What computes the two networks, one by one and together, forwards and backwards.
    takes_masks
        Whether there are choices that a mask can rule out.
    squash
        Whether real numbers are squashed into their bounds.
    corrects_squashing
        Whether ln π and the entropy are those of what squashing makes of a sample, as they must be; a lesson may
        leave that out.
    learns_mix
        Whether how likely each action is has been learned, rather than set from outside.
    """

    flat: Tensor
    fast_actor: Network
    fast_critic: Network | None
    fast_both: ActorCritic
    takes_masks = False
    squash = False
    corrects_squashing = True
    learns_mix = True

    def __init__(self, shape: NetworkShape, outputs: int, generator: torch.Generator) -> None:
        super().__init__()
        self.shape = shape
        self.normalization = Normalization()
        self.actor = shape.build(outputs, ACTOR_GAIN, generator)
        self.critic = shape.build(1, CRITIC_GAIN, generator, self.actor) if shape.critic else None
        self.log_std: nn.Parameter | None = None

    def _flatten(self, *further: nn.Parameter) -> None:
        """Move all parameters into one vector, `further` ones last; the last thing a constructor does."""
        # The critic may share the actor's first layers.
        both = dict.fromkeys([*self.actor.parameters(), *(self.critic.parameters() if self.critic else ())])
        parameters = [*both, *([] if self.log_std is None else [self.log_std]), *further]
        self.flat = torch.cat([parameter.detach().reshape(-1) for parameter in parameters]).requires_grad_()
        for parameter, part in zip(parameters, self._parts(self.flat.detach(), parameters), strict=True):
            parameter.data = part
        self.fast_actor = self.shape.runner(self.actor, 0)
        size = size_of(self.actor)
        self.fast_critic = self.shape.runner(self.critic, size, self.fast_actor) if self.critic else None
        self.fast_both = ActorCritic(self.fast_actor, self.fast_critic)

    @staticmethod
    def _parts(vector: Tensor, parameters: list[nn.Parameter]) -> list[Tensor]:
        parts = torch.split(vector, [parameter.numel() for parameter in parameters])
        return [part.view(parameter.shape) for part, parameter in zip(parts, parameters, strict=True)]

    def named_gradients(self) -> dict[str, Tensor]:
        """Return views of the gradient by the name of the parameter; empty before the first one."""
        if self.flat.grad is None:
            return {}
        gradients = {}
        for name, parameter in self.named_parameters():
            start = parameter.storage_offset()
            gradients[name] = self.flat.grad[start : start + parameter.numel()].view(parameter.shape)
        return gradients

    def assess(
        self, observations_BO: Array, samples_B: Samples, masks_BA: Mask | None = None, *, learning: bool = True
    ) -> Assessment:
        """Say of a batch what π and V make of it, in one pass; the fast path of learning.

        Parameters
        ----------
        observations_BO
            The states, as seen.
        samples_B
            What was drawn in them.
        masks_BA
            True where a choice is legal in its state; ``None`` where all are in every state.
        learning
            Whether :meth:`gradient` will be asked for.
        """
        outputs_BK, values_B1, kept = self.fast_both.forward(observations_BO, learning=learning)
        values_B = None if values_B1 is None else values_B1[:, 0]
        return Assessment(self._score(outputs_BK, samples_B, masks_BA), values_B, kept)

    def gradient(
        self,
        assessment: Assessment,
        log_prob_B: NDArray[np.float32],
        entropy_B: NDArray[np.float32] | None = None,
        values_B: NDArray[np.float32] | None = None,
    ) -> NDArray[np.float32]:
        """Return the gradient in `flat` of Σ log_prob_B · ln π + Σ entropy_B · H + Σ values_B · V.

        Parameters
        ----------
        assessment
            From :meth:`assess`, since when no weight may have changed.
        log_prob_B, entropy_B, values_B
            The slopes of a loss in each sample's ln π, entropy and V.
        """
        gradient_P = np.zeros(self.flat.numel(), np.float32)
        outputs_BK, log_std_D = assessment.score.slopes(log_prob_B, entropy_B)
        values_B1 = None if values_B is None else values_B[:, None]
        self.fast_both.backward(outputs_BK, values_B1, assessment.kept, gradient_P)
        if self.log_std is not None and log_std_D is not None:
            start = self.log_std.storage_offset()
            gradient_P[start : start + len(log_std_D)] = log_std_D
        return gradient_P

    def distribution(self, observations_BO: Tensor, masks_BA: Tensor | None = None) -> Distribution:
        """Return π(·|s) for a batch of states as seen, by the modules themselves."""
        return self._distribution(self.actor(observations_BO), self.log_std, masks_BA)

    @abstractmethod
    def _distribution(self, outputs_BK: Tensor, log_std_D: Tensor | None, masks_BA: Tensor | None) -> Distribution:
        """Turn the actor's outputs into π(·|s)."""

    def _score(self, outputs_BK: NDArray[np.float32], samples_B: Samples, masks_BA: Mask | None) -> Score:
        """Return the score of samples; by autograd, unless a policy knows better."""
        masks = None if masks_BA is None else torch.from_numpy(masks_BA)
        return TracedScore(
            lambda outputs, log_std: self._distribution(outputs, log_std, masks),
            outputs_BK,
            self._free_log_std_D,
            samples_B,
        )

    @property
    def _free_log_std_D(self) -> NDArray[np.float32] | None:
        """A copy of the free log_std, where there is one."""
        return None if self.log_std is None else self.log_std.detach().numpy().copy()

    @abstractmethod
    def act(self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None = None) -> Samples:
        """Draw one sample per state as seen; the fast path, without a graph and without the critic."""

    @abstractmethod
    def to_actions(self, samples: Samples) -> Samples:
        """Turn samples into what the environment is sent, one per copy."""

    def allows(self, sample: Samples, mask_A: Mask | None) -> bool:
        """Whether one sample may be taken under a mask; a single index, unless a policy knows better."""
        return mask_A is None or bool(mask_A[int(sample)])

    @abstractmethod
    def decide(self, observation_O: Array, sample: Samples | None, mask_A: Mask | None = None) -> Decision:
        """Describe the decision that led to `sample`, changing nothing and drawing nothing.

        The observation is as the environment returned it. Without a sample, describe what the policy would choose
        from.
        """

    @property
    @abstractmethod
    def facts(self) -> PolicyFacts:
        """What a panel may want to say of this policy."""

    @property
    def log_std_values(self) -> NDArray[np.float64] | None:
        """A copy of log_std per action dimension, or ``None`` where there is none."""
        return None

    @property
    def std_parameters(self) -> tuple[Tensor, ...]:
        """What log_std is learned in, as views of `flat`; nothing where there is none."""
        return () if self.log_std is None else (self.log_std.detach(),)

    @property
    def largest_std(self) -> float:
        """The largest σ that log_std can start from."""
        return math.inf

    def require_std(self, std: object) -> None:
        """Make sure that log_std can start again at ln `std`.

        Raises
        ------
        UsageError
            Where the policy has no log_std, or one that is clamped below that.
        """
        if not self.std_parameters:
            raise UsageError("this policy has no standard deviation to set.")
        if isinstance(std, int | float) and std > self.largest_std:
            raise UsageError(
                f"initial_std={std:g} is out of reach: a std that is an output of the network is held to at most "
                f"{self.largest_std:.4g}; set initial_std to that or less, or std_kind=free where there is one."
            )

    def set_std(self, std: float) -> None:
        """Start log_std again at ln `std` in every dimension.

        Where it is of the state, its rows of the last layer become 0 and their bias ln `std`: σ is the same in
        every state again, until the next update.

        Raises
        ------
        UsageError
            Where it cannot; see :meth:`require_std`.
        """
        self.require_std(std)
        *weights, log_std = self.std_parameters
        for weight in weights:
            weight.zero_()
        log_std.fill_(math.log(std))

    def likeliest(self, observations_NO: Array, masks_NA: Mask | None = None) -> Samples:
        """Return the mode of each state's distribution, for evaluation; the states as the environment has them."""
        outputs_NK = self.fast_actor.outputs(self.normalization.see(observations_NO))
        masks = None if masks_NA is None else torch.from_numpy(masks_NA)
        with torch.no_grad():
            return self._distribution(torch.from_numpy(outputs_NK), self.log_std, masks).mode()

    def scaling(self, observation_O: Array) -> dict[str, Any]:
        """Return what a decision says of normalisation, by its fields' names; nothing where there is none."""
        normalization, said = self.normalization, dict[str, Any]()
        if normalization.observations is not None:
            said["seen"] = normalization.see(observation_O)
            # Not to be written into, here or there: each change of the statistics makes new arrays.
            said["observation_mean"] = normalization.observation_mean_O
            said["observation_std"] = normalization.observation_std_O
        if normalization.returns is not None:
            said["reward_std"] = normalization.reward_scale
        return said

    def values(self, observations_BO: Array) -> NDArray[np.float32]:
        """Return V of states as seen, shape ``(B,)``, without a graph.

        Raises
        ------
        ValueError
            Where the policy has no critic.
        """
        if self.fast_critic is None:
            raise ValueError("this policy has no critic")
        return self.fast_critic.outputs(observations_BO)[:, 0]

    def values_of(self, observations_NO: Array, masks_NA: Mask | None = None) -> NDArray[np.float32] | None:
        """Return what states as the environment has them are worth, ``(N,)``; ``None`` where nobody estimates it.

        That is V, or what is in its place: see :attr:`PolicyFacts.value_name`. It is in rewards as they are
        learned from. A value-based agent looks at the legal actions only.
        """
        return None if self.fast_critic is None else self.values(self.normalization.see(observations_NO))

    def value_of(self, observation_O: Array) -> float | None:
        """Return what one state is worth; see :meth:`values_of`."""
        values = self.values_of(observation_O[None])
        return None if values is None else float(values[0])

    def capture(self) -> dict[str, Any]:
        """Copy all that was learned; see :meth:`restore`."""
        return {"flat": self.flat.detach().numpy().copy(), "normalization": self.normalization.capture()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what :meth:`capture` returned, also from another policy of the same shape."""
        self.flat.detach().copy_(torch.from_numpy(state["flat"]))
        self.normalization.restore(state["normalization"])

    def weights_sha256(self) -> str:
        """Return a fingerprint: equal for two agents exactly when all weights and running statistics are."""
        digest = hashlib.sha256()
        for name, parameter in self.named_parameters():
            digest.update(f"{name}{tuple(parameter.shape)}".encode())
            digest.update(parameter.detach().numpy().astype("<f4").tobytes())
        self.normalization.digest(digest)
        return digest.hexdigest()
