"""What a run keeps of a step, to learn from.

Shape suffixes: N copies of the environment, O observation entries, A choices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pgviz.algorithms.algorithm import Algorithm
from pgviz.algorithms.rollout import Rollout
from pgviz.environments.step import VectorStep
from pgviz.policies.decision import Array
from pgviz.policies.policy import Mask, Samples

# Which copies take part in a step; all of them where there is none.
Active = NDArray[np.bool_] | None


def kept(algorithm: Algorithm, observations_NO: Array, seen_NO: Array) -> Array:
    """Choose how states are kept to be learned from: as they are, or as the policy sees them now."""
    return observations_NO if algorithm.sees_anew else seen_NO


def remember(  # noqa: PLR0917
    rollout: Rollout,
    algorithm: Algorithm,
    kept_NO: Array,
    samples: Samples,
    result: VectorStep,
    active_N: Active,
    masks_NA: Mask | None,
) -> None:
    """Add a step to the rollout: the state that was acted in, what was done, and the reward as it is learned from.

    Parameters
    ----------
    rollout
        What is added to.
    algorithm
        Whose policy acted, and whose statistics of the rewards are updated.
    kept_NO, samples
        States, as the algorithm keeps them (see :attr:`Algorithm.sees_anew`), and what was drawn in them.
    result
        What that led to.
    active_N, masks_NA
        Which copies were stepped, and which choices were legal; ``None`` stands for all.
    """
    normalization = algorithm.policy.normalization
    ended_N = result.terminated | result.truncated
    rewards_N = normalization.weigh(result.rewards, ended_N, algorithm.knobs.number("gamma"), active_N)
    rollout.append(kept_NO, samples, rewards_N, result.terminated, result.truncated, active_N, masks_NA)
    for ended in result.ended:
        rollout.add_ending(ended.environment_index, ended.episode)
    for copy, observation_O in result.final_observations.items():
        final_mask_A = None if masks_NA is None else result.final_masks[copy]
        kept_O = kept(algorithm, observation_O, normalization.see(observation_O))
        rollout.add_final_observation(copy, kept_O, final_mask_A)
