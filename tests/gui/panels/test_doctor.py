"""The doctor's panel says what is watched, then what was found, and leads back to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.main_window import MainWindow
from pgviz.gui.settings import Settings
from pgviz.gui.theme import DARK
from pgviz.gui.widgets.finding_card import FindingCard
from pgviz.session.commands import LookBack, Pause, RunTo
from pgviz.session.doctor import Evidence, Finding
from pgviz.session.notices import FindingMade, RunRewound, RunState
from pgviz.training.events import RunStarted
from tests.gui.conftest import Desk
from tests.hands import click

WAIT = 30_000
FLIPPED = RunConfig.create("CartPole-v1", seed=3, mistake="flipped_sign", hidden_sizes=(16,), steps=20_000)


def finding(name: str, step: int) -> Finding:
    """A finding with some evidence."""
    evidence = Evidence("Measured", ("one",), np.array([[1.0, 2.0]]), np.array([1.0, 2.0]), 1.5)
    return Finding(name, f"Title of {name}", f"{name} was seen: 2.", "Do something.", step, 1, "error", evidence)


def found(desk: Desk, *findings: Finding) -> None:
    """Let the window know of findings, and draw it."""
    for each in findings:
        desk.window.model.apply(FindingMade(each.step, each))
    desk.window.doctor.refresh(desk.window.model)


def title(desk: Desk) -> str:
    """What the tab says."""
    return desk.window.docks.doctor.windowTitle()


def test_that_it_says_what_is_watched_until_there_is_something_to_say(desk: Desk) -> None:
    desk.begin()
    panel = desk.window.doctor
    assert "truncated episodes" in panel.watched.text()
    assert not panel.cards
    assert title(desk) == "Doctor"


def test_that_each_finding_gets_a_card_the_newest_first_and_the_tab_counts_them(desk: Desk) -> None:
    desk.begin()
    found(desk, finding("first", 100), finding("second", 200))
    panel = desk.window.doctor
    assert [card.finding.name for card in panel.cards] == ["second", "first"]
    assert title(desk) == "2 · Doctor"
    panel.apply_theme(DARK)
    found(desk, finding("third", 300))
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert set(panel.findChildren(FindingCard)) == set(panel.cards)


def test_that_a_click_looks_back_at_where_it_was_found(desk: Desk) -> None:
    desk.begin()
    found(desk, finding("first", 128))
    desk.window.docks.doctor.raise_()
    (card,) = desk.window.doctor.cards
    click(card.look_button)
    desk.wait_command(LookBack(128))


def test_that_what_never_happened_is_forgotten_and_so_is_another_run(desk: Desk) -> None:
    desk.begin()
    found(desk, finding("first", 100), finding("second", 200))
    desk.window.model.apply(RunRewound(150, 1, 1))
    desk.window.doctor.refresh(desk.window.model)
    assert [card.finding.name for card in desk.window.doctor.cards] == ["first"]
    desk.begin()
    desk.window.pump.refresh_all()
    assert not desk.window.doctor.cards
    assert title(desk) == "Doctor"


def test_that_a_learner_it_knows_nothing_of_is_named(desk: Desk) -> None:
    desk.begin()
    started = desk.window.model.started
    assert started is not None
    config = RunConfig.create("CartPole-v1", "dqn")
    values = replace(started.policy, kind="values")
    desk.window.doctor.begin(RunStarted(0, config, started.environment, values))
    assert "DQN" in desk.window.doctor.watched.text()


@pytest.fixture
def window(settings: Settings, qtbot: QtBot) -> Iterator[MainWindow]:
    """A window with the real engine."""
    made = MainWindow(settings)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def test_that_a_flipped_sign_is_found_in_the_real_window(window: MainWindow, qtbot: QtBot) -> None:
    window.begin(FLIPPED)
    qtbot.waitUntil(lambda: window.model.state is RunState.PAUSED, timeout=WAIT)
    window.control.post(RunTo("update", 4))
    qtbot.waitUntil(lambda: "loss_sign" in [each.name for each in window.model.debug.findings], timeout=WAIT)
    window.control.post(Pause())
    qtbot.waitUntil(lambda: any(card.finding.name == "loss_sign" for card in window.doctor.cards), timeout=WAIT)
