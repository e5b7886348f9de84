"""How an observation of any supported space becomes a vector.

Shape suffixes: N observations, O numbers in an encoded observation.

============================  =====================================================================
space                         vector
============================  =====================================================================
Box                           its numbers, as float32
Box that is a picture         its pixels, as uint8: the network scales them, and memory holds a quarter
Discrete, MultiDiscrete       a one-hot vector for each entry, one after the other
MultiBinary                   its zeros and ones
Tuple, Dict (also nested)     the vectors of its parts, one after the other in the space's order
============================  =====================================================================
"""

from __future__ import annotations

import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from pgviz.environments.spaces import Space, in_words

# The smallest side that the convolutions of Mnih et al. 2015 leave anything of.
SMALLEST_PICTURE = 36
_QUOTED = 60

# float32, or uint8 for pictures.
Encoded = NDArray[Any]


class ObservationMismatch(ValueError):
    """An observation that its own space rules out.

    Parameters
    ----------
    position
        Which of the observations given it is.
    message
        The rest of the sentence "It returned an observation ...".
    """

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position


class ObservationEncoder(ABC):
    """Turns observations of one space into vectors; :func:`encoder` makes the right one.

    Parameters
    ----------
    space
        What the observations are of.
    size
        Numbers O in an encoded observation.

    Attributes
    ----------
    dtype
        Of the encoded numbers: float32, or uint8 for pictures.
    image_shape
        Shape of a picture, one of its three sides the colours; ``None`` where it is none.
    """

    dtype: type[np.float32 | np.uint8] = np.float32
    image_shape: tuple[int, int, int] | None = None

    def __init__(self, space: Space, size: int) -> None:
        self.space = space
        self.size = size

    def encode(self, observation: object) -> Encoded:
        """Encode one observation, to shape ``(O,)``; see :meth:`encode_batch`."""
        encoded_O: Encoded = self.encode_batch([observation])[0]
        return encoded_O

    @abstractmethod
    def encode_batch(self, observations: Sequence[Any]) -> Encoded:
        """Encode N observations into a new array of shape ``(N, O)``.

        Raises
        ------
        ObservationMismatch
            Where one has another shape than the space, is not numeric, lacks a part, is no value of a space of
            finitely many, or has a number in it that is not finite.
        """


def encoder(space: Space) -> ObservationEncoder:
    """Return the encoder of a space that :func:`pgviz.environments.spaces.unsupported` has no objection to."""
    if isinstance(space, spaces.Dict):
        return _Parts(space, dict(space.spaces))
    if isinstance(space, spaces.Tuple):
        return _Parts(space, dict(enumerate(space.spaces)))
    if isinstance(space, spaces.Discrete):
        return _OneHot(space)
    if isinstance(space, spaces.MultiDiscrete):
        return _OneHots(space)
    if isinstance(space, spaces.MultiBinary):
        return _Binary(space)
    assert isinstance(space, spaces.Box)
    return _Picture(space) if is_picture(space) else _Numbers(space)


def is_picture(space: Space) -> TypeGuard[spaces.Box]:
    """Whether a space is one of pictures: uint8, of two or three sides, of which two are 36 pixels or longer."""
    if not isinstance(space, spaces.Box) or space.dtype != np.uint8 or len(space.shape) not in {2, 3}:
        return False
    return sum(side >= SMALLEST_PICTURE for side in space.shape) >= 2


class _Numbers(ObservationEncoder):
    """A Box, flattened."""

    def __init__(self, space: spaces.Box | spaces.MultiBinary) -> None:
        self._shape = tuple(space.shape)
        super().__init__(space, math.prod(self._shape))

    def encode_batch(self, observations: Sequence[Any]) -> NDArray[np.float32]:
        """Encode N observations; see the base."""
        # A float64 may overflow on its way to float32, and so may the sum of squares; neither is worth a warning.
        with np.errstate(over="ignore", invalid="ignore"):
            try:
                batch = np.array(observations, dtype=np.float32)
            except (ValueError, TypeError):
                raise _mismatch(observations, self._shape) from None
            if batch.shape[1:] != self._shape:
                raise _mismatch(observations, self._shape)
            flat = batch.reshape(-1)
            # Finite only if every number is, and the cheapest way to ask.
            if not math.isfinite(flat.dot(flat)):
                _require_finite(batch.reshape(len(observations), self.size))
        return batch.reshape(len(observations), self.size)


class _Binary(_Numbers):
    """A MultiBinary, flattened."""

    def encode_batch(self, observations: Sequence[Any]) -> NDArray[np.float32]:
        """Encode N observations; see the base."""
        encoded_NO = super().encode_batch(observations)
        wrong_N = ((encoded_NO != 0.0) & (encoded_NO != 1.0)).any(1)
        if wrong_N.any():
            raise _outside(int(wrong_N.argmax()), observations, self.space)
        return encoded_NO


class _Picture(ObservationEncoder):
    """A Box of pixels, flattened and left as it is."""

    dtype = np.uint8

    def __init__(self, space: spaces.Box) -> None:
        self._shape = tuple(space.shape)
        super().__init__(space, math.prod(self._shape))
        first, second, *third = self._shape
        self.image_shape = (first, second, third[0] if third else 1)

    def encode_batch(self, observations: Sequence[Any]) -> NDArray[np.uint8]:
        """Encode N observations; see the base."""
        try:
            batch = np.array(observations)
        except (ValueError, TypeError):
            raise _mismatch(observations, self._shape) from None
        if batch.shape[1:] != self._shape or batch.dtype.kind not in "biuf":
            raise _mismatch(observations, self._shape)
        if batch.dtype != np.uint8:
            batch = _as_pixels(batch)
        return batch.reshape(len(observations), self.size)


class _OneHot(ObservationEncoder):
    """A Discrete value, as a one-hot vector."""

    def __init__(self, space: spaces.Discrete) -> None:
        super().__init__(space, int(space.n))
        self._start = int(space.start)

    def encode_batch(self, observations: Sequence[Any]) -> NDArray[np.float32]:
        """Encode N observations; see the base."""
        encoded_NO = np.zeros((len(observations), self.size), np.float32)
        for position, value in enumerate(observations):
            try:
                index = int(value) - self._start
                valid = index + self._start == value
            except (ValueError, TypeError, OverflowError):
                valid = False
            if not valid or not 0 <= index < self.size:
                raise _outside(position, observations, self.space)
            encoded_NO[position, index] = 1.0
        return encoded_NO


class _OneHots(ObservationEncoder):
    """A MultiDiscrete: a one-hot vector for each entry."""

    def __init__(self, space: spaces.MultiDiscrete) -> None:
        self._counts_D = np.asarray(space.nvec, np.int64).reshape(-1)
        self._starts_D = np.asarray(space.start, np.int64).reshape(-1)
        self._offsets_D = np.concatenate([[0], np.cumsum(self._counts_D)[:-1]])
        self._shape = tuple(space.shape)
        super().__init__(space, int(self._counts_D.sum()))

    def encode_batch(self, observations: Sequence[Any]) -> NDArray[np.float32]:
        """Encode N observations; see the base."""
        places_ND = self._places(observations)
        if places_ND is None:
            wrong = (n for n, observation in enumerate(observations) if self._places([observation]) is None)
            raise _outside(next(wrong), observations, self.space)
        encoded_NO = np.zeros((len(observations), self.size), np.float32)
        encoded_NO[np.arange(len(observations))[:, None], places_ND] = 1.0
        return encoded_NO

    def _places(self, observations: Sequence[Any]) -> NDArray[np.int64] | None:
        """Where the ones are, ``(N, D)``; ``None`` where an observation is not in the space."""
        try:
            given = np.array(observations)
            if given.shape[1:] != self._shape:
                return None
            values_ND = given.reshape(len(observations), -1) - self._starts_D
            with np.errstate(invalid="ignore"):
                whole_ND = values_ND.astype(np.int64)
        except (ValueError, TypeError, OverflowError):
            return None
        inside = (whole_ND == values_ND) & (whole_ND >= 0) & (whole_ND < self._counts_D)
        return self._offsets_D + whole_ND if inside.all() else None


class _Parts(ObservationEncoder):
    """A Tuple or Dict: each part by its own encoder."""

    def __init__(self, space: Space, parts: Mapping[Any, Space]) -> None:
        self._keyed = isinstance(space, spaces.Dict)
        # A picture beside other things goes through the perceptron with them, as plain numbers.
        self._encoders = {
            key: _Numbers(part) if is_picture(part) else encoder(part) for key, part in parts.items()
        }
        super().__init__(space, sum(each.size for each in self._encoders.values()))

    def encode_batch(self, observations: Sequence[Any]) -> NDArray[np.float32]:
        """Encode N observations; see the base."""
        for position, observation in enumerate(observations):
            self._require_parts(position, observation)
        encoded = []
        for key, part in self._encoders.items():
            try:
                encoded.append(part.encode_batch([observation[key] for observation in observations]))
            except ObservationMismatch as mismatch:
                raise ObservationMismatch(
                    mismatch.position, f"whose part {key!r} does not fit: {mismatch}"
                ) from None
        return np.concatenate(encoded, 1)

    def _require_parts(self, position: int, observation: Any) -> None:
        wanted = ", ".join(repr(key) for key in self._encoders)
        if not self._keyed:
            if not isinstance(observation, tuple | list) or len(observation) != len(self._encoders):
                message = f"that is not a tuple of {len(self._encoders)} parts ({_quote(observation)})"
                raise ObservationMismatch(position, message)
        elif not isinstance(observation, Mapping):
            kind = type(observation).__name__
            raise ObservationMismatch(position, f"that is not a dictionary with the parts {wanted} ({kind})")
        elif observation.keys() != self._encoders.keys():
            has = ", ".join(repr(key) for key in itertools.islice(observation, 8)) or "none"
            raise ObservationMismatch(position, f"with the parts {has} where its space has {wanted}")


def _as_pixels(batch: NDArray[Any]) -> NDArray[np.uint8]:
    """Turn numbers of another type into pixels, where that loses nothing."""
    with np.errstate(invalid="ignore"):
        pixels = batch.astype(np.uint8)
    wrong_N = (pixels != batch).reshape(len(batch), -1).any(1)
    if wrong_N.any():
        message = f"whose pixels, of type {batch.dtype}, are not all whole numbers from 0 to 255"
        raise ObservationMismatch(int(wrong_N.argmax()), message)
    return pixels


def _mismatch(observations: Sequence[Any], shape: tuple[int, ...]) -> ObservationMismatch:
    """Find the observation that is no array of this shape."""
    for position, observation in enumerate(observations):
        try:
            got = np.asarray(observation, dtype=np.float32).shape
        except (ValueError, TypeError):
            kind = type(observation).__name__
            return ObservationMismatch(position, f"that is not an array of numbers ({kind})")
        if got != shape:
            return ObservationMismatch(position, f"of shape {got} where its observation space says {shape}")
    return ObservationMismatch(0, "that is not an array of numbers")


def _outside(position: int, observations: Sequence[Any], space: Space) -> ObservationMismatch:
    quoted = _quote(observations[position])
    return ObservationMismatch(position, f"{quoted}, which is not in its space ({in_words(space)})")


def _quote(observation: object) -> str:
    words = " ".join(repr(observation).split())
    return words if len(words) <= _QUOTED else f"{words[:_QUOTED]}…"


def _require_finite(batch_NO: NDArray[np.float32]) -> None:
    bad = np.argwhere(~np.isfinite(batch_NO))
    if len(bad):
        position, entry = (int(place) for place in bad[0])
        raise ObservationMismatch(position, f"with {batch_NO[position, entry]} in entry {entry}")
