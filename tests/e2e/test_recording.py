"""Recording in the window: Ctrl+R, the light in the status bar, and what becomes of trouble."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from pgviz.gui.recording import Recording
from pgviz.gui.widgets.recording_light import RecordingLight, size_text
from pgviz.recording.reader import Recording as Reader
from pgviz.session.commands import StartRecording
from pgviz.session.notices import RunState
from pgviz.session.recorded import RecordingState
from pgviz.training.events import StepTaken
from tests.e2e.conftest import Bench
from tests.hands import press

CTRL_R = Qt.KeyboardModifier.ControlModifier | Qt.Key.Key_R


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What was suggested each time a file was asked for; the answer is the same name in another folder."""
    asked: list[str] = []

    def answer(parent: object, title: str, suggested: str, kinds: str) -> tuple[str, str]:
        asked.append(suggested)
        return str(tmp_path / Path(suggested).name), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return asked


def wait_for(bench: Bench, qtbot: QtBot, active: bool) -> Recording:
    recording = bench.window.recording
    qtbot.waitUntil(lambda: recording.active is active and recording._state is not None)
    return recording


def test_that_a_run_is_recorded_from_key_to_key(
    bench: Bench, qtbot: QtBot, answers: list[str], tmp_path: Path
) -> None:
    bench.begin(play=True)
    light = bench.window.recording.light
    assert not light.isVisible()

    press(bench.window, CTRL_R)
    wait_for(bench, qtbot, True)
    assert "CartPole-v1" in answers[0]
    assert answers[0].endswith(".pgviz")
    assert light.isVisible()
    qtbot.waitUntil(lambda: "MB left" in light.label.text() or "GB left" in light.label.text())
    assert light.label.text().startswith("Recording ")
    assert bench.window.actions_.record.text() == "Stop recording"
    bench.wait_updates(3)

    press(bench.window, CTRL_R)
    wait_for(bench, qtbot, False)
    assert not light.isVisible()
    assert bench.window.actions_.record.text() == "Record…"
    assert bench.window.model.state is RunState.PLAYING
    (path,) = tmp_path.glob("*.pgviz")
    with Reader.open(path) as recording:
        assert recording.info.complete
        steps = [each.event for each in recording.events() if isinstance(each.event, StepTaken)]
    assert any(step.detail is not None and step.detail.frame is not None for step in steps)


def test_that_a_file_is_asked_for_only_the_first_time(
    bench: Bench, qtbot: QtBot, answers: list[str], tmp_path: Path
) -> None:
    bench.begin()
    for count in (1, 2):
        if count == 2:
            qtbot.wait(1100)  # names go by the second
        press(bench.window, CTRL_R)
        wait_for(bench, qtbot, True)
        press(bench.window, CTRL_R)
        wait_for(bench, qtbot, False)
        assert len(list(tmp_path.glob("*.pgviz"))) == count
    assert len(answers) == 1


def test_that_nothing_happens_where_no_file_is_chosen(
    bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    bench.begin()
    press(bench.window, CTRL_R)
    qtbot.wait(100)
    assert not bench.window.recording.active


def test_that_a_place_where_nothing_can_be_written_is_said(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    bench.begin()
    bench.window.recording.start(StartRecording(tmp_path / "missing" / "a.pgviz"))
    qtbot.waitUntil(bench.window.message_bar.isVisible)
    assert not bench.window.recording.active


def test_that_trouble_is_said_and_the_run_goes_on(
    bench: Bench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.begin(play=True)
    bench.window.recording.start(StartRecording(tmp_path / "a.pgviz"))
    wait_for(bench, qtbot, True)
    monkeypatch.setattr("pgviz.recording.writer.LEAST_FREE", 10**18)
    qtbot.waitUntil(bench.window.message_bar.isVisible)
    assert not bench.window.recording.active
    assert not bench.window.recording.light.isVisible()
    assert bench.window.model.state is RunState.PLAYING


def test_that_closing_the_window_closes_the_recording(
    bench: Bench, qtbot: QtBot, answers: list[str], tmp_path: Path
) -> None:
    bench.begin(play=True)
    press(bench.window, CTRL_R)
    wait_for(bench, qtbot, True)
    bench.window.close()
    (path,) = tmp_path.glob("*.pgviz*")
    with Reader.open(path) as recording:
        assert recording.info.complete


def test_that_the_light_is_a_dot_and_a_word(qtbot: QtBot) -> None:
    light = RecordingLight()
    qtbot.addWidget(light)
    light.show_state(RecordingState(1, "a.pgviz", True, 3.0, 3_200_000, 74_100_000_000, 2))
    assert light.label.text() == "Recording 3.2 MB, 74.1 GB left, 2 pictures dropped"
    light.show_state(RecordingState(1, "a.pgviz", True, 3.0, 3_200_000, 90_000_000, 0))
    assert light.label.text() == "Recording 3.2 MB, 90.0 MB left (almost full)"
    image = light.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    reds = [
        colour
        for x in range(image.width())
        for y in range(image.height())
        if (colour := image.pixelColor(x, y)).red() > 200 and colour.green() < 80
    ]
    assert len(reds) > 40


def test_that_sizes_are_told_in_a_unit_that_fits() -> None:
    assert [size_text(size) for size in (850_000, 3_240_000, 74_100_000_000)] == ["850 kB", "3.2 MB", "74.1 GB"]


def test_that_snapshots_that_are_left_out_are_said_once(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    told = bench.window.pump.recording_told
    told.emit(RecordingState(1, "a.pgviz", True, 3.0, 3_200_000, 74_100_000_000, 0))
    assert not bench.window.message_bar.isVisible()
    told.emit(RecordingState(1, "a.pgviz", True, 3.0, 3_200_000, 74_100_000_000, 0, snapshots_left_out=1))
    assert "larger than 256 MB" in bench.window.banner.message.text()
    bench.window.faults.clear()
    told.emit(RecordingState(1, "a.pgviz", True, 3.0, 3_200_000, 74_100_000_000, 0, snapshots_left_out=2))
    assert not bench.window.message_bar.isVisible()
