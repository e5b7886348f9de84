"""The policy of SAC: a squashed Gaussian with a width for each state, two critics of its actions, and α.

Shape suffixes: B batch, N copies of the environment, O observation entries, D action dimensions, C the two
critics, P all weights of both.
"""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from gymnasium import Space, spaces
from numpy.typing import NDArray
from torch import nn

from pgviz.action_layout import in_one_line
from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.decision import UNBOUNDED, Array, PolicyFacts
from pgviz.policies.gaussian import GaussianPolicy
from pgviz.policies.networks import NetworkShape
from pgviz.policies.policy import Mask
from pgviz.policies.running import Floats, size_of
from pgviz.policies.state_action_value import StateActionValue
from pgviz.policies.twin_perceptron import TwinPerceptron

# Beyond this, the float32 number nearest to tanh⁻¹ is infinite.
_NEARLY_ONE = np.float32(1.0) - np.float32(2.0**-24)


class TwinCritics(nn.ModuleList):
    """Two critics that learn the same from different beginnings; what counts is the smaller value of the two.

    A maximum over values that err by chance comes out too large; a minimum over two of them does not (Fujimoto et
    al. 2018, arXiv:1802.09477, section 4.2).

    Parameters
    ----------
    shape, dimensions, generator
        As for :class:`pgviz.policies.state_action_value.StateActionValue`.

    Attributes
    ----------
    both
        The two critics.
    """

    def __init__(self, shape: NetworkShape, dimensions: int, generator: torch.Generator) -> None:
        first, second = (StateActionValue(shape, dimensions, generator) for _ in range(2))
        super().__init__((first, second))
        self.both = first, second
        self._dimensions, self._plain = dimensions, shape.plain
        self._twin: TwinPerceptron | None = None

    def prepare(self, offset: int) -> int:
        """Take note that the weights are views of a vector and begin at `offset`; return where they end."""
        if self._plain:
            self._twin = TwinPerceptron(self.both[0].perceptron, offset)
        for critic in self.both:
            offset = critic.prepare(offset)
        return offset

    def values(self, observations_BO: NDArray[np.generic], actions_BD: Floats) -> tuple[Floats, Any]:
        """Return both critics' Q(s, a), ``(C, B)``, and what the way back wants."""
        if self._twin is not None:
            return self._twin.forward(np.concatenate([observations_BO, actions_BD], 1, dtype=np.float32))
        values, kept = zip(*(critic.values(observations_BO, actions_BD) for critic in self.both), strict=True)
        return np.stack(values), kept

    def backward(self, gradient_CB: Floats, kept: Any, out: Floats) -> None:
        """Write the gradient in the weights of both into their parts of `out`."""
        if self._twin is not None:
            self._twin.backward(gradient_CB, kept, out)
            return
        for critic, gradient_B, each in zip(self.both, gradient_CB, kept, strict=True):
            critic.backward(gradient_B, each, out)

    def smaller_gradient(self, values_CB: Floats, kept: Any) -> Floats:
        """Return the gradient of each state's smaller value in its action, ``(B, D)``; of equals the first's."""
        first_B = values_CB[0] <= values_CB[1]
        if self._twin is not None:
            return self._twin.chosen_gradient(first_B, kept, self._dimensions)
        shares = (first_B.astype(np.float32), (~first_B).astype(np.float32))
        first, second = (
            critic.action_gradient(share_B, each)
            for critic, share_B, each in zip(self.both, shares, kept, strict=True)
        )
        return first + second


class SACPolicy(GaussianPolicy):
    """π(a|s), Q₁ and Q₂, the slowly following copies of the two that targets are made of, and ln α.

    They are all in the one vector :attr:`flat`: what acts, what is learned and what follows is captured, hashed
    and checked together.

    Parameters
    ----------
    shape, box, generator, initial_std
        As for :class:`pgviz.policies.gaussian.GaussianPolicy`.
    temperature
        α to begin with.

    Attributes
    ----------
    critics, targets
        The two critics, and the two that follow them.
    log_temperature, log_temperature_1
        ln α, shape ``(1,)``; the same number, as NumPy sees it.
    actor_part, temperature_part, critic_part, target_part
        Where each is in the vector; ln α is the last of the actor's, with which it takes its steps.
    log_halves
        Σ ln((high − low)/2): ln π of the environment's action is that of the normalised one less this.
    """

    def __init__(
        self,
        shape: NetworkShape,
        box: tuple[Array, Array],
        generator: torch.Generator,
        *,
        initial_std: float,
        temperature: float,
    ) -> None:
        shape = replace(shape, critic=False)
        super().__init__(shape, box, generator, squash=True, initial_std=initial_std, state_std=True)
        self.dimensions = int(np.prod(box[0].shape))
        self.critics = TwinCritics(shape, self.dimensions, generator)
        self.targets = copy.deepcopy(self.critics)
        self.log_temperature = nn.Parameter(torch.tensor([math.log(temperature)]))
        self._flatten(self.log_temperature, *self.critics.parameters(), *self.targets.parameters())
        actor_end = size_of(self.actor) + 1
        critic_end = self.critics.prepare(actor_end)
        target_end = self.targets.prepare(critic_end)
        self.actor_part, self.temperature_part = slice(0, actor_end), slice(actor_end - 1, actor_end)
        self.critic_part, self.target_part = slice(actor_end, critic_end), slice(critic_end, target_end)
        self.log_temperature_1 = self.log_temperature.detach().numpy()
        self._critics_P, self._targets_P = (
            self.flat.detach()[part] for part in (self.critic_part, self.target_part)
        )
        assert self.bounds.volume_log is not None
        self.log_halves = self.bounds.volume_log - self.dimensions * math.log(2.0)

    @property
    def temperature(self) -> float:
        """α."""
        # Where it grows without end, the loss is the one to say so.
        return math.exp(min(float(self.log_temperature_1[0]), 700.0))

    def draw_uniform(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw samples before squashing whose actions are uniform in the box, ``(N, D)``."""
        actions_ND = 2.0 * rng.random((count, self.dimensions), np.float32) - 1.0
        return np.asarray(np.arctanh(np.clip(actions_ND, -_NEARLY_ONE, _NEARLY_ONE)))

    def follow(self, rate: float) -> None:
        """Move the targets' weights towards the critics': θ⁻ ← θ⁻ + rate (θ − θ⁻)."""
        self._targets_P.lerp_(self._critics_P, rate)

    def values_of(self, observations_NO: Array, masks_NA: Mask | None = None) -> Floats:
        """Return the smaller Q of the action that the mean leads to, for states as the environment has them.

        It is no V, which is the mean over π of min Q − α ln π, entropy included. It is what the state is worth to
        whoever takes the likeliest action, and draws no random number.
        """
        seen_NO = np.asarray(self.normalization.see(observations_NO))
        mean_ND = self.fast_actor.outputs(seen_NO)[:, : self.dimensions]
        return np.asarray(self.critics.values(seen_NO, np.tanh(mean_ND))[0].min(0))

    @property
    def facts(self) -> PolicyFacts:
        """Kind and size; what follows is not learned and does not count."""
        learned = self.flat.numel() - (self.target_part.stop - self.target_part.start)
        return replace(super().facts, parameter_count=learned, has_value=True, value_name="min Q(s, μ)")


def build_sac_policy(
    action_space: Space[object], shape: NetworkShape, config: RunConfig, generator: torch.Generator
) -> SACPolicy:
    """Build the policy of SAC.

    Raises
    ------
    UsageError
        For actions that are not real numbers between bounds.
    """
    place = f"{config.environment} has the action space {in_one_line(action_space)}: SAC needs"
    if not isinstance(action_space, spaces.Box) or not np.issubdtype(action_space.dtype, np.floating):
        raise UsageError(f"{place} a Box of real numbers; use another algorithm, such as ppo.")
    # Compared as float64: a half-precision number knows no such bound.
    ends = np.abs(np.array([action_space.low, action_space.high], np.float64))
    if ends.max() > UNBOUNDED:
        raise UsageError(
            f"{place} a Box with finite bounds in every dimension; use another algorithm, such as ppo."
        )
    return SACPolicy(
        shape,
        (action_space.low, action_space.high),
        generator,
        initial_std=config.number("initial_std"),
        temperature=config.number("temperature"),
    )
