"""Exporting through the real window: the entries are clicked, and a process of its own writes the files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.export import extras
from pgviz.gui.export_dialog import OTHER, ExportDialog
from pgviz.gui.export_wish import DATASET, KINDS
from pgviz.gui.main_window import MainWindow
from tests.e2e.conftest import Bench, replaying
from tests.hands import click, press, write
from tests.session.recordings import SECONDS_A_STEP, recorded

KEY = Qt.Key
CTRL_E = Qt.KeyboardModifier.ControlModifier | KEY.Key_E
CTRL_R = Qt.KeyboardModifier.ControlModifier | KEY.Key_R
STEPS = 200


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 steps of two copies of CartPole."""
    return recorded(tmp_path_factory.mktemp("recordings") / "démo run.pgviz", STEPS)[0]


@pytest.fixture
def window(demo: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    """A window that was begun on the recording."""
    with replaying(demo, tmp_path / "settings.ini", qtbot) as window:
        yield window


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where every file goes to, under the name that is suggested."""
    folder = tmp_path / "aus gabe"
    folder.mkdir()

    def answer(parent: object, title: str, suggested: str, kinds: str) -> tuple[str, str]:
        return str(folder / Path(suggested).name), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    return folder


def opened(window: MainWindow, qtbot: QtBot) -> ExportDialog:
    """Press Ctrl+E."""
    qtbot.waitUntil(window.actions_.export.isEnabled)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    press(window, CTRL_E)
    dialog = window.exporting.dialog
    assert dialog is not None
    assert dialog.isVisible()
    return dialog


def choose(box: QComboBox, text: str) -> None:
    """Choose an entry by its keys."""
    box.setFocus()
    press(box, KEY.Key_Home)
    for _ in range(box.findText(text)):
        press(box, KEY.Key_Down)
    assert box.currentText() == text


def enter(spin: object, text: str) -> None:
    """Type a number in place of what is there."""
    assert hasattr(spin, "selectAll")
    spin.selectAll()
    write(spin, text)  # type: ignore[arg-type]
    press(spin, KEY.Key_Tab)  # type: ignore[arg-type]


def go(window: MainWindow, dialog: ExportDialog, qtbot: QtBot) -> None:
    """Click on Export and wait until it is over."""
    click(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok))
    qtbot.waitUntil(lambda: window.exporting.dialog is None)


def title_of(suffix: str) -> str:
    return next(kind.title for kind in KINDS if kind.suffix == suffix)


def test_that_a_part_is_exported_as_pictures_of_the_environment(
    window: MainWindow, out: Path, qtbot: QtBot
) -> None:
    dialog = opened(window, qtbot)
    choose(dialog.kind, title_of(".png"))
    choose(dialog.what, "The environment")
    choose(dialog.size_, OTHER)
    enter(dialog.width_, "320")
    enter(dialog.height_, "200")
    enter(dialog.fps, "10")
    enter(dialog.first, "0.5")
    enter(dialog.last, "1.5")
    click(dialog.numbers)
    assert dialog.note.text().startswith("1.0 s, about 10 pictures")

    go(window, dialog, qtbot)

    assert window.statusBar().currentMessage().startswith("Exported ")
    assert not window.message_bar.isVisible()
    pictures = sorted((out / "démo run-pictures").glob("*.png"))
    assert 10 <= len(pictures) <= 11
    first, last = QImage(str(pictures[0])), QImage(str(pictures[-1]))
    assert (first.width(), first.height()) == (320, 200)
    assert first != last
    # The line of numbers is under the picture.
    assert first.pixelColor(2, 190).lightness() < 40 < first.pixelColor(160, 20).lightness()


def test_that_the_numbers_are_exported_as_a_table(window: MainWindow, out: Path, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    choose(dialog.kind, title_of(".csv"))
    assert not dialog.what.isVisible()

    go(window, dialog, qtbot)

    with (out / "démo run.csv").open(encoding="utf-8", newline="") as file:
        steps = [int(row["step"]) for row in csv.DictReader(file) if row["kind"] == "step"]
    assert steps[-1] == STEPS
    assert [each.name for each in out.iterdir()] == ["démo run.csv"]


def test_that_it_is_exported_as_a_film_where_it_can_be_encoded(
    window: MainWindow, out: Path, qtbot: QtBot
) -> None:
    pytest.importorskip("av")
    from tests.export.films import seen

    dialog = opened(window, qtbot)
    choose(dialog.size_, "640 × 480")
    enter(dialog.fps, "5")
    enter(dialog.speed, "2")
    done: list[int] = []
    dialog.bar.valueChanged.connect(done.append)

    go(window, dialog, qtbot)

    context, pictures = seen(out / "démo run.mp4")
    assert (context.width, context.height) == (640, 480)
    assert pictures[-1][0] == pytest.approx(STEPS * SECONDS_A_STEP / 2, abs=0.21)
    assert done[:-1] == sorted(done[:-1])
    assert max(done) > 90


def test_that_the_episodes_are_exported_as_a_data_set(window: MainWindow, out: Path, qtbot: QtBot) -> None:
    pytest.importorskip("minari")
    import minari

    dialog = opened(window, qtbot)
    choose(dialog.kind, DATASET.title)
    assert not dialog.what.isVisible()
    assert "lived again" in dialog.note.text()
    done: list[int] = []
    dialog.bar.valueChanged.connect(done.append)

    go(window, dialog, qtbot)

    assert not window.message_bar.isVisible()
    assert max(done) > 50
    dataset = minari.MinariDataset(out / "démo-run-v0" / "data")
    assert f"{len(dataset)} episodes" in window.statusBar().currentMessage()
    assert [each.name for each in out.iterdir()] == ["démo-run-v0"]


def test_that_a_module_that_the_file_names_is_imported_for_a_data_set_only_after_a_yes(
    tmp_path: Path, out: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("minari")
    (tmp_path / "a_strangers_world.py").write_text(
        "import gymnasium\n"
        "from gymnasium.envs.classic_control import CartPoleEnv\n"
        "gymnasium.register('Strange-v0', entry_point=CartPoleEnv, max_episode_steps=20)\n"
    )
    config = RunConfig.create("CartPole-v1", "ppo", environment_count=1)
    with monkeypatch.context() as here:
        here.syspath_prepend(tmp_path)
        strange = replace(config, environment="a_strangers_world:Strange-v0")
        path = recorded(tmp_path / "strange.pgviz", 60, config=strange)[0]
    monkeypatch.chdir(tmp_path)  # where the window looks for modules, and nothing else does

    with replaying(path, tmp_path / "settings.ini", qtbot) as window:
        for button in (QMessageBox.StandardButton.Cancel, None):
            dialog = opened(window, qtbot)
            choose(dialog.kind, DATASET.title)
            click(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok))
            box = window.findChild(QMessageBox)
            assert box is not None
            assert "a_strangers_world" in box.informativeText()
            assert list(out.iterdir()) == []
            if button is not None:
                click(box.button(button))
                qtbot.waitUntil(lambda: window.findChild(QMessageBox) is None)
                press(dialog, KEY.Key_Escape)
        assert box is not None
        (yes,) = (each for each in box.buttons() if each.text().startswith("Import"))
        click(yes)
        qtbot.waitUntil(lambda: window.exporting.dialog is None)

        assert not window.message_bar.isVisible()
        assert [each.name for each in out.iterdir()] == ["strange-v0"]


def test_that_the_window_lives_and_a_cancelled_film_leaves_nothing(
    window: MainWindow, out: Path, qtbot: QtBot
) -> None:
    dialog = opened(window, qtbot)
    choose(dialog.kind, title_of(".png"))
    enter(dialog.speed, "0.25")
    click(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok))
    qtbot.waitUntil(lambda: dialog.bar.value() > 0)
    assert dialog.bar.isVisible()
    assert not dialog.what.isEnabled()

    first = window.model.step
    click(window.tool_bar.widgetForAction(window.actions_.step))
    qtbot.waitUntil(lambda: window.model.step > first, timeout=10_000)
    assert dialog.bar.value() < 100
    assert any(out.iterdir())

    click(dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel))
    qtbot.waitUntil(dialog.what.isEnabled)
    assert not dialog.bar.isVisible()
    assert list(out.iterdir()) == []
    click(dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel))
    qtbot.waitUntil(lambda: window.exporting.dialog is None)


def test_that_a_place_that_cannot_be_written_is_said_in_the_banner(
    window: MainWindow, out: Path, qtbot: QtBot
) -> None:
    dialog = opened(window, qtbot)
    choose(dialog.kind, title_of(".png"))
    enter(dialog.fps, "12")
    out.rmdir()

    go(window, dialog, qtbot)

    qtbot.waitUntil(window.message_bar.isVisible)
    assert "cannot write" in window.banner.message.text()
    again = opened(window, qtbot)
    assert (again.fps.value(), again.chosen.suffix) == (12, ".png")
    press(again, KEY.Key_Escape)


def test_that_what_is_missing_is_named_and_not_begun(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    dialog = opened(window, qtbot)
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not button.isEnabled()
    assert "pip install 'pgviz[video]'" in dialog.note.text()

    choose(dialog.kind, title_of(".png"))
    assert button.isEnabled()
    choose(dialog.kind, title_of(""))
    assert "pip install 'pgviz[tensorboard]'" in dialog.note.text()

    choose(dialog.kind, title_of(".png"))
    enter(dialog.first, "1.9")
    enter(dialog.last, "0.5")
    assert not button.isEnabled()
    press(dialog, KEY.Key_Escape)


def test_that_closing_the_window_ends_an_export(window: MainWindow, out: Path, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    choose(dialog.kind, title_of(".png"))
    enter(dialog.speed, "0.25")
    click(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok))
    qtbot.waitUntil(lambda: dialog.bar.value() > 0)

    window.close()

    assert list(out.iterdir()) == []
    assert window.exporting.dialog is None


def test_that_a_run_can_be_exported_once_it_was_recorded(bench: Bench, qtbot: QtBot, out: Path) -> None:
    bench.begin(play=True)
    export = bench.window.actions_.export
    assert not export.isEnabled()
    assert "Ctrl+R" in export.toolTip()
    press(bench.window, CTRL_R)
    qtbot.waitUntil(lambda: bench.window.recording.active)
    bench.wait_updates(len(bench.window.model.updates) + 3)
    press(bench.window, CTRL_R)
    qtbot.waitUntil(lambda: not bench.window.recording.active)

    dialog = opened(bench.window, qtbot)
    choose(dialog.kind, title_of(".csv"))
    QTest.keyClick(dialog, KEY.Key_Return)
    qtbot.waitUntil(lambda: bench.window.exporting.dialog is None)

    (table,) = out.glob("*.csv")
    with table.open(encoding="utf-8", newline="") as file:
        kinds = [row["kind"] for row in csv.DictReader(file)]
    assert kinds.count("update") >= 2
