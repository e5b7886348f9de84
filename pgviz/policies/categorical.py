"""Softmax policies, for ``Discrete`` actions.

Shape suffixes: B batch, N copies of the environment, O observation entries, A actions.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pgviz.policies.decision import Array, CategoricalDecision, PolicyFacts
from pgviz.policies.distributions import Categorical, MaskedCategorical, sample_categorical
from pgviz.policies.networks import NetworkShape
from pgviz.policies.policy import Mask, Policy, Samples
from pgviz.policies.scores import CategoricalScore


class CategoricalPolicy(Policy):
    """Softmax over the logits of the legal actions, for ``Discrete`` actions.

    Parameters
    ----------
    action_count
        Number of actions A.
    start
        The smallest action.
    """

    takes_masks = True

    def __init__(self, shape: NetworkShape, action_count: int, start: int, generator: torch.Generator) -> None:
        super().__init__(shape, action_count, generator)
        self.action_count = action_count
        self.start = start
        self._flatten()

    def _distribution(self, outputs_BK: Tensor, log_std_D: Tensor | None, masks_BA: Tensor | None) -> Categorical:
        return Categorical(outputs_BK) if masks_BA is None else MaskedCategorical(outputs_BK, masks_BA)

    def _score(
        self, outputs_BK: NDArray[np.float32], samples_B: Samples, masks_BA: Mask | None
    ) -> CategoricalScore:
        return CategoricalScore(outputs_BK, samples_B, masks_BA)

    def act(
        self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None = None
    ) -> NDArray[np.int64]:
        """Draw an index per state, shape ``(N,)``."""
        logits_NA = self.fast_actor.outputs(observations_NO)
        if masks_NA is not None:
            logits_NA = np.where(masks_NA, logits_NA, -np.inf)
        return sample_categorical(logits_NA, rng)

    def to_actions(self, samples: Samples) -> Samples:
        """Shift the indices to the space's first action."""
        return samples + self.start if self.start else samples

    def decide(
        self, observation_O: Array, sample: Samples | None, mask_A: Mask | None = None
    ) -> CategoricalDecision:
        """Describe the choice of one index."""
        with torch.no_grad():
            logits_1A = torch.from_numpy(self.fast_actor.outputs(self.normalization.see(observation_O)[None]))
            distribution = self._distribution(
                logits_1A, None, None if mask_A is None else torch.from_numpy(mask_A[None])
            )
        chosen = None if sample is None else int(sample)
        log_probs_A = distribution.log_probs_BA[0].numpy()
        return CategoricalDecision(
            observation=np.array(observation_O),
            log_prob=None if chosen is None else float(log_probs_A[chosen]),
            entropy=float(distribution.entropy()),
            value=self.value_of(observation_O),
            **self.scaling(observation_O),
            probabilities_A=np.exp(log_probs_A),
            logits_A=logits_1A[0].numpy().copy(),
            chosen=chosen,
            start=self.start,
            mask_A=None if mask_A is None else mask_A.copy(),
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
            device=self.shape.device,
        )
