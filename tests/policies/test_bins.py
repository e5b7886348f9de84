"""A box as a grid of actions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pgviz.errors import UsageError
from pgviz.policies.bins import BinGrid

INFINITY = float("inf")
LARGEST = float(np.finfo(np.float32).max)
PENDULUM = (np.array([-2.0], np.float32), np.array([2.0], np.float32))
PLANE = (np.array([-2.0, 1.0], np.float32), np.array([2.0, 5.0], np.float32))


def test_that_three_bins_of_the_pendulum_are_both_bounds_and_rest() -> None:
    grid = BinGrid(PENDULUM, 3, "Pendulum-v1")
    assert grid.centres_DK.tolist() == [[-2.0, 0.0, 2.0]]
    actions = grid.actions(np.array([0, 1, 2, 1]))
    assert actions.tolist() == [[-2.0], [0.0], [2.0], [0.0]]
    assert actions.dtype == np.float32


@pytest.mark.parametrize("count", [2, 3, 11, 51, 1001])
def test_that_bins_go_from_bound_to_bound_in_even_steps(count: int) -> None:
    low, high = np.array([-0.1], np.float32), np.array([0.7], np.float32)
    grid = BinGrid((low, high), count, "Any-v0")
    actions = grid.actions(np.arange(count))[:, 0]
    assert (actions[0], actions[-1]) == (low[0], high[0])
    assert (actions >= low[0]).all()
    assert (actions <= high[0]).all()
    np.testing.assert_allclose(np.diff(grid.centres_DK[0]), (high[0] - low[0]) / (count - 1), rtol=1e-6)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 2)])
def test_that_every_combination_occurs_once_in_the_shape_and_dtype_of_the_box(shape: tuple[int, ...]) -> None:
    low, high = np.full(shape, -1.0), np.full(shape, 1.0)
    grid = BinGrid((low, high), 3, "Any-v0")
    actions = grid.actions(np.arange(grid.size))
    assert actions.shape == (grid.size, *shape)
    assert actions.dtype == np.float64
    expected = list(itertools.product([-1.0, 0.0, 1.0], repeat=int(np.prod(shape))))
    assert [tuple(action) for action in actions.reshape(grid.size, -1).tolist()] == expected


def test_that_the_bins_of_a_choice_are_those_of_its_action() -> None:
    grid = BinGrid(PLANE, 5, "Any-v0")
    for choice in range(grid.size):
        bins = grid.bins(choice)
        np.testing.assert_allclose(grid.centres_DK[[0, 1], bins], grid.actions(np.array([choice]))[0])


def test_that_marginals_and_best_values_are_those_of_the_enumerated_grid() -> None:
    low = np.zeros(3, np.float32)
    grid = BinGrid((low, low + 1), 4, "Any-v0")
    rng = np.random.default_rng(0)
    probabilities, values = rng.dirichlet(np.ones(grid.size)), rng.normal(size=grid.size)
    marginal, best = np.zeros((3, 4)), np.full((3, 4), -np.inf)
    for choice, combination in enumerate(itertools.product(range(4), repeat=3)):
        for d, k in enumerate(combination):
            marginal[d, k] += probabilities[choice]
            best[d, k] = max(best[d, k], values[choice])
    np.testing.assert_allclose(grid.marginal(probabilities), marginal)
    np.testing.assert_array_equal(grid.best(values), best)
    one = BinGrid(PENDULUM, 5, "Any-v0")
    np.testing.assert_array_equal(one.best(np.arange(5.0)), [np.arange(5.0)])


@pytest.mark.parametrize(("count", "dimensions"), [(64, 2), (16, 3), (8, 4), (4, 6), (2, 12), (1001, 1)])
def test_that_as_many_as_4096_joint_actions_are_allowed(count: int, dimensions: int) -> None:
    low = np.zeros(dimensions, np.float32)
    assert BinGrid((low, low + 1), count, "Any-v0").size == count**dimensions


@pytest.mark.parametrize(
    ("count", "dimensions", "words"),
    [
        (65, 2, "Any-v0: 65 bins in each of 2 dimensions make 4,225 joint actions, .* set bins=64 or fewer"),
        (11, 4, "make 14,641 joint actions, more than the 4,096 .* set bins=8 or fewer"),
        (3, 12, "set bins=2 or fewer"),
        (2, 13, "even 2 bins would be too many: use an algorithm with a Gaussian policy, such as ppo"),
        (11, 17, "make 10\\^18 joint actions"),
    ],
)
def test_that_too_many_joint_actions_are_refused_with_what_to_do(count: int, dimensions: int, words: str) -> None:
    low = np.zeros(dimensions, np.float32)
    with pytest.raises(UsageError, match=words):
        BinGrid((low, low + 1), count, "Any-v0")


@pytest.mark.parametrize("bad", [INFINITY, LARGEST, -INFINITY, -LARGEST])
def test_that_a_box_without_bounds_is_refused(bad: float) -> None:
    low, high = np.array([-1.0, -1.0, -1.0]), np.array([1.0, 1.0, 1.0])
    (high if bad > 0 else low)[1] = bad
    with pytest.raises(UsageError, match="bins need a bounded action, and dimension 2 of 3 has no bounds; use"):
        BinGrid((low, high), 3, "Any-v0")
