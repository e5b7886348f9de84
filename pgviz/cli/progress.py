"""Progress of a run: a bar that is drawn over again on a terminal, a few plain lines anywhere else."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.text import Text

from pgviz.cli.output import can_draw, counted, rounded, say
from pgviz.config import RunConfig
from pgviz.hyperparameters import declaration
from pgviz.training.events import AVERAGED_EPISODES, EpisodeEnded, Event, UpdateApplied

PLAIN_LINES = 5


class Tally:
    """What can be said of a run's progress; :meth:`apply` is called for every event and is cheap.

    Attributes
    ----------
    step, episodes, updates
        How many there were.
    return_mean
        Mean return of the last 100 episodes, or ``None`` before the first one ended.
    """

    def __init__(self, config: RunConfig) -> None:
        self.config = config
        self.step = 0
        self.episodes = 0
        self.updates = 0
        self.return_mean: float | None = None
        self._returns: deque[float] = deque(maxlen=AVERAGED_EPISODES)
        self._began: tuple[float, int] | None = None

    def apply(self, event: Event) -> None:
        """Take one event in."""
        self.step = event.step
        if self._began is None:  # not at step 0, where a saved run is gone on with
            self._began = time.monotonic(), event.step
        if isinstance(event, EpisodeEnded):
            self.episodes += 1
            self._returns.append(event.episode_return)
            # A finished number, since the bar is drawn from a thread of its own.
            self.return_mean = sum(self._returns) / len(self._returns)
        elif isinstance(event, UpdateApplied):
            self.updates = event.update

    @property
    def steps_per_second(self) -> float | None:
        """Since its first event; ``None`` before the step after that."""
        if self._began is None or self.step == self._began[1]:
            return None
        return (self.step - self._began[1]) / max(time.monotonic() - self._began[0], 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """At the present rate; ``None`` before the first step."""
        rate = self.steps_per_second
        return None if rate is None else max(0, self.config.steps - self.step) / rate

    def line(self) -> str:
        """Where the run is, in one line."""
        rate, mean = self.steps_per_second, self.return_mean
        if rate is None:
            return "preparing the run"
        parts = [f"{self.step:,} of {self.config.steps:,} steps", f"{rate:,.0f} steps/s"]
        parts.append("no episode ended yet" if mean is None else f"mean return {rounded(mean)}")
        parts.append(counted(self.updates, "update"))
        return ", ".join(parts)


def title(config: RunConfig) -> str:
    """The run's name for a person."""
    return f"{declaration(config.algorithm).title} on {config.environment}"


@contextmanager
def progress_of(config: RunConfig, console: Console) -> Iterator[Tally]:
    """Show the progress of the run whose events the tally is given, until the block is left."""
    if can_draw(console):
        tally = Tally(config)
        with _Bar(tally, console):
            yield tally
    else:
        yield _PlainTally(config, console)


class _PlainTally(Tally):
    """Says where the run is after each fifth of it."""

    def __init__(self, config: RunConfig, console: Console) -> None:
        super().__init__(config)
        self._console = console
        self._said: int | None = None
        steps, copies = counted(config.steps, "step"), counted(config.environment_count, "environment")
        say(console, f"{title(config)}: {steps}, seed {config.seed}, {copies}")

    def apply(self, event: Event) -> None:
        """Take one event in, and write a line where another part of the run is done."""
        super().apply(event)
        fifths = event.step * PLAIN_LINES // self.config.steps
        if self._said is not None and self._said < fifths < PLAIN_LINES:
            say(self._console, self.line())
        self._said = fifths


class _Bar(Progress):
    """A bar with the time left, and the numbers under it; reads the tally four times a second."""

    def __init__(self, tally: Tally, console: Console) -> None:
        self._tally = tally
        columns = (TextColumn("{task.description}", markup=False), BarColumn(None), TaskProgressColumn())
        super().__init__(
            *columns, TextColumn("{task.fields[left]}"), console=console, refresh_per_second=4, expand=True
        )
        self.add_task(title(tally.config), total=tally.config.steps, left="")

    def get_renderables(self) -> Iterable[RenderableType]:
        """The bar, and a line of numbers."""
        if self.tasks:
            self.tasks[0].completed = min(self._tally.step, self._tally.config.steps)
            self.tasks[0].fields["left"] = _duration(self._tally.seconds_left)
        yield from super().get_renderables()
        yield Text(self._tally.line(), style="dim", no_wrap=True, overflow="ellipsis")


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} left" if hours else f"{minutes}:{rest:02} left"
