"""What five breakpoints that are not hit cost, in ns per check and as a share of training.

``python -m tests.benchmarks.breakpoints [--environment ID] [--steps N] [--rounds R]``

A real run's events are gathered first; then taking them in and checking them is timed by itself, over and over,
and the quickest round counts, so that whatever else the machine does is left out. The share is of the time that
the same run took on the same machine without breakpoints. The second five look at each step, for which the trainer
has to capture its details; what that costs is timed apart, as the ratio of two runs.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pgviz.config import RunConfig
from pgviz.session.breakpoints import Breakpoint, BreakpointSet
from pgviz.session.event_values import KIND_OF, EventValues
from pgviz.session.expressions import KINDS
from pgviz.session.session import Session
from pgviz.training.events import Event

AFTER_UPDATES = (
    "entropy < 0.01 * ln(n_actions)",
    "kl > 50",
    "grad_norm > 1e6",
    "episode_return > 1e6 and episode > 20",
    "rising(mean(episode_return, 20) > 1e6)",
)
AT_EACH_STEP = (
    "step > 1e12",
    "probability < 1e-9",
    "abs(observation[0]) > 1e6",
    "reward > 1e6 and entropy < 0.01",
    "mean(value, 20) > 1e6",
)


def _events(config: RunConfig, *, details: bool) -> tuple[list[Event], float]:
    """Run to the end; return the events and the seconds of training."""
    events: list[Event] = []
    with Session(config) as session:
        session.trainer.watch.wanted = details
        began = time.perf_counter()
        session.pull_until(lambda _: False, events.append)
        return events, time.perf_counter() - began


def _seconds(events: Sequence[Event], conditions: Sequence[str]) -> float:
    """Take all events in, and check them as a session would."""
    breakpoints = BreakpointSet([Breakpoint(condition) for condition in conditions])
    values = EventValues()
    check, take, kinds = breakpoints.check, values.take, breakpoints.kinds
    hits = 0
    began = time.perf_counter()
    for event in events:
        kind = take(event)
        if kind in kinds:
            hits += len(check(kind, values))
    seconds = time.perf_counter() - began
    if hits:
        raise SystemExit(f"{hits} hits: these breakpoints are meant not to be hit")
    return seconds


def _report(events: list[Event], conditions: Sequence[str], rounds: int, training: float) -> None:
    """Print the cost at each kind of event, and of all together."""
    counts = Counter(KIND_OF.get(event.__class__) for event in events)
    for kind in KINDS:
        # One event again and again: all that comes before it in a run is taken in once.
        one = [event for event in events if KIND_OF.get(event.__class__) == kind][-1:] * 2000
        if one:
            best = min(_seconds(one, conditions) for _ in range(rounds))
            print(f"  {kind:10} {best / len(one) * 1e9:7,.0f} ns a check   {counts[kind]:8,} in the run")
    whole = min(_seconds(events, conditions) for _ in range(rounds))
    print(f"  all events {whole / len(events) * 1e9:7,.0f} ns an event   {whole / training:8.2%} of training")


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", default="CartPole-v1")
    parser.add_argument("--steps", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    config = RunConfig.create(arguments.environment, "ppo", steps=arguments.steps, environment_count=8)
    _events(replace(config, steps=4000), details=False)  # warm up
    plain, detailed, ratios = [], [], []
    for _ in range(3):
        events, seconds = _events(config, details=False)
        with_details, longer = _events(config, details=True)
        plain.append(seconds)
        detailed.append(longer)
        ratios.append(seconds / longer)
    training = min(plain)
    print(f"{arguments.environment}, 8 copies, {arguments.steps} steps, {len(events)} events, {training:.2f} s")
    print("five after episodes, minibatches and updates:")
    _report(events, AFTER_UPDATES, arguments.rounds, training)
    print("five at each step:")
    _report(with_details, AT_EACH_STEP, arguments.rounds, training)
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"capturing every step's details, no frames: {statistics.median(ratios):.2f} ({spread}) of the speed")


if __name__ == "__main__":
    main()
