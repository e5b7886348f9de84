"""What the throughput benchmark trains, here and in Stable-Baselines3, with the same hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pgviz.config import RunConfig


@dataclass(frozen=True, slots=True)
class Case:
    """One algorithm on one environment, the same for both.

    Parameters
    ----------
    algorithm, environment, copies
        What is trained.
    target
        How many times as fast as Stable-Baselines3 it is to be.
    ours, theirs
        The same hyperparameters in both languages. What is not given is the default of both, or said the same.
    steps
        Environment steps of one measurement, unless told otherwise.
    """

    algorithm: str
    environment: str
    copies: int
    target: float
    ours: Mapping[str, object]
    theirs: Mapping[str, Any]
    steps: int

    def config(self, steps: int) -> RunConfig:
        """The run here; presets, which the other side knows nothing of, are overridden by `ours`.

        Raises
        ------
        UsageError
            Where pgviz has no such algorithm.
        """
        settings: dict[str, object] = dict(self.ours)
        return RunConfig.create(
            self.environment, self.algorithm, steps=steps, environment_count=self.copies, **settings
        )


_CONSTANT: dict[str, object] = {"learning_rate_schedule": "constant"}

CASES = (
    Case(
        "ppo",
        "CartPole-v1",
        copies=8,
        target=4.0,
        ours=_CONSTANT
        | {"rollout_length": 256, "minibatch_size": 64, "epochs": 10, "learning_rate": 3e-4}
        | {"gamma": 0.99, "gae_lambda": 0.95, "clip_range": 0.2, "clip_range_schedule": "constant"},
        theirs={"n_steps": 256, "batch_size": 64, "n_epochs": 10, "learning_rate": 3e-4}
        | {"gamma": 0.99, "gae_lambda": 0.95, "clip_range": 0.2},
        steps=20_480,
    ),
    Case(
        "a2c",
        "CartPole-v1",
        copies=8,
        target=4.0,
        ours=_CONSTANT
        | {"rollout_length": 5, "learning_rate": 7e-4, "gamma": 0.99, "gae_lambda": 1.0}
        | {"optimizer": "rmsprop", "normalize_advantage": False},
        theirs={"n_steps": 5, "learning_rate": 7e-4, "gamma": 0.99, "gae_lambda": 1.0}
        | {"use_rms_prop": True, "normalize_advantage": False},
        steps=60_000,
    ),
    Case(
        "dqn",
        "CartPole-v1",
        copies=1,
        target=3.0,
        ours=_CONSTANT
        | {"learning_rate": 1e-4, "buffer_size": 100_000, "learning_starts": 100, "batch_size": 32, "tau": 1.0}
        | {"gamma": 0.99, "train_frequency": 4, "gradient_steps": 1, "target_update_interval": 10_000}
        | {"exploration_fraction": 0.1, "final_epsilon": 0.05, "hidden_sizes": (64, 64), "double_q": False},
        theirs={
            "learning_rate": 1e-4,
            "buffer_size": 100_000,
            "learning_starts": 100,
            "batch_size": 32,
            "tau": 1.0,
        }
        | {"gamma": 0.99, "train_freq": 4, "gradient_steps": 1, "target_update_interval": 10_000}
        | {"exploration_fraction": 0.1, "exploration_final_eps": 0.05},
        steps=20_000,
    ),
    Case(
        "sac",
        "Pendulum-v1",
        copies=1,
        target=2.0,
        ours=_CONSTANT
        | {"learning_rate": 3e-4, "buffer_size": 100_000, "learning_starts": 100, "batch_size": 256, "tau": 0.005}
        | {"gamma": 0.99, "train_frequency": 1, "gradient_steps": 1, "hidden_sizes": (256, 256)},
        theirs={"learning_rate": 3e-4, "buffer_size": 100_000, "learning_starts": 100, "batch_size": 256}
        | {"tau": 0.005, "gamma": 0.99, "train_freq": 1, "gradient_steps": 1},
        steps=1_500,
    ),
)
