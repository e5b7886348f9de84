"""Evaluation plays whole episodes of its own, as many as asked for, without favour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pgviz.environments.seeds import EpisodeSeeds
from pgviz.policies.policy import Policy
from pgviz.training.evaluation import COPIES, evaluate
from pgviz.training.seeding import RunSeeds
from tests.training import places
from tests.training.driving import short_config, trainer_of


@pytest.fixture
def policy() -> Policy:
    with trainer_of(short_config(places.SEEDED_LENGTH, "ppo")) as trainer:
        return trainer.policy


@pytest.mark.parametrize("episodes", [1, 5, COPIES, 20, 37])
def test_that_each_copy_plays_a_number_of_episodes_fixed_beforehand(policy: Policy, episodes: int) -> None:
    sequence = RunSeeds(0).evaluation
    result = evaluate(policy, places.SEEDED_LENGTH, episodes, sequence)
    copies, seeds = min(episodes, COPIES), EpisodeSeeds(sequence)
    # A return is its episode's length, which its seed decides: these are all that may have been played.
    returns = [places.length_of(seeds.seed(index % copies, index // copies)) for index in range(episodes)]
    assert result.episodes == episodes
    assert result.return_mean == pytest.approx(np.mean(returns))
    assert result.return_std == pytest.approx(np.std(returns))


def test_that_evaluation_is_deterministic_and_changes_nothing(policy: Policy) -> None:
    weights = policy.weights_sha256()
    first, second = (evaluate(policy, places.SEEDED_LENGTH, 7, RunSeeds(1).evaluation) for _ in range(2))
    assert first == second
    assert policy.weights_sha256() == weights


def test_that_evaluation_takes_the_likeliest_action(monkeypatch: pytest.MonkeyPatch) -> None:
    with trainer_of(short_config("CartPole-v1", "ppo")) as trainer:
        policy = trainer.policy

        def never(*_: object) -> None:
            raise AssertionError("an action was drawn")

        monkeypatch.setattr(policy, "act", never)
        result = evaluate(policy, "CartPole-v1", 3, RunSeeds(0).evaluation)
    assert 8 <= result.return_mean <= 500


def test_that_the_environments_are_closed_even_where_one_fails(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(places.SeededLength, "close", lambda self: closed.append(True))
    monkeypatch.setattr(places.SeededLength, "step", lambda self, action: Path("nowhere/at/all").read_text())
    with pytest.raises(Exception, match="nowhere"):
        evaluate(policy, places.SEEDED_LENGTH, 2, RunSeeds(0).evaluation)
    assert closed == [True, True]
