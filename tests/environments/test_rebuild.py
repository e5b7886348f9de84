"""Copies of an environment that are brought back to where they were, by seed and actions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pgviz.environments.state import Divergence
from pgviz.environments.vector import VectorEnvironment


def played(steps: int) -> VectorEnvironment:
    """Two copies whose episodes, of five steps each, were begun at the same time."""
    seeds = np.random.SeedSequence(1)
    environment = VectorEnvironment("tests.environments.toys:Counting-v0", 2, seeds, render=False, keep_log=True)
    environment.reset()
    for _ in range(steps):
        environment.step(np.full(2, 3))
    return environment


def test_that_copies_come_back_to_where_they_were() -> None:
    environment = played(3)
    state, there = environment.capture(), environment.observations.copy()
    for _ in range(4):
        environment.step(np.full(2, 3))
    assert environment.restore(state) is None
    np.testing.assert_array_equal(environment.observations, there)
    assert environment.episode_lengths.tolist() == [3, 3]
    assert environment.step(np.full(2, 3)).observations[:, 0].tolist() == [4, 4]


@pytest.mark.parametrize("step", [1, 2, 4])
def test_that_the_place_is_named_at_which_a_copy_went_another_way(step: int) -> None:
    environment = played(4)
    state = environment.capture()
    toy: Any = environment.environments[1].unwrapped
    as_it_was = toy.observe
    toy.observe = lambda: as_it_was() + (toy.steps == step)
    assert environment.restore(state) == Divergence(1, step)


def test_that_a_beginning_that_is_another_is_step_0() -> None:
    environment = played(0)
    state = environment.capture()
    toy: Any = environment.environments[0].unwrapped
    as_it_was = toy.observe
    toy.observe = lambda: as_it_was() + 1
    assert environment.restore(state) == Divergence(0, 0)
