"""Evaluation: how well a policy does on episodes of their own, by its likeliest actions or by drawn ones.

Shape suffixes: N copies of the environment, O observation entries, A actions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgviz.environments.vector import VectorEnvironment
from pgviz.policies.decision import Array
from pgviz.policies.policy import Mask, Policy, Samples
from pgviz.training.describing import probabilities

COPIES = 16
# Some environments never end an episode by themselves, and a poor policy would play on for ever.
EPISODE_STEP_LIMIT = 10_000
# Where the draws come from, among all that follows from the evaluation's seeds; no copy has so high a number.
_DRAWS = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Undiscounted returns of evaluation episodes.

    Parameters
    ----------
    episodes
        How many were played.
    return_mean, return_std
        Mean and (population) standard deviation.
    sampled
        Whether actions were drawn from π(·|s), rather than the likeliest ones.
    """

    episodes: int
    return_mean: float
    return_std: float
    sampled: bool = False


def evaluate(
    policy: Policy,
    environment_id: str,
    episodes: int,
    seeds: np.random.SeedSequence,
    *,
    action_mask: bool = True,
    sampled: bool | None = None,
) -> Evaluation:
    """Play whole episodes, with the likeliest action at every step (the mean, for a Gaussian) or with a drawn one.

    Each copy plays a number of episodes that is fixed beforehand: to stop at the first `episodes` that end would
    favour short ones. An episode is cut off after 10,000 steps. An environment that wants to know the policy (see
    :meth:`VectorEnvironment.tell`) is told what acts: π(·|s), or all of the probability on the likeliest action.

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
    sampled
        Whether actions are drawn, from a generator of the evaluation's own. ``None``: drawn where the environment
        says that what is best there is a mix, and the policy has learned one.

    Raises
    ------
    EnvironmentFault
        Where the environment fails.
    """
    copies = min(episodes, COPIES)
    environment = VectorEnvironment(environment_id, copies, seeds, render=False)
    try:
        if sampled is None:
            sampled = environment.facts.best_is_mixed and policy.learns_mix
        quota_N = np.bincount(np.arange(episodes) % copies, minlength=copies)
        actor = _Actor(policy, _generator(seeds) if sampled else None)
        returns = _play(actor, environment, quota_N, policy.takes_masks and action_mask)
    finally:
        environment.close()
    return Evaluation(episodes, float(np.mean(returns)), float(np.std(returns)), sampled)


def _generator(seeds: np.random.SeedSequence) -> np.random.Generator:
    """Where actions are drawn from; `seeds` is not advanced."""
    sequence = np.random.SeedSequence(seeds.entropy, spawn_key=(*seeds.spawn_key, _DRAWS))
    return np.random.Generator(np.random.PCG64(sequence))


class _Actor:
    """A policy as it is evaluated: it draws where it has a generator, else takes the likeliest action."""

    def __init__(self, policy: Policy, rng: np.random.Generator | None) -> None:
        self._policy, self._rng = policy, rng

    def choose(self, environment: VectorEnvironment, observations_NO: Array, masks_NA: Mask | None) -> Samples:
        """Choose for every copy, and tell those who want to know from which distribution; return actions."""
        policy, rng = self._policy, self._rng
        if rng is None:
            samples = policy.likeliest(observations_NO, masks_NA)
        else:
            samples = policy.act(policy.normalization.see(observations_NO), rng, masks_NA)
        if environment.listens:
            told_NA = probabilities(policy, observations_NO, masks_NA)
            if rng is None and told_NA.size:
                told_NA = np.eye(told_NA.shape[1])[samples.astype(np.int64)]
            environment.tell(told_NA)
        return policy.to_actions(samples)


def _play(actor: _Actor, environment: VectorEnvironment, quota_N: NDArray[np.int64], masked: bool) -> list[float]:
    returns: list[float] = []
    observations_NO = environment.reset()
    active_N = np.ones(environment.count, bool)
    while active_N.any():
        actions = actor.choose(environment, observations_NO, environment.masks_NA if masked else None)
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
