"""The way out: events wait here until somebody polls.

Producers append and nobody pushes. Of the steps only the newest with details is kept; the rare facts are kept
all. What logpoints say may be as much as the run takes steps: the newest :data:`LINES_KEPT` lines are kept, and
the others counted. One reader polls from its own thread.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from pgviz.session.notices import BreakpointHit, ForksShown, LinesMissed
from pgviz.training.events import Event, MinibatchComputed, PastShown, RunStarted, Shown, StateShown, StepTaken

LINES_KEPT = 1000


class Mailbox:
    """A slot for the newest step shown, a queue of facts, and the number of steps taken.

    Attributes
    ----------
    step
        Environment steps taken so far.
    listener
        Told on the worker's thread of what a live run does, steps left out; ``None`` where nobody is. It has its
        place here because hosts come and go, with each recording that is watched, and the way out stays.
    """

    def __init__(self) -> None:
        self.step = 0
        self.listener: Callable[[Event], None] | None = None
        self._facts: deque[Event] = deque()
        self._shown: Shown | None = None
        self._wants_forks = True
        self._logged: deque[Event] = deque(maxlen=LINES_KEPT)
        self._missed = 0
        self._lock = threading.RLock()

    def put(self, event: Event) -> None:
        """Take an event in; called by the worker alone."""
        if isinstance(event, StepTaken):
            self.put_step(event)
            return
        self.step = event.head if isinstance(event, PastShown) else event.step
        if isinstance(event, RunStarted):
            with self._lock:
                self._shown = None  # a step of the last run must not be taken for one of this
                self._logged.clear()
                self._missed = 0
                self._facts.append(event)
        elif isinstance(event, BreakpointHit) and not event.hit.stops:
            with self._lock:
                self._missed += len(self._logged) == LINES_KEPT
                self._logged.append(event)
        elif isinstance(event, StateShown | PastShown):
            self._shown = event
        elif not isinstance(event, MinibatchComputed):
            # Hosts say with what they wait for which minibatch is open; a film of a recording puts in them all.
            self._wants_forks = self._wants_forks and not isinstance(event, ForksShown)
            self._facts.append(event)

    def put_step(self, event: StepTaken) -> None:
        """Take a step in, as :meth:`put` does; for whoever has thousands a second of them."""
        self.step = event.step
        if event.detail is not None:
            self._shown = event

    @property
    def wants_forks(self) -> bool:
        """Whether what was last said of the forks was taken out."""
        return self._wants_forks

    @property
    def wants_step(self) -> bool:
        """Whether the last step shown was taken out, so that another is worth its cost."""
        return self._shown is None

    @property
    def waiting(self) -> int:
        """How many facts nobody has taken yet."""
        return len(self._facts)

    def take(self) -> tuple[list[Event], Shown | None]:
        """All facts since the last call, and the newest step, which belongs to the last run in them."""
        with self._lock:
            step = self.take_step()
            return self.take_facts(), step

    def take_facts(self) -> list[Event]:
        """All facts since the last call, oldest first; what logpoints have said comes first."""
        facts: list[Event] = []
        self._wants_forks = True
        while self._facts:
            facts.append(self._facts.popleft())
        with self._lock:
            lines: list[Event] = [LinesMissed(self.step, self._missed)] if self._missed else []
            lines += self._logged
            self._logged.clear()
            self._missed = 0
        if lines:  # all of them belong to the last run
            begun = [index + 1 for index, fact in enumerate(facts) if isinstance(fact, RunStarted)]
            facts[begun[-1] if begun else 0 : 0] = lines
        return facts

    def take_step(self) -> Shown | None:
        """The newest step with details, or state shown, since the last call; ``None`` where there was none."""
        shown, self._shown = self._shown, None
        return shown
