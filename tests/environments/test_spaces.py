from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from pgviz.environments.spaces import ObservationEncoder, ObservationMismatch, bounds, in_words, unsupported


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
        (spaces.MultiDiscrete([[2, 3]]), "MultiDiscrete, 2 choices of 2, 3"),
        (spaces.MultiDiscrete([5]), "MultiDiscrete, 1 choice of 5"),
        (spaces.MultiDiscrete(range(1, 9)), "MultiDiscrete, 8 choices of 1, 2, 3, 4, 5, 6, …"),
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
        (spaces.Dict(), "observations", "Dict observations are not supported yet"),
        (spaces.Tuple(()), "observations", "Tuple observations are not supported yet"),
    ],
)
def test_that_a_space_is_supported_or_the_reason_is_told(space: spaces.Space[Any], role: str, reason: str) -> None:
    assert unsupported(space, role) == reason


def test_that_huge_bounds_count_as_none() -> None:
    largest = np.finfo(np.float32).max
    low, high = bounds(spaces.Box(np.array([[-largest, 0.0]]), np.array([[2.0, largest]]), dtype=np.float32))
    assert low.tolist() == [-np.inf, 0.0]
    assert high.tolist() == [2.0, np.inf]


def test_that_a_box_of_any_type_is_flattened_to_float32() -> None:
    encoder = ObservationEncoder(spaces.Box(0, 255, (2, 3), np.uint8))
    encoded = encoder.encode_batch([np.arange(6, dtype=np.uint8).reshape(2, 3)] * 2)
    assert encoder.size == 6
    assert encoded.dtype == np.float32
    assert encoded.tolist() == [[0, 1, 2, 3, 4, 5]] * 2


def test_that_lists_are_as_good_as_arrays() -> None:
    encoder = ObservationEncoder(spaces.Box(-1, 1, (2,)))
    assert encoder.encode([0.5, 1]).tolist() == [0.5, 1]


@pytest.mark.parametrize("value", [7, np.int64(7), np.array(7), 7.0])
def test_that_a_discrete_value_of_any_integral_kind_becomes_one_hot(value: object) -> None:
    assert ObservationEncoder(spaces.Discrete(3, start=6)).encode(value).tolist() == [0, 1, 0]


@pytest.mark.parametrize("value", [5, 9, 6.5, None, "x", np.array([6, 7]), float("nan")])
def test_that_what_is_no_value_of_a_discrete_space_is_refused(value: object) -> None:
    with pytest.raises(ObservationMismatch, match="not in its space"):
        ObservationEncoder(spaces.Discrete(3, start=6)).encode(value)


def test_that_the_observation_at_fault_is_named() -> None:
    encoder = ObservationEncoder(spaces.Box(-1, 1, (2,)))
    with pytest.raises(ObservationMismatch, match="of shape \\(3,\\)") as caught:
        encoder.encode_batch([np.zeros(2), np.zeros(3)])
    assert caught.value.position == 1


def test_that_one_number_is_not_spread_over_a_vector() -> None:
    encoder = ObservationEncoder(spaces.Box(-1, 1, (2,)))
    with pytest.raises(ObservationMismatch, match="of shape \\(\\)"):
        encoder.encode(1.0)


def test_that_large_finite_observations_are_let_through() -> None:
    encoded = ObservationEncoder(spaces.Box(-np.inf, np.inf, (2,))).encode([3e38, -3e38])
    assert np.isfinite(encoded).all()
