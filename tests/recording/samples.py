"""Events of every kind, made from what their fields are declared to be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from pgviz.config import RunConfig
from pgviz.policies.decision import FactoredDecision
from pgviz.recording.encoding import VARIANTS
from pgviz.session.recorded import WRITTEN
from pgviz.training.events import Event

LENGTHS = {"A": 3, "D": 2, "K": 4, "B": 5, "R": 6}
SCALARS = {int: 1, float: 0.1 + 0.2, bool: True, str: "π, naïve «quotes»"}


def every_event() -> Iterator[Event]:
    """At least two of each kind: with all that it can hold, and with no more than it needs."""
    for kind in WRITTEN:
        for bare in (False, True):
            for variant in range(6):
                yield _object(kind, variant, bare)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, of the same types, arrays and NaN included."""
    if isinstance(one, np.ndarray):
        equal = isinstance(other, np.ndarray) and one.dtype == other.dtype and one.shape == other.shape
        return equal and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(same(getattr(one, each.name), getattr(other, each.name)) for each in fields(one))
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other)


def _object(kind: type, variant: int, bare: bool, depth: int = 0) -> Any:
    hints = get_type_hints(kind)
    values = {}
    for each in fields(kind):
        if bare and (each.default is not MISSING or each.default_factory is not MISSING):
            continue
        values[each.name] = (
            None if each.name == "frame" else _value(hints[each.name], each.name, variant, bare, depth)
        )
    return kind(**values)


def _value(hint: Any, name: str, variant: int, bare: bool, depth: int) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is RunConfig:
        return RunConfig.create("CartPole-v1", "sac" if variant == 1 else "ppo", seed=variant)
    if origin in (Union, UnionType):
        if bare and type(None) in arguments:
            return None
        return _value(arguments[variant % len(arguments)], name, 0, bare, depth)
    if hint is type(None):
        return None
    if hint in SCALARS:
        return SCALARS[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)[variant % len(hint)]
    if origin is Literal:
        return arguments[variant % len(arguments)]
    if origin is np.ndarray:
        return _array(hint, name)
    if origin is tuple:
        if arguments[1:] != (Ellipsis,):
            return tuple(_value(each, name, variant, bare, depth + 1) for each in arguments)
        return tuple(_value(arguments[0], name, index, bare, depth + 1) for index in range(2))
    if origin is dict:
        return {SCALARS[arguments[0]]: _value(arguments[1], name, variant, bare, depth + 1)}
    if hint is Any:
        return (3, 0.5, np.arange(2.0), None)[variant % 4]
    if hint in VARIANTS:
        known = [each for each in VARIANTS[hint] if depth < 2 or each is not FactoredDecision]
        return _object(known[variant % len(known)], variant, bare, depth + 1)
    return _object(hint, variant, bare, depth + 1)


def _array(hint: Any, name: str) -> np.ndarray:
    letters = name.rpartition("_")[2]
    shape = tuple(LENGTHS.get(each, 2) for each in letters) if letters.isupper() else (2, 3)
    scalar = get_args(get_args(hint)[1])[0]
    scalar = get_origin(scalar) or scalar
    dtype = np.dtype(scalar) if scalar in (np.bool_, np.int64, np.uint8, np.float64) else np.dtype(np.float32)
    array = (np.arange(math.prod(shape)) % 2).astype(dtype).reshape(shape)
    if dtype.kind == "f":
        array.flat[0] = np.nan
        array.flat[-1] = -np.inf
    return array
