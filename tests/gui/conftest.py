"""The window on a host that pretends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.main_window import MainWindow
from pgviz.gui.settings import Settings
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import RunState
from tests.gui.fake_host import FakeHost

CARTPOLE = RunConfig.create("CartPole-v1")
PENDULUM = RunConfig.create("Pendulum-v1")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that nobody has written to."""
    return Settings.in_file(tmp_path / "settings.ini")


class Desk:
    """A window on a pretended session, and the commands that reached it."""

    def __init__(self, settings: Settings, qtbot: QtBot) -> None:
        self.hosts: list[FakeHost] = []
        self.window = MainWindow(settings, self._make_host)
        self._qtbot = qtbot
        qtbot.addWidget(self.window)
        self.window.show()

    def _make_host(self, inbox: Inbox, mailbox: Mailbox) -> FakeHost:
        self.hosts.append(FakeHost(inbox, mailbox))
        return self.hosts[-1]

    @property
    def host(self) -> FakeHost:
        """The host that serves now."""
        return self.hosts[-1]

    def begin(self, config: RunConfig = CARTPOLE, play: bool = False) -> None:
        """Set a run up and wait until it is there."""
        self.window.begin(config, play)
        self.wait_state(RunState.PLAYING if play else RunState.PAUSED)

    def wait_state(self, state: RunState) -> None:
        """Wait until the window knows of a state."""
        self._qtbot.waitUntil(lambda: self.window.model.state is state)

    def wait_command(self, command: object) -> None:
        """Wait until the session has been given a command."""
        self._qtbot.waitUntil(lambda: command in self.host.log)


@pytest.fixture
def desk(settings: Settings, qtbot: QtBot) -> Iterator[Desk]:
    """A shown window whose session has not begun."""
    yield (made := Desk(settings, qtbot))
    made.window.close()
