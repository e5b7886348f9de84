"""Forking a run by keys and clicks, on the real engine."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pgviz.gui.forks_dialog import ForkDialog
from pgviz.session.commands import LookBack, RunTo
from pgviz.session.notices import RunState
from tests.e2e.conftest import CARTPOLE, Bench
from tests.hands import click, press, write

KEY = Qt.Key


def run_to(bench: Bench, qtbot: QtBot, step: int) -> None:
    model = bench.window.model
    bench.window.control.post(RunTo("step", step))
    qtbot.waitUntil(lambda: model.step >= step and model.state is RunState.PAUSED)


def ask(bench: Bench, qtbot: QtBot) -> ForkDialog:
    """Open the small window by its key."""
    press(bench.window, Qt.KeyboardModifier.ControlModifier | KEY.Key_K)
    qtbot.waitUntil(lambda: bool(bench.window.findChildren(ForkDialog)))
    return bench.window.findChildren(ForkDialog)[0]


def test_that_a_fork_of_the_past_runs_beside_the_run_and_is_removed(bench: Bench, qtbot: QtBot) -> None:
    window, model = bench.window, bench.window.model
    bench.begin(CARTPOLE)
    run_to(bench, qtbot, 320)
    window.control.post(LookBack(200))
    qtbot.waitUntil(lambda: model.debug.looks_back)
    window.docks.forks.raise_()

    dialog = ask(bench, qtbot)
    editor: Any = dialog.fields["learning_rate"].editor
    editor.selectAll()
    write(editor, "0.05")
    press(editor, KEY.Key_Return)

    qtbot.waitUntil(lambda: len(model.forks.known) == 1)
    qtbot.waitUntil(lambda: next(iter(model.forks.known.values())).state.pace == "in step")
    run_to(bench, qtbot, 640)
    (fork,) = model.forks.known.values()
    assert (fork.state.began, fork.state.step) == (198, 640)
    qtbot.waitUntil(lambda: 1 in window.closer.forks.cards)
    card = window.closer.forks.cards[1]
    qtbot.waitUntil(lambda: "→ 0.05" in card.words.text())
    qtbot.waitUntil(lambda: card.mean.difference.text() != "–")
    assert card.picture.has_frame
    qtbot.waitUntil(lambda: "fork A" in window.entropy.curve._traces)
    qtbot.waitUntil(lambda: "fork A" in window.returns.curve._traces)
    assert fork.entropy.column(0).tolist()[1:] == model.updates.column(0)[3:].tolist()

    click(card.remove)
    qtbot.waitUntil(lambda: not model.forks.known)
    qtbot.waitUntil(lambda: not window.closer.forks.cards)


def test_that_a_fork_in_which_nothing_differs_draws_the_same_curve(bench: Bench, qtbot: QtBot) -> None:
    model = bench.window.model
    bench.begin(CARTPOLE)
    run_to(bench, qtbot, 100)

    press(ask(bench, qtbot), KEY.Key_Return)

    qtbot.waitUntil(lambda: len(model.forks.known) == 1)
    run_to(bench, qtbot, 640)
    (fork,) = model.forks.known.values()
    assert (fork.entropy.column(1)[1:] == model.updates.column(1)[1:]).all()
    assert fork.state.difference == 0.0
