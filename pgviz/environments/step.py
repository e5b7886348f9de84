"""What one step of all copies of an environment led to.

Shape suffixes: N copies, O numbers in an encoded observation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pgviz.environments.masks import Mask


@np.errstate(over="ignore")  # what is learned from too large a return is not finite, and is found and named then
def add_rewards(returns_N: NDArray[np.float64], rewards_N: NDArray[np.float64]) -> None:
    """Add the finite rewards of a step to the returns so far, in place; a return that becomes too large is ±∞."""
    returns_N += rewards_N


class EndedEpisode(NamedTuple):
    """An episode that has just ended; the fields of :class:`pgviz.training.events.EpisodeEnded`."""

    environment_index: int
    episode: int
    seed: int
    episode_return: float
    length: int
    terminated: bool
    truncated: bool


class VectorStep(NamedTuple):
    """What one step of all copies led to. The arrays are new ones for each step.

    Parameters
    ----------
    observations
        What to act on next, ``(N, O)`` float32: already the first observation of the next episode where one
        ended (unless without autoreset). Write nothing into it but what :meth:`VectorEnvironment.begin_episode`
        returned: its rows are repeated for inactive copies.
    rewards
        ``(N,)`` float64; 0 for inactive copies.
    terminated, truncated
        ``(N,)`` bool, kept apart; both may hold.
    final_observations
        By copy, the encoded last observation ``(O,)`` of an episode that ended in this step.
    ended
        The episodes that ended in this step, by copy.
    final_masks
        By copy, what is legal in the last state of an episode that ended in this step, ``(A,)``, for learners that
        look at the next state's actions; all of it where the task ended there. Empty where there are no masks.
    """

    observations: NDArray[np.float32]
    rewards: NDArray[np.float64]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    final_observations: dict[int, NDArray[np.float32]]
    ended: list[EndedEpisode]
    final_masks: dict[int, Mask]
