from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

from pgviz.environments.own.masked_grid import LAYOUT, MaskedGrid, distances_to

UP, RIGHT, DOWN, LEFT = range(4)
ROWS, COLUMNS = 8, 12


def outcome(environment: MaskedGrid, move: int) -> tuple[int, float, bool]:
    """Where a move led, what it was worth, and whether the episode terminated."""
    cell, reward, terminated, truncated, _ = environment.step(np.int64(move))
    assert not truncated
    return int(cell), reward, terminated


def corridor(layout: str = "..G", **arguments: Any) -> MaskedGrid:
    """A grid of one row, the agent at its left end."""
    environment = MaskedGrid(layout=(layout,), **arguments)
    for seed in range(100):
        if environment.reset(seed=seed)[0] == 0:
            return environment
    raise AssertionError("no episode begins at the left end")


def neighbours(cell: int) -> list[int | None]:
    """Where each move leads on the default map, read off a frame of walls around it."""
    framed = ["#" * (COLUMNS + 2), *(f"#{row}#" for row in LAYOUT), "#" * (COLUMNS + 2)]
    row, column = cell // COLUMNS + 1, cell % COLUMNS + 1
    around = {UP: (row - 1, column), RIGHT: (row, column + 1), DOWN: (row + 1, column), LEFT: (row, column - 1)}
    return [None if framed[r][c] == "#" else (r - 1) * COLUMNS + c - 1 for r, c in around.values()]


def test_that_masks_and_moves_are_what_the_map_says() -> None:
    environment = MaskedGrid()
    generator = np.random.default_rng(0)
    seen = set()
    for episode in range(200):
        observation, info = environment.reset(seed=episode)
        for _ in range(30):
            cell, leads = int(observation), neighbours(int(observation))
            legal = [there is not None for there in leads]
            assert info["action_mask"].dtype == np.int8
            assert info["action_mask"].tolist() == legal
            assert environment.action_masks().tolist() == legal
            assert any(legal)
            move = int(generator.integers(4))
            observation, _, terminated, _, info = environment.step(np.int64(move))
            there = leads[move]
            assert observation == (cell if there is None else there)
            seen.add((cell, move))
            if terminated:
                assert observation == ROWS * COLUMNS - 1
                break
    assert len(seen) == 62 * 4


def test_that_an_illegal_move_leads_nowhere_and_costs_extra() -> None:
    environment = corridor(illegal_cost=0.5)
    assert outcome(environment, UP) == (0, -0.51, False)
    assert environment.action_masks().tolist() == [False, True, False, False]
    assert outcome(environment, RIGHT) == (1, -0.01, False)
    assert outcome(environment, RIGHT) == (2, 0.99, True)
    with pytest.raises(gymnasium.error.ResetNeeded, match="call reset"):
        environment.step(np.int64(LEFT))


def test_that_the_best_return_is_the_documented_one() -> None:
    cells = [cell for cell in range(ROWS * COLUMNS) if LAYOUT[cell // COLUMNS][cell % COLUMNS] == "."]
    goal = ROWS * COLUMNS - 1
    values = dict.fromkeys([*cells, goal], 0.0)
    for _ in range(60):
        for cell in cells:
            values[cell] = max(
                (1.0 if there == goal else values[there]) - 0.01 for there in neighbours(cell) if there is not None
            )
    best = [values[cell] for cell in cells]
    assert np.mean(best) == pytest.approx(0.896, abs=0.0005)
    assert gymnasium.spec("pgviz/MaskedGrid-v0").reward_threshold == 0.85
    assert gymnasium.spec("pgviz/MaskedGrid-v0").max_episode_steps == 100
    free = [divmod(cell, COLUMNS) for cell in [*cells, goal]]
    distances = distances_to(divmod(goal, COLUMNS), free)
    assert [1 - 0.01 * distances[divmod(cell, COLUMNS)] for cell in cells] == pytest.approx(best)


def test_that_nearly_half_of_the_moves_on_the_default_map_are_illegal() -> None:
    cells = [cell for cell in range(ROWS * COLUMNS) if LAYOUT[cell // COLUMNS][cell % COLUMNS] != "#"]
    legal = np.mean([[there is not None for there in neighbours(cell)] for cell in cells])
    assert 0.45 < 1 - legal < 0.5


def test_that_an_episode_begins_in_any_free_cell_but_the_goal() -> None:
    environment = MaskedGrid()
    environment.reset(seed=0)
    begun = [int(environment.reset()[0]) for _ in range(2000)]
    assert len(set(begun)) == 62
    assert all(LAYOUT[cell // COLUMNS][cell % COLUMNS] == "." for cell in begun)


def test_that_each_mask_is_an_array_of_its_own() -> None:
    environment = corridor()
    masks = [environment.action_masks(), environment.step(np.int64(UP))[4]["action_mask"]]
    for mask in masks:
        mask[:] = 1
    assert environment.action_masks().tolist() == [False, True, False, False]
    assert environment.step(np.int64(UP))[4]["action_mask"].tolist() == [0, 1, 0, 0]


def test_that_longer_moves_are_legal_as_far_as_the_way_is_free() -> None:
    environment = corridor(".....G", longest_move=3)
    assert environment.action_space == gymnasium.spaces.Discrete(12)
    assert environment.action_masks().tolist() == [False] * 3 + [True] * 3 + [False] * 6
    # Right by three, then left by two.
    assert outcome(environment, 3 * RIGHT + 2) == (3, -0.01, False)
    assert environment.action_masks().tolist() == [False] * 3 + [True, True, False] + [False] * 3 + [True] * 3
    assert outcome(environment, 3 * LEFT + 1) == (1, -0.01, False)
    assert outcome(environment, 3 * LEFT + 1) == (1, -0.01 - 0.1, False)


def test_that_a_long_move_leaps_over_no_wall() -> None:
    environment = MaskedGrid(layout=(".#G", "..."), longest_move=2)
    for seed in range(50):
        if environment.reset(seed=seed)[0] == 0:
            break
    assert environment.action_masks().tolist() == [False] * 4 + [True, False] + [False] * 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"layout": ()}, "rows of equal length"),
        ({"layout": ("..", "G")}, "rows of equal length"),
        ({"layout": (".x", ".G")}, "rows of equal length"),
        ({"layout": ("..", "..")}, "one goal 'G', not 0"),
        ({"layout": ("G.", ".G")}, "one goal 'G', not 2"),
        ({"layout": ("#G", "##")}, "besides its goal"),
        ({"layout": ("..#", ".#.", "#.G")}, "no way to the goal from row 1, column 1"),
        ({"illegal_cost": -0.1}, "a number from 0"),
        ({"illegal_cost": float("nan")}, "a number from 0"),
        ({"longest_move": 0}, "at least one cell"),
    ],
)
def test_that_wrong_arguments_are_refused_with_the_reason(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        MaskedGrid(**arguments)


@pytest.mark.parametrize("action", [4, -1, 0.5, None])
def test_that_what_is_no_move_is_refused(action: Any) -> None:
    environment = MaskedGrid()
    environment.reset(seed=0)
    with pytest.raises(gymnasium.error.InvalidAction, match="a number from 0 to 3"):
        environment.step(action)
