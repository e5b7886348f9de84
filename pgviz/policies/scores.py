"""Scores: ln π and the entropy of a batch in numbers, and their slopes in the network's outputs, written out.

What a policy gradient asks of a distribution is little: Σ_B w_B ∇ ln π(a_B|s_B) + Σ_B e_B ∇ H(π(·|s_B)), where the
weights come from the algorithm. For the common distributions the slopes are a line of arithmetic each, which takes
a fraction of the time that a graph takes; for the others autograd finds them. Tests hold the one to the other.

========================  ====================  =====================================
distribution              slope of ln π         slope of H
========================  ====================  =====================================
softmax, in logit j       1[j = a] − p_j        −p_j (ln p_j + H)
Gaussian, in μ            (u − μ) / σ²          0
Gaussian, in ln σ         (u − μ)² / σ² − 1     1
========================  ====================  =====================================

Nothing here guards against numbers that are not finite: the algorithm finds and names them.

Shape suffixes: B batch, K outputs of the network, A actions, D action dimensions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pgviz.policies.bounds import ActionBounds
from pgviz.policies.distributions import LN_2PI, DiagonalGaussian, Distribution, SquashedGaussian
from pgviz.policies.factors import Factored

Floats = NDArray[np.float32]


class Slopes(NamedTuple):
    """Slopes in the network's outputs, ``(B, K)``, and in a free log_std, ``(D,)``, where there is one."""

    outputs_BK: Floats
    log_std_D: Floats | None = None


class Score(Protocol):
    """What learning asks of π(·|s) for a batch of states and of what was drawn in them.

    Attributes
    ----------
    log_probs_B
        ln π of each sample.
    """

    @property
    def log_probs_B(self) -> Floats:
        """Logarithm of π of each sample."""

    @property
    def entropies_B(self) -> Floats:
        """Entropy of each state's distribution in nats."""

    @property
    def max_probabilities_B(self) -> Floats | None:
        """Probability of each state's likeliest action; ``None`` where actions are real."""

    @property
    def state_log_std_D(self) -> NDArray[np.float64] | None:
        """Mean of log_std over the states, where it is of the state."""

    def slopes(self, log_prob_B: Floats, entropy_B: Floats | None = None) -> Slopes:
        """Return the slopes of Σ log_prob_B · ln π + Σ entropy_B · H."""


class CategoricalScore:
    """Of a softmax over logits; an illegal action has no part in anything.

    Parameters
    ----------
    logits_BA
        The network's outputs.
    samples_B
        Index of the action taken.
    masks_BA
        True where an action is legal; ``None`` where all are.
    """

    state_log_std_D = None

    def __init__(
        self, logits_BA: Floats, samples_B: NDArray[Any], masks_BA: NDArray[np.bool_] | None = None
    ) -> None:
        if masks_BA is not None:
            logits_BA = np.where(masks_BA, logits_BA, np.float32(-np.inf))
        self._log_probs_BA = logits_BA - np.maximum.reduce(logits_BA, 1, keepdims=True)
        self._probs_BA = np.exp(self._log_probs_BA)
        sums_B1 = np.add.reduce(self._probs_BA, 1, keepdims=True)
        self._probs_BA /= sums_B1
        self._log_probs_BA -= np.log(sums_B1)
        self._taken = (np.arange(len(samples_B)), samples_B)
        self.log_probs_B: Floats = self._log_probs_BA[self._taken]

    @cached_property
    def _finite_log_probs_BA(self) -> Floats:
        # Far below any logarithm that a probability above 0 has: 0 · ln 0 is to be 0.
        return np.asarray(np.maximum(self._log_probs_BA, np.float32(-1e4)))

    @cached_property
    def entropies_B(self) -> Floats:
        """Entropy of each state's distribution in nats."""
        entropies_B: Floats = -np.einsum("ba,ba->b", self._probs_BA, self._finite_log_probs_BA)
        return entropies_B

    @property
    def max_probabilities_B(self) -> Floats:
        """Probability of each state's likeliest action."""
        return np.asarray(self._probs_BA.max(1))

    def slopes(self, log_prob_B: Floats, entropy_B: Floats | None = None) -> Slopes:
        """Return the slopes of Σ log_prob_B · ln π + Σ entropy_B · H."""
        weights_BA: Floats = log_prob_B[:, None]
        if entropy_B is not None:
            weights_BA = weights_BA + entropy_B[:, None] * (self._finite_log_probs_BA + self.entropies_B[:, None])
        outputs_BA = self._probs_BA * -weights_BA
        outputs_BA[self._taken] += log_prob_B
        return Slopes(outputs_BA)


class GaussianScore:
    """Of a diagonal Gaussian with a free log_std, clipped or pushed into its bounds on the way out.

    Parameters
    ----------
    mean_BD
        The network's outputs.
    log_std_D
        Logarithm of the standard deviations.
    samples_BD
        What was drawn, before squashing.
    squashed_into
        The bounds into which samples are squashed; ``None`` where they are clipped.
    """

    max_probabilities_B = None
    state_log_std_D = None

    def __init__(
        self,
        mean_BD: Floats,
        log_std_D: Floats,
        samples_BD: NDArray[Any],
        squashed_into: ActionBounds | None = None,
    ) -> None:
        self._mean_BD = mean_BD
        self._log_std_D = log_std_D
        self._bounds = squashed_into
        self._precision_D = np.exp(-log_std_D)
        self._scaled_BD = (samples_BD - mean_BD) * self._precision_D
        scaled_BD, size = self._scaled_BD, len(log_std_D)
        constant = np.float32(log_std_D.sum() + 0.5 * LN_2PI * size)
        self.log_probs_B: Floats = np.float32(-0.5) * np.einsum("bd,bd->b", scaled_BD, scaled_BD) - constant
        if squashed_into is not None:
            self.log_probs_B -= squashed_into.log_slope(torch.from_numpy(samples_BD)).sum(-1).numpy()

    @property
    def entropies_B(self) -> Floats:
        """Entropy of each state's distribution in nats."""
        if self._bounds is not None:
            return np.asarray(self._squashed()[0].detach().numpy())
        entropy = self._log_std_D.sum() + 0.5 * (LN_2PI + 1.0) * len(self._log_std_D)
        return np.full(len(self._mean_BD), entropy, np.float32)

    def slopes(self, log_prob_B: Floats, entropy_B: Floats | None = None) -> Slopes:
        """Return the slopes of Σ log_prob_B · ln π + Σ entropy_B · H."""
        weighed_BD = log_prob_B[:, None] * self._scaled_BD
        mean_BD = weighed_BD * self._precision_D
        log_std_D = np.einsum("bd,bd->d", weighed_BD, self._scaled_BD) - log_prob_B.sum()
        if entropy_B is None:
            return Slopes(mean_BD, log_std_D)
        if self._bounds is None:
            return Slopes(mean_BD, log_std_D + entropy_B.sum())
        entropies_B, *leaves = self._squashed()
        more = torch.autograd.grad(entropies_B, leaves, torch.from_numpy(entropy_B))
        return Slopes(mean_BD + more[0].numpy(), log_std_D + more[1].numpy())

    def _squashed(self) -> tuple[Tensor, Tensor, Tensor]:
        """Entropies after squashing, which have no closed form, and what they are differentiable in."""
        assert self._bounds is not None
        mean_BD, log_std_D = (torch.from_numpy(each).requires_grad_() for each in (self._mean_BD, self._log_std_D))
        with torch.enable_grad():
            return SquashedGaussian(mean_BD, log_std_D, self._bounds).entropy(), mean_BD, log_std_D


class TracedScore:
    """Of any distribution, by autograd.

    Parameters
    ----------
    build
        Makes the distribution from the network's outputs and the free log_std.
    outputs_BK, log_std_D
        Those; there need not be a log_std.
    samples_B
        What was drawn.
    """

    def __init__(
        self,
        build: Callable[[Tensor, Tensor | None], Distribution],
        outputs_BK: Floats,
        log_std_D: Floats | None,
        samples_B: NDArray[np.generic],
    ) -> None:
        given = [outputs_BK] if log_std_D is None else [outputs_BK, log_std_D]
        self._leaves = [torch.from_numpy(each).requires_grad_() for each in given]
        with torch.enable_grad():
            self._distribution = build(self._leaves[0], None if log_std_D is None else self._leaves[1])
            self._log_probs_B = self._distribution.log_prob(torch.from_numpy(samples_B))

    @property
    def log_probs_B(self) -> Floats:
        """Logarithm of π of each sample."""
        return np.asarray(self._log_probs_B.detach().numpy())

    @cached_property
    def _entropies_B(self) -> Tensor:
        with torch.enable_grad():
            return self._distribution.entropy()

    @property
    def entropies_B(self) -> Floats:
        """Entropy of each state's distribution in nats."""
        return np.asarray(self._entropies_B.detach().numpy())

    @property
    def max_probabilities_B(self) -> Floats | None:
        """Probability of each state's likeliest action; ``None`` where actions are real."""
        with torch.no_grad():
            likeliest_B = self._distribution.max_probability()
        return None if likeliest_B is None else np.asarray(likeliest_B.numpy())

    @property
    def state_log_std_D(self) -> NDArray[np.float64] | None:
        """Mean of log_std over the states, where it is of the state."""
        distribution = self._distribution
        gaussian = distribution.gaussian if isinstance(distribution, Factored) else distribution
        if len(self._leaves) > 1 or not isinstance(gaussian, DiagonalGaussian):
            return None
        return np.asarray(gaussian.log_std_D.detach().numpy().mean(0, dtype=np.float64))

    def slopes(self, log_prob_B: Floats, entropy_B: Floats | None = None) -> Slopes:
        """Return the slopes of Σ log_prob_B · ln π + Σ entropy_B · H."""
        ends, weights = [self._log_probs_B], [torch.from_numpy(log_prob_B)]
        if entropy_B is not None:
            ends.append(self._entropies_B)
            weights.append(torch.from_numpy(entropy_B))
        found = torch.autograd.grad(ends, self._leaves, weights, materialize_grads=True, retain_graph=True)
        outputs_BK, *others = (np.asarray(each.numpy()) for each in found)
        return Slopes(outputs_BK, others[0] if others else None)
