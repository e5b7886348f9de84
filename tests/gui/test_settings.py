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


def test_that_reset_layout_brings_everything_back(desk: Desk, qtbot: QtBot) -> None:
    window = desk.window
    window.docks.entropy.hide()
    window.docks.policy.setFloating(True)
    window.docks.setup.close()

    window.layout_.reset()

    assert all(not dock.isHidden() and not dock.isFloating() for dock in window.docks.all)
    qtbot.waitUntil(lambda: has_good_proportions(window))
    assert window.docks.policy.geometry().left() > window.environment.geometry().right()
    assert window.docks.controls.geometry().top() > window.environment.geometry().bottom()
    assert window.docks.controls.isVisible()


SIZES = [(1280, 800), (1920, 1080)]


def has_good_proportions(window: MainWindow) -> bool:
    docks = window.docks
    plots = docks.policy.width() + docks.log_std.width()
    return (
        0.55 * window.width() < plots < 0.65 * window.width()
        and docks.timeline.geometry().bottom() >= docks.controls.geometry().bottom()
        and abs(docks.policy.height() - docks.entropy.height()) < 60
        and window.environment.height() > 0.35 * window.height()
    )


@pytest.mark.parametrize("size", SIZES)
def test_that_the_plots_have_most_of_the_width_and_all_of_the_height(
    size: tuple[int, int], desk: Desk, qtbot: QtBot
) -> None:
    desk.window.resize(*size)
    desk.window.layout_.reset()

    qtbot.waitUntil(lambda: has_good_proportions(desk.window))
    assert (desk.window.width(), desk.window.height()) == size


@pytest.mark.parametrize("size", SIZES)
def test_that_the_proportions_stay_when_the_window_grows_or_shrinks(
    size: tuple[int, int], desk: Desk, qtbot: QtBot
) -> None:
    desk.window.resize(1500, 900)
    qtbot.waitUntil(lambda: has_good_proportions(desk.window))

    desk.window.resize(*size)

    qtbot.waitUntil(lambda: has_good_proportions(desk.window))


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


@pytest.mark.parametrize(
    ("stored", "kept"),
    [
        ("nonsense", 0),
        ('[{"condition": 5}]', 0),
        ('[{"condition": "kl > 1"}, {"condition": "no_such_name > 1"}]', 1),
    ],
)
def test_that_breakpoints_that_cannot_be_read_are_left_aside(stored: str, kept: int, tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    store = QSettings(str(path), QSettings.Format.IniFormat)
    store.setValue("debug/breakpoints", stored)
    store.sync()

    assert len(Settings.in_file(path).breakpoints) == kept
