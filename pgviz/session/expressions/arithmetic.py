"""Arithmetic in which nothing raises: results are floats, as IEEE 754 has them.

A division by zero is infinite, what has no value is nan, what is too large is infinite. The functions for one
number use the ``math`` module, which is several times faster than NumPy on one number; those for several entries
are NumPy's. The two agree, which a test holds them to.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

Operation = Callable[..., Any]


def divide(a: float, b: float) -> float:
    """``a / b``."""
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0.0 or math.isnan(a):
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1.0, b)


def floor_divide(a: float, b: float) -> float:
    """``a // b``: the quotient rounded down."""
    try:
        return float(a // b)
    except ZeroDivisionError:
        return divide(a, b)


def modulo(a: float, b: float) -> float:
    """``a % b``: the remainder, with the sign of `b`."""
    try:
        return float(a % b)
    except ZeroDivisionError:
        return math.nan


def power(a: float, b: float) -> float:
    """``a ** b``, always real."""
    try:
        return math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0.0 and b % 2.0 == 1.0 else math.inf
    except ValueError:
        if a != 0.0:
            return math.nan  # a root of a negative number
        return math.copysign(math.inf, a) if b % 2.0 == 1.0 else math.inf


def logarithm(x: float) -> float:
    """``ln(x)``."""
    if x > 0.0:
        return math.log(x)
    return -math.inf if x == 0.0 else math.nan


def exponential(x: float) -> float:
    """``exp(x)``."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def square_root(x: float) -> float:
    """``sqrt(x)``."""
    return math.nan if x < 0.0 else math.sqrt(x)


def smaller(a: float, b: float) -> float:
    """The smaller of two numbers, or nan where one is nan."""
    return a if a < b or math.isnan(a) else b


def larger(a: float, b: float) -> float:
    """The larger of two numbers, or nan where one is nan."""
    return a if a > b or math.isnan(a) else b


def _elementwise(ufunc: Operation) -> Operation:
    """Let a function of NumPy's say "unknown", None, where the entries do not match."""

    def apply(a: Any, b: Any) -> Any:
        # A discrete action is a plain number, a continuous one an array.
        if (
            isinstance(a, np.ndarray)
            and isinstance(b, np.ndarray)
            and a.size != b.size
            and 1 not in (a.size, b.size)
        ):
            return None
        return ufunc(a, b)

    return apply


ONE_OPERAND: dict[str, Operation] = {
    "negative": operator.neg,
    "positive": operator.pos,
    "abs": abs,
    "ln": logarithm,
    "log": logarithm,
    "exp": exponential,
    "sqrt": square_root,
    "isnan": math.isnan,
    "isfinite": math.isfinite,
}
TWO_OPERANDS: dict[str, Operation] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divide,
    "//": floor_divide,
    "%": modulo,
    "**": power,
    "min": smaller,
    "max": larger,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
ONE_OPERAND_OF_MANY: dict[str, Operation] = {
    "negative": np.negative,
    "positive": np.positive,
    "abs": np.abs,
    "ln": np.log,
    "log": np.log,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "isnan": np.isnan,
    "isfinite": np.isfinite,
    "not": np.logical_not,
}
TWO_OPERANDS_OF_MANY: dict[str, Operation] = {
    symbol: _elementwise(ufunc)
    for symbol, ufunc in {
        "+": np.add,
        "-": np.subtract,
        "*": np.multiply,
        "/": np.divide,
        "//": np.floor_divide,
        "%": np.remainder,
        "**": np.float_power,
        "min": np.minimum,
        "max": np.maximum,
        "<": np.less,
        "<=": np.less_equal,
        ">": np.greater,
        ">=": np.greater_equal,
        "==": np.equal,
        "!=": np.not_equal,
        "and": np.logical_and,
        "or": np.logical_or,
    }.items()
}
