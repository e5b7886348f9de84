"""REINFORCE with reward-to-go and, where asked for, a learned baseline (Williams 1992)."""

from __future__ import annotations

from collections.abc import Iterator

from pgviz.algorithms.algorithm import Minibatch
from pgviz.algorithms.batch import Batch
from pgviz.algorithms.objective import Sloped
from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.algorithms.returns import Floats
from pgviz.algorithms.rollout import Rollout


class Reinforce(OnPolicyAlgorithm):
    """One step on a batch of whole episodes, each action weighed by the return that followed it.

    The expectation is over steps: the gradient is ∇J divided by the mean length of an episode. A truncated episode
    is bootstrapped from the baseline where there is one; without one its return is what was seen of it.
    """

    @property
    def rollout_length(self) -> None:
        """None: whole episodes are played."""
        return

    @property
    def episodes_per_update(self) -> int:
        """Whole episodes between two updates."""
        return int(self.knobs.number("episodes_per_update"))

    def minibatches(self, rollout: Rollout) -> Iterator[Minibatch]:
        """Compute one minibatch: all steps of all finished episodes; none where no episode was finished."""
        rollout.discard_unfinished()
        # λ = 1 makes the advantage the reward-to-go less the baseline.
        batch, assessment = self._estimate(rollout, gae_lambda=1.0, learning=True)
        if len(batch):
            yield self._compute(batch, 0, assessment)

    def _objective(self, batch: Batch, log_probs_B: Floats, advantages_B: Floats) -> Sloped:
        """Return E[ln π(a|s) (G − b(s))], whose gradient is the policy gradient."""
        return Sloped.mean(log_probs_B * advantages_B, advantages_B)
