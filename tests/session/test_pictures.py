"""Which steps of a run are shown: all that can be followed, and few of those that rush by."""

from __future__ import annotations

import numpy as np
import pytest

from pgviz.session import commands
from pgviz.session.notices import RunState
from pgviz.session.step_pace import FOLLOWED, StepPace
from pgviz.training.events import StepTaken
from tests.session.driver import Driver, hosted
from tests.session.test_recorder import cartpole

COPIES = 4


def shown_steps(driver: Driver, until: int) -> list[int]:
    """Play so far, and look as often as can be; returns which steps there were to see."""
    shown: list[int] = []

    def arrived(_: object) -> bool:
        if isinstance(driver.shown, StepTaken) and driver.shown.step not in shown[-1:]:
            assert driver.shown.detail is not None
            assert driver.shown.detail.frame is not None
            shown.append(driver.shown.step)
        return driver.mailbox.step >= until

    driver.wait_for(arrived)
    return shown


def test_that_of_steps_that_rush_by_few_are_drawn() -> None:
    with hosted() as driver:
        driver.post(commands.StartRun(cartpole(environment_count=COPIES)))
        driver.wait_for_state(RunState.PAUSED)
        driver.post(commands.Play())
        shown = shown_steps(driver, 20_000)
    rushed = np.diff(shown) > FOLLOWED * COPIES
    assert 2 <= np.count_nonzero(rushed) < 60


def test_that_steps_that_can_be_followed_are_drawn_whatever_it_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StepPace, "wants", lambda _self, _now: False)
    with hosted() as driver:
        driver.post(commands.StartRun(cartpole(environment_count=COPIES)), commands.SetSpeed(1.0))
        driver.wait_for_state(RunState.PAUSED)
        driver.post(commands.Play())
        shown = shown_steps(driver, 50 * COPIES)
    assert np.median(np.diff(shown)) == COPIES
