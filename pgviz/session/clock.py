"""Clock: how fast a run goes, and how fast it may."""

from __future__ import annotations

import time
from collections import deque


class Clock:
    """Time spent playing, the speed of the last moment, and the wait that real time asks for.

    Parameters
    ----------
    multiplier
        Times real time at which steps are shown; ``None`` for as fast as they come.
    """

    INTERVAL = 0.25
    # Measurements looked back on. Steps come in bursts, between updates that may take most of a second.
    LOOK_BACK = 12

    def __init__(self, multiplier: float | None = None) -> None:
        self.multiplier = multiplier
        self.frames_per_second = 30.0
        self.seconds = 0.0
        self._began = self._due = 0.0
        self._marks: deque[tuple[float, int]] = deque(maxlen=self.LOOK_BACK)

    def start(self, step: int) -> None:
        """Begin to play."""
        now = time.perf_counter()
        self._began = now
        self._due = max(self._due, now)
        if not self._marks:
            self._marks.append((now, step))

    def stop(self) -> None:
        """Stop playing for a moment, to carry out a command."""
        self.seconds += time.perf_counter() - self._began

    def rest(self) -> None:
        """Stop playing: the time until the next start counts for nothing."""
        self._marks.clear()

    def measure(self, step: int) -> float | None:
        """Return the speed of the last few seconds in steps/s, about four times a second, else ``None``."""
        now = time.perf_counter()
        if now - self._marks[-1][0] < self.INTERVAL:
            return None
        then, step_then = self._marks[0]
        self._marks.append((now, step))
        self.seconds += now - self._began
        self._began = now
        return (step - step_then) / (now - then)

    def wait_for(self) -> float:
        """Return the seconds until the next step is due."""
        if self.multiplier is None:
            return 0.0
        now = time.perf_counter()
        # A step that came late moves the ones after it, rather than being caught up with in a rush.
        self._due = max(self._due + 1.0 / (self.frames_per_second * self.multiplier), now)
        return self._due - now
