"""What the debugger costs: history and breakpoints against plain training, and how soon the past is there.

``python -m tests.benchmarks.debugging [--environment ID] [--algorithm NAME] [--seconds S] [--rounds R]``

Prints the ratio of steps/s with a history, and with five breakpoints that are not hit, to plain training, in turn,
round by round; the time to show a past step (at random places, and scrubbing), and to resume from one; and the
memory that a million steps of history take.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time

from pgviz.config import RunConfig
from pgviz.session.breakpoints import Breakpoint, BreakpointSet
from pgviz.session.event_values import EventValues
from pgviz.session.history import History
from pgviz.session.past import Past
from pgviz.session.session import Session
from pgviz.training.events import Event

CONDITIONS = (
    "entropy < 0.001 * ln(n_actions)",
    "kl > 50",
    "grad_norm > 1e6",
    "episode_return > 1e6 and episode > 20",
    "falling(explained_variance) and explained_variance < -1e6",
)


def speed(config: RunConfig, seconds: float, history: History | None, breakpoints: BreakpointSet | None) -> float:
    """Steps per second of processor time, which other programs do not take from."""
    values = EventValues()

    def stops(event: Event) -> bool:
        if breakpoints is None:
            return False
        kind = values.take(event)
        return kind is not None and bool(breakpoints.check(kind, values))

    with Session(config, history=history) as session:
        began, from_time = time.process_time(), time.perf_counter()
        session.pull_until(lambda event: stops(event) or time.perf_counter() - from_time > seconds)
        return session.trainer.step / (time.process_time() - began)


def show_costs(config: RunConfig, seconds: float, rounds: int) -> None:
    """Print the two ratios."""
    ratios: dict[str, list[float]] = {"history": [], "five breakpoints": []}
    speed(config, 1.0, None, None)
    for _ in range(rounds):
        plain = speed(config, seconds, None, None)
        ratios["history"].append(speed(config, seconds, History(), None) / plain)
        breakpoints = BreakpointSet([Breakpoint(condition) for condition in CONDITIONS])
        ratios["five breakpoints"].append(speed(config, seconds, None, breakpoints) / plain)
    for name, found in ratios.items():
        middle = statistics.median(found)
        print(f"{name}: ratio of steps/s, median {middle:.3f}, from {min(found):.3f} to {max(found):.3f}")


def show_past(config: RunConfig, seconds: float) -> None:
    """Print how long it takes to show past steps and to resume, and what they take of memory."""
    history = History()
    with Session(config, render=True, history=history) as session:
        from_time = time.perf_counter()
        session.pull_until(lambda event: time.perf_counter() - from_time > seconds)
        head = (session.position, session.trainer.step)
        print(f"memory: {history.size / head[1]:.0f} MB a million steps ({len(history.marks)} snapshots)")
        past = Past(config, history, session.trainer.environment)
        first = history.marks[0].step + 1
        rng = random.Random(0)
        anywhere = [timed(lambda: past.at(rng.randint(first, head[1]), head)) for _ in range(60)]
        place = rng.randint(first, max(first, head[1] - 10_000))
        scrubbed = []
        for _ in range(300):
            place = min(place + rng.choice((1, 2, 4)) * config.environment_count, head[1])
            scrubbed.append(timed(lambda step=place: past.at(step, head)))
        past.close()
        report("a past step, scrubbing forward", scrubbed)
        report("a past step, anywhere", anywhere)
        positions = sorted((rng.randint(history.marks[0].position, head[0]) for _ in range(12)), reverse=True)
        report("resuming", [timed(lambda at=each: session.resume(at)) for each in positions])


def timed(work: object) -> float:
    """Milliseconds that a call takes."""
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return 1e3 * (time.perf_counter() - began)


def report(name: str, milliseconds: list[float]) -> None:
    """Print the middle and the worst of some times."""
    print(f"{name}: median {statistics.median(milliseconds):.1f} ms, longest {max(milliseconds):.1f} ms")


def main() -> None:
    """Run the benchmark and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", default="CartPole-v1")
    parser.add_argument("--algorithm", default="ppo")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    config = RunConfig.create(arguments.environment, arguments.algorithm, steps=10**9)
    show_costs(config, arguments.seconds, arguments.rounds)
    show_past(config, 2 * arguments.seconds)


if __name__ == "__main__":
    main()
