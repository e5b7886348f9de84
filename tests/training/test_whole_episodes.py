"""REINFORCE plays whole episodes, so many for each update, on any number of copies."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pgviz.algorithms.reinforce import Reinforce
from pgviz.training.events import EpisodeEnded, MinibatchComputed, StepTaken, UpdateApplied
from tests.training import places
from tests.training.driving import events_of, of_kind, pull_until, short_config, trainer_of

COUNTS = pytest.mark.parametrize(("copies", "episodes"), [(4, 4), (4, 2), (1, 3), (3, 8), (5, 1)])


@COUNTS
def test_that_exactly_the_wanted_episodes_are_played_for_each_update(copies: int, episodes: int) -> None:
    config = short_config(
        places.SEEDED_LENGTH, "reinforce", steps=150, environment_count=copies, episodes_per_update=episodes
    )
    ended, steps, updates = 0, 0, 0
    for event in events_of(config):
        if isinstance(event, EpisodeEnded):
            ended += 1
            steps += event.length
            assert event.length == places.length_of(event.seed)
        elif isinstance(event, UpdateApplied):
            updates += 1
            if event.step < 150:
                assert ended == updates * episodes
                # Every step was a step of one of these episodes: none is wasted, none is played twice.
                assert event.step == steps
    assert updates > 2


@COUNTS
def test_that_every_step_of_every_episode_is_learned_from(copies: int, episodes: int) -> None:
    config = short_config(
        places.SEEDED_LENGTH, "reinforce", environment_count=copies, episodes_per_update=episodes, gamma=1.0
    )
    with trainer_of(config) as trainer:
        events = trainer.events()
        pull_until(events, MinibatchComputed)
        assert isinstance(trainer.algorithm, Reinforce)
        batch, _ = trainer.algorithm._estimate(trainer._rollout, gae_lambda=1.0, learning=False)
        assert len(batch) == trainer.step
        # One reward for each step: the return-to-go counts down to 1 in each episode.
        assert int((batch.returns_B.round() == 1).sum()) == episodes


def test_that_a_resting_copy_counts_no_steps() -> None:
    config = short_config(places.SEEDED_LENGTH, "reinforce", environment_count=4, episodes_per_update=4)
    taken = [event.step for event in of_kind(events_of(config), StepTaken)]
    gained = {after - before for before, after in pairwise(taken)}
    assert gained <= {1, 2, 3, 4}
    assert len(gained) > 1


def test_that_the_number_of_episodes_can_change_at_an_update() -> None:
    config = short_config(places.SEEDED_LENGTH, "reinforce", environment_count=3, episodes_per_update=2)
    with trainer_of(config) as trainer:
        ended, counts = 0, []
        for event in trainer.events():
            ended += isinstance(event, EpisodeEnded)
            if isinstance(event, UpdateApplied):
                counts.append(ended)
                ended = 0
                if event.update == 2:
                    trainer.ask("episodes_per_update", 5)
        assert counts[:2] == [2, 2]
        assert counts[-2] == 5


def test_that_a_copy_at_rest_is_not_shown_while_another_plays() -> None:
    config = short_config(places.SEEDED_LENGTH, "reinforce", environment_count=4, episodes_per_update=2)
    with trainer_of(config) as trainer:
        trainer.watch.wanted, trainer.watch.index = True, 3
        shown = {
            event.detail.environment_index for event in of_kind(list(trainer.events()), StepTaken) if event.detail
        }
        assert shown == {0, 1}
