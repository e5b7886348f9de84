"""Steps per second here and in Stable-Baselines3, in turn, in one run.

``python -m tests.benchmarks.throughput [--only NAME] [--rounds R] [--scale X] [--clock wall|cpu]``

Both train the same networks with the same hyperparameters on the same copies of the same environment, on one
thread. Each round runs both, the other one first every second time; the ratio is taken round by round, so that it
holds when the machine's speed drifts. On a machine that others use too, ``--clock cpu`` counts this process's own
time. Where the time goes is measured in a run of its own; see :mod:`tests.benchmarks.shares`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import torch

from pgviz.errors import UsageError
from pgviz.session.session import Session, forever
from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.shares import measure

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
Clock = Callable[[], float]


def ours(case: Case, steps: int, clock: Clock) -> float:
    """Steps per second here, set-up left out."""
    with Session(case.config(steps)) as session:
        began = clock()
        session.pull_until(forever)
        seconds = clock() - began
        if session.error is not None:
            raise session.error
        return session.trainer.step / seconds


def theirs(case: Case, steps: int, clock: Clock) -> float:
    """Steps per second in Stable-Baselines3, set-up left out."""
    import stable_baselines3
    from stable_baselines3.common.env_util import make_vec_env

    environment = make_vec_env(case.environment, case.copies, seed=0)
    kind = getattr(stable_baselines3, case.algorithm.upper())
    model = kind("MlpPolicy", environment, seed=0, device="cpu", **case.theirs)
    began = clock()
    model.learn(steps)
    seconds = clock() - began
    environment.close()
    return float(model.num_timesteps / seconds)


def compare(case: Case, steps: int, rounds: int, clock: Clock) -> list[tuple[float, float]]:
    """Steps per second of both, round by round, after a short one that does not count."""
    measured = []
    for index in range(rounds + 1):
        length = steps if index else max(steps // 10, 500)
        pair = {}
        for side in (ours, theirs) if index % 2 else (theirs, ours):
            torch.set_num_threads(1)
            pair[side] = side(case, length, clock)
        measured.append((pair[ours], pair[theirs]))
    return measured[1:]


def _report(case: Case, steps: int, rounds: int, clock: Clock) -> bool:
    """Print one case's lines; whether its target is reached."""
    pairs = compare(case, steps, rounds, clock)
    ratios = [mine / other for mine, other in pairs]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(ratios)
    print(
        f"{case.algorithm:4} {case.environment:12} pgviz {mine:8,.0f} steps/s   "
        f"Stable-Baselines3 {other:8,.0f} steps/s   "
        f"ratio {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f}), target {case.target:.0f}"
    )
    shares = measure(case.config(steps))
    print(
        f"     environment {shares.environment:.0%}, acting {shares.acting:.0%}, learning {shares.learning:.0%}, "
        f"bookkeeping {shares.bookkeeping:.0%}; {shares.bare:.0%} of the limit is reached",
        flush=True,
    )
    return ratio >= case.target


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its lines; 1 where a ratio is below its target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="NAME", default="", help="one algorithm")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="of the steps in each measurement")
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    arguments = parser.parse_args(words)
    reached = []
    print(f"{arguments.rounds} rounds, one thread, {arguments.clock} clock")
    for case in CASES:
        steps = int(case.steps * arguments.scale)
        if arguments.only not in ("", case.algorithm):
            continue
        try:
            case.config(steps)
        except UsageError as error:
            print(f"{case.algorithm:4} left out: {error}")
            continue
        reached.append(_report(case, steps, arguments.rounds, CLOCKS[arguments.clock]))
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
