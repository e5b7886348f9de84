"""Steps per second here and in Stable-Baselines3, in turn, in one run.

``python -m tests.benchmarks.throughput [--steps N] [--rounds R]``

Both train the same network with the same hyperparameters on the same number of CartPole-v1 copies, on one
thread. Each round runs both; the ratio is taken round by round, so that it holds when the machine's speed drifts.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch

from pgviz.config import RunConfig
from pgviz.session.headless import train

ENVIRONMENT, COPIES = "CartPole-v1", 8
PPO = {"rollout_length": 256, "minibatch_size": 64, "epochs": 10, "learning_rate": 3e-4}


def _ours(algorithm: str, steps: int) -> float:
    settings: dict[str, object] = {"environment_count": COPIES, "steps": steps}
    if algorithm == "ppo":
        settings |= PPO | {
            "gamma": 0.99,
            "gae_lambda": 0.95,
            "learning_rate_schedule": "constant",
            "clip_range_schedule": "constant",
        }
    return train(RunConfig.create(ENVIRONMENT, algorithm, **settings)).steps_per_second


def _peer(algorithm: str, steps: int) -> float:
    import stable_baselines3 as sb3
    from stable_baselines3.common.env_util import make_vec_env

    environment = make_vec_env(ENVIRONMENT, COPIES, seed=0)
    common = {"seed": 0, "device": "cpu"}
    if algorithm == "ppo":
        model = sb3.PPO(
            "MlpPolicy", environment, n_steps=256, batch_size=64, n_epochs=10, learning_rate=3e-4, **common
        )
    else:
        model = sb3.A2C("MlpPolicy", environment, **common)
    began = time.perf_counter()
    model.learn(steps)
    seconds = time.perf_counter() - began
    environment.close()
    return float(model.num_timesteps / seconds)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{ENVIRONMENT}, {COPIES} copies, {arguments.steps} steps, {arguments.rounds} rounds, one thread")
    for algorithm in ("ppo", "a2c"):
        rows = [_round(algorithm, arguments.steps) for _ in range(arguments.rounds)]
        ours, peer, ratio = (statistics.median(column) for column in zip(*rows, strict=True))
        spread = f"{min(row[2] for row in rows):.2f} to {max(row[2] for row in rows):.2f}"
        print(
            f"{algorithm:4} pgviz {ours:8,.0f} steps/s   Stable-Baselines3 {peer:8,.0f} steps/s   "
            f"ratio {ratio:.2f} ({spread})"
        )


def _round(algorithm: str, steps: int) -> tuple[float, float, float]:
    ours, peer = _timed(_ours, algorithm, steps), _timed(_peer, algorithm, steps)
    return ours, peer, ours / peer


def _timed(measure: Callable[[str, int], float], algorithm: str, steps: int) -> float:
    torch.set_num_threads(1)
    return measure(algorithm, steps)


if __name__ == "__main__":
    main()
