"""How often a recording or a window has a step, and how often it asks for one itself."""

from __future__ import annotations

import numpy as np
import pytest

from pgviz.session.step_pace import StepPace

SHARE = 0.006


def test_that_steps_come_at_their_pace() -> None:
    pace = StepPace(0.1, SHARE)
    taken = [now for now in np.arange(0.0, 1.0, 0.01).tolist() if pace.takes(now, detailed=True)]
    assert len(taken) == pytest.approx(10, abs=1)
    assert min(np.diff(taken)) > 0.04


def test_that_steps_for_the_recording_alone_take_little_of_the_runs_time() -> None:
    pace, now, asked = StepPace(0.001, SHARE), 0.0, 0
    for _ in range(60_000):
        wanted = pace.wants(now)
        now += 0.0005 + 0.002 * wanted  # half a millisecond a step, two more to describe and draw it
        pace.takes(now, detailed=wanted)
        asked += wanted
    share = asked * 0.002 / now
    assert asked > 50
    assert share == pytest.approx(SHARE, rel=0.2)


def test_that_the_first_steps_are_no_rush() -> None:
    pace = StepPace(0.001, SHARE)
    assert pace.wants(100.0)
    assert pace.takes(100.01, detailed=True)
    assert not pace.wants(100.02)


def test_that_a_first_picture_that_takes_long_does_not_keep_others_away() -> None:
    pace, now, asked = StepPace(0.05, SHARE), 0.0, 0
    while now < 5.0:
        wanted = pace.wants(now)
        now += 0.001 + (1.0 if wanted and not asked else 0.0005 * wanted)
        pace.takes(now, detailed=wanted)
        asked += wanted
    assert asked > 30


def test_that_an_update_between_does_not_count_as_the_cost_of_a_step() -> None:
    pace, now, asked = StepPace(0.001, SHARE), 0.0, 0
    for index in range(20_000):
        wanted = pace.wants(now)
        now += 0.0005 + 0.002 * wanted + (0.2 if index % 100 == 0 else 0.0)
        pace.takes(now, detailed=wanted)
        asked += wanted
    assert SHARE / 4 < asked * 0.002 / now < 1.2 * SHARE


def test_that_where_a_window_looks_the_recording_asks_for_no_step_itself() -> None:
    pace, now, asked = StepPace(1 / 30, SHARE), 0.0, 0
    for index in range(10_000):
        window = index % 30 == 0
        wanted = pace.wants(now) if not window else False
        now += 0.001
        pace.takes(now, detailed=window or wanted)
        asked += wanted
    assert asked <= 1
