"""Returns and advantages.

Shape suffixes: T time, N copies of the environment.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@np.errstate(all="ignore")  # what is not finite is found, named and reported with the loss
def generalised_advantage(
    rewards_TN: Floats,
    values_TN: Floats,
    next_values_TN: Floats,
    terminated_TN: Flags,
    ended_TN: Flags,
    *,
    gamma: float,
    gae_lambda: float,
) -> Floats:
    """Return the advantages of generalised advantage estimation.

    Schulman et al. 2016 (arXiv:1506.02438), equations 11 and 16: δ = r + γ V(s′) − V(s) and A = Σ (γλ)ˡ δ. After a
    *terminated* step there is no next state, so V(s′) counts as 0; after a *truncated* one there is, so it is
    bootstrapped from, but the sum does not reach into the next episode in either case.

    With λ = 1 the sum telescopes to the n-step return less V(s); with V = 0 as well it is the reward-to-go.

    Parameters
    ----------
    rewards_TN, values_TN
        r and V(s) of each step.
    next_values_TN
        V(s′) of the state that each step led to, before any reset.
    terminated_TN
        The task ended the episode at this step.
    ended_TN
        The episode ended at this step, for whatever reason.
    gamma, gae_lambda
        γ and λ.
    """
    bootstrap_TN = np.where(terminated_TN, 0.0, next_values_TN)
    advantages_TN = (rewards_TN + gamma * bootstrap_TN - values_TN).astype(np.float32)
    decay_TN = np.where(ended_TN, 0.0, gamma * gae_lambda).astype(np.float32)
    for t in range(len(advantages_TN) - 2, -1, -1):
        advantages_TN[t] += decay_TN[t] * advantages_TN[t + 1]
    return advantages_TN


@np.errstate(all="ignore")
def explained_variance(predicted: Floats, target: Floats) -> float:
    """Return 1 − Var[target − predicted] / Var[target]: 1 is perfect, 0 is no better than a constant.

    NaN where the target does not vary.
    """
    variance = float(np.var(target))
    return float(1.0 - np.var(target - predicted) / variance) if variance > 0.0 else float("nan")
