"""Every environment: two updates of the algorithm that ``pgviz envs`` suggests, and one picture.

``python -m tests.benchmarks.registry [--only PATTERN] [--jobs N] [--all] [--timeout S]``

Goes through the newest version of everything that ``gymnasium[classic-control,toy-text,box2d,mujoco]`` and pgviz
register, through what else is registered and installed (three games of each large family, or ``--all``), and
through one environment of the form ``module:Id``. Each runs in a process of its own, so that none can harm the
next. Prints a table, and ends with code 1 where one is not done.
"""

from __future__ import annotations

import argparse
import fnmatch
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.progress import Progress

if TYPE_CHECKING:
    from pgviz.session.session import Session

ROOT = Path(__file__).parents[2]
UPDATES = 2
IN_A_MODULE = "tests.benchmarks.drift:Drift-v0"
# What pgviz promises to run; of other families, what is installed.
PROMISED = (
    "gymnasium.envs.classic_control",
    "gymnasium.envs.toy_text",
    "gymnasium.envs.box2d",
    "gymnasium.envs.mujoco",
    "pgviz",
)
MARK = "registry result: "


class Outcome(msgspec.Struct):
    """What came of one environment.

    Parameters
    ----------
    id, algorithm
        What was trained, with which algorithm.
    steps
        Environment steps taken.
    frame
        Width × height of the picture, in pixels; empty where there was none.
    seconds
        Time of everything, the imports included.
    reason
        Why it is not done; empty where it is.
    """

    id: str
    algorithm: str
    steps: int = 0
    frame: str = ""
    seconds: float = 0.0
    reason: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        answer = "no" if self.reason else "yes"
        numbers = (f"{self.steps:,}" if self.steps else "", self.frame, f"{self.seconds:.1f}")
        return (self.id, self.algorithm, *numbers, answer, self.reason)


HEADER = ("environment", "algorithm", "steps", "frame", "seconds", "done", "why not")


def candidates(*, everything: bool = False) -> tuple[list[str], list[str]]:
    """The ids to go through, and those left out because a package that pgviz does not promise is missing."""
    import gymnasium

    from pgviz.cli.listings import shortened
    from pgviz.environments import catalog
    from pgviz.environments.packages import missing_for

    listed = catalog.listing()
    shown = {each.id for each in (listed if everything else shortened(listed))}
    ids: list[str] = []
    left_out: list[str] = []
    for each in listed:
        spec = gymnasium.registry.get(each.id)
        if spec is not None and str(spec.entry_point).startswith(PROMISED):
            ids.append(each.id)
        elif each.id in shown:
            (left_out if spec is None or missing_for(spec.entry_point) else ids).append(each.id)
    return [*ids, IN_A_MODULE], left_out


def attempt(id: str) -> Outcome:
    """Train two updates and draw one picture, in this process; a fault ends in the outcome's reason."""
    from pgviz.config import RunConfig
    from pgviz.errors import PgvizError
    from pgviz.hyperparameters.suggestions import suggested_algorithm
    from pgviz.session.session import Session

    outcome = Outcome(id, suggested_algorithm(id))
    began = time.perf_counter()
    try:
        with Session(RunConfig.create(id, outcome.algorithm), render=True) as session:
            _train(session, outcome)
    except PgvizError as error:
        outcome.reason = str(error)
    outcome.seconds = time.perf_counter() - began
    return outcome


def _train(session: Session, outcome: Outcome) -> None:
    from pgviz.session.session import updates
    from pgviz.training.events import UpdateApplied

    last = session.pull_until(updates(UPDATES))
    outcome.steps = session.trainer.step
    if session.error is not None:
        outcome.reason = str(session.error) or type(session.error).__name__
    elif not isinstance(last, UpdateApplied):
        outcome.reason = f"the run of {session.config.steps:,} steps was over before its update {UPDATES}"
    else:
        _draw(session, outcome)


def _draw(session: Session, outcome: Outcome) -> None:
    frame = session.trainer.look().detail.frame
    if frame is None:
        outcome.reason = session.trainer.environment.render_error or "it draws no rgb_array picture"
        return
    outcome.frame = f"{frame.shape[1]}×{frame.shape[0]}"
    if frame.min() == frame.max():
        outcome.reason = "its picture is of one colour"


def apart(id: str, timeout: float) -> Outcome:
    """Attempt one environment in a process of its own, for at most `timeout` seconds."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.registry", "--one", id]
    try:
        child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return Outcome(id, "", seconds=timeout, reason=f"not done within {timeout:.0f} s")
    seconds = time.perf_counter() - began
    for line in child.stdout.splitlines():
        if line.startswith(MARK):
            outcome = msgspec.json.decode(line.removeprefix(MARK), type=Outcome)
            outcome.seconds = seconds
            return outcome
    said = (child.stderr.strip().splitlines() or [f"it ended with code {child.returncode}"])[-1]
    return Outcome(id, "", seconds=seconds, reason=said)


def outcomes(ids: Sequence[str], jobs: int, timeout: float) -> Iterator[Outcome]:
    """Attempt all of them, `jobs` at a time, in the order in which they are done."""
    with ThreadPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(apart, id, timeout) for id in ids]):
            yield future.result()


def _matching(ids: Sequence[str], pattern: str) -> list[str]:
    return [id for id in ids if fnmatch.fnmatch(id.lower(), f"*{pattern.lower()}*")]


def _report(ids: list[str], left_out: list[str], jobs: int, timeout: float) -> int:
    from pgviz.cli.output import console_on, say, write_table

    console, done = console_on(), {}
    with Progress(console=console_on(sys.stderr)) as progress:
        task = progress.add_task("environments", total=len(ids))
        for outcome in outcomes(ids, jobs, timeout):
            done[outcome.id] = outcome
            progress.update(task, advance=1, description=outcome.id)
    write_table(HEADER, [done[id].cells for id in ids], console)
    failed = sum(1 for outcome in done.values() if outcome.reason)
    say(console, f"{len(ids) - failed} of {len(ids)} done")
    if left_out:
        say(console, f"left out, for their package is not installed: {', '.join(left_out)}")
    return 1 if failed else 0


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="PATTERN", default="", help="ids that contain it; * and ? are wildcards")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--all", action="store_true", help="every game of large families too")
    parser.add_argument("--timeout", type=float, default=900.0, help="seconds for each")
    parser.add_argument("--one", metavar="ID", help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    if arguments.one:
        print(MARK + msgspec.json.encode(attempt(arguments.one)).decode())
        return 0
    ids, left_out = candidates(everything=arguments.all)
    return _report(
        _matching(ids, arguments.only), _matching(left_out, arguments.only), arguments.jobs, arguments.timeout
    )


if __name__ == "__main__":
    sys.exit(main())
