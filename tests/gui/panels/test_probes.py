"""Pinned states, with hand-made answers and with a real host."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.panels.probes import ProbesPanel
from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import DARK
from pgviz.session import commands
from pgviz.session.commands import Command, PutProbe, RemoveProbe
from pgviz.session.notices import ProbesShown, RunState
from pgviz.training.events import Decision, RunStarted, StateShown
from tests import decisions
from tests.hands import click, press, write
from tests.session.driver import hosted


class Bench:
    """A shown panel, and the commands that it sent."""

    def __init__(self, qtbot: QtBot) -> None:
        self.panel = ProbesPanel()
        qtbot.addWidget(self.panel)
        self.panel.resize(500, 420)
        self.panel.show()
        self.sent: list[Command] = []
        self.panel.asked.connect(self.sent.append)

    def begin(self, decision: Decision) -> None:
        self.panel.begin(decisions.started(decision))
        self.panel.show_step(decisions.waiting(decision))

    def answer(self, update: int, decision: Decision) -> None:
        """Say the same of all that is pinned."""
        self.panel.show_probes(ProbesShown(64, update, dict.fromkeys(self.panel.cards, decision)))
        self.panel.refresh(RunModel())
        QApplication.processEvents()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_that_nothing_can_be_pinned_before_there_is_a_state(bench: Bench) -> None:
    assert not bench.panel.pin.isEnabled()
    bench.begin(decisions.categorical([0.0, 0.0], None))
    assert bench.panel.pin.isEnabled()
    assert bench.panel.pages.currentIndex() == 0


def test_that_the_state_shown_is_pinned_with_its_mask(bench: Bench) -> None:
    bench.begin(decisions.categorical([0.0, 0.0], None, [True, False]))

    click(bench.panel.pin)

    assert bench.sent == [PutProbe(1, (0.0,) * 4, (True, False), "Copy 1, step 8")]
    assert bench.panel.cards[1].name.text() == "Copy 1, step 8"
    assert bench.panel.pages.currentIndex() == 1


@pytest.mark.parametrize(
    "decision",
    [
        decisions.categorical([0.0, 1.0], None),
        decisions.gaussian([0.1, 0.2], [0.5, 0.6], -1.0, 1.0),
        decisions.binned(7),
        decisions.joints(3, 4),
        decisions.categorical([0.0] * 3, None, [True, True, False], [1.0, 2.0, 0.0]),
    ],
    ids=["choice", "gaussian", "bins", "factored", "values"],
)
def test_that_every_kind_of_policy_leaves_a_trail(bench: Bench, decision: Decision) -> None:
    bench.begin(decision)
    click(bench.panel.pin)
    for update in range(5):
        bench.answer(update, decision)
    bench.panel.part.setCurrentIndex(bench.panel.part.count() - 1)

    card = bench.panel.cards[1]
    assert card.trail.updates == [0, 1, 2, 3, 4]
    assert card.plot.plot is not None
    bench.panel.grab()
    bench.panel.apply_theme(DARK)
    bench.panel.grab()


def test_that_a_pinned_state_is_renamed_by_typing(bench: Bench) -> None:
    bench.begin(decisions.categorical([0.0, 0.0], None))
    click(bench.panel.pin)
    name = bench.panel.cards[1].name

    name.selectAll()
    bench.sent.clear()
    write(name, "tilted")
    press(name, Qt.Key.Key_Return)

    assert name.text() == "tilted"
    assert bench.sent == [PutProbe(1, (0.0,) * 4, None, "tilted")]


def test_that_an_entry_is_typed_or_slid_and_the_trail_begins_again(bench: Bench) -> None:
    bench.begin(decisions.categorical([0.0, 0.0], None))
    click(bench.panel.pin)
    bench.answer(1, decisions.categorical([0.0, 0.0], None))
    card = bench.panel.cards[1]
    click(card.edit)
    editor = card.editor
    assert editor is not None
    bench.sent.clear()

    editor.fields[2].selectAll()
    write(editor.fields[2], "0.25")
    press(editor.fields[2], Qt.Key.Key_Return)

    assert bench.sent == [PutProbe(1, (0.0, 0.0, 0.25, 0.0), None, "Copy 1, step 8")]
    assert len(card.trail) == 0
    press(editor.sliders[0], Qt.Key.Key_Right)
    moved = bench.sent[-1]
    assert isinstance(moved, PutProbe)
    assert moved.observation[0] == pytest.approx(editor.fields[0].value(), abs=1e-4)
    assert moved.observation[0] != 0.0
    click(card.edit)
    assert card.editor is None


def test_that_a_pinned_state_is_removed(bench: Bench) -> None:
    bench.begin(decisions.categorical([0.0, 0.0], None))
    click(bench.panel.pin)
    click(bench.panel.pin)

    click(bench.panel.cards[1].remove)

    assert bench.sent[-1] == RemoveProbe(1)
    assert set(bench.panel.cards) == {2}
    click(bench.panel.cards[2].remove)
    assert bench.panel.pages.currentIndex() == 0


def test_that_states_stay_pinned_in_the_same_environment_alone(bench: Bench) -> None:
    decision = decisions.categorical([0.0, 0.0], None)
    bench.begin(decision)
    click(bench.panel.pin)
    bench.answer(1, decision)

    bench.begin(decision)
    assert set(bench.panel.cards) == {1}
    assert len(bench.panel.cards[1].trail) == 0
    bench.begin(decisions.gaussian([0.0], [1.0]))
    assert not bench.panel.cards


def test_that_updates_that_never_happened_are_forgotten(bench: Bench) -> None:
    decision = decisions.categorical([0.0, 0.0], None)
    bench.begin(decision)
    click(bench.panel.pin)
    for update in range(6):
        bench.answer(update, decision)

    bench.panel.forget_after(3)

    assert bench.panel.cards[1].trail.updates == [0, 1, 2, 3]


def test_that_a_hidden_panel_remembers_and_draws_later(bench: Bench) -> None:
    decision = decisions.categorical([0.0, 0.0], None)
    bench.begin(decision)
    click(bench.panel.pin)
    bench.panel.hide()
    bench.answer(1, decision)
    assert bench.panel.cards[1].plot.plot is None

    bench.panel.show()

    assert bench.panel.cards[1].plot.plot is not None


def test_that_a_large_observation_is_not_edited_by_hand(bench: Bench) -> None:
    decision = decisions.categorical([0.0, 0.0], None)
    bench.panel.begin(decisions.started(decision))
    shown = decisions.waiting(decision)
    picture = type(decision)(np.zeros(7056), *(getattr(decision, name) for name in decision.__slots__))
    bench.panel.show_step(StateShown(8, type(shown.detail)(0, 1, 7, picture, None, False, False, 8.0, None)))
    click(bench.panel.pin)
    click(bench.panel.cards[1].edit)

    editor = bench.panel.cards[1].editor
    assert editor is not None
    assert not editor.fields


def test_that_a_real_policy_is_followed_while_it_learns(bench: Bench) -> None:
    config = RunConfig.create("CartPole-v1", "ppo", environment_count=2, rollout_length=16, steps=3200)
    with hosted() as driver:
        bench.panel.asked.connect(driver.post)
        driver.post(commands.StartRun(config))
        driver.wait_for_state(RunState.PAUSED)
        driver.wait_for(lambda _: driver.shown is not None)
        bench.panel.begin(driver.of(RunStarted)[-1])
        assert driver.shown is not None
        bench.panel.show_step(driver.shown)
        click(bench.panel.pin)
        driver.post(commands.Play())
        driver.wait_for_state(RunState.FINISHED)
        for shown in driver.of(ProbesShown):
            bench.panel.show_probes(shown)
    bench.panel.refresh(RunModel())
    updates = bench.panel.cards[1].trail.updates
    assert updates[0] == 0
    assert updates == sorted(set(updates))
    bench.panel.grab()
