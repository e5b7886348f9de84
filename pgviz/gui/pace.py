"""How often the plots are redrawn, so that watching costs training little on a slow machine too."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Pace:
    """Slows the plots down where the window's thread works more than its share, and quickens them again.

    Training and drawing share Python's one lock, so that what the window's thread works is lost to training.

    Parameters
    ----------
    fastest, slowest
        Ticks between two redraws of a plot, at least and at most.
    share
        Part of the time that the window's thread may work.
    clock, work
        Seconds gone by, and seconds that this thread has worked.
    """

    TICKS = 10
    # A plot that comes too often takes from the trainer at once; one that comes seldom is only less smooth.
    SLOWER, FASTER = 2.0, 0.8

    def __init__(
        self,
        fastest: int,
        slowest: int,
        share: float = 0.04,
        clock: Callable[[], float] = time.perf_counter,
        work: Callable[[], float] = time.thread_time,
    ) -> None:
        self._fastest, self._slowest, self._share = fastest, slowest, share
        self._clock, self._work = clock, work
        self._ticks = 0
        self._since = (clock(), work())
        self._wanted = math.sqrt(fastest * slowest)
        self.every = round(self._wanted)

    def tick(self) -> int:
        """Count one tick; returns the ticks there should be between two redraws."""
        self._ticks += 1
        if self._ticks % self.TICKS == 0:
            now = (self._clock(), self._work())
            gone, worked = now[0] - self._since[0], now[1] - self._since[1]
            self._since = now
            self._adapt(worked / gone if gone > 0 else 0.0)
        return self.every

    def _adapt(self, share: float) -> None:
        if 0.7 * self._share <= share <= self._share:
            return
        change = min(max(share / self._share, self.FASTER), self.SLOWER)
        self._wanted = min(max(self._wanted * change, self._fastest), self._slowest)
        self.every = round(self._wanted)
