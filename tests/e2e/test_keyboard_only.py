"""A whole session at the keyboard alone: each thing done is a key that is pressed, sent to what has the focus."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from pgviz.recording.reader import Recording
from pgviz.session.notices import RunState
from tests.e2e.conftest import Bench
from tests.e2e.test_focus_back import afresh, answer_next_dialog, focused
from tests.hands import press, write

__all__ = ["afresh"]

KEY = Qt.Key
Keys = Qt.Key | QKeyCombination
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
MOST_TABS = 60


class Typist:
    """Sits at a window and has no mouse."""

    def __init__(self, bench: Bench, qtbot: QtBot) -> None:
        self.bench, self.qtbot = bench, qtbot

    def press(self, *keys: Keys) -> None:
        """Press keys one after the other, each where the focus is by then."""
        for key in keys:
            popup = QApplication.activePopupWidget()
            press(popup or focused(self.bench), key)
            QApplication.processEvents()  # fingers are slower than the window

    def type(self, text: str) -> None:
        """Put a text in the place of what is in the entry that has the focus."""
        self.press(CTRL | KEY.Key_A)
        write(focused(self.bench), text)
        QApplication.processEvents()

    def tab_to(self, wanted: QWidget) -> None:
        """Press Tab until something has the focus."""
        passed: list[str] = []
        for _ in range(MOST_TABS):
            if focused(self.bench) is wanted:
                return
            self.press(KEY.Key_Tab)
            passed.append(repr(focused(self.bench)))
        raise AssertionError(f"{wanted} is not reached by Tab, only {passed}")

    def choose(self, menu: Qt.Key, *entry: str) -> None:
        """Open a menu with Alt and go down to an entry."""
        self.press(ALT | menu)
        for word in entry:
            self._go_down_to(word)
            self.press(KEY.Key_Return)

    def _go_down_to(self, word: str) -> None:
        self.qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        for _ in range(MOST_TABS):
            popup = QApplication.activePopupWidget()
            assert isinstance(popup, QMenu)
            active = popup.activeAction()
            if active is not None and active.text() == word:
                return
            self.press(KEY.Key_Down)
        raise AssertionError(f"{word} is not reached in the menu")


@pytest.fixture
def typist(bench: Bench, qtbot: QtBot) -> Typist:
    bench.window.activateWindow()
    return Typist(bench, qtbot)


def set_up_another_run(typist: Typist, bench: Bench, qtbot: QtBot) -> None:
    """Choose another environment and seed, in the panel beside the knobs."""
    window, model = bench.window, bench.window.model
    rows, entry = window.layout_.tabs.rows, window.setup.environment.combo
    typist.tab_to(rows[0])
    typist.press(KEY.Key_Right)
    qtbot.waitUntil(rows[1].hasFocus)
    qtbot.waitUntil(lambda: entry.count() > 0)
    typist.tab_to(entry)
    typist.type("Pendulum-v1")
    typist.tab_to(window.setup.fields["seed"].editor)
    typist.type("7")
    typist.tab_to(window.setup.prepare_button)
    typist.press(KEY.Key_Space)
    bench.wait_generation(2)
    bench.wait_state(RunState.PAUSED)
    assert model.config is not None
    assert (model.config.environment, model.config.seed) == ("Pendulum-v1", 7)


def play_and_step(typist: Typist, bench: Bench, qtbot: QtBot) -> None:
    """Play, pause, step once, step many times, and go on to minibatch and update."""
    window, model = bench.window, bench.window.model
    typist.tab_to(window.layout_.tabs.rows[1])
    typist.press(KEY.Key_Left)
    qtbot.waitUntil(window.layout_.tabs.rows[0].hasFocus)
    typist.press(KEY.Key_Space)
    bench.wait_updates(1)
    typist.press(KEY.Key_Space)
    bench.wait_state(RunState.PAUSED)

    typist.tab_to(window.controls.more)  # for a row of tabs keeps the arrows
    assert model.config is not None
    copies, before = int(str(model.config.value("environment_count"))), model.step
    typist.press(KEY.Key_Right)
    qtbot.waitUntil(lambda: model.step == before + copies)
    typist.press(KEY.Key_1, KEY.Key_2, KEY.Key_Right)
    qtbot.waitUntil(lambda: model.step == before + 13 * copies)
    bench.wait_state(RunState.PAUSED)
    updates, rollout = len(model.updates), copies * int(str(model.config.value("rollout_length")))
    typist.press(KEY.Key_F11)  # to the first minibatch, whose rollout is complete
    qtbot.waitUntil(lambda: model.step == (updates + 1) * rollout)
    bench.wait_state(RunState.PAUSED)
    assert len(model.updates) == updates
    typist.press(SHIFT | KEY.Key_F11)
    bench.wait_updates(updates + 1)
    bench.wait_state(RunState.PAUSED)


def look_back_and_follow(typist: Typist, bench: Bench, qtbot: QtBot) -> None:
    """Look at the moments before, and at the present again."""
    debug, step = bench.window.model.debug, bench.window.model.step
    typist.press(KEY.Key_3, KEY.Key_Left)
    qtbot.waitUntil(lambda: debug.looks_back)
    assert bench.window.model.step == step
    typist.press(KEY.Key_Escape)
    qtbot.waitUntil(lambda: not debug.looks_back)


def turn_a_knob(typist: Typist, bench: Bench) -> None:
    """Type another learning rate, which the next update has."""
    model = bench.window.model
    updates, before = len(model.updates), model.step
    typist.tab_to(bench.window.controls.sliders["learning_rate"].entry)
    typist.type("0.00125")
    typist.press(KEY.Key_Return, SHIFT | KEY.Key_F11)
    bench.wait_updates(updates + 1)
    bench.wait_state(RunState.PAUSED)
    assert model.config is not None
    assert model.config.value("learning_rate_schedule") == "linear"
    left = 1 - before / int(str(model.config.value("steps")))
    assert bench.learning_rates[-1] == pytest.approx(0.00125 * left)


def record(typist: Typist, bench: Bench, qtbot: QtBot, path: Path) -> None:
    """Record a few steps, from key to key."""
    recording, model = bench.window.recording, bench.window.model
    timer = answer_next_dialog(str(path))
    typist.press(CTRL | KEY.Key_R)
    timer.stop()
    qtbot.waitUntil(lambda: recording.active)
    before = model.step
    typist.press(KEY.Key_F10)
    qtbot.waitUntil(lambda: model.step > before)
    typist.press(CTRL | KEY.Key_R)
    qtbot.waitUntil(lambda: not recording.active)
    with Recording.open(path) as written:
        assert written.info.complete


def test_that_a_session_needs_no_mouse(
    typist: Typist, bench: Bench, qtbot: QtBot, afresh: None, tmp_path: Path
) -> None:
    window, model = bench.window, bench.window.model
    bench.begin()
    set_up_another_run(typist, bench, qtbot)
    play_and_step(typist, bench, qtbot)
    look_back_and_follow(typist, bench, qtbot)
    turn_a_knob(typist, bench)
    record(typist, bench, qtbot, tmp_path / "by key.pgviz")

    with qtbot.waitSignal(window.pump.run_saved, timeout=60_000) as saved:
        typist.press(CTRL | KEY.Key_S)
    assert saved.args is not None
    assert list(Path(saved.args[0].folder).glob("step-*/manifest.json"))

    before = model.step
    typist.choose(KEY.Key_D, "Step")
    qtbot.waitUntil(lambda: model.step > before)
    typist.choose(KEY.Key_R, "Restart")
    bench.wait_generation(3)
    bench.wait_state(RunState.PAUSED)

    typist.press(CTRL | KEY.Key_Q)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert window.session.isFinished()
