"""What all off-policy algorithms share: a replay buffer, and when to learn from it.

Shape suffixes: B batch, N copies of the environment, O observation entries, A choices.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pgviz.algorithms.algorithm import Algorithm, Minibatch
from pgviz.algorithms.replay_buffer import ReplayBuffer, Transitions
from pgviz.algorithms.rollout import Rollout
from pgviz.algorithms.statistics import Tally
from pgviz.config import RunConfig
from pgviz.policies.decision import Array
from pgviz.policies.policy import Mask, Policy, Samples


class OffPolicyAlgorithm(Algorithm):
    """An algorithm that learns from what any earlier policy lived through, drawn at random.

    Between two updates each copy takes `train_frequency` steps; they go into the buffer, and once it has seen more
    than `learning_starts` steps, `gradient_steps` batches are drawn from it.

    Parameters
    ----------
    config
        The run.
    policy
        What is improved, in place.
    rng
        Where batches are drawn from.

    Attributes
    ----------
    replay
        What was lived through.
    acted
        Environment steps for which actions were drawn, over all copies.
    open_batch
        What the last minibatch was computed from, as seen, or ``None`` before the first.
    """

    sees_anew = True

    def __init__(self, config: RunConfig, policy: Policy, rng: np.random.Generator) -> None:
        super().__init__(config, policy, rng)
        # No more than the run can fill: pictures take much room.
        copies = config.environment_count
        most = config.steps + copies * config.integer("train_frequency")
        self.replay = ReplayBuffer(min(config.integer("buffer_size"), most))
        self.acted = 0
        self.open_batch: Transitions | None = None
        self._tally = Tally()
        self._applied = 0

    @property
    def rollout_length(self) -> int:
        """Steps of each copy between two updates."""
        return int(self.knobs.number("train_frequency"))

    @property
    def warming_up(self) -> bool:
        """Whether the next step is still one of those that are taken before learning starts."""
        return self.acted < self.knobs.number("learning_starts")

    def act(self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None = None) -> Samples:
        """Draw one sample per state: at random in the beginning, then from the policy."""
        samples = self._explore(observations_NO, rng, masks_NA)
        self.acted += len(observations_NO)
        return samples

    @abstractmethod
    def _explore(self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None) -> Samples:
        """Draw one sample per state; see :attr:`warming_up`."""

    def begin_update(self, remaining: float) -> None:
        """Prepare to learn; the schedules follow `remaining`, the share of the run that is left."""
        super().begin_update(remaining)
        self._tally = Tally()
        self._applied = 0

    def minibatches(self, rollout: Rollout) -> Iterator[Minibatch]:
        """Remember the rollout, then compute as many gradient steps as are due, each on a batch drawn anew."""
        before = self.replay.added
        self.replay.add(rollout)
        collected = self.replay.added - before
        self._remembered(collected)
        if self.replay.added <= self.knobs.number("learning_starts"):
            return
        wanted = int(self.knobs.number("gradient_steps"))
        for index in range(collected if wanted < 0 else wanted):
            batch_size = int(self.knobs.number("batch_size"))
            self.open_batch = self._seen(self.replay.sample(batch_size, self._rng))
            yield self._compute(self.open_batch, index)

    def _seen(self, transitions: Transitions) -> Transitions:
        """Remembered steps as the policy sees them now.

        The buffer holds observations as they were: those normalised long ago, by the statistics of then, would no
        longer mean what the same numbers mean to the policy that acts today.
        """
        normalization = self.policy.normalization
        if normalization.observations is None:
            return transitions
        before_BO, after_BO = transitions.observations_BO, transitions.next_observations_BO
        return transitions._replace(
            observations_BO=normalization.see(before_BO), next_observations_BO=normalization.see(after_BO)
        )

    @property
    def open_size(self) -> int:
        """How many samples the open minibatch was computed from."""
        return 0 if self.open_batch is None else len(self.open_batch.rewards_B)

    def without(self, minibatch: Minibatch, samples: Sequence[int]) -> Minibatch:
        """Compute an open minibatch anew without some of its samples."""
        assert self.open_batch is not None
        self.open_batch = self.open_batch.select(self._kept(samples))
        return self._compute(self.open_batch, minibatch.index)

    def keep_past(self) -> None:
        """Keep from now on what the buffer overwrites."""
        self.replay.keeps_overwritten = True

    def capture(self) -> dict[str, Any]:
        """Copy everything that decides what will be learned; of the buffer, a mark."""
        return super().capture() | {"replay": self.replay.capture(), "acted": self.acted}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`capture` returned."""
        super().restore(state)
        self.replay.restore(state["replay"])
        self.acted = state["acted"]

    def _remembered(self, collected: int) -> None:
        """Do what is due after so many new steps, before any learning."""

    @abstractmethod
    def _compute(self, transitions: Transitions, index: int) -> Minibatch:
        """Loss and gradient on a batch; the step waits for :meth:`apply`."""
