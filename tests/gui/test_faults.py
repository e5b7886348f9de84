"""What goes wrong is said in the window, which stays alive."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.app import unexpected_errors_shown
from pgviz.gui.main_window import MainWindow
from pgviz.gui.settings import Settings
from pgviz.session import commands
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import CommandRejected, RunState
from pgviz.session.playback_host import Host
from tests.gui.conftest import CARTPOLE, Desk
from tests.gui.fake_host import FakeHost
from tests.hands import click, press


class CrashingHost(FakeHost):
    """Falls over a restart."""

    def _serve(self, command: commands.Command) -> None:
        if isinstance(command, commands.Restart):
            raise ZeroDivisionError("of the engine")
        super()._serve(command)


def test_that_details_lie_below_the_banner_and_no_small_window_grows_for_them(
    crashing: MainWindow, qtbot: QtBot
) -> None:
    banner = crashing.banner
    crashing.resize(crashing.minimumSizeHint())
    qtbot.waitUntil(lambda: crashing.size() == crashing.minimumSizeHint().expandedTo(crashing.minimumSize()))
    smallest = crashing.size()

    press(banner.details_button, Qt.Key.Key_Space)
    assert crashing.minimumSizeHint().height() <= smallest.height()
    assert crashing.size() == smallest
    details, place = banner.details, banner.mapTo(crashing, banner.rect().bottomLeft())
    assert (details.x(), details.y(), details.width()) == (place.x(), place.y() + 1, banner.width())
    assert details.geometry().bottom() < crashing.height()
    assert crashing.childAt(details.geometry().center()) is details.viewport()

    crashing.resize(smallest.width() + 100, smallest.height())
    qtbot.waitUntil(lambda: details.width() == banner.width() > smallest.width())
    banner.details_button.setFocus()
    press(banner.details_button, Qt.Key.Key_Tab)
    assert details.hasFocus()


@pytest.fixture
def crashing(settings: Settings, qtbot: QtBot) -> MainWindow:
    window = MainWindow(settings, CrashingHost)
    qtbot.addWidget(window)
    window.show()
    window.begin(CARTPOLE)
    qtbot.waitUntil(lambda: window.model.state is RunState.PAUSED)
    window.control.restart()
    qtbot.waitUntil(lambda: window.model.state is RunState.FAILED)
    return window


def test_that_a_crash_of_the_engine_is_shown_and_survived(
    capsys: pytest.CaptureFixture[str], crashing: MainWindow, qtbot: QtBot
) -> None:
    banner = crashing.banner
    assert "ZeroDivisionError: of the engine" in banner.message.text()
    assert "restart" in banner.message.text()
    assert capsys.readouterr().err.count("\n") == 1

    click(banner.details_button)
    assert banner.details.isVisible()
    assert "Traceback" in banner.details.toPlainText()
    click(banner.details_button)
    assert not banner.details.isVisible()
    click(banner.details_button)

    click(banner.restart_button)
    qtbot.waitUntil(lambda: crashing.model.state is RunState.PAUSED)
    assert not banner.isVisible()
    assert not banner.details.isVisible()
    assert crashing.model.config == CARTPOLE
    assert crashing.session.isRunning()


def test_that_an_engine_that_cannot_be_loaded_is_shown(settings: Settings, qtbot: QtBot) -> None:
    def missing(_inbox: Inbox, _mailbox: Mailbox) -> Host:
        raise ImportError("libtorch.so:\nno such file")

    window = MainWindow(settings, missing)
    qtbot.addWidget(window)
    window.show()

    window.begin(CARTPOLE)
    qtbot.waitUntil(lambda: window.model.state is RunState.FAILED)

    assert "(ImportError: libtorch.so: no such file)" in window.banner.message.text()
    assert window.banner.isVisible()


def test_that_a_run_that_cannot_be_set_up_leaves_the_present_one(desk: Desk, qtbot: QtBot) -> None:
    desk.begin()
    banner = desk.window.banner

    desk.window.control.start(RunConfig.create("Missing-v0"))
    qtbot.waitUntil(banner.isVisible)

    assert "did you mean CartPole-v1?" in banner.message.text()
    assert not banner.restart_button.isVisible()
    assert desk.window.model.config == CARTPOLE
    click(banner.dismiss_button)
    assert not banner.isVisible()


def test_that_a_defect_of_the_window_is_shown_once(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    faults, before = desk.window.faults, sys.excepthook
    with unexpected_errors_shown(faults):
        for _ in range(3):
            try:
                raise ValueError("lost\nand gone " * 100)
            except ValueError as error:
                sys.excepthook(ValueError, error, error.__traceback__)

    assert sys.excepthook is before
    assert "(ValueError: lost and gone lost" in desk.window.banner.message.text()
    assert len(desk.window.banner.message.text()) < 250
    assert desk.window.banner.isVisible()
    assert capsys.readouterr().err.count("Traceback") == 1


def test_that_a_long_message_is_wrapped_and_whole(desk: Desk) -> None:
    desk.window.banner.show_failure("a long word " * 60)
    desk.window.message_bar.show()
    desk.window.resize(900, 700)

    label = desk.window.banner.message
    assert label.height() >= label.heightForWidth(label.width())


def test_that_the_banner_is_no_taller_than_a_line_needs(desk: Desk, qtbot: QtBot) -> None:
    message = "my_worlds.balancing:MotorOnFire-v0 raised ValueError in step 3 of episode 1: the motor is on fire."
    desk.begin()
    desk.window.banner.message.resize(100, 20)  # as wide as a label is before its first layout
    desk.window.faults.command_rejected(CommandRejected(0, message))
    qtbot.wait(100)

    assert desk.window.banner.height() < 80


def test_that_the_banner_shrinks_again_after_a_long_message(desk: Desk, qtbot: QtBot) -> None:
    banner, long = desk.window.banner, ("a long word " * 100).strip()
    desk.window.faults.command_rejected(CommandRejected(0, long))
    qtbot.wait(50)
    tall = banner.height()
    assert banner.message.text().endswith("…")
    assert long in banner.details.toPlainText()

    desk.window.faults.command_rejected(CommandRejected(0, "a short one."))
    qtbot.waitUntil(lambda: banner.height() < tall)

    assert banner.message.height() == 20
