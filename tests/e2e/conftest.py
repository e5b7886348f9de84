"""The real window on the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.main_window import MainWindow
from pgviz.gui.series import Floats
from pgviz.gui.session_thread import recording_host
from pgviz.gui.settings import Settings
from pgviz.session.notices import RunState

# Small, quick to update, and longer than any test.
SMALL: dict[str, object] = {
    "steps": 10_000_000,
    "environment_count": 2,
    "rollout_length": 32,
    "minibatch_size": 32,
    "epochs": 2,
    "hidden_sizes": (8,),
    "learning_rate_schedule": "constant",
}
CARTPOLE = RunConfig.create("CartPole-v1", "ppo", **SMALL)
PENDULUM = RunConfig.create("Pendulum-v1", "ppo", **SMALL)


class Bench:
    """A window that trains, and ways to wait for it."""

    def __init__(self, settings: Settings, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.window = MainWindow(settings)
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()

    def begin(self, config: RunConfig = CARTPOLE, play: bool = False) -> None:
        """Set a run up and wait until it is there."""
        self.window.begin(config, play)
        self.wait_state(RunState.PLAYING if play else RunState.PAUSED)

    def wait_state(self, state: RunState) -> None:
        """Wait until the window knows of a state."""
        self._qtbot.waitUntil(lambda: self.window.model.state is state)

    def wait_updates(self, count: int) -> None:
        """Wait until so many updates are known."""
        self._qtbot.waitUntil(lambda: len(self.window.model.updates) >= count)

    def wait_generation(self, count: int) -> None:
        """Wait until the so-manieth run has begun."""
        self._qtbot.waitUntil(lambda: self.window.model.generation >= count)

    def wait_marks(self, count: int) -> None:
        """Wait until so many changes have been applied."""
        self._qtbot.waitUntil(lambda: len(self.window.model.marks) >= count)

    def button(self, action: QAction) -> QWidget:
        """The tool button of an action."""
        button = self.window.tool_bar.widgetForAction(action)
        assert button is not None
        return button

    @property
    def learning_rates(self) -> Floats:
        """As applied by each update."""
        return self.window.model.updates.column(3)


@contextmanager
def replaying(path: Path, settings: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    """A window that was begun on a recording, with its first step shown."""
    window = MainWindow(Settings.in_file(settings), recording_host(path))
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.begin_recording()
    qtbot.waitUntil(lambda: window.model.recording is not None and window.model.shown is not None)
    yield window
    window.close()


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot) -> Iterator[Bench]:
    """A shown window whose session has not begun."""
    yield (made := Bench(Settings.in_file(tmp_path / "settings.ini"), qtbot))
    made.window.close()
