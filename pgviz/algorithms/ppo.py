"""PPO with the clipped objective (Schulman et al. 2017, arXiv:1707.06347).

Shape suffixes: B batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pgviz.algorithms.algorithm import Minibatch
from pgviz.algorithms.batch import Batch
from pgviz.algorithms.objective import Sloped
from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.algorithms.returns import Floats
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
        batch, before = self._estimate(rollout, gae_lambda=gae_lambda, learning=False)
        batch = replace(batch, old_log_probs_B=before.score.log_probs_B, old_values_B=before.values_B)
        for index, part in enumerate(self._parts(batch)):
            minibatch = self._compute(part, index, self._assess(part))
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
            shuffled = batch.select(self._rng.permutation(len(batch)))
            for start in range(0, len(batch), size):
                yield shuffled.select(slice(start, start + size))

    def _objective(self, batch: Batch, log_probs_B: Floats, advantages_B: Floats) -> Sloped:
        """Return E[min(r A, clip(r, 1−ε, 1+ε) A)], equation 7.

        Its slope in ln π is r A, for dr/d ln π = r, and 0 where the clipped product is the smaller one.
        """
        assert batch.old_log_probs_B is not None
        clip_range = self.scheduled("clip_range")
        log_ratio_B = log_probs_B - batch.old_log_probs_B
        ratio_B = np.exp(log_ratio_B)
        self._watch_ratio(ratio_B, log_ratio_B, clip_range)
        plain_B = ratio_B * advantages_B
        clipped_B = ratio_B.clip(1.0 - clip_range, 1.0 + clip_range) * advantages_B
        return Sloped.mean(np.minimum(plain_B, clipped_B), plain_B * (plain_B <= clipped_B))

    def _watch_ratio(self, ratio_B: Floats, log_ratio_B: Floats, clip_range: float) -> None:
        """Note the clipped share, and the KL divergence by the estimator (r − 1) − ln r, never negative."""
        change_B = ratio_B - np.float32(1.0)
        self._last_kl = float((change_B - log_ratio_B).mean())
        self._tally.add("kl", self._last_kl)
        clipped = np.count_nonzero(np.abs(change_B) > clip_range)
        self._tally.add("clip_fraction", clipped / len(ratio_B))

    def _value_error(self, batch: Batch, values_B: Floats) -> Sloped:
        """Return the squared error, where asked for of predictions kept near the old ones.

        A prediction that is not near the old one has no slope.
        """
        if self.knobs.optional("value_clip_range") is None:
            return super()._value_error(batch, values_B)
        assert batch.old_values_B is not None
        clip_range = self.scheduled("value_clip_range")
        moved_B = values_B - batch.old_values_B
        kept_B = moved_B.clip(-clip_range, clip_range)
        error = super()._value_error(batch, batch.old_values_B + kept_B)
        return error._replace(slopes_B=error.slopes_B * (moved_B == kept_B))
