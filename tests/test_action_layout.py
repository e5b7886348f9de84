"""How an action space falls into choices and real numbers, and rows into actions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from pgviz.action_layout import ActionLayout, is_factored, splitter, unsupported

NESTED = spaces.Dict(
    {
        "move": spaces.Tuple((spaces.Discrete(3, start=2), spaces.Box(-1.0, 1.0, (2, 2), np.float32))),
        "grip": spaces.MultiDiscrete(np.array([[2, 3], [4, 5]]), start=np.array([[0, -1], [7, 0]])),
        "lights": spaces.MultiBinary(2),
        "level": spaces.Box(-2, 3, (), np.int8),
        "force": spaces.Box(0.0, np.inf, (), np.float64),
    }
)
FACTORED: dict[str, spaces.Space[Any]] = {
    "nested": NESTED,
    "multi-discrete": spaces.MultiDiscrete([2, 5, 3], start=[1, 0, -4]),
    "matrix": spaces.MultiDiscrete(np.array([[2, 3], [4, 5]])),
    "bits": spaces.MultiBinary((2, 3)),
    "integers": spaces.Box(np.array([-2, 0]), np.array([3, 255]), dtype=np.int16),
    "unsigned": spaces.Box(0, 255, (3,), np.uint8),
    "integer": spaces.Box(-1, 1, (), np.int64),
    "tuple": spaces.Tuple((spaces.Discrete(2), spaces.Tuple((spaces.MultiBinary(1), spaces.Box(-1, 1, (1,)))))),
    "real tuple": spaces.Tuple((spaces.Box(-1, 1, (2,)), spaces.Box(-np.inf, np.inf, ()))),
}


def rows_of(layout: ActionLayout, options: np.ndarray, reals: np.ndarray) -> Any:
    rows = np.zeros((len(options), layout.width))
    rows[:, layout.choice_columns_F] = options + layout.starts_F
    rows[:, layout.real_columns_D] = reals
    return rows


def written_in(action: Any) -> list[float]:
    """The numbers of an action, from left to right."""
    if isinstance(action, dict):
        return [number for key in sorted(action) for number in written_in(action[key])]
    if isinstance(action, tuple):
        return [number for each in action for number in written_in(each)]
    return list(np.asarray(action, float).reshape(-1))


def split(space: spaces.Space[Any], rows: Any) -> Any:
    actions = rows if space.shape is None else rows.reshape(len(rows), *space.shape)
    return splitter(space)(actions)


@pytest.mark.parametrize("space", FACTORED.values(), ids=list(FACTORED))
def test_that_every_option_and_every_real_number_comes_out_where_it_belongs(space: spaces.Space[Any]) -> None:
    layout, rng = ActionLayout(space), np.random.default_rng(0)
    options = rng.integers(0, layout.counts_F, (40, len(layout.counts_F)))
    rows = rows_of(layout, options, rng.uniform(0.0, 1.0, (40, len(layout.low_D))).astype(np.float32))
    actions = split(space, rows)
    assert len(actions) == 40
    assert all(space.contains(action) for action in actions)
    np.testing.assert_array_equal([written_in(action) for action in actions], rows)


@pytest.mark.parametrize("space", FACTORED.values(), ids=list(FACTORED))
def test_that_actions_are_of_the_types_that_the_space_samples(space: spaces.Space[Any]) -> None:
    layout = ActionLayout(space)
    rows = rows_of(layout, np.zeros((2, len(layout.counts_F)), int), np.zeros((2, len(layout.low_D))))

    def types(action: Any) -> Any:
        if isinstance(action, dict):
            return {key: types(each) for key, each in action.items()}
        if isinstance(action, tuple):
            return tuple(types(each) for each in action)
        return action.dtype, action.shape

    assert types(split(space, rows)[0]) == types(space.sample())


def test_that_copies_may_write_into_their_actions() -> None:
    layout = ActionLayout(NESTED)
    rows = rows_of(layout, np.zeros((2, len(layout.counts_F)), int), np.zeros((2, len(layout.low_D))))
    before = rows.copy()
    first, second = split(NESTED, rows)
    first["grip"][:] = 9
    first["move"][1][:] = 9
    first["lights"][:] = 1
    np.testing.assert_array_equal(rows, before)
    assert second["grip"].tolist() == [[0, -1], [7, 0]]
    assert not second["move"][1].any()
    assert not second["lights"].any()


def test_that_a_nested_space_is_laid_out_in_its_own_order() -> None:
    layout = ActionLayout(NESTED)
    # A Dict has its keys in alphabetical order.
    assert [part.name for part in layout.parts] == ["force", "grip", "level", "lights", "move[0]", "move[1]"]
    assert layout.width == 1 + 4 + 1 + 2 + 1 + 4
    assert layout.counts_F.tolist() == [2, 3, 4, 5, 6, 2, 2, 3]
    assert layout.starts_F.tolist() == [0, -1, 7, 0, -2, 0, 0, 2]
    assert layout.choice_columns_F.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert layout.real_columns_D.tolist() == [0, 9, 10, 11, 12]
    assert layout.low_D.tolist() == [0, -1, -1, -1, -1]
    assert layout.high_D.tolist() == [np.inf, 1, 1, 1, 1]
    assert layout.option_count == 27


def test_that_one_choice_and_one_real_vector_are_not_factored() -> None:
    assert not is_factored(spaces.Discrete(3))
    assert not is_factored(spaces.Box(-1, 1, (20,)))
    assert all(is_factored(space) for space in FACTORED.values())
    assert is_factored(spaces.Tuple((spaces.Discrete(2),)))


@pytest.mark.parametrize("space", [*FACTORED.values(), spaces.Discrete(3, start=-1), spaces.Box(-1, 1, ())])
def test_that_nothing_speaks_against_these(space: spaces.Space[Any]) -> None:
    assert unsupported(space) == ""


@pytest.mark.parametrize(
    ("space", "reason"),
    [
        (spaces.Text(3), "Text actions are not supported"),
        (spaces.OneOf([spaces.Discrete(2)]), "OneOf actions are not supported"),
        (spaces.Sequence(spaces.Discrete(2)), "Sequence actions are not supported"),
        (
            spaces.Dict({"a": spaces.Tuple((spaces.Text(3), spaces.Discrete(2)))}),
            "Dict actions with Text in them are not supported",
        ),
        (spaces.Tuple(()), "Tuple actions without any number in them are not supported"),
        (spaces.Box(0, 1, (0,)), "Box actions without any number in them are not supported"),
        (
            spaces.Box(0, 256, (3,), np.int32),
            "Box actions of type int32 with more than 256 values in a number are not supported",
        ),
        (
            spaces.Tuple((spaces.Box(-np.inf, np.inf, (2,), np.int64),)),
            "Tuple actions with Box in them of type int64 with more than 256 values in a number are not supported",
        ),
        (
            spaces.MultiDiscrete([2**17, 2**17, 1]),
            "MultiDiscrete actions with more than 262,144 options in all are not supported",
        ),
        (spaces.Discrete(2**40), "Discrete actions with more than 262,144 options in all are not supported"),
        (
            spaces.Box(2**60, 2**60 + 3, (1,), np.int64),
            "Box actions with values beyond 2^53 are not supported",
        ),
    ],
)
def test_that_what_no_policy_covers_is_told(space: spaces.Space[Any], reason: str) -> None:
    assert unsupported(space) == reason
