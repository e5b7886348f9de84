"""Which algorithm to begin with on an environment."""

from __future__ import annotations

# Takes actions of every kind and observations of every kind, and needs the least care.
_GENERAL = "ppo"

# Where another algorithm is known to do better, by the results that the RL Baselines3 Zoo publishes. (For
# MuJoCo those are of earlier versions.)
_BETTER = {
    "Pendulum-v1": "sac",
    "Ant-v5": "sac",
    "HalfCheetah-v5": "sac",
    "Hopper-v5": "sac",
    "Humanoid-v5": "sac",
    "Swimmer-v5": "sac",
    "Walker2d-v5": "sac",
}


def suggested_algorithm(environment: str) -> str:
    """The algorithm that ``pgviz envs`` suggests for an environment.

    Parameters
    ----------
    environment
        A Gymnasium id, also of the form ``module:Id``.
    """
    return _BETTER.get(environment.rpartition(":")[2], _GENERAL)
