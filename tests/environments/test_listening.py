"""What is heard of an episode is what the environment itself was sent and gave back."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

from pgviz.environments.listening import ListenedEnvironment
from pgviz.environments.vector import VectorEnvironment
from tests.environments.toys import HalfBounded

CARTPOLE = "CartPole-v1"


def seeds() -> np.random.SeedSequence:
    return np.random.SeedSequence(3)


def test_that_listening_changes_nothing_and_hears_each_step() -> None:
    heard, plain = ListenedEnvironment(CARTPOLE, 2, seeds()), VectorEnvironment(CARTPOLE, 2, seeds(), render=False)
    rng, seen, ended = np.random.default_rng(0), [heard.reset()], 0
    assert np.array_equal(seen[0], plain.reset())

    taken: list[list[int]] = [[], []]
    for _ in range(80):
        actions = rng.integers(2, size=2)
        step, same = heard.step(actions), plain.step(actions)
        assert np.array_equal(step.observations, same.observations)
        assert np.array_equal(step.rewards, same.rewards)
        for index in range(2):
            taken[index].append(int(actions[index]))
        for over in step.ended:
            index, ended = over.environment_index, ended + 1
            episode = heard.last_episode(index)
            assert (episode.seed, len(episode.rewards)) == (over.seed, over.length)
            assert episode.actions == taken[index]
            assert sum(episode.rewards) == over.episode_return
            assert len(episode.observations) == len(episode.infos) == over.length + 1
            assert np.array_equal(episode.observations[-1], step.final_observations[index])
            assert (episode.terminations[-1], episode.truncations[-1]) == (over.terminated, over.truncated)
            assert not any(episode.terminations[:-1])
            taken[index] = []
    assert ended > 3
    heard.close()
    plain.close()


class Reusing(HalfBounded):
    """Returns the same array and the same info each time, and writes into what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.terminate_at = 3
        self.seen = np.zeros(2)
        self.info: dict[str, Any] = {"count": np.zeros(1), "self": self, "deep": {"three": 3}}

    def observe(self) -> Any:
        self.seen[0], self.info["count"][0] = self.steps, self.steps
        return self.seen

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        return super().reset(seed=seed, options=options)[0], self.info

    def step(self, action: Any) -> Any:
        return *super().step(action)[:4], self.info


gymnasium.register("Reusing-v0", entry_point=f"{__name__}:Reusing")


def test_that_what_the_environment_writes_into_later_was_heard_before() -> None:
    heard = ListenedEnvironment("Reusing-v0", 1, seeds())
    heard.reset()
    for _ in range(3):
        heard.step(np.full((1, 2, 2), 0.5, np.float32))
    episode = heard.last_episode(0)
    assert all(np.array_equal(each, np.full((2, 2), 0.5)) for each in episode.actions)
    assert [each[0] for each in episode.observations] == [0, 1, 2, 3]
    assert [each["count"].tolist() for each in episode.infos] == [[0], [1], [2], [3]]
    assert all(each.keys() == {"count", "deep"} and each["deep"]["three"] == 3 for each in episode.infos)
    with pytest.raises(AssertionError, match="has ended no episode"):
        heard.last_episode(0)
    heard.close()


def test_that_masks_are_read_and_numbers_of_infos_are_kept() -> None:
    heard = ListenedEnvironment("pgviz/MaskedGrid-v0", 1, seeds())
    heard.reset()
    masks = [heard.masks_NA]
    step = None
    while step is None or not step.ended:
        assert masks[-1] is not None
        step = heard.step(masks[-1].argmax(1))
        masks.append(heard.masks_NA)
    infos = heard.last_episode(0).infos
    for mask_NA, info in zip(masks[:-1], infos, strict=False):
        assert mask_NA is not None
        assert np.array_equal(mask_NA[0], info["action_mask"])
    heard.close()
