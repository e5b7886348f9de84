"""Which spaces pgviz can train on, and how an observation becomes a vector.

Shape suffixes: N observations, O numbers in an encoded observation, D action dimensions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from pgviz import action_layout
from pgviz.errors import UsageError

# A bound beyond this is a way of writing "none": many environments use the largest float32 for it.
_NO_BOUND = 1e30
# More choices than these are not worth counting up.
_MOST_NAMED = 6

Space = spaces.Space[Any]


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


def in_words(space: Space) -> str:
    """Name a space as a person would, for example ``"Box, 4 numbers"``."""
    if isinstance(space, spaces.Discrete):
        start = f" from {space.start}" if space.start else ""
        return f"Discrete, {space.n} values{start}"
    if isinstance(space, spaces.Box):
        size = "×".join(str(length) for length in space.shape) or "1"
        noun = "number" if size == "1" else "numbers"
        kind = "" if np.issubdtype(space.dtype, np.floating) else f" ({space.dtype})"
        return f"Box, {size} {noun}{kind}"
    if isinstance(space, spaces.MultiDiscrete):
        return f"MultiDiscrete, {_choices_in_words(space.nvec.reshape(-1).tolist())}"
    if isinstance(space, spaces.MultiBinary):
        size = "×".join(map(str, space.shape))
        return f"MultiBinary, {size} {'bit' if size == '1' else 'bits'}"
    return _parts_in_words(space)


def _parts_in_words(space: Space) -> str:
    kind = type(space).__name__
    if isinstance(space, spaces.Tuple):
        return f"{kind} ({'; '.join(map(in_words, space.spaces))})"
    if isinstance(space, spaces.Dict):
        return f"{kind} ({'; '.join(f'{key}: {in_words(each)}' for key, each in space.spaces.items())})"
    return kind


def _choices_in_words(counts: Sequence[int]) -> str:
    noun = "choice" if len(counts) == 1 else "choices"
    if len(set(counts)) == 1:
        return f"{len(counts)} {noun} of {counts[0]}"
    shown = ", ".join(map(str, counts[:_MOST_NAMED])) + (", …" if len(counts) > _MOST_NAMED else "")
    return f"{len(counts)} {noun} of {shown}"


def unsupported(space: Space, role: str) -> str:
    """Why a space cannot be trained on, as the start of a sentence; empty where it can.

    Parameters
    ----------
    space
        Any space.
    role
        ``"actions"`` or ``"observations"``.
    """
    if role == "actions":
        return action_layout.unsupported(space)
    if isinstance(space, spaces.Discrete):
        return ""
    if not isinstance(space, spaces.Box):
        return f"{type(space).__name__} {role} are not supported yet"
    if space.shape is not None and 0 in space.shape:
        return f"Box {role} without any number in them are not supported"
    return ""


def require_supported(id: str, observation_space: Space, action_space: Space) -> None:
    """Make sure that both spaces can be trained on.

    Raises
    ------
    UsageError
        Naming the environment and the space that cannot.
    """
    for space, role in ((observation_space, "observations"), (action_space, "actions")):
        reason = unsupported(space, role)
        if reason:
            wanted = "Discrete, MultiDiscrete, MultiBinary or Box" if role == "actions" else "Discrete or Box"
            raise UsageError(f"{id}: {reason}; choose an environment with {wanted} {role}.")


def bounds(space: spaces.Box) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The bounds of a box, flattened, infinite where there are none.

    Returns
    -------
    tuple
        Low and high, each of shape ``(D,)``.
    """
    low_D = np.asarray(space.low, dtype=np.float64).reshape(-1)
    high_D = np.asarray(space.high, dtype=np.float64).reshape(-1)
    return np.where(low_D < -_NO_BOUND, -np.inf, low_D), np.where(high_D > _NO_BOUND, np.inf, high_D)


class ObservationEncoder:
    """Turns observations of a supported space into float32 vectors.

    A Box is flattened; a Discrete value becomes a one-hot vector.

    Parameters
    ----------
    space
        A Box or Discrete space.

    Attributes
    ----------
    size
        Numbers O in an encoded observation.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self._discrete = isinstance(space, spaces.Discrete)
        self._start = int(space.start) if isinstance(space, spaces.Discrete) else 0
        self._shape = space.shape or ()
        self.size = int(space.n) if isinstance(space, spaces.Discrete) else int(np.prod(self._shape, dtype=int))

    def encode(self, observation: object) -> NDArray[np.float32]:
        """Encode one observation, to shape ``(O,)``; see :meth:`encode_batch`."""
        encoded_O: NDArray[np.float32] = self.encode_batch([observation])[0]
        return encoded_O

    def encode_batch(self, observations: Sequence[Any]) -> NDArray[np.float32]:
        """Encode N observations into a new array of shape ``(N, O)``.

        Raises
        ------
        ObservationMismatch
            Where one has another shape than the space, is not numeric, is no value of a Discrete space, or has a
            number in it that is not finite.
        """
        if self._discrete:
            return self._one_hot(observations)
        # A float64 may overflow on its way to float32, and so may the sum of squares; neither is worth a warning.
        with np.errstate(over="ignore", invalid="ignore"):
            try:
                batch = np.array(observations, dtype=np.float32)
            except (ValueError, TypeError):
                raise self._mismatch(observations) from None
            if batch.shape[1:] != self._shape:
                raise self._mismatch(observations)
            flat = batch.reshape(-1)
            # Finite only if every number is, and the cheapest way to ask.
            if not math.isfinite(flat.dot(flat)):
                _require_finite(batch.reshape(len(observations), self.size))
        return batch.reshape(len(observations), self.size)

    def _one_hot(self, observations: Sequence[Any]) -> NDArray[np.float32]:
        encoded_NO = np.zeros((len(observations), self.size), np.float32)
        for position, value in enumerate(observations):
            try:
                index = int(value) - self._start
                valid = index + self._start == value
            except (ValueError, TypeError):
                valid = False
            if not valid or not 0 <= index < self.size:
                raise ObservationMismatch(
                    position, f"{value!r}, which is not in its space ({in_words(self.space)})"
                )
            encoded_NO[position, index] = 1.0
        return encoded_NO

    def _mismatch(self, observations: Sequence[Any]) -> ObservationMismatch:
        for position, observation in enumerate(observations):
            try:
                got = np.asarray(observation, dtype=np.float32).shape
            except (ValueError, TypeError):
                kind = type(observation).__name__
                return ObservationMismatch(position, f"that is not an array of numbers ({kind})")
            if got != self._shape:
                expected = f"where its observation space says {self._shape}"
                return ObservationMismatch(position, f"of shape {got} {expected}")
        return ObservationMismatch(0, f"that its space rules out ({in_words(self.space)})")


def _require_finite(batch_NO: NDArray[np.float32]) -> None:
    bad = np.argwhere(~np.isfinite(batch_NO))
    if len(bad):
        position, entry = (int(place) for place in bad[0])
        raise ObservationMismatch(position, f"with {batch_NO[position, entry]} in entry {entry}")
