from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from pgviz.cli import progress
from pgviz.cli.output import console_on, write_table
from pgviz.cli.progress import Tally, progress_of
from pgviz.config import RunConfig
from pgviz.training.events import (
    EnvironmentFacts,
    EpisodeEnded,
    PolicyFacts,
    RunStarted,
    StepTaken,
    UpdateApplied,
)

CONFIG = RunConfig.create("CartPole-v1", steps=1000)
STARTED = RunStarted(
    0, CONFIG, EnvironmentFacts("CartPole-v1", "", "", "", ()), PolicyFacts("categorical", 10, False, True, 0.69)
)
UPDATE = UpdateApplied(500, 7, 1e-3, 0.5, 0.9, None, 0.1, 0.1, 0.5, 0.01, None, 0.3, 4)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def episode(step: int, episode_return: float) -> EpisodeEnded:
    return EpisodeEnded(step, 0, 1, 1, episode_return, 10, True, False)


def follow(tally: Tally) -> None:
    for event in (STARTED, StepTaken(8), episode(400, 20.0), episode(500, 40.0), UPDATE, StepTaken(1000)):
        tally.apply(event)


def test_that_a_tally_counts_what_happened() -> None:
    tally = Tally(CONFIG)
    assert tally.line() == "preparing the run"
    assert tally.seconds_left is None
    follow(tally)
    assert (tally.step, tally.episodes, tally.updates, tally.return_mean) == (1000, 2, 7, 30.0)
    assert tally.seconds_left == 0
    assert tally.line().startswith("1,000 of 1,000 steps, ")
    assert tally.line().endswith(" steps/s, mean return 30.0, 7 updates")


def test_that_the_mean_return_is_over_the_last_100_episodes() -> None:
    tally = Tally(CONFIG)
    for step in range(150):
        tally.apply(episode(step, 0.0 if step < 50 else 1.0))
    assert tally.return_mean == 1.0


def test_that_a_run_that_is_gone_on_with_is_timed_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now[0]))
    tally = Tally(CONFIG)
    tally.apply(StepTaken(600))
    now[0] = 110.0
    assert tally.line() == "preparing the run"
    tally.apply(StepTaken(800))
    assert tally.steps_per_second == 20.0
    assert tally.seconds_left == 10.0


def test_that_a_huge_mean_return_stays_short() -> None:
    tally = Tally(CONFIG)
    follow(tally)
    tally.apply(episode(1000, 2e301))
    assert ", mean return 6.667e+300, " in tally.line()


def test_that_a_terminal_is_shown_a_bar_with_the_numbers_under_it() -> None:
    stream = Terminal()
    console = Console(file=stream, force_terminal=True, width=120, _environ={"TERM": "xterm"})
    with progress_of(CONFIG, console) as tally:
        follow(tally)
    last = stream.getvalue().rsplit("\x1b[2K", 1)[-1]
    assert "PPO on CartPole-v1" in last
    assert "100%" in last
    assert "0:00 left" in last
    assert "1,000 of 1,000 steps" in last
    assert "mean return 30.0, 7 updates" in last


def test_that_a_run_of_fewer_steps_than_plain_lines_is_followed() -> None:
    stream = io.StringIO()
    with progress_of(CONFIG.changed(steps=1), console_on(stream)) as tally:
        tally.apply(StepTaken(8))
    assert stream.getvalue() == "PPO on CartPole-v1: 1 step, seed 0, 8 environments\n"


def test_that_plain_lines_come_after_each_fifth_of_the_run() -> None:
    stream = io.StringIO()
    with progress_of(CONFIG, console_on(stream)) as tally:
        tally.apply(STARTED)
        for step in range(8, 1001, 8):
            tally.apply(StepTaken(step))
    steps = [line.split(" of ")[0] for line in stream.getvalue().splitlines()[1:]]
    assert steps == ["200", "400", "600", "800"]


def test_that_a_run_that_is_gone_on_with_has_the_lines_of_what_is_left() -> None:
    stream = io.StringIO()
    with progress_of(CONFIG, console_on(stream)) as tally:
        for step in range(504, 1001, 8):
            tally.apply(StepTaken(step))
    steps = [line.split(" of ")[0] for line in stream.getvalue().splitlines()[1:]]
    assert steps == ["600", "800"]
    assert "preparing" not in stream.getvalue()


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "TTY_COMPATIBLE", "CLICOLOR_FORCE"])
def test_that_no_variable_brings_control_codes_into_a_pipe(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "1")
    stream = io.StringIO()
    console = console_on(stream)
    with progress_of(CONFIG, console) as tally:
        follow(tally)
    write_table(("name", "value"), [("a", "1")], console)
    assert "\x1b" not in stream.getvalue()


def test_that_a_table_in_a_pipe_is_aligned_and_complete() -> None:
    stream = io.StringIO()
    write_table(("name", "why"), [("a", "x" * 200), ("longer", "")], console_on(stream))
    assert stream.getvalue().splitlines() == ["NAME    WHY", f"a       {'x' * 200}", "longer"]


def test_that_a_table_on_a_terminal_keeps_brackets_as_they_are() -> None:
    stream = Terminal()
    console = Console(file=stream, force_terminal=True, width=100, _environ={"TERM": "xterm"})
    write_table(("name", "why"), [("a", "pip install 'pgviz[box2d]'")], console)
    assert "pip install 'pgviz[box2d]'" in stream.getvalue()
