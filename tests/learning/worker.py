"""One run of the learning table, in a process of its own.

``python -m tests.learning.worker ROW SEED EPISODES FOLDER``
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from pgviz.session.headless import train
from pgviz.training.events import EpisodeEnded, Event
from tests.learning.measures import MEASURES
from tests.learning.results import Result, plain, store, this_commit, this_machine
from tests.learning.rows import ROWS, Row

POINTS = 100


class Curve:
    """Gathers the learning curve, and says on standard output how far the run is.

    Attributes
    ----------
    points
        Steps, mean return of the episodes since the last point, seconds since the start.
    """

    def __init__(self, steps: int) -> None:
        self.points: list[tuple[int, float | None, float]] = []
        self._every = max(1, steps // POINTS)
        self._returns: list[float] = []
        self._began = time.perf_counter()

    def take(self, event: Event) -> None:
        """Take one event in."""
        if isinstance(event, EpisodeEnded):
            self._returns.append(event.episode_return)
        if event.step >= (len(self.points) + 1) * self._every:
            mean = sum(self._returns) / len(self._returns) if self._returns else None
            self.points.append((event.step, mean, round(time.perf_counter() - self._began, 2)))
            self._returns.clear()
            print(event.step, flush=True)


def run(row: Row, seed: int, episodes: int) -> Result:
    """Train and measure one run."""
    config, commit = row.config(seed), this_commit()
    curve = Curve(config.steps)
    trained = train(config, curve.take)
    return Result(
        row=row.name,
        seed=seed,
        config=plain(config),
        episodes=episodes,
        measured=MEASURES[row.measure](trained, episodes),
        curve=curve.points,
        seconds=round(trained.seconds, 2),
        steps_per_second=round(trained.steps_per_second),
        weights_sha256=trained.weights_sha256,
        commit=commit,
        machine=this_machine(),
    )


def main(words: Sequence[str]) -> None:
    """Run and store."""
    name, seed, episodes, folder = words
    row = next(row for row in ROWS if row.name == name)
    store(run(row, int(seed), int(episodes)), Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
