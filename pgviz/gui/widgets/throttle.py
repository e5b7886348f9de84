"""Throttle: does what is asked for at most so often, and never forgets the last."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Throttle(Generic[T]):
    """Shows the newest of many things, at most once in a while.

    Parameters
    ----------
    show
        Called with the thing to show.
    interval
        Seconds between two calls.
    """

    def __init__(self, show: Callable[[T], None], interval: float) -> None:
        self._show = show
        self._interval = interval
        self._last = -interval
        self._waiting: T | None = None

    def offer(self, thing: T, *, at_once: bool = False) -> None:
        """Show `thing` now, or, where the last one was shown a moment ago, keep it for :meth:`catch_up`."""
        if at_once or time.monotonic() - self._last >= self._interval:
            self._waiting, self._last = None, time.monotonic()
            self._show(thing)
        else:
            self._waiting = thing

    def catch_up(self) -> None:
        """Show what is waiting, if it has waited long enough; called from time to time."""
        if self._waiting is not None:
            self.offer(self._waiting)

    def forget(self) -> None:
        """Drop what is waiting."""
        self._waiting = None
