"""PPO with the clipped objective (Schulman et al. 2017, arXiv:1707.06347).

Shape suffixes: B batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from pgviz.algorithms.algorithm import Minibatch
from pgviz.algorithms.on_policy import Batch, OnPolicyAlgorithm
from pgviz.algorithms.rollout import Rollout

# An update ends once the policy has moved this much further than the target.
KL_MARGIN = 1.5


class PPO(OnPolicyAlgorithm):
    """Several epochs over each rollout; a sample whose ratio has left the clip range stops pulling."""

    @property
    def rollout_length(self) -> int:
        """Steps of each copy between two updates."""
        return int(self.knobs.number("rollout_length"))

    def minibatches(self, rollout: Rollout) -> Iterator[Minibatch]:
        """Go through the rollout `epochs` times in random order; end early where the KL passes its target."""
        gae_lambda = self.knobs.number("gae_lambda")
        batch, evaluation = self._estimate(rollout, gae_lambda=gae_lambda, keep_graph=False)
        old = evaluation.distribution.log_prob(batch.samples_B)
        batch = replace(batch, old_log_probs_B=old, old_values_B=evaluation.values_B)
        for index, part in enumerate(self._parts(batch)):
            minibatch = self._compute(part, index, self.policy.evaluate(part.observations_BO, part.masks_BA))
            target = self.knobs.optional("target_kl")
            if target is not None and self._last_kl > KL_MARGIN * target:
                return
            yield minibatch

    def _parts(self, batch: Batch) -> Iterator[Batch]:
        size = int(self.knobs.number("minibatch_size"))
        for _ in range(int(self.knobs.number("epochs"))):
            if len(batch) <= size:
                yield batch
                continue
            shuffled = batch.select(torch.from_numpy(self._rng.permutation(len(batch))))
            for start in range(0, len(batch), size):
                yield shuffled.select(slice(start, start + size))

    def _objective(self, batch: Batch, log_probs_B: Tensor, advantages_B: Tensor) -> Tensor:
        """Return E[min(r A, clip(r, 1−ε, 1+ε) A)], equation 7."""
        assert batch.old_log_probs_B is not None
        clip_range = self.scheduled("clip_range")
        log_ratio_B = log_probs_B - batch.old_log_probs_B
        ratio_B = log_ratio_B.exp()
        clipped_B = ratio_B.clamp(1.0 - clip_range, 1.0 + clip_range)
        self._watch_ratio(ratio_B.detach(), log_ratio_B.detach(), clip_range)
        return torch.minimum(ratio_B * advantages_B, clipped_B * advantages_B).mean()

    @np.errstate(all="ignore")
    def _watch_ratio(self, ratio_B: Tensor, log_ratio_B: Tensor, clip_range: float) -> None:
        """Note the clipped share, and the KL divergence by the estimator (r − 1) − ln r, never negative."""
        # NumPy: at this size a call of torch's costs several times as much.
        ratio, log_ratio = ratio_B.numpy(), log_ratio_B.numpy()
        self._last_kl = float((ratio - 1.0 - log_ratio).mean())
        self._tally.add("kl", self._last_kl)
        clipped = np.count_nonzero(np.abs(ratio - 1.0) > clip_range)
        self._tally.add("clip_fraction", clipped / len(ratio))

    def _value_error(self, batch: Batch, values_B: Tensor) -> Tensor:
        """Return the squared error, where asked for of predictions kept near the old ones."""
        if self.knobs.optional("value_clip_range") is None:
            return super()._value_error(batch, values_B)
        assert batch.old_values_B is not None
        clip_range = self.scheduled("value_clip_range")
        near_B = batch.old_values_B + (values_B - batch.old_values_B).clamp(-clip_range, clip_range)
        return super()._value_error(batch, near_B)
