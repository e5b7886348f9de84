"""Settings known to work for one algorithm on one environment, where the general defaults would not.

The values for CartPole and Pendulum follow the configurations that the RL Baselines3 Zoo publishes, less what
pgviz does another way.
"""

from __future__ import annotations

from collections.abc import Mapping

from pgviz.parameters import Value

Preset = Mapping[str, Value]

_PRESETS: dict[tuple[str, str], Preset] = {
    ("ppo", "CartPole-v1"): {
        "environment_count": 8,
        "rollout_length": 32,
        "minibatch_size": 256,
        "epochs": 20,
        "gamma": 0.98,
        "gae_lambda": 0.8,
        "learning_rate": 1e-3,
        "learning_rate_schedule": "linear",
        "clip_range": 0.2,
        "clip_range_schedule": "linear",
    },
    ("ppo", "Pendulum-v1"): {
        "environment_count": 4,
        "rollout_length": 1024,
        "minibatch_size": 64,
        "epochs": 10,
        "gamma": 0.9,
        "gae_lambda": 0.95,
        "learning_rate": 2e-3,
        "learning_rate_schedule": "linear",
        "clip_range": 0.2,
    },
    ("a2c", "CartPole-v1"): {"environment_count": 8, "steps": 500_000},
    ("reinforce", "CartPole-v1"): {"environment_count": 8, "steps": 300_000},
    ("dqn", "CartPole-v1"): {
        "environment_count": 1,
        "steps": 50_000,
        "learning_rate": 2.3e-3,
        "batch_size": 64,
        "buffer_size": 100_000,
        "learning_starts": 1_000,
        "gamma": 0.99,
        "target_update_interval": 10,
        "train_frequency": 256,
        "gradient_steps": 128,
        "exploration_fraction": 0.16,
        "final_epsilon": 0.04,
        "hidden_sizes": (256, 256),
    },
    ("sac", "Pendulum-v1"): {"environment_count": 1, "steps": 20_000, "learning_rate": 1e-3},
}


def preset(algorithm: str, environment: str) -> Preset:
    """The settings to start from, by parameter name; empty where the general defaults do."""
    return _PRESETS.get((algorithm, environment), {})
