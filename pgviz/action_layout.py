"""How an action is made up of choices and real numbers, and how rows of numbers become actions.

An action space of any depth is a sequence of *parts*, the simple spaces in it, in the order in which a Tuple has
them and in that of a Dict's own keys. The *row* of an action has one column for each number of each part. A number
is either a *choice* out of finitely many options, or real.

Policies and environments both read this, so that they agree on what a column means.

Shape suffixes: N actions, K columns of a row, F choices, D real numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

Space = spaces.Space[Any]

# More values than these in a number of an integer Box are a quantity, for which a softmax would be the wrong tool.
MOST_VALUES = 256
# More options than these in all would need a last layer of gigabytes.
MOST_OPTIONS = 2**18
# Integers beyond this are not all float64 numbers, which is what a row of mixed kinds consists of.
LARGEST_VALUE = 2**53


@dataclass(frozen=True, slots=True)
class ActionPart:
    """One simple space within an action space.

    Parameters
    ----------
    name
        How to get there: ``a`` for the action itself, ``a[1]`` in a Tuple, ``arm`` or ``arm.grip`` in a Dict.
    space
        Discrete, MultiDiscrete, MultiBinary or Box.
    columns
        Where its numbers are in a row.
    counts, starts
        Options of each of its numbers, and the smallest one; both empty where the numbers are real.
    """

    name: str
    space: Space
    columns: slice
    counts: tuple[int, ...]
    starts: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the part's own array; ``()`` for a single number."""
        return self.space.shape or ()


class ActionLayout:
    """The parts of an action space, and the columns of a row.

    Parameters
    ----------
    space
        One that :func:`unsupported` has nothing against.

    Attributes
    ----------
    parts
        The simple spaces in it, in order.
    width
        Columns K of a row.
    counts_F, starts_F
        Options of each choice, and the smallest one.
    choice_columns_F, real_columns_D
        Which columns are choices, and which are real numbers.
    low_D, high_D
        Bounds of the real numbers, as the spaces have them.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.parts = tuple(_parts(space))
        kinds = [bool(part.counts) for part in self.parts for _ in range(_size(part.space))]
        self.width = len(kinds)
        self.counts_F = np.array([count for part in self.parts for count in part.counts], np.int64)
        self.starts_F = np.array([start for part in self.parts for start in part.starts], np.int64)
        self.choice_columns_F = np.flatnonzero(kinds)
        self.real_columns_D = np.flatnonzero(~np.array(kinds, bool))
        boxes = [part.space for part in self.parts if isinstance(part.space, spaces.Box) and not part.counts]
        empty = [np.zeros(0)]
        self.low_D = np.concatenate(empty + [np.asarray(box.low, float).reshape(-1) for box in boxes])
        self.high_D = np.concatenate(empty + [np.asarray(box.high, float).reshape(-1) for box in boxes])

    @property
    def option_count(self) -> int:
        """Options of all choices together: the length of an action mask."""
        return int(self.counts_F.sum())


def is_factored(space: Space) -> bool:
    """Whether an action is made up of several, rather than one choice or one real vector."""
    if isinstance(space, spaces.Box):
        return not np.issubdtype(space.dtype, np.floating)
    return not isinstance(space, spaces.Discrete)


def in_one_line(space: Space) -> str:
    """Write a space as Gymnasium does, without the line breaks of its arrays."""
    return " ".join(str(space).split())


def unsupported(space: Space) -> str:
    """Why no policy covers an action space, as the start of a sentence; empty where one does."""
    kind, options, numbers = type(space).__name__, 0, 0
    for _, leaf in _leaves(space, ""):
        inside = f"{kind} actions" + ("" if leaf is space else f" with {type(leaf).__name__} in them")
        if not isinstance(leaf, spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary | spaces.Box):
            return f"{inside} are not supported"
        counts, starts = _choices(leaf)
        if isinstance(leaf, spaces.Box) and max(counts, default=0) > MOST_VALUES:
            return (
                f"{inside} of type {leaf.dtype} with more than {MOST_VALUES} values in a number are not supported"
            )
        if max(map(abs, starts), default=0) > LARGEST_VALUE:
            return f"{inside} with values beyond 2^53 are not supported"
        numbers += _size(leaf)
        options += sum(counts)
    if not numbers:
        return f"{kind} actions without any number in them are not supported"
    if options > MOST_OPTIONS:
        return f"{kind} actions with more than {MOST_OPTIONS:,} options in all are not supported"
    return ""


def splitter(space: Space) -> Callable[[NDArray[Any]], Sequence[Any]]:
    """How an array of N actions becomes N actions that the environments may keep or write into.

    Each is what the space itself might have sampled: an array even where the space is a scalar Box. The array that
    is split is ``(N,)`` for a Discrete space and ``(N, *shape)`` for one with a shape; for a Tuple or Dict it has
    the rows, ``(N, K)``.
    """
    if isinstance(space, spaces.Tuple | spaces.Dict):
        return _row_splitter(space)
    dtype, scalar_box = space.dtype, isinstance(space, spaces.Box) and space.shape == ()

    def split(actions: NDArray[Any]) -> Sequence[Any]:
        own = np.array(actions, dtype=dtype)
        return [own[index, ...] for index in range(len(own))] if scalar_box else list(own)

    return split


def _row_splitter(space: Space) -> Callable[[NDArray[Any]], Sequence[Any]]:
    parts = tuple(_parts(space))
    splitters = [splitter(part.space) for part in parts]

    def split(rows_NK: NDArray[Any]) -> Sequence[Any]:
        count = len(rows_NK)
        columns = (
            split_part(rows_NK[:, part.columns].reshape(count, *part.shape))
            for part, split_part in zip(parts, splitters, strict=True)
        )
        return _assemble(space, columns, count)

    return split


def _assemble(space: Space, columns: Iterator[Sequence[Any]], count: int) -> Sequence[Any]:
    """Put N actions together out of what each part of them is, in the parts' order."""
    if isinstance(space, spaces.Tuple):
        members = [_assemble(each, columns, count) for each in space.spaces]
        return [tuple(member[index] for member in members) for index in range(count)]
    if isinstance(space, spaces.Dict):
        named = {key: _assemble(each, columns, count) for key, each in space.spaces.items()}
        return [{key: member[index] for key, member in named.items()} for index in range(count)]
    return next(columns)


def _leaves(space: Space, name: str) -> Iterator[tuple[str, Space]]:
    """The simple spaces in a space, each with its name."""
    if isinstance(space, spaces.Tuple):
        for index, each in enumerate(space.spaces):
            yield from _leaves(each, f"{name or 'a'}[{index}]")
    elif isinstance(space, spaces.Dict):
        for key, each in space.spaces.items():
            yield from _leaves(each, f"{name}.{key}" if name else str(key))
    else:
        yield name or "a", space


def _parts(space: Space) -> Iterator[ActionPart]:
    begin = 0
    for name, leaf in _leaves(space, ""):
        end = begin + _size(leaf)
        yield ActionPart(name, leaf, slice(begin, end), *_choices(leaf))
        begin = end


def _choices(leaf: Space) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Options of each number of a simple space, and the smallest; empty where they are real."""
    if isinstance(leaf, spaces.Discrete):
        return (int(leaf.n),), (int(leaf.start),)
    if isinstance(leaf, spaces.MultiDiscrete):
        return tuple(leaf.nvec.reshape(-1).tolist()), tuple(leaf.start.reshape(-1).tolist())
    if isinstance(leaf, spaces.MultiBinary):
        return (2,) * _size(leaf), (0,) * _size(leaf)
    if isinstance(leaf, spaces.Box) and not np.issubdtype(leaf.dtype, np.floating):
        # Python's integers, which do not overflow.
        lows, highs = ([int(bound) for bound in each.reshape(-1).tolist()] for each in (leaf.low, leaf.high))
        return tuple(high - low + 1 for low, high in zip(lows, highs, strict=True)), tuple(lows)
    return (), ()


def _size(leaf: Space) -> int:
    return int(np.prod(leaf.shape or (), dtype=int))
