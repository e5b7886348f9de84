from __future__ import annotations

import gymnasium
import numpy as np

from pgviz.environments.seeds import EpisodeSeeds
from pgviz.environments.vector import VectorEnvironment

COUNTING = "tests.environments.toys:Counting-v0"


def test_that_episode_seeds_are_a_pure_function_of_run_copy_and_episode() -> None:
    forwards, backwards = EpisodeSeeds(np.random.SeedSequence(3)), EpisodeSeeds(np.random.SeedSequence(3))
    places = [(copy, episode) for copy in range(3) for episode in range(130)]
    seeds = {place: forwards.seed(*place) for place in places}
    assert seeds == {place: backwards.seed(*place) for place in reversed(places)}
    assert len(set(seeds.values())) == len(places)
    assert all(0 <= seed < 2**31 for seed in seeds.values())


def test_that_other_runs_have_other_seeds() -> None:
    first, second = np.random.SeedSequence(3).spawn(2)
    seeds = {EpisodeSeeds(sequence).seed(0, 0) for sequence in (first, second, np.random.SeedSequence(4))}
    assert len(seeds) == 3


def test_that_drawing_episode_seeds_does_not_advance_the_run_sequence() -> None:
    sequence = np.random.SeedSequence(3)
    EpisodeSeeds(sequence).seed(0, 0)
    assert sequence.spawn(1)[0].spawn_key == (0,)


def test_that_a_copy_has_the_same_seeds_whatever_the_others_do() -> None:
    def seeds_of_first(count: int, held: bool) -> list[int]:
        environment = VectorEnvironment(COUNTING, count, np.random.SeedSequence(5), render=False)
        environment.reset()
        active = np.ones(count, bool)
        active[1:] = not held
        seen = []
        for _ in range(20):
            step = environment.step(np.full(count, 2), active)
            seen += [each.seed for each in step.ended if each.environment_index == 0]
        return seen

    assert seeds_of_first(1, False) == seeds_of_first(4, False) == seeds_of_first(4, True)


def test_that_an_episode_can_be_rebuilt_from_its_seed_and_actions() -> None:
    environment = VectorEnvironment("CartPole-v1", 2, np.random.SeedSequence(7), render=False)
    environment.reset()
    actions: list[int] = []
    observed: list[list[float]] = []
    generator = np.random.default_rng(0)
    ended = None
    while ended is None:
        chosen = generator.integers(0, 2, 2)
        step = environment.step(chosen)
        actions.append(int(chosen[1]))
        ended = next((each for each in step.ended if each.environment_index == 1), None)
        observed.append((step.final_observations[1] if ended else step.observations[1]).tolist())
    fresh = gymnasium.make("CartPole-v1")
    fresh.reset(seed=ended.seed)
    assert [fresh.step(action)[0].tolist() for action in actions] == observed
    assert len(actions) == ended.length
