"""After a dialog has gone the window hears keys again, also where no window manager sees to that."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from pgviz.session.notices import RunState
from tests.e2e.conftest import Bench
from tests.hands import press, write

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def afresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Qt's own file dialog, which begins in a folder of the test's own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)


def answer_next_dialog(text: str) -> QTimer:
    """Type into the next file dialog and press Return until it is gone."""
    timer = QTimer(interval=20)
    typed: list[QWidget] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog):
            return
        entry = dialog.focusWidget()
        if not typed:
            typed.append(dialog)
            press(entry, CTRL | Qt.Key.Key_A)
            write(entry, text)
        press(entry, Qt.Key.Key_Return)

    timer.timeout.connect(look)
    timer.start()
    return timer


def focused(bench: Bench) -> QWidget:
    """What a key goes to; the window takes them where nothing in it has the focus."""
    return QApplication.focusWidget() or bench.window


def test_that_ctrl_q_is_heard_after_a_recording_that_was_refused(
    bench: Bench, qtbot: QtBot, afresh: None, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    bench.window.activateWindow()
    bench.begin()
    timer = answer_next_dialog(str(tmp_path / "file" / "no.pgviz"))
    press(bench.window, CTRL | Qt.Key.Key_R)
    timer.stop()
    qtbot.waitUntil(bench.window.message_bar.isVisible)
    assert not bench.window.recording.active

    press(focused(bench), CTRL | Qt.Key.Key_Q)

    qtbot.waitUntil(lambda: not bench.window.isVisible(), timeout=3000)
    assert bench.window.session.isFinished()


def test_that_space_is_heard_after_a_dialog_was_given_up(bench: Bench, qtbot: QtBot) -> None:
    bench.window.activateWindow()
    bench.begin()
    press(bench.window, CTRL | Qt.Key.Key_G)
    qtbot.waitUntil(lambda: QApplication.activeWindow() not in (None, bench.window))
    press(focused(bench), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is bench.window, timeout=3000)

    press(focused(bench), Qt.Key.Key_Space)

    bench.wait_state(RunState.PLAYING)
