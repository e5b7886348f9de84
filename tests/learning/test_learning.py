"""Default configurations learn what is promised of them, for seeds 0 to 4; minutes each, so marked slow."""

from __future__ import annotations

import pytest

from pgviz.config import RunConfig
from pgviz.session.headless import train
from pgviz.training.evaluation import Evaluation

SEEDS = range(5)
EPISODES = 20


def _evaluation(environment: str, algorithm: str, steps: int, seed: int) -> Evaluation:
    result = train(RunConfig.create(environment, algorithm, steps=steps, seed=seed))
    assert result.finished
    return result.evaluate(EPISODES)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_that_ppo_balances_the_pole_without_fail() -> None:
    evaluations = [_evaluation("CartPole-v1", "ppo", 100_000, seed) for seed in SEEDS]
    means = [evaluation.return_mean for evaluation in evaluations]
    perfect = [evaluation.return_mean == 500.0 and evaluation.return_std == 0.0 for evaluation in evaluations]
    assert min(means) >= 475.0, means
    assert sum(perfect) >= 4, means


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("environment", "algorithm", "steps", "enough"),
    [
        ("CartPole-v1", "a2c", 500_000, 475.0),
        ("CartPole-v1", "reinforce", 300_000, 400.0),
        ("Pendulum-v1", "ppo", 100_000, -200.0),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_that_the_default_configuration_learns_enough(
    environment: str, algorithm: str, steps: int, enough: float, seed: int
) -> None:
    assert _evaluation(environment, algorithm, steps, seed).return_mean >= enough


def test_that_ppo_improves_within_seconds() -> None:
    result = train(RunConfig.create("CartPole-v1", "ppo", steps=15_000))
    # A policy that has learned nothing keeps the pole up for some 10 (likeliest action) or 20 steps (drawn).
    assert result.evaluate(10).return_mean > 100.0
