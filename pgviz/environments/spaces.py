"""Which spaces pgviz can train on.

Shape suffixes: D action dimensions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
# A one-hot vector longer than this would fill the memory: of a rollout, or of the first layer's weights.
_MOST_INPUTS = 2**16

Space = spaces.Space[Any]


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
    return _unsupported_observation(space)


def _unsupported_observation(space: Space) -> str:
    kind = type(space).__name__
    if isinstance(space, spaces.Tuple):
        return _unsupported_parts(kind, enumerate(space.spaces), len(space.spaces))
    if isinstance(space, spaces.Dict):
        return _unsupported_parts(kind, space.spaces.items(), len(space.spaces))
    if isinstance(space, spaces.Discrete | spaces.MultiDiscrete):
        count = int(space.n if isinstance(space, spaces.Discrete) else space.nvec.sum())
        too_many = f"{kind} observations of {count} values are not supported: one input for each would be too many"
        return too_many if count > _MOST_INPUTS else ""
    if not isinstance(space, spaces.Box | spaces.MultiBinary):
        return f"{kind} observations are not supported: they do not all consist of equally many numbers"
    if 0 in space.shape:
        return f"{kind} observations without any number in them are not supported"
    return ""


def _unsupported_parts(kind: str, parts: Iterable[tuple[object, Space]], count: int) -> str:
    for key, part in parts:
        reason = _unsupported_observation(part)
        if reason:
            return f"{reason} (part {key!r} of a {kind})"
    return "" if count else f"{kind} observations without any part are not supported"


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
            wanted = "Discrete, MultiDiscrete, MultiBinary or Box"
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
