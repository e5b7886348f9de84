"""What the debugger costs: history and breakpoints against plain training, and how soon the past is there.

``python -m tests.benchmarks.debugging [--environment ID] [--algorithm NAME] [--steps N --rounds R] [--seconds S]``

Prints the ratio of steps/s with a history, and with five breakpoints that are not hit, to plain training, in R
turns of N steps; then, of another run of S seconds, the time to show a past step (anywhere, and scrubbing) and to
resume from one, and the memory that a million steps of history take.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Sequence

import numpy as np

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


class Contender:
    """One of several sessions that do the very same work in turn, slice by slice.

    What they do is the same to the bit, so that only what is kept or tested beside it makes a difference; and the
    slices are short, so that a machine whose speed drifts drifts for all of them alike.
    """

    def __init__(self, config: RunConfig, history: History | None = None, conditions: Sequence[str] = ()) -> None:
        self._session = Session(config, history=history)
        self._breakpoints = BreakpointSet([Breakpoint(condition) for condition in conditions])
        self._values = EventValues()
        self._checks = bool(conditions)

    def work(self, until_step: int) -> float:
        """Go on to a step; returns the seconds of processor time, which other programs do not take from."""
        began = time.process_time()
        self._session.pull_until(lambda event: self._stops(event) or event.step >= until_step)
        return time.process_time() - began

    def _stops(self, event: Event) -> bool:
        if not self._checks:
            return False
        kind = self._values.take(event)
        return kind is not None and bool(self._breakpoints.check(kind, self._values))

    def close(self) -> None:
        """End the run."""
        self._session.close()


def show_costs(config: RunConfig, steps: int, rounds: int) -> None:
    """Print the two ratios."""
    contenders = {
        "plain": Contender(config),
        "history": Contender(config, History()),
        "five breakpoints": Contender(config, conditions=CONDITIONS),
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    order = list(contenders)
    for turn in range(rounds + 1):
        for name in order:
            seconds[name].append(contenders[name].work((turn + 1) * steps))
        order = order[1:] + order[:1]  # nobody always comes after the same one
    for each in contenders.values():
        each.close()
    plain = np.array(seconds.pop("plain")[1:])  # the first turn warms up
    for name, found in seconds.items():
        ratios = plain / np.array(found[1:])
        low, middle, high = np.percentile(ratios, (25, 50, 75))
        whole = plain.sum() / sum(found[1:])
        print(
            f"{name}: ratio of steps/s, median {middle:.3f} (quartiles {low:.3f} and {high:.3f}), "
            f"of all {rounds} slices together {whole:.3f}"
        )


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
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=8.0)
    arguments = parser.parse_args()
    config = RunConfig.create(arguments.environment, arguments.algorithm, steps=10**9)
    show_costs(config, arguments.steps, arguments.rounds)
    show_past(config, arguments.seconds)


if __name__ == "__main__":
    main()
