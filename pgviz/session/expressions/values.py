"""What a name may come with: a number, a truth, an array of numbers, or None, "unknown"."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from pgviz.session.expressions import vocabulary

Values = Mapping[str, object]
"""Values by name. A name that is missing, or whose value is None, is unknown."""
Evaluate = Callable[[Values], Any]
"""Gives a float, a bool, an array of one dimension, or None."""


def reader(name: vocabulary.Name) -> Evaluate:
    """Return what reads a name's value, whatever the mapping holds."""
    key = name.name
    own = bool if name.truth else float

    def read(values: Values) -> Any:
        try:
            value = values[key]
        except KeyError:
            return None
        return value if value.__class__ is own else _settle(value, name)

    return read


def _settle(value: object, name: vocabulary.Name) -> Any:
    """Turn a value of another type into the one that the name has; None where that makes no sense."""
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype == np.float64 and name.many:
        return value
    if isinstance(value, np.ndarray | tuple | list):
        return _several(value, name)
    if isinstance(value, Real | np.bool_):
        return bool(value) if name.truth else _as_float(value)
    return None


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer too large for a float
        return math.inf if value > 0 else -math.inf


def _several(value: Any, name: vocabulary.Name) -> Any:
    try:
        entries = np.asarray(value, np.float64).ravel()
    except (TypeError, ValueError, OverflowError):
        return None
    if name.many:
        return entries
    return _settle(entries.item(), name) if entries.size == 1 else None
