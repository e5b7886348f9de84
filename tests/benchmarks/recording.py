"""What recording costs: the same training with and without it, in turn, in one run.

``python -m tests.benchmarks.recording [--seconds S] [--rounds R] [--environment ID] [--algorithm A] [--window]``

In each round a run that is not recorded takes some steps, and another of the same configuration, which is
recorded, takes the very same ones. Prints the ratio of steps/s, round by round, and how large the recording of
100,000 steps is. With ``--window`` a run in the shown window is recorded in every second round, and each round is
compared with the same steps without a window; the intervals between the window's frames are printed as well.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pgviz.config import RunConfig
from pgviz.session.commands import StartRecording, StopRecording
from pgviz.session.recorded import open_recording
from tests.benchmarks.in_turn import Headless, Watched, run_events
from tests.benchmarks.screen import application

# Seconds in which what has been handed over is written, so that no other turn has to share the machine with it.
WRITING = 0.3


def report(name: str, ratios: Sequence[float]) -> float:
    """Print the middle of some ratios and how far they spread; returns the middle."""
    low, middle, high = np.percentile(ratios, (25, 50, 75))
    print(f"{name}: ratio of steps/s, median {middle:.3f}, quartiles {low:.3f} and {high:.3f}")
    return float(middle)


def say_what_is_in(path: Path) -> None:
    """Print the size of a recording, and of how many pictures."""
    with open_recording(path) as recording:
        info = recording.info
    print(
        f"{info.size / max(info.last_step, 1) * 1e5 / 1e6:.1f} MB per 100,000 steps; {info.frames:,} pictures in "
        f"{info.seconds:.1f} s, {info.frames_dropped} dropped"
    )


def in_terminal(config: RunConfig, steps: int, rounds: int, folder: Path) -> None:
    """Compare two runs without a window."""
    path = folder / "run.pgviz"
    plain, recorded = Headless(config), Headless(config, path)
    ratios: list[float] = []
    for index in range(rounds + 1):
        seconds = {}
        for run in (plain, recorded) if index % 2 else (recorded, plain):
            seconds[run] = run.go_on_to((index + 1) * steps)
            time.sleep(WRITING)
        ratios.append(seconds[plain] / seconds[recorded])
        print(f"round {index}: ratio {ratios[-1]:.3f}" + ("" if index else ", which does not count"))
    plain.end()
    recorded.end()
    report("recorded", ratios[1:])
    say_what_is_in(path)


def in_window(config: RunConfig, seconds: float, rounds: int, folder: Path) -> None:
    """Compare a run in the window with the same without one, every second time while it is recorded."""
    watched, headless = Watched(config, str(folder)), Headless(config)
    ratios: dict[bool, list[float]] = {False: [], True: []}
    frames: dict[bool, list[float]] = {False: [], True: []}
    path = folder / "run.pgviz"
    for index in range(2 * rounds):
        records = index % 2 == 1
        if records:
            watched.post(StartRecording(path, replace=True))
        first, last, seen = watched.play(seconds)
        frames[records] += watched.frames
        watched.frames.clear()
        if records:
            watched.post(StopRecording())
            run_events(WRITING)
        headless.go_on_to(first)
        ratios[records].append(headless.go_on_to(last) / seen)
        print(f"{'recorded' if records else 'shown only':10} ratio to headless {ratios[records][-1]:.3f}")
    watched.close()
    headless.end()
    middles = [report("recorded and shown" if key else "shown only", found) for key, found in ratios.items()]
    print(f"what recording leaves of it: {middles[1] / middles[0]:.3f}")
    say_what_is_in(path)
    for records, intervals in frames.items():
        name = "recorded" if records else "shown only"
        print(
            f"window's frames, {name}: median {statistics.median(intervals):.1f} ms, "
            f"p99 {np.percentile(intervals, 99):.1f} ms, longest {max(intervals):.1f} ms"
        )


def main() -> None:
    """Run the benchmark and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each turn in the window")
    parser.add_argument("--steps", type=int, default=100_000, help="of each turn without one")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--environment", default="CartPole-v1")
    parser.add_argument("--algorithm", default="ppo")
    parser.add_argument("--window", action="store_true")
    arguments = parser.parse_args()
    config = RunConfig.create(arguments.environment, arguments.algorithm, steps=10**9)
    with tempfile.TemporaryDirectory() as folder:
        if not arguments.window:
            in_terminal(config, arguments.steps, arguments.rounds, Path(folder))
            return
        application()
        in_window(config, arguments.seconds, arguments.rounds, Path(folder))


if __name__ == "__main__":
    main()
