"""``pgviz train``: a run in the terminal, without a window."""

from __future__ import annotations

import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console

from pgviz.cli.output import console_on, counted, say
from pgviz.cli.progress import progress_of, title
from pgviz.cli.report import ReportFile, report_of
from pgviz.cli.run_options import read_flag, run_config
from pgviz.config import RunConfig
from pgviz.parameters import Parameter

if TYPE_CHECKING:
    from pgviz.session.headless import TrainResult
    from pgviz.training.evaluation import Evaluation

EVALUATE = Parameter(
    "evaluate",
    None,
    "Evaluation episodes",
    "Episodes played with the trained policy after training.",
    kind="integer",
    low=1,
    high=100_000,
)


def execute(arguments: Namespace) -> int:
    """Train, say what came of it, and write the report that was asked for."""
    config = run_config(arguments)
    episodes = None if arguments.evaluate is None else read_flag("evaluate", EVALUATE, arguments.evaluate)
    console = console_on(sys.stderr if arguments.json == "-" else None)
    report = ReportFile(arguments.json)
    result = train_shown(config, console)
    evaluation = None
    try:
        if isinstance(episodes, int) and result.finished:
            evaluation = _evaluate(result, episodes, console)
    finally:  # an evaluation that fails does not take the report of the training with it
        report.write(report_of(config, result, evaluation))
    if not result.finished:
        raise KeyboardInterrupt
    return 0


def train_shown(config: RunConfig, console: Console) -> TrainResult:
    """Train with a progress bar, then write the summary; after Ctrl+C the result is not `finished`."""
    with _interruptible() as should_stop, progress_of(config, console) as tally:
        # Here rather than above: PyTorch takes a second, and the bar is already there.
        from pgviz.session.headless import train

        result = train(config, on_event=tally.apply, should_stop=should_stop)
    for line in _summary(config, result):
        say(console, line)
    return result


def _evaluate(result: TrainResult, episodes: int, console: Console) -> Evaluation:
    evaluation = result.evaluate(episodes)
    mean, std = evaluation.return_mean, evaluation.return_std
    say(console, f"Evaluation over {counted(evaluation.episodes, 'episode')}: return {mean:,.1f} ± {std:,.1f}.")
    return evaluation


def _summary(config: RunConfig, result: TrainResult) -> Iterator[str]:
    wanted = "" if result.finished else f" of {config.steps:,}"
    yield (
        f"{title(config)}, seed {config.seed}: {result.steps:,}{wanted} steps in {result.seconds:,.1f} s"
        f" ({result.steps_per_second:,.0f} steps/s), {counted(result.episodes, 'episode')}."
    )
    mean = result.return_mean_100
    yield "No episode ended." if mean is None else f"Mean return of the last 100 episodes: {mean:,.1f}."
    yield f"SHA-256 of the weights: {result.weights_sha256}"


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Make the first Ctrl+C a request to stop, which the yielded function tells; a second one does not wait."""
    asked = False
    previous = signal.getsignal(signal.SIGINT)
    if previous in (None, signal.SIG_IGN):  # started in the background: Ctrl+C is not for this run
        yield lambda: False
        return

    def ask(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, previous)

    signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, previous)
