"""StepPace: how often a step is described and drawn, so that it costs the run no more than a share of its time."""

from __future__ import annotations

from collections import deque

# More steps of each copy than this between two shown ones rush by: nobody could follow their numbers.
FOLLOWED = 4
FIRST_COSTS, FIRST_WAIT = 3, 0.25  # so many measurements are not trusted to say more than to wait so many seconds


class StepPace:
    """When to take a step with its details, and when to ask for one.

    Parameters
    ----------
    spacing
        Seconds between two that are taken, at least.
    share
        Of the run's time, for those that are asked for.

    Attributes
    ----------
    measures
        Whether the next step without details has to be told of, to learn what such a one takes.
    """

    def __init__(self, spacing: float, share: float) -> None:
        self.measures = False
        self._spacing, self._share = spacing, share
        self._due = self._wanted = -float("inf")
        self._last = 0.0
        self._asked: float | None = None
        self._plain: float | None = None
        self._costs: deque[float] = deque(maxlen=8)

    def wants(self, now: float) -> bool:
        """Whether to ask for the next step's details."""
        if now < self._wanted:
            return False
        if self._asked is None:
            self._asked = now
        return True

    def takes(self, now: float, *, detailed: bool) -> bool:
        """Whether the step that has just been made is taken."""
        if not detailed:
            if not self.measures:
                return False
            # What a step takes by itself: the quickest, for the others had an update before them.
            took = now - self._last
            self._plain = took if self._plain is None else min(self._plain * 1.02, took)
            self.measures = False
            return False
        if self._asked is not None:
            self._costs.append(max(now - self._asked - (self._plain or 0.0), 0.0))
        self._last, self._asked, self.measures = now, None, True
        # A window that looks as well has its steps at its own pace, which will do.
        self._wanted = now + max(1.5 * self._spacing, self._wait)
        if now < self._due:
            return False
        # One that came late may be followed by one that is early, so that the rate is kept.
        self._due = max(self._due, now - self._spacing / 2) + self._spacing
        return True

    @property
    def _wait(self) -> float:
        """Seconds to wait for a step to have cost no more than its share."""
        # The least is right: an update may have come between, and the first picture of all opens a canvas.
        wait = min(self._costs, default=0.0) / self._share
        return wait if len(self._costs) >= FIRST_COSTS else min(wait, FIRST_WAIT)
