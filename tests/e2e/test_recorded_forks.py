"""Forks that were recorded are seen again when the recording is played, as far as it has been."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pgviz.gui.forks import KnownFork
from pgviz.gui.main_window import MainWindow
from pgviz.gui.run_model import RunModel
from pgviz.session import commands
from pgviz.session.notices import ForksShown, RunState
from tests.e2e.conftest import replaying
from tests.hands import click
from tests.session.driver import hosted
from tests.session.test_recorder import cartpole, start, step, stop


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunModel]:
    """A run of 400 steps, forked after 100, and what a window knew of it at the end."""
    path, model = tmp_path_factory.mktemp("recordings") / "forked.pgviz", RunModel()
    with hosted() as driver:
        start(driver, path, cartpole(hidden_sizes=(8,)))
        step(driver, 50)  # those by hand are recorded, all of them
        driver.post(commands.Fork(None, (("learning_rate", 0.05),)))
        driver.wait_for(lambda _: driver.of(ForksShown) and driver.of(ForksShown)[-1].forks)
        step(driver, 150)
        driver.wait_for(lambda _: driver.of(ForksShown)[-1].forks[0].step >= 400)
        stop(driver)
    for event in driver.events:
        model.apply(event)
    return path, model


@pytest.fixture
def window(recorded: tuple[Path, RunModel], tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with replaying(recorded[0], tmp_path / "settings.ini", qtbot) as window:
        yield window


def fork_of(model: RunModel) -> KnownFork:
    (fork,) = model.forks.known.values()
    return fork


def play_to_the_end(window: MainWindow, qtbot: QtBot) -> None:
    window.control.post(commands.SetSpeed(None))
    window.control.post(commands.Play())
    qtbot.waitUntil(lambda: window.model.step >= 400 and window.model.state is RunState.PAUSED)


def test_that_a_fork_is_there_as_it_was_however_its_end_is_reached(
    recorded: tuple[Path, RunModel], window: MainWindow, qtbot: QtBot
) -> None:
    reference = fork_of(recorded[1])
    assert not window.model.forks.known
    play_to_the_end(window, qtbot)

    def same() -> bool:
        forks = window.model.forks.known
        return bool(forks) and fork_of(window.model).state.step == reference.state.step

    for _ in range(2):
        qtbot.waitUntil(same, timeout=20_000)
        for which in ("entropy", "mean", "log_std"):
            for mine, its in zip(fork_of(window.model).curve(which), reference.curve(which), strict=True):
                np.testing.assert_array_equal(mine, its)
        window.control.post(commands.LookBack(200))
        window.control.post(commands.ResumeHere())  # the fork has to forget what came after
        qtbot.waitUntil(lambda: window.model.step <= 200 and bool(window.model.forks.known), timeout=20_000)
        assert fork_of(window.model).entropy.column(0)[-1] <= 200
        play_to_the_end(window, qtbot)
    qtbot.waitUntil(same, timeout=20_000)


def test_that_its_card_is_shown_and_cannot_be_removed(window: MainWindow, qtbot: QtBot) -> None:
    play_to_the_end(window, qtbot)
    panel = window.closer.forks
    window.docks.forks.raise_()
    qtbot.waitUntil(lambda: 1 in panel.cards and "→ 0.05" in panel.cards[1].words.text())
    assert panel.isEnabled()
    assert not panel.fork_again.isEnabled()
    qtbot.waitUntil(lambda: "fork A" in window.entropy.curve._traces)

    click(panel.cards[1].remove)
    qtbot.waitUntil(window.message_bar.isVisible)
    assert "its forks are part of it" in window.banner.message.text()
    assert 1 in panel.cards


def test_that_a_run_taken_over_has_no_forks(window: MainWindow, qtbot: QtBot) -> None:
    play_to_the_end(window, qtbot)
    qtbot.waitUntil(lambda: bool(window.model.forks.known))
    window.control.post(commands.TakeOver())
    qtbot.waitUntil(lambda: window.model.recording is None and window.model.state is RunState.PAUSED)
    assert not window.model.forks.known
