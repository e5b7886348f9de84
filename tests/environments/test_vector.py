from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pgviz.environments.vector import VectorEnvironment
from pgviz.errors import UsageError

TOYS = "tests.environments.toys:"


def vector(name: str, count: int = 2, seed: int = 1, *, render: bool = False) -> VectorEnvironment:
    id = name if name.startswith("CartPole") else TOYS + name
    return VectorEnvironment(id, count, np.random.SeedSequence(seed), render=render)


def act(environment: VectorEnvironment, action: float = 2) -> np.ndarray:
    shape = (environment.count, *(environment.action_space.shape or ()))
    return np.full(shape, action, environment.action_space.dtype)


def sent(environment: VectorEnvironment, index: int = 0) -> Any:
    """The last action that a copy was sent."""
    toy: Any = environment._environments[index].unwrapped
    return toy.actions[-1]


def test_that_first_observations_are_encoded_one_row_per_copy() -> None:
    environment = vector("Counting-v0", count=3)
    observations = environment.reset()
    assert observations.shape == (3, 2)
    assert observations.dtype == np.float32
    assert list(environment.episode_numbers) == [1, 2, 3]
    assert len(set(environment.episode_seeds.tolist())) == 3


def test_that_the_time_limit_truncates_and_does_not_terminate() -> None:
    environment = vector("Counting-v0")
    environment.reset()
    steps = [environment.step(act(environment)) for _ in range(5)]
    assert not any(step.ended for step in steps[:4])
    assert steps[-1].truncated.all()
    assert not steps[-1].terminated.any()


def test_that_termination_does_not_truncate() -> None:
    environment = vector("Ending-v0")
    environment.reset()
    step = [environment.step(act(environment)) for _ in range(3)][-1]
    assert step.terminated.all()
    assert not step.truncated.any()


def test_that_both_flags_may_hold_at_once() -> None:
    environment = vector("EndingAtLimit-v0")
    environment.reset()
    step = [environment.step(act(environment)) for _ in range(3)][-1]
    assert step.terminated.all()
    assert step.truncated.all()


def test_that_an_ended_copy_begins_anew_in_the_same_step() -> None:
    environment = vector("Counting-v0")
    environment.reset()
    seeds = environment.episode_seeds.tolist()
    step = [environment.step(act(environment)) for _ in range(5)][-1]
    assert list(step.observations[:, 0]) == [0, 0]
    assert [float(step.final_observations[index][0]) for index in (0, 1)] == [5, 5]
    assert [(each.environment_index, each.episode, each.seed) for each in step.ended] == [
        (0, 1, seeds[0]),
        (1, 2, seeds[1]),
    ]
    assert all(each.episode_return == 5.0 and each.length == 5 for each in step.ended)
    assert list(environment.episode_numbers) == [3, 4]
    assert list(environment.episode_lengths) == [0, 0]
    assert list(environment.episode_returns) == [0, 0]


def test_that_running_length_and_return_count_the_current_episode() -> None:
    environment = vector("Counting-v0")
    environment.reset()
    for _ in range(7):
        environment.step(act(environment))
    assert list(environment.episode_lengths) == [2, 2]
    assert list(environment.episode_returns) == [2, 2]


def test_that_inactive_copies_are_not_stepped() -> None:
    environment = vector("Counting-v0", count=3)
    first = environment.reset()
    step = environment.step(act(environment), np.array([True, False, True]))
    assert list(step.rewards) == [1, 0, 1]
    assert list(step.observations[:, 0]) == [1, 0, 1]
    assert step.observations[1].tolist() == first[1].tolist()
    assert list(environment.episode_lengths) == [1, 0, 1]


def test_that_stepping_no_copy_changes_nothing() -> None:
    environment = vector("Counting-v0")
    first = environment.reset()
    step = environment.step(act(environment), np.zeros(2, bool))
    assert step.observations.tolist() == first.tolist()
    assert list(environment.episode_lengths) == [0, 0]


def test_that_without_autoreset_an_ended_copy_waits_until_its_next_episode_is_begun() -> None:
    environment = vector("Ending-v0")
    environment.reset()
    step = [environment.step(act(environment), autoreset=False) for _ in range(3)][-1]
    assert list(step.observations[:, 0]) == [3, 3]
    with pytest.raises(ValueError, match="begin_episode"):
        environment.step(act(environment), autoreset=False)
    observation = environment.begin_episode(1)
    assert observation[0] == 0
    assert list(environment.episode_numbers) == [1, 3]
    later = environment.step(act(environment), np.array([False, True]), autoreset=False)
    assert list(later.observations[:, 0]) == [3, 1]


def test_that_beginning_an_episode_leaves_earlier_observations_alone() -> None:
    environment = vector("Ending-v0")
    environment.reset()
    step = [environment.step(act(environment), autoreset=False) for _ in range(3)][-1]
    environment.begin_episode(0)
    assert list(step.observations[:, 0]) == [3, 3]


def test_that_observations_of_one_step_survive_the_next() -> None:
    environment = vector("Counting-v0")
    first = environment.reset()
    second = environment.step(act(environment)).observations
    environment.step(act(environment))
    assert list(first[:, 0]) == [0, 0]
    assert list(second[:, 0]) == [1, 1]


def test_that_discrete_actions_reach_the_environment_with_their_start() -> None:
    environment = vector("Counting-v0")
    environment.reset()
    environment.step(np.array([2, 4]))
    assert [sent(environment, 0), sent(environment, 1)] == [2, 4]
    assert environment.action_space.contains(sent(environment))


def test_that_an_environment_cannot_write_into_the_actions_it_is_sent() -> None:
    environment = vector("HalfBounded-v0")
    environment.reset()
    actions = act(environment, 0.5)
    environment.step(actions)
    assert (actions == 0.5).all()
    assert sent(environment).shape == (2, 2)


def test_that_scalar_boxes_are_sent_arrays_and_observed_as_one_number() -> None:
    environment = vector("ScalarBox-v0")
    environment.reset()
    step = environment.step(act(environment, 0.25))
    assert step.observations.tolist() == [[1], [1]]
    assert environment.action_space.contains(sent(environment))


def test_that_discrete_observations_become_one_hot_rows() -> None:
    environment = vector("OneHot-v0", count=1)
    assert environment.reset().tolist() == [[1, 0, 0, 0, 0]]
    assert environment.step(act(environment)).observations.tolist() == [[0, 1, 0, 0, 0]]


def test_that_facts_come_from_the_environment_and_its_specification() -> None:
    facts = vector("Counting-v0", render=True).facts
    assert facts.title == "Counting"
    assert facts.action == "Discrete, 3 values from 2"
    assert facts.action_labels == ("2", "3", "4")
    assert facts.frames_per_second == 20
    assert facts.episode_step_limit == 5
    assert facts.reward_threshold == 4
    assert facts.renders


def test_that_facts_of_a_box_have_its_bounds_infinite_where_there_are_none() -> None:
    facts = vector("HalfBounded-v0").facts
    assert facts.action_low == (0, 0, 0, 0)
    assert facts.action_high == (np.inf, 1, np.inf, 2)
    assert facts.action_labels == ("a[0,0]", "a[0,1]", "a[1,0]", "a[1,1]")
    assert facts.episode_step_limit is None
    assert facts.reward_threshold is None
    assert not facts.renders


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("TextObservation-v0", "Text observations are not supported: they do not all"),
        (
            "TextAction-v0",
            "Text actions are not supported; choose an environment with Discrete, MultiDiscrete, Multi",
        ),
    ],
)
def test_that_an_unsupported_space_is_named(name: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        vector(name)
