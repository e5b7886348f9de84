"""A2C, the synchronous form of A3C (Mnih et al. 2016, arXiv:1602.01783)."""

from __future__ import annotations

from collections.abc import Iterator

from pgviz.algorithms.algorithm import Minibatch
from pgviz.algorithms.batch import Batch
from pgviz.algorithms.objective import Sloped
from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.algorithms.returns import Floats
from pgviz.algorithms.rollout import Rollout


class A2C(OnPolicyAlgorithm):
    """One step on each short rollout; λ = 1 gives n-step returns, less than 1 generalised advantages."""

    @property
    def rollout_length(self) -> int:
        """Steps of each copy between two updates."""
        return int(self.knobs.number("rollout_length"))

    def minibatches(self, rollout: Rollout) -> Iterator[Minibatch]:
        """Compute one minibatch: the whole rollout."""
        gae_lambda = self.knobs.number("gae_lambda")
        batch, assessment = self._estimate(rollout, gae_lambda=gae_lambda, learning=True)
        yield self._compute(batch, 0, assessment)

    def _objective(self, batch: Batch, log_probs_B: Floats, advantages_B: Floats) -> Sloped:
        """Return E[ln π(a|s) A], whose gradient is the policy gradient."""
        return Sloped.mean(log_probs_B * advantages_B, advantages_B)
