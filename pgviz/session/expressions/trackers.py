"""The functions that remember: rising, falling, changed and mean.

Each takes one value in at every event that brings a new one, whether or not the rest of the condition matters
then, and keeps its result until the next. An unknown value is passed over.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import deque
from typing import Any

import numpy as np

from pgviz.session.expressions.values import Evaluate, Values
from pgviz.session.expressions.vocabulary import Kind


class Tracker(ABC):
    """Remembers values of one part of an expression.

    Parameters
    ----------
    argument
        What to remember.
    kinds
        The events that bring a new value of it.

    Attributes
    ----------
    result
        As of the last value; None as long as it is unknown.
    """

    def __init__(self, argument: Evaluate, kinds: frozenset[Kind]) -> None:
        self.argument = argument
        self.kinds = kinds
        self.result: float | bool | None = None

    def feed(self, values: Values) -> None:
        """Take the present value in."""
        value = self.argument(values)
        if value is not None:
            self._take(value)

    def read(self, _: Values) -> float | bool | None:
        """The result, as a part of the condition."""
        return self.result

    def reset(self) -> None:
        """Forget everything."""
        self.result = None

    @abstractmethod
    def _take(self, value: Any) -> None:
        """Take a value that is known."""


class Comparing(Tracker):
    """Compares each value with the one before; the base of three functions."""

    def __init__(self, argument: Evaluate, kinds: frozenset[Kind]) -> None:
        super().__init__(argument, kinds)
        self._previous: Any = None

    def reset(self) -> None:
        """Forget everything."""
        super().reset()
        self._previous = None

    def _take(self, value: Any) -> None:
        if self._previous is not None:
            self.result = self._compare(self._previous, value)
        self._previous = value

    @abstractmethod
    def _compare(self, previous: Any, value: Any) -> bool:
        """Whether the function holds."""


class Rising(Comparing):
    """A number greater than the one before; a condition that is true and was false."""

    def _compare(self, previous: Any, value: Any) -> bool:
        return bool(value > previous)


class Falling(Comparing):
    """A number smaller than the one before; a condition that is false and was true."""

    def _compare(self, previous: Any, value: Any) -> bool:
        return bool(value < previous)


class Changed(Comparing):
    """Any difference from the value before, in any entry; nan is the same as nan."""

    def _compare(self, previous: Any, value: Any) -> bool:
        if isinstance(value, float | bool) and isinstance(previous, float | bool):
            return value != previous and not (math.isnan(value) and math.isnan(previous))
        return not np.array_equal(np.asarray(previous, float), np.asarray(value, float), equal_nan=True)


class Mean(Tracker):
    """Mean of the last values; unknown until there are as many as were asked for.

    The sum is kept up to date by adding and subtracting, so that a long window costs no more than a short one.
    What rounding may have cost is kept beside it, and where that could be seen (a value much larger than the
    others has left, or one that is not finite is there) the sum is made anew.
    """

    ROUNDING = 2.3e-16  # of one operation, relative to what is added
    TOLERATED = 1e-9  # of the sum

    def __init__(self, argument: Evaluate, kinds: frozenset[Kind], window: int) -> None:
        super().__init__(argument, kinds)
        self._window: deque[float] = deque(maxlen=window)
        self._length = window
        self._sum = self._error = 0.0

    def reset(self) -> None:
        """Forget everything."""
        super().reset()
        self._window.clear()
        self._sum = self._error = 0.0

    def _take(self, value: Any) -> None:
        window = self._window
        leaving = window[0] if len(window) == self._length else 0.0
        entering = float(value)
        window.append(entering)
        self._sum += entering - leaving
        self._error += self.ROUNDING * (abs(self._sum) + abs(entering) + abs(leaving))
        if self._error > self.TOLERATED * abs(self._sum) or not math.isfinite(self._sum):
            self._sum, self._error = sum(window), 0.0
        if len(window) == self._length:
            self.result = self._sum / self._length
