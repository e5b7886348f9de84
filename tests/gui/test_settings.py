"""What is remembered comes back, and what cannot be read does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings
from pytestqt.qtbot import QtBot

from pgviz.gui.main_window import MainWindow
from pgviz.gui.settings import Settings
from tests.gui.conftest import PENDULUM, Desk
from tests.gui.fake_host import FakeHost


def reopened(settings: Settings, qtbot: QtBot) -> MainWindow:
    window = MainWindow(settings, FakeHost)
    qtbot.addWidget(window)
    window.show()
    return window


def test_that_the_window_comes_back_as_it_was_left(
    desk: Desk, settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    desk.begin(PENDULUM)
    desk.window.resize(770, 740)
    desk.window.docks.entropy.hide()
    desk.window.controls.speed.slider.setValue(3)
    desk.window.appearance.choose("dark")

    desk.window.close()
    window = reopened(Settings.in_file(tmp_path / "settings.ini"), qtbot)

    assert (window.width(), window.height()) == (770, 740)
    assert not window.docks.entropy.isVisible()
    assert window.docks.policy.isVisible()
    assert window.controls.speed.speed == 2.0
    assert window.appearance.choice == "dark"
    assert settings.config == PENDULUM


def test_that_reset_layout_brings_everything_back(desk: Desk) -> None:
    window = desk.window
    window.docks.entropy.hide()
    window.docks.policy.setFloating(True)
    window.docks.setup.close()

    window.layout_.reset()

    assert all(not dock.isHidden() and not dock.isFloating() for dock in window.docks.all)
    assert window.docks.policy.geometry().left() > window.environment.geometry().right()
    assert window.docks.controls.geometry().top() > window.environment.geometry().bottom()
    assert window.docks.controls.isVisible()


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_that_the_plots_have_most_of_the_width_and_all_of_the_height(size: tuple[int, int], desk: Desk) -> None:
    window, docks = desk.window, desk.window.docks
    window.resize(*size)
    window.layout_.reset()

    plots = docks.policy.width() + docks.log_std.width()
    assert 0.5 * size[0] < plots < 0.66 * size[0]
    assert docks.entropy.geometry().bottom() >= docks.controls.geometry().bottom()
    assert abs(docks.policy.height() - docks.entropy.height()) < 60
    assert (window.width(), window.height()) == size


GARBAGE = QByteArray(b"\x00garbage")


def test_that_corrupted_settings_are_left_aside(tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "settings.ini"
    store = QSettings(str(path), QSettings.Format.IniFormat)
    for key in ("window/geometry", "window/docks", "window/theme", "run/config", "run/speed"):
        store.setValue(key, GARBAGE)
    store.sync()

    settings = Settings.in_file(path)
    window = reopened(settings, qtbot)

    assert (settings.theme, settings.config, settings.speed) == ("system", None, None)
    assert all(not dock.isHidden() for dock in window.docks.all)


def test_that_a_file_that_is_no_settings_file_is_left_aside(tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    path.write_bytes(bytes(range(256)) * 10)

    settings = Settings.in_file(path)

    assert (settings.theme, settings.config, settings.geometry) == ("system", None, None)


@pytest.mark.parametrize("speed", [None, 0.25, 16.0])
def test_that_a_speed_is_remembered(speed: float | None, tmp_path: Path) -> None:
    settings = Settings.in_file(tmp_path / "settings.ini")
    settings.speed = speed
    settings.save()

    assert Settings.in_file(tmp_path / "settings.ini").speed == speed
