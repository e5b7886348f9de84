"""Pacing: when each event of a recording is due, at a multiple of the time in which it was recorded."""

from __future__ import annotations

import time
from collections.abc import Callable

# Nobody wants to wait again where the person who recorded it had paused.
LONGEST_GAP = 1.0


class Pacing:
    """Says how long to wait for what comes next.

    Parameters
    ----------
    multiplier
        Times the speed at which it was recorded; ``None`` for as fast as it goes.
    clock
        Tells seconds gone by.
    """

    def __init__(self, multiplier: float | None = 1.0, clock: Callable[[], float] = time.perf_counter) -> None:
        self.multiplier = multiplier
        self._clock = clock
        self._due = 0.0
        self._seconds: float | None = None

    def start(self, seconds: float) -> None:
        """Begin to play where so many seconds had gone by when it was recorded."""
        self._due, self._seconds = self._clock(), seconds

    def wait_for(self, seconds: float) -> float:
        """Return the seconds until what was recorded at `seconds` is due; 0 and less is at once."""
        return self._due_at(seconds) - self._clock()

    def passed(self, seconds: float) -> None:
        """What was recorded at `seconds` has been shown."""
        # What came late moves all that follows, rather than being caught up with in a rush.
        self._due = max(self._due_at(seconds), self._clock())
        self._seconds = seconds

    def _due_at(self, seconds: float) -> float:
        if self.multiplier is None or self._seconds is None:
            return self._due
        gap = min(max(seconds - self._seconds, 0.0), LONGEST_GAP)
        return self._due + gap / self.multiplier
