"""Copies: where the copies of the environment are between two steps, and which of them are still to play.

Shape suffixes: N copies of the environment, O observation entries.
"""

from __future__ import annotations

import numpy as np

from pgviz.environments.observations import Encoded
from pgviz.environments.step import EndedEpisode, VectorStep
from pgviz.environments.vector import VectorEnvironment
from pgviz.policies.decision import Array
from pgviz.policies.policy import Policy
from pgviz.training.memory import Active


class Copies:
    """What the copies see, and, where whole episodes are played, which of them play and which rest.

    Parameters
    ----------
    environment
        Which is stepped by its owner; only episodes are begun here.
    policy
        As which the states are seen; its statistics of them are updated once for each.

    Attributes
    ----------
    observations_NO, seen_NO
        The present states as the environment returned them, and as the policy sees them.
    active_N
        Which copies play; ``None`` where all do for as long as the run.
    to_begin
        Episodes that are still to begin, where whole ones are played.
    """

    def __init__(self, environment: VectorEnvironment, policy: Policy) -> None:
        self._environment, self._policy = environment, policy
        self.observations_NO: Encoded = np.zeros((0, 0), environment.encoder.dtype)
        self.seen_NO: Array = self.observations_NO
        self.active_N: Active = None
        self.to_begin = 0

    def begin(self) -> None:
        """Begin an episode in each, which is followed by another for as long as the run."""
        self.observations_NO = self._environment.reset()
        self.seen_NO = self._policy.normalization.take_in(self.observations_NO)

    def begin_episodes(self, wanted: int) -> None:
        """Begin so many whole episodes, as many at once as there are copies."""
        count, encoder = self._environment.count, self._environment.encoder
        active_N = np.arange(count) < wanted
        self.active_N, self.to_begin = active_N, max(wanted - count, 0)
        self.observations_NO = np.zeros((count, encoder.size), encoder.dtype)
        for index in np.flatnonzero(active_N).tolist():
            self.observations_NO[index] = self._environment.begin_episode(index)
        self.seen_NO = self._policy.normalization.take_in(self.observations_NO, self.active_N)

    def restore(self, observations_NO: Encoded, active_N: Active, to_begin: int) -> None:
        """Take over where other copies of the same environment were; the statistics have these states already."""
        self.observations_NO = observations_NO.copy()
        self.seen_NO = self._policy.normalization.see(self.observations_NO)
        self.active_N = None if active_N is None else active_N.copy()
        self.to_begin = to_begin

    def follow(self, result: VectorStep) -> int:
        """Take in what a step led to, and begin the episodes that are due; returns how many copies took it."""
        self.observations_NO = result.observations
        taken = self._environment.count
        if self.active_N is not None:
            taken = int(self.active_N.sum())
            self._replace(result.ended)
        self.seen_NO = self._policy.normalization.take_in(self.observations_NO, self.active_N)
        return taken

    def _replace(self, ended: list[EndedEpisode]) -> None:
        """Begin another episode in each copy whose episode ended, or let it rest."""
        assert self.active_N is not None
        active_N = self.active_N.copy()  # which of them took this step is still to be remembered
        for episode in ended:
            index = episode.environment_index
            active_N[index] = self.to_begin > 0
            if self.to_begin > 0:
                self.to_begin -= 1
                self.observations_NO[index] = self._environment.begin_episode(index)
        self.active_N = active_N

    def rests(self, index: int) -> bool:
        """Whether a copy's episode has ended and no other is to follow before the update."""
        return self.active_N is not None and not self.active_N[index]

    @property
    def all_rest(self) -> bool:
        """Whether all the episodes that were wanted have ended."""
        return self.active_N is not None and not self.active_N.any()

    def playing(self, index: int) -> int:
        """That copy, or, while it rests, the first that does not."""
        index = min(index, self._environment.count - 1)
        if self.active_N is None or self.active_N[index]:
            return index
        return int(self.active_N.argmax())
