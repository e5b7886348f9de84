"""When to list the breakpoints: a logpoint may be hit at every step, and nobody reads so many lists."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS_BETWEEN_LISTS = 0.05


class ListPace:
    """At once where a breakpoint stops the run, else every so often.

    Parameters
    ----------
    clock
        Tells seconds gone by.

    Attributes
    ----------
    owed
        Whether hits were counted that no list has told of.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.owed = False
        self._clock, self._listed_at = clock, -float("inf")

    def wants_list(self, stops: bool) -> bool:
        """Whether to list them now that some were hit, of which one stops the run or none does."""
        self.owed = True
        return stops or self._clock() - self._listed_at >= SECONDS_BETWEEN_LISTS

    def listed(self) -> None:
        """They have been listed."""
        self.owed, self._listed_at = False, self._clock()
