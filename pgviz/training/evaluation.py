"""Evaluation: how well the likeliest actions do, on episodes of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgviz.environments.vector import VectorEnvironment
from pgviz.policies.policy import Policy

COPIES = 16
# Some environments never end an episode by themselves, and a poor policy would play on for ever.
EPISODE_STEP_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Undiscounted returns of evaluation episodes.

    Parameters
    ----------
    episodes
        How many were played.
    return_mean, return_std
        Mean and (population) standard deviation.
    """

    episodes: int
    return_mean: float
    return_std: float


def evaluate(
    policy: Policy,
    environment_id: str,
    episodes: int,
    seeds: np.random.SeedSequence,
    *,
    action_mask: bool = True,
) -> Evaluation:
    """Play whole episodes, taking the likeliest action (the mean, for a Gaussian) at every step.

    Each copy plays a number of episodes that is fixed beforehand: to stop at the first `episodes` that end would
    favour short ones. An episode is cut off after 10,000 steps.

    Parameters
    ----------
    policy
        Not changed.
    environment_id
        A Gymnasium id.
    episodes
        How many to play.
    seeds
        Source of the episodes' seeds.
    action_mask
        Whether only legal actions are chosen, where the environment names them; as in training.

    Raises
    ------
    EnvironmentFault
        Where the environment fails.
    """
    copies = min(episodes, COPIES)
    environment = VectorEnvironment(environment_id, copies, seeds, render=False)
    try:
        quota_N = np.bincount(np.arange(episodes) % copies, minlength=copies)
        returns = _play(policy, environment, quota_N, policy.takes_masks and action_mask)
    finally:
        environment.close()
    return Evaluation(episodes, float(np.mean(returns)), float(np.std(returns)))


def _play(policy: Policy, environment: VectorEnvironment, quota_N: NDArray[np.int64], masked: bool) -> list[float]:
    returns: list[float] = []
    observations_NO = environment.reset()
    active_N = np.ones(environment.count, bool)
    while active_N.any():
        masks_NA = environment.masks_NA if masked else None
        actions = policy.to_actions(policy.likeliest(observations_NO, masks_NA))
        result = environment.step(actions, active_N, autoreset=False)
        observations_NO = result.observations
        over = {ended.environment_index for ended in result.ended}
        over.update(np.flatnonzero(active_N & (environment.episode_lengths >= EPISODE_STEP_LIMIT)).tolist())
        for index in sorted(over):
            returns.append(float(environment.episode_returns[index]))
            quota_N[index] -= 1
            active_N[index] = quota_N[index] > 0
            if active_N[index]:
                observations_NO[index] = environment.begin_episode(index)
    return returns
