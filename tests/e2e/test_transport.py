"""Play, pause, step, stop and restart, by key and by click."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pgviz.session.notices import RunState
from tests.e2e.conftest import CARTPOLE, Bench
from tests.hands import click, press


def test_that_space_plays_and_pauses(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()

    press(bench.window, Qt.Key.Key_Space)
    bench.wait_updates(3)
    press(bench.window, Qt.Key.Key_Space)
    bench.wait_state(RunState.PAUSED)

    step = bench.window.model.step
    qtbot.wait(200)
    assert bench.window.model.step == step


def test_that_a_step_takes_one_step_of_each_copy_and_shows_it(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    model = bench.window.model

    for count in range(1, 4):
        press(bench.window, Qt.Key.Key_Right)
        qtbot.waitUntil(lambda: model.step == 2 * count)  # noqa: B023
        bench.wait_state(RunState.PAUSED)

    assert model.shown is not None
    assert model.shown.detail is not None
    assert model.shown.detail.frame is not None


def test_that_a_step_to_the_update_stops_after_it(bench: Bench) -> None:
    bench.begin()

    for count in (1, 2):
        press(bench.window, Qt.KeyboardModifier.ShiftModifier | Qt.Key.Key_F11)
        bench.wait_updates(count)
        bench.wait_state(RunState.PAUSED)

        assert len(bench.window.model.updates) == count
        assert bench.window.model.step == 64 * count


def test_that_the_buttons_work(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    actions, model = bench.window.actions_, bench.window.model

    click(bench.button(actions.step))
    qtbot.waitUntil(lambda: model.step == 2)
    click(bench.button(actions.step_update))
    bench.wait_updates(1)
    bench.wait_state(RunState.PAUSED)
    click(bench.button(actions.play))
    bench.wait_updates(4)
    click(bench.button(actions.stop))
    bench.wait_state(RunState.STOPPED)
    click(bench.button(actions.restart))
    bench.wait_state(RunState.PAUSED)

    assert (model.generation, model.step, len(model.updates), model.config) == (2, 0, 0, CARTPOLE)


def test_that_a_restart_repeats_the_run_and_a_new_seed_does_not(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    model, actions = bench.window.model, bench.window.actions_
    entropies: list[float] = []

    for generation, again in enumerate((None, actions.restart, actions.restart_with_new_seed), start=1):
        if again is not None:
            click(bench.button(again))
        qtbot.waitUntil(lambda: model.generation == generation)  # noqa: B023
        bench.wait_state(RunState.PAUSED)
        press(bench.window, Qt.KeyboardModifier.ShiftModifier | Qt.Key.Key_F11)
        bench.wait_updates(1)
        bench.wait_state(RunState.PAUSED)
        entropies.append(float(model.updates.column(1)[0]))

    assert entropies[0] == entropies[1] != entropies[2]


def test_that_a_run_to_its_end_says_so(bench: Bench) -> None:
    bench.window.begin(CARTPOLE.changed(steps=256), play=True)

    bench.wait_state(RunState.FINISHED)

    assert bench.window.progress.state_label.text() == "Finished"
    assert bench.window.progress.steps_label.text() == "256 of 256 steps"
    assert not bench.window.actions_.play.isEnabled()


def test_that_closing_in_mid_training_ends_the_thread(bench: Bench) -> None:
    bench.begin(play=True)
    bench.wait_updates(2)

    bench.window.close()

    assert bench.window.session.isFinished()
