"""Evaluation plays whole episodes of its own, as many as asked for, without favour."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from pgviz.config import RunConfig
from pgviz.environments.seeds import EpisodeSeeds
from pgviz.policies.decision import Array
from pgviz.policies.policy import Mask, Policy, Samples
from pgviz.training.evaluation import COPIES, evaluate
from pgviz.training.seeding import RunSeeds
from tests.training import places
from tests.training.driving import short_config, trainer_of

EXPLOITER = "pgviz/RockPaperScissorsBestResponse-v0"


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


@contextmanager
def nearly_uniform(environment: str = EXPLOITER, algorithm: str = "ppo") -> Iterator[Policy]:
    """A policy with no weights but a little leaning towards rock: (0.34, 0.33, 0.33)."""
    config = RunConfig.create(environment, algorithm, steps=10, hidden_sizes=(4,), environment_count=1)
    with trainer_of(config) as trainer:
        trainer.policy.flat.detach().zero_()
        last = trainer.policy.actor[-1]
        assert isinstance(last, nn.Linear)
        last.bias.detach()[0] = float(np.log(0.34 / 0.33))
        yield trainer.policy


def test_that_the_exploiter_is_told_the_likeliest_action_where_that_acts() -> None:
    with nearly_uniform() as policy:
        greedy = evaluate(policy, EXPLOITER, 4, RunSeeds(0).evaluation, sampled=False)
    # Rock, foreseen, loses all 50 rounds; from the moves alone the first could not have been foreseen.
    assert (greedy.return_mean, greedy.return_std, greedy.sampled) == (-50.0, 0.0, False)


def test_that_the_exploiter_is_told_the_distribution_where_actions_are_drawn_from_it() -> None:
    episodes = 400
    with nearly_uniform() as policy:
        sampled = evaluate(policy, EXPLOITER, episodes, RunSeeds(0).evaluation)
    # Paper is the best reply: it wins against rock, and loses to scissors.
    mean, variance = 50 * (0.33 - 0.34), 50 * (0.67 - 0.01**2)
    assert sampled.sampled
    assert abs(sampled.return_mean - mean) < 4 * np.sqrt(variance / episodes)
    assert sampled.return_std == pytest.approx(np.sqrt(variance), rel=0.15)


def test_that_drawn_actions_are_those_of_the_seed_and_leave_it_as_it_was() -> None:
    seeds = RunSeeds(3).evaluation
    with nearly_uniform() as policy:
        first, second, other = (
            evaluate(policy, EXPLOITER, 8, each, sampled=True) for each in (seeds, seeds, RunSeeds(4).evaluation)
        )
    assert first == second != other


def test_that_what_is_drawn_is_legal_and_normalised_as_in_training(monkeypatch: pytest.MonkeyPatch) -> None:
    config = short_config("pgviz/MaskedGrid-v0", "ppo", normalize_observation=True)
    with trainer_of(config) as trainer:
        for _ in trainer.events():
            pass
        moved = []
        act = trainer.policy.act

        def noted(seen_NO: Array, rng: np.random.Generator, masks_NA: Mask | None) -> Samples:
            samples = act(seen_NO, rng, masks_NA)
            assert masks_NA is not None
            moved.append(bool(masks_NA[np.arange(len(samples)), samples].all()) and bool((seen_NO < 0).any()))
            return samples

        monkeypatch.setattr(trainer.policy, "act", noted)
        evaluate(trainer.policy, config.environment, 2, RunSeeds(0).evaluation, sampled=True)
    assert moved
    assert all(moved)


@pytest.mark.parametrize(
    ("environment", "algorithm", "sampled"),
    [
        ("pgviz/RockPaperScissors-v0", "ppo", True),
        # Who sees the last moves can foresee this opponent.
        ("pgviz/RockPaperScissorsBeatsLastMove-v0", "ppo", False),
        # Its ε is there to explore with, and not what it has learned.
        ("pgviz/RockPaperScissors-v0", "dqn", False),
        ("CartPole-v1", "ppo", False),
    ],
)
def test_that_actions_are_drawn_by_default_where_the_environment_says_so_and_a_mix_was_learned(
    environment: str, algorithm: str, sampled: bool
) -> None:
    with nearly_uniform(environment, algorithm) as policy:
        assert evaluate(policy, environment, 1, RunSeeds(0).evaluation).sampled is sampled
