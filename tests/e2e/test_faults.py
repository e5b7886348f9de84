"""A run that goes wrong leaves a living window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.session.notices import RunState
from tests.e2e.conftest import Bench
from tests.hands import click, press

FAULTY = "tests.environments.faulty"


@pytest.mark.parametrize("fault", ["RaisesInStep", "ExitsInStep", "RaisesInReset", "NanObservation", "WrongShape"])
def test_that_a_faulty_environment_is_shown_and_the_window_lives(fault: str, bench: Bench, qtbot: QtBot) -> None:
    bench.window.begin(RunConfig.create(f"{FAULTY}:{fault}-v0"), play=True)
    banner = bench.window.banner

    qtbot.waitUntil(banner.isVisible)

    assert fault in banner.message.text()
    assert bench.window.session.isRunning()
    bench.window.control.start(RunConfig.create("CartPole-v1"))
    bench.wait_state(RunState.PAUSED)
    assert not banner.isVisible()


def test_that_what_was_plotted_stays_and_the_run_can_be_restarted(bench: Bench, qtbot: QtBot) -> None:
    bench.window.begin(RunConfig.create(f"{FAULTY}:RaisesInStep-v0"), play=True)
    bench.wait_state(RunState.FAILED)
    model = bench.window.model
    assert model.config is not None
    assert bench.window.progress.state_label.text() == "Failed"

    click(bench.window.banner.restart_button)

    qtbot.waitUntil(lambda: model.generation == 2 and model.state is RunState.PAUSED)


def test_that_an_unknown_environment_leaves_the_present_run(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()

    bench.window.control.start(RunConfig.create("CartPoel-v1"))

    qtbot.waitUntil(bench.window.banner.isVisible)
    assert "CartPole-v1" in bench.window.banner.message.text()
    assert bench.window.model.state is RunState.PAUSED
    bench.window.actions_.step.trigger()
    qtbot.waitUntil(lambda: bench.window.model.step == 2)


def test_that_what_never_happened_is_not_said_after_going_back_before_it(bench: Bench, qtbot: QtBot) -> None:
    bench.window.begin(RunConfig.create(f"{FAULTY}:NanObservation-v0", environment_count=2), play=True)
    bench.wait_state(RunState.FAILED)
    model, banner = bench.window.model, bench.window.banner
    assert banner.isVisible()
    bench.window.activateWindow()

    press(bench.window, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: model.debug.looks_back)
    assert banner.isVisible()
    press(bench.window, Qt.KeyboardModifier.ControlModifier | Qt.Key.Key_Return)

    bench.wait_state(RunState.PAUSED)
    qtbot.waitUntil(lambda: not banner.isVisible())
