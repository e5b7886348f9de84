"""The learning table: ``python -m tests.learning.table [--rows PATTERN] [--seeds N] [--jobs N] [--episodes N]``.

Trains what :mod:`tests.learning.rows` lists, each run in a process of its own, and writes ``RESULTS.md``. A
finished run is kept under ``results``; started again, the table goes on with what is missing or was run with
another configuration. Hours on two cores; ``--rows a2c`` picks the rows that have it in their name. Ends with
code 1 unless every chosen row has reached its goal.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.learning import results
from tests.learning.report import SEEDS, report, verdict
from tests.learning.rows import ROWS, Row, chosen

REPORT = Path(__file__).parent / "RESULTS.md"
EPISODES = 50


class Run(NamedTuple):
    """A row with one seed."""

    row: Row
    seed: int

    @property
    def name(self) -> str:
        """What to call it."""
        return f"{self.row.name}, seed {self.seed}"


def stored(rows: Sequence[Row], seeds: int, episodes: int, folder: Path) -> dict[str, list[results.Result]]:
    """The finished runs of each row that has any and waits for nothing."""
    found = {}
    for row in rows:
        loaded = () if row.waits_for else (results.load(row, seed, episodes, folder) for seed in range(seeds))
        found[row.name] = [result for result in loaded if result is not None]
    return found


def missing(rows: Sequence[Row], seeds: int, episodes: int, folder: Path) -> list[Run]:
    """The runs to be made: of all rows the first seed, then of all the second, so that each has soon a number."""
    ready = [row for row in rows if not row.waits_for]
    return [
        Run(row, seed)
        for seed in range(seeds)
        for row in ready
        if results.load(row, seed, episodes, folder) is None
    ]


def perform(run: Run, episodes: int, folder: Path, advanced: Callable[[int], None]) -> str:
    """Make one run in a process of its own; returns what went wrong, or nothing."""
    words = ("-m", "tests.learning.worker", run.row.name, str(run.seed), str(episodes), str(folder))
    command = [sys.executable, *words]
    with subprocess.Popen(
        command, cwd=results.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        try:
            for line in child.stdout:
                advanced(int(line))
            said = child.stderr.read().strip().splitlines()
        except BaseException:
            child.terminate()
            raise
    return "" if child.returncode == 0 else (said or [f"it ended with code {child.returncode}"])[-1]


class Board:
    """The progress of all runs, one bar each while it goes on, over one for the whole."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._all = progress.add_task("table", total=total)

    def perform(self, run: Run, episodes: int, folder: Path) -> tuple[Run, str]:
        """Make one run while showing how far it is."""
        progress = self._progress
        task = progress.add_task(run.name, total=run.row.steps)
        try:
            fault = perform(run, episodes, folder, lambda step: progress.update(task, completed=step))
        finally:
            progress.remove_task(task)
        progress.advance(self._all)
        return run, fault


def perform_all(runs: Sequence[Run], jobs: int, episodes: int, folder: Path) -> Iterator[tuple[Run, str]]:
    """Make all runs, `jobs` at a time; yields each that is over, and what went wrong with it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress, ThreadPoolExecutor(jobs) as pool:
        board = Board(progress, len(runs))
        futures = [pool.submit(board.perform, run, episodes, folder) for run in runs]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _say(run: Run, fault: str, result: results.Result | None) -> None:
    if fault or result is None:
        print(f"{run.name}: {fault or 'no result was stored'}", flush=True)
    else:
        print(f"{run.name}: {result.measured.value:.3f} in {result.seconds:,.0f} s", flush=True)


def main(words: Sequence[str] | None = None, folder: Path = results.FOLDER, page: Path = REPORT) -> int:
    """Make what is missing, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", metavar="PATTERN", default="", help="rows that have it in their name")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="runs of each row, with seeds from 0")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument("--episodes", type=int, default=EPISODES, help="of the evaluation")
    arguments = parser.parse_args(words)
    rows, seeds, episodes = chosen(arguments.rows), arguments.seeds, arguments.episodes
    for run, fault in perform_all(missing(rows, seeds, episodes, folder), arguments.jobs, episodes, folder):
        _say(run, fault, None if fault else results.load(run.row, run.seed, episodes, folder))
        page.write_text(report(stored(ROWS, seeds, episodes, folder), episodes))
    found = stored(ROWS, seeds, episodes, folder)
    page.write_text(report(found, episodes))
    verdicts = {row.name: verdict(row, found[row.name]) for row in rows}
    for name, said in verdicts.items():
        print(f"{name}: {said or 'done'}")
    return 0 if set(verdicts.values()) <= {"reached", ""} else 1


if __name__ == "__main__":
    sys.exit(main())
