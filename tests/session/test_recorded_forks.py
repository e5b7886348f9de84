"""What became of forks is part of a recording."""

from __future__ import annotations

from pathlib import Path

from pgviz.recording.reader import Recording
from pgviz.session import commands
from pgviz.session.notices import ForksShown
from pgviz.session.recorded import WRITTEN
from tests.session.driver import hosted
from tests.session.test_recorder import cartpole, start, step, stop


def test_that_forks_are_recorded_without_their_pictures(tmp_path: Path) -> None:
    path = tmp_path / "demo.pgviz"
    with hosted() as driver:
        start(driver, path, cartpole())
        step(driver)
        driver.post(commands.Fork())
        driver.wait_for(lambda _: driver.of(ForksShown) and driver.of(ForksShown)[-1].forks)
        stop(driver)
    with Recording.open(path, WRITTEN) as recording:
        shown = [each.event for each in recording.events() if isinstance(each.event, ForksShown)]
    assert shown[-1].forks
    assert all(fork.detail is None or fork.detail.frame is None for each in shown for fork in each.forks)
