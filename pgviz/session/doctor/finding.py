"""Findings: what the doctor says, and what it says it from. Light: NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What was measured, ready to be drawn: curves over steps, or bars where each has one value.

    Parameters
    ----------
    caption
        What is drawn, with its unit.
    names
        Of the K curves or bars.
    values
        ``(K, n)``; NaN where nothing was measured.
    steps
        ``(n,)``: environment steps at which it was measured.
    limit
        The value beyond which this speaks of a mistake, or ``None``.
    """

    caption: str
    names: tuple[str, ...]
    values: Numbers
    steps: Numbers
    limit: float | None = None

    @property
    def is_bars(self) -> bool:
        """Whether each has a single value."""
        return len(self.steps) == 1


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """A common mistake that was seen.

    Parameters
    ----------
    name
        Identifier of the check that found it.
    title
        The mistake in a few words.
    sentence
        What was seen, with the numbers.
    advice
        What to do.
    step, update
        When there was enough evidence for it.
    severity
        ``"error"`` for what is wrong in any case, ``"warning"`` for what seldom goes well.
    evidence
        What was measured.
    """

    name: str
    title: str
    sentence: str
    advice: str
    step: int
    update: int
    severity: Severity
    evidence: Evidence


def bars(caption: str, step: int, limit: float | None = None, **values: float) -> Evidence:
    """Evidence of one number each; an underscore in a name stands for a space."""
    names = tuple(name.replace("_", " ") for name in values)
    return Evidence(
        caption, names, np.array([[value] for value in values.values()]), np.array([float(step)]), limit
    )
