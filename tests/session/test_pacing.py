"""When what was recorded is due."""

from __future__ import annotations

from pgviz.session.pacing import LONGEST_GAP, Pacing


def test_that_what_came_late_is_not_caught_up_with_in_a_rush() -> None:
    now = [100.0]
    pacing = Pacing(2.0, lambda: now[0])
    pacing.start(10.0)
    assert pacing.wait_for(11.0) == 0.5
    now[0] += 7.0
    assert pacing.wait_for(11.0) == -6.5
    pacing.passed(11.0)
    assert pacing.wait_for(11.5) == 0.25
    now[0] += 0.1
    pacing.passed(11.5)  # a moment early, which those that follow do not gain
    assert round(pacing.wait_for(12.0), 9) == 0.4


def test_that_nobody_waits_again_where_the_run_had_paused() -> None:
    pacing = Pacing(1.0, lambda: 0.0)
    pacing.start(0.0)
    assert pacing.wait_for(3600.0) == LONGEST_GAP
