"""Observations of every kind of space become vectors, and what does not fit its space is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from pgviz.environments.observations import ObservationMismatch, encoder, is_picture

WEATHER = spaces.Dict(
    {
        "wind": spaces.Box(-9, 9, (2,)),
        "cloudy": spaces.Discrete(2),
        "stations": spaces.Tuple((spaces.MultiBinary(2), spaces.Box(0, 1, (1, 2)))),
    }
)
EVERY: dict[str, spaces.Space[Any]] = {
    "box": spaces.Box(-1, 1, (2, 3)),
    "scalar": spaces.Box(-1, 1, ()),
    "integers": spaces.Box(0, 9, (4,), np.int64),
    "discrete": spaces.Discrete(5, start=-2),
    "choices": spaces.MultiDiscrete(np.array([[2, 3], [4, 5]])),
    "shifted": spaces.MultiDiscrete([2, 3], start=[5, -1]),
    "bits": spaces.MultiBinary((2, 3)),
    "tuple": spaces.Tuple((spaces.Discrete(3), spaces.Box(0, 1, (2,)))),
    "dict": WEATHER,
    "picture": spaces.Box(0, 255, (36, 40, 3), np.uint8),
}


def _weather(**parts: Any) -> dict[str, Any]:
    return {
        "cloudy": 1,
        "stations": (np.array([1, 0], np.int8), np.array([[0.25, 0.5]], np.float32)),
        "wind": np.array([3, -4], np.float32),
    } | parts


@pytest.mark.parametrize("name", EVERY)
def test_that_what_a_space_samples_is_encoded_as_gymnasium_flattens_it(name: str) -> None:
    space = EVERY[name]
    space.seed(0)
    samples = [space.sample() for _ in range(20)]
    ours = encoder(space)
    encoded = ours.encode_batch(samples)
    assert encoded.shape == (20, ours.size)
    assert encoded.dtype == ours.dtype
    expected = np.array([spaces.flatten(space, sample) for sample in samples], np.float64)
    np.testing.assert_allclose(encoded, expected, rtol=1e-6)
    np.testing.assert_array_equal(ours.encode(samples[7]), encoded[7])


def test_that_parts_follow_each_other_in_the_order_of_the_space() -> None:
    assert encoder(WEATHER).encode(_weather()).tolist() == [0, 1, 1, 0, 0.25, 0.5, 3, -4]


def test_that_a_box_of_any_type_is_flattened_to_float32() -> None:
    ours = encoder(spaces.Box(0, 255, (2, 3), np.uint8))
    encoded = ours.encode_batch([np.arange(6, dtype=np.uint8).reshape(2, 3)] * 2)
    assert ours.size == 6
    assert encoded.dtype == np.float32
    assert encoded.tolist() == [[0, 1, 2, 3, 4, 5]] * 2


def test_that_lists_are_as_good_as_arrays() -> None:
    assert encoder(spaces.Box(-1, 1, (2,))).encode([0.5, 1]).tolist() == [0.5, 1]
    assert encoder(spaces.MultiDiscrete([2, 2])).encode([1, 0]).tolist() == [0, 1, 1, 0]
    assert encoder(spaces.Tuple((spaces.Discrete(2),))).encode([1]).tolist() == [0, 1]


@pytest.mark.parametrize("value", [7, np.int64(7), np.array(7), 7.0])
def test_that_a_discrete_value_of_any_integral_kind_becomes_one_hot(value: object) -> None:
    assert encoder(spaces.Discrete(3, start=6)).encode(value).tolist() == [0, 1, 0]


@pytest.mark.parametrize("value", [5, 9, 6.5, None, "x", np.array([6, 7]), float("nan"), 2**70])
def test_that_what_is_no_value_of_a_discrete_space_is_refused(value: object) -> None:
    with pytest.raises(ObservationMismatch, match="not in its space"):
        encoder(spaces.Discrete(3, start=6)).encode(value)


@pytest.mark.parametrize("value", [[2, 0], [0, -1], [0], [[0, 0]], [0.5, 0], None, "ab"])
def test_that_choices_that_there_are_not_are_refused(value: object) -> None:
    with pytest.raises(ObservationMismatch, match="not in its space") as caught:
        encoder(spaces.MultiDiscrete([2, 3])).encode_batch([[0, 0], value])
    assert caught.value.position == 1


@pytest.mark.parametrize("value", [[0, 2], [0.5, 1], [-1, 0]])
def test_that_bits_other_than_zero_and_one_are_refused(value: object) -> None:
    with pytest.raises(ObservationMismatch, match="not in its space") as caught:
        encoder(spaces.MultiBinary(2)).encode_batch([[0, 1], value])
    assert caught.value.position == 1


def test_that_the_observation_at_fault_is_named() -> None:
    with pytest.raises(ObservationMismatch, match="of shape \\(3,\\)") as caught:
        encoder(spaces.Box(-1, 1, (2,))).encode_batch([np.zeros(2), np.zeros(3)])
    assert caught.value.position == 1


def test_that_one_number_is_not_spread_over_a_vector() -> None:
    with pytest.raises(ObservationMismatch, match="of shape \\(\\)"):
        encoder(spaces.Box(-1, 1, (2,))).encode(1.0)


@pytest.mark.parametrize(
    ("weather", "words"),
    [
        (_weather(cloudy=2), "whose part 'cloudy' does not fit: 2, which is not in its space"),
        (_weather(wind=np.zeros(3)), "whose part 'wind' does not fit: of shape (3,) where"),
        (_weather(wind=[np.nan, 0]), "whose part 'wind' does not fit: with nan in entry 0"),
        (
            _weather(stations=(np.array([1, 0]), np.zeros(2))),
            "whose part 'stations' does not fit: whose part 1 does not fit: of shape (2,) where",
        ),
        (_weather(stations=(1,)), "whose part 'stations' does not fit: that is not a tuple of 2 parts ((1,))"),
        (_weather(fog=1), "with the parts 'cloudy', 'stations', 'wind', 'fog' where its space has 'cloudy', 's"),
        ({"wind": np.zeros(2)}, "with the parts 'wind' where its space has 'cloudy', 'stations', 'wind'"),
        ({}, "with the parts none where"),
        (np.zeros(8), "that is not a dictionary with the parts 'cloudy', 'stations', 'wind' (ndarray)"),
    ],
)
def test_that_the_part_at_fault_is_named(weather: object, words: str) -> None:
    with pytest.raises(ObservationMismatch) as caught:
        encoder(WEATHER).encode_batch([_weather(), weather])
    assert str(caught.value).startswith(words)
    assert caught.value.position == 1


def test_that_a_large_value_that_does_not_fit_is_quoted_in_short() -> None:
    with pytest.raises(ObservationMismatch) as caught:
        encoder(spaces.MultiDiscrete([2] * 500)).encode(np.full((500,), 7))
    assert len(str(caught.value)) < 150
    assert "\n" not in str(caught.value)


def test_that_large_finite_observations_are_let_through() -> None:
    encoded = encoder(spaces.Box(-np.inf, np.inf, (2,))).encode([3e38, -3e38])
    assert np.isfinite(encoded).all()


@pytest.mark.parametrize(
    ("shape", "image"),
    [
        ((36, 36, 3), (36, 36, 3)),
        ((4, 84, 84), (4, 84, 84)),
        ((210, 160), (210, 160, 1)),
        ((36, 35, 3), None),
        ((128,), None),
        ((3, 3, 36, 36), None),
    ],
)
def test_that_large_arrays_of_bytes_are_pictures(
    shape: tuple[int, ...], image: tuple[int, int, int] | None
) -> None:
    space = spaces.Box(0, 255, shape, np.uint8)
    assert is_picture(space) == (image is not None)
    assert encoder(space).image_shape == image
    assert encoder(space).dtype == (np.float32 if image is None else np.uint8)
    assert not is_picture(spaces.Box(0, 255, shape, np.float32))


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64])
def test_that_pixels_stay_bytes_whatever_whole_numbers_they_come_as(dtype: type) -> None:
    pixels = np.arange(36 * 40 * 3).reshape(36, 40, 3) % 256
    encoded = encoder(EVERY["picture"]).encode(pixels.astype(dtype))
    assert encoded.dtype == np.uint8
    np.testing.assert_array_equal(encoded, pixels.reshape(-1))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (256, "whose pixels, of type float64, are not all whole numbers from 0 to 255"),
        (0.5, "whose pixels, of type float64"),
        (np.nan, "whose pixels, of type float64"),
        (-1, "whose pixels, of type float64"),
    ],
)
def test_that_what_is_no_pixel_is_refused(value: float, words: str) -> None:
    wrong = np.zeros((36, 40, 3))
    wrong[5, 5, 1] = value
    with pytest.raises(ObservationMismatch, match=words) as caught:
        encoder(EVERY["picture"]).encode_batch([np.zeros((36, 40, 3)), wrong])
    assert caught.value.position == 1


@pytest.mark.parametrize("value", [np.zeros((40, 36, 3), np.uint8), "picture", None])
def test_that_what_is_no_picture_is_refused(value: object) -> None:
    with pytest.raises(ObservationMismatch, match=r"of shape \((40, 36, 3)?\) where|not an array of numbers"):
        encoder(EVERY["picture"]).encode(value)


def test_that_a_picture_beside_other_things_is_numbers_among_numbers() -> None:
    picture = np.full((36, 40, 3), 9, np.uint8)
    encoded = encoder(spaces.Dict({"eye": EVERY["picture"], "toe": spaces.Discrete(2)})).encode(
        {"eye": picture, "toe": 0}
    )
    assert encoded.dtype == np.float32
    assert encoded[-3:].tolist() == [9, 1, 0]
