from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from pgviz.environments.spaces import bounds, in_words, require_supported, unsupported
from pgviz.errors import UsageError


@pytest.mark.parametrize(
    ("space", "words"),
    [
        (spaces.Discrete(4), "Discrete, 4 values"),
        (spaces.Discrete(4, start=1), "Discrete, 4 values from 1"),
        (spaces.Box(-1, 1, (4,)), "Box, 4 numbers"),
        (spaces.Box(-1, 1, (1,)), "Box, 1 number"),
        (spaces.Box(-1, 1, ()), "Box, 1 number"),
        (spaces.Box(0, 255, (9, 8, 3), np.uint8), "Box, 9×8×3 numbers (uint8)"),
        (spaces.MultiBinary(3), "MultiBinary, 3 bits"),
        (spaces.MultiBinary((2, 3)), "MultiBinary, 2×3 bits"),
        (spaces.MultiDiscrete([7] * 8), "MultiDiscrete, 8 choices of 7"),
        (spaces.MultiDiscrete(np.array([[2, 3]])), "MultiDiscrete, 2 choices of 2, 3"),
        (spaces.MultiDiscrete([5]), "MultiDiscrete, 1 choice of 5"),
        (spaces.MultiDiscrete(list(range(1, 9))), "MultiDiscrete, 8 choices of 1, 2, 3, 4, 5, 6, …"),
        (
            spaces.Tuple((spaces.Discrete(2), spaces.Box(-1, 1, (3,)))),
            "Tuple (Discrete, 2 values; Box, 3 numbers)",
        ),
        (
            spaces.Dict({"arm": spaces.Dict({"grip": spaces.MultiBinary(1)})}),
            "Dict (arm: Dict (grip: MultiBinary, 1 bit))",
        ),
        (spaces.Text(3), "Text"),
    ],
)
def test_that_a_space_is_named_in_words(space: spaces.Space[Any], words: str) -> None:
    assert in_words(space) == words


@pytest.mark.parametrize(
    ("space", "role", "reason"),
    [
        (spaces.Discrete(2, start=-3), "actions", ""),
        (spaces.Box(0, np.inf, (2, 2)), "actions", ""),
        (spaces.Box(0, 255, (3,), np.uint8), "observations", ""),
        (spaces.Box(0, 3, (3,), np.int32), "actions", ""),
        (spaces.MultiDiscrete([2, 2]), "actions", ""),
        (spaces.Text(3), "actions", "Text actions are not supported"),
        (spaces.Box(0, 1, (0,)), "observations", "Box observations without any number in them are not supported"),
        (spaces.Dict(), "observations", "Dict observations without any part are not supported"),
        (spaces.Tuple(()), "observations", "Tuple observations without any part are not supported"),
        (spaces.Dict({"a": spaces.Tuple((spaces.MultiBinary(2),))}), "observations", ""),
        (spaces.MultiDiscrete([2, 2]), "observations", ""),
        (spaces.Discrete(2**16), "observations", ""),
        (spaces.Discrete(10**6), "observations", "Discrete observations of 1000000 values are not supported"),
        (spaces.MultiDiscrete([40_000, 40_000]), "observations", "MultiDiscrete observations of 80000 values are"),
        (spaces.Text(3), "observations", "Text observations are not supported: they do not all consist of equa"),
        (spaces.Sequence(spaces.Discrete(2)), "observations", "Sequence observations are not supported"),
        (
            spaces.Dict({"a": spaces.Discrete(2), "b": spaces.Tuple((spaces.Text(3),))}),
            "observations",
            "Text observations are not supported: they do not all consist of equally many numbers "
            "(part 0 of a Tuple) (part 'b' of a Dict)",
        ),
    ],
)
def test_that_a_space_is_supported_or_the_reason_is_told(space: spaces.Space[Any], role: str, reason: str) -> None:
    told = unsupported(space, role)
    assert told.startswith(reason)
    assert bool(told) == bool(reason)


def test_that_an_environment_with_a_space_that_cannot_be_is_named_with_what_to_choose_instead() -> None:
    with pytest.raises(UsageError, match=r"^Chat-v0: Text observations .*; choose an environment with .* Box obs"):
        require_supported("Chat-v0", spaces.Text(3), spaces.Discrete(2))


def test_that_huge_bounds_count_as_none() -> None:
    largest = np.finfo(np.float32).max
    ends = np.array([[-largest, 0.0]], np.float32), np.array([[2.0, largest]], np.float32)
    low, high = bounds(spaces.Box(*ends, dtype=np.float32))
    assert low.tolist() == [-np.inf, 0.0]
    assert high.tolist() == [2.0, np.inf]
