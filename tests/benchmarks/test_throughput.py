from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from pgviz.errors import UsageError
from pgviz.hyperparameters import algorithms
from tests.benchmarks import shares, throughput
from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.shares import Stopwatch, measure

# What each hyperparameter is called there.
THEIR_NAMES = {
    "rollout_length": "n_steps",
    "minibatch_size": "batch_size",
    "epochs": "n_epochs",
    "train_frequency": "train_freq",
    "final_epsilon": "exploration_final_eps",
}
READY = [case for case in CASES if case.algorithm in {each.name for each in algorithms()}]


@pytest.mark.parametrize("case", READY, ids=lambda case: case.algorithm)
def test_that_both_sides_are_told_the_same(case: Case) -> None:
    peer = getattr(pytest.importorskip("stable_baselines3"), case.algorithm.upper())
    config = case.config(1000)
    accepted = inspect.signature(peer).parameters
    assert set(case.theirs) <= set(accepted)
    for name, value in case.ours.items():
        theirs = THEIR_NAMES.get(name, name)
        if theirs in accepted:
            assert case.theirs[theirs] == value == config.value(name)


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def wait(self, seconds: float = 1.0) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(shares, "time", clock)
    return clock


def test_that_what_is_timed_inside_of_another_counts_once(clock: Clock) -> None:
    watch = Stopwatch()
    timed = watch.timed(clock.wait)

    def both() -> None:
        clock.wait(2.0)
        timed()

    watch.timed(both)()
    clock.wait(8.0)
    assert watch.seconds == 3.0
    timed()
    assert watch.seconds == 4.0


def test_that_a_generator_is_timed_between_its_yields_alone(clock: Clock) -> None:
    watch = Stopwatch()

    def slow() -> Iterator[int]:
        for number in range(3):
            clock.wait()
            yield number

    seen = []
    for number in watch.timed_generator(slow)():
        seen.append(number)
        clock.wait(8.0)
    assert (seen, watch.seconds) == ([0, 1, 2], 3.0)


def test_that_the_shares_are_parts_of_one_whole() -> None:
    found = measure(CASES[0].config(4096))
    assert sum(found[:4]) == pytest.approx(1.0)
    assert all(0.0 < share < 1.0 for share in found)
    assert found.bare > found.environment


def test_that_a_case_is_reported_with_its_ratio_and_judged_by_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(throughput, "ours", lambda *_: 1000.0)
    for theirs, code in ((200.0, 0), (300.0, 1)):
        monkeypatch.setattr(throughput, "theirs", lambda *_, rate=theirs: rate)
        assert throughput.main(["--only", "a2c", "--scale", "0.01", "--rounds", "1"]) == code
        assert f"ratio {1000.0 / theirs:.2f}" in capsys.readouterr().out


def test_that_a_learner_that_is_not_there_is_left_out_with_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: Any) -> None:
        raise UsageError("there is no such learner.")

    monkeypatch.setattr(Case, "config", refuse)
    assert throughput.main([]) == 0
    assert "left out: there is no such learner." in capsys.readouterr().out
