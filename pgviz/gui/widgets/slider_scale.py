"""The mapping between a slider's positions and a parameter's values. Knows no Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pgviz.parameters import Parameter

POSITIONS = 1000


@dataclass(frozen=True, slots=True)
class SliderScale:
    """Positions 0 to :data:`POSITIONS` laid over a range of values.

    Parameters
    ----------
    parameter
        Whose kind and scale decide how the range is divided.
    low, high
        The range that the slider covers; finite, and for a log scale positive.

    Raises
    ------
    ValueError
        Where no slider can cover the range.
    """

    parameter: Parameter
    low: float
    high: float

    def __post_init__(self) -> None:
        name = self.parameter.name
        if self.parameter.kind not in ("float", "integer"):
            raise ValueError(f"{name} is no number, so it can have no slider")
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"the slider of {name} needs a finite range; got {self.low} to {self.high}")
        if self.parameter.scale == "log" and self.low <= 0:
            raise ValueError(f"the slider of {name} has a log scale, so it must begin above 0")

    @classmethod
    def of(cls, parameter: Parameter, low: float | None = None, high: float | None = None) -> SliderScale:
        """The scale of a parameter's whole range, or of a practical part of it."""
        return cls(parameter, parameter.low if low is None else low, parameter.high if high is None else high)

    def value(self, position: int) -> float | int:
        """The value at a position, to three significant digits (whole, for an integer)."""
        if position <= 0:
            exact = self.low
        elif position >= POSITIONS:
            exact = self.high
        else:
            exact = float(f"{self._value(position / POSITIONS):.3g}")
        exact = min(max(exact, self.low), self.high)
        return round(exact) if self.parameter.kind == "integer" else float(exact)

    def position(self, value: float) -> int:
        """The position nearest to a value; values outside of the range go to its ends."""
        inside = min(max(float(value), self.low), self.high)
        return round(POSITIONS * self._fraction(inside))

    def _value(self, fraction: float) -> float:
        if self.parameter.scale == "log":
            return float(self.low * (self.high / self.low) ** fraction)
        if self.parameter.scale == "cubic":
            fraction = fraction**3
        return self.low + (self.high - self.low) * fraction

    def _fraction(self, value: float) -> float:
        if self.parameter.scale == "log":
            return math.log(value / self.low) / math.log(self.high / self.low)
        fraction = (value - self.low) / (self.high - self.low)
        return math.cbrt(fraction) if self.parameter.scale == "cubic" else fraction
