"""What a factored policy decided, factor by factor.

Shape suffixes: S options of all choices together, D real numbers, K columns of a sample's row, A options of one
choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from pgviz.policies.bounds import ActionBounds
from pgviz.policies.decision import Array, CategoricalDecision, Decision, GaussianDecision
from pgviz.policies.distributions import DiagonalGaussian, SquashedGaussian
from pgviz.policies.factors import Factored


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """One state, the distribution there, and what was drawn from it.

    Parameters
    ----------
    observation
        The state, encoded.
    distribution
        π(·|s), for a batch of this one state, without a graph.
    logits_S
        The network's outputs for all choices.
    sample_K
        What was drawn, or ``None`` where nothing has been yet.
    mask_S
        True where an option is legal, or ``None`` where all are.
    squash
        Whether real numbers are squashed into their bounds, which π need not heed: see
        :attr:`pgviz.policies.policy.Policy.corrects_squashing`.
    """

    observation: Array
    distribution: Factored
    logits_S: Array
    sample_K: NDArray[np.generic] | None
    mask_S: NDArray[np.bool_] | None
    squash: bool

    def decisions(self) -> tuple[Decision, ...]:
        """Return the decision of each choice and of each real vector, in the order of the space."""
        choices = self._choices()
        found: list[Decision] = []
        choice = real = 0
        for part in self.distribution.factors.layout.parts:
            size = part.columns.stop - part.columns.start
            if part.counts:
                found += [choices[each] for each in range(choice, choice + size)]
                choice += size
            elif size:
                found.append(self._real(slice(real, real + size), part.columns))
                real += size
        return tuple(found)

    def _choices(self) -> dict[int, CategoricalDecision]:
        """The decision of each choice, by its number."""
        found = {}
        for group, softmax in zip(self.distribution.factors.groups, self.distribution.choices, strict=True):
            log_probs, entropies = softmax.log_probs_BA[0].numpy(), softmax.entropy()[0].numpy()
            for row, choice in enumerate(group.members):
                found[choice] = self._choice(choice, log_probs[row], float(entropies[row]))
        return found

    def _choice(self, choice: int, log_probs_A: Array, entropy: float) -> CategoricalDecision:
        layout = self.distribution.factors.layout
        count, end = int(layout.counts_F[choice]), int(layout.counts_F[: choice + 1].sum())
        options = slice(end - count, end)
        chosen = None if self.sample_K is None else int(self.sample_K[layout.choice_columns_F[choice]])
        return CategoricalDecision(
            observation=self.observation,
            log_prob=None if chosen is None else float(log_probs_A[chosen]),
            entropy=entropy,
            value=None,
            probabilities_A=np.exp(log_probs_A[:count]),
            logits_A=self.logits_S[options].copy(),
            chosen=chosen,
            start=int(layout.starts_F[choice]),
            mask_A=None if self.mask_S is None else self.mask_S[options].copy(),
        )

    def _real(self, reals: slice, columns: slice) -> GaussianDecision:
        """The decision of some of the real numbers, by themselves."""
        whole = self.distribution.gaussian
        assert whole is not None
        layout, corrected = self.distribution.factors.layout, isinstance(whole, SquashedGaussian)
        bounds = ActionBounds(layout.low_D[reals], layout.high_D[reals])
        mean_1D, log_std_D = whole.mean_BD[:, reals], whole.log_std_D[..., reals]
        gaussian = (
            SquashedGaussian(mean_1D, log_std_D, bounds) if corrected else DiagonalGaussian(mean_1D, log_std_D)
        )
        sample_D = None if self.sample_K is None else np.array(self.sample_K[columns], np.float32)
        log_prob = None if sample_D is None else float(gaussian.log_prob(torch.from_numpy(sample_D[None])))
        bring = bounds.squash if self.squash else bounds.clip
        return GaussianDecision(
            observation=self.observation,
            log_prob=log_prob,
            entropy=float(gaussian.entropy()),
            value=None,
            mean_D=mean_1D[0].numpy().copy(),
            std_D=np.exp(log_std_D.detach().expand_as(mean_1D)[0].numpy()),
            sample_D=sample_D,
            action_D=None if sample_D is None else bring(sample_D),
            low_D=bounds.low_D,
            high_D=bounds.high_D,
            squashed=self.squash,
        )
