"""The application opens, closes and loads things in the right order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui import app, main_window
from pgviz.gui.app import after_first_paint, interrupt_closes
from pgviz.gui.settings import Settings
from pgviz.session.commands import Look
from pgviz.session.notices import RunState
from tests.gui.conftest import PENDULUM, Desk


def run_python(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a Python of its own."""
    command = [sys.executable, "-c", textwrap.dedent(program)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, env=os.environ.copy(), check=False)


def test_that_the_window_is_loaded_without_torch_and_gymnasium() -> None:
    done = run_python("""
        import sys
        import pgviz.gui.app, pgviz.gui.screenshot
        print(*sorted({"torch", "gymnasium", "pygame", "scipy"} & set(sys.modules)))
    """)

    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_that_the_session_is_not_begun_before_the_window_is_painted(desk: Desk, qtbot: QtBot) -> None:
    painted: list[bool] = []
    desk.window.hide()
    after_first_paint(desk.window, lambda: painted.append(desk.window.session.isRunning()))

    desk.window.show()
    qtbot.waitUntil(lambda: bool(painted))

    assert painted == [False]


class _Opened:
    """Closes what :func:`app.run` opens, once its run is there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
        from tests.gui.fake_host import FakeHost

        self.config: RunConfig | None = None
        monkeypatch.setattr(Settings, "of_user", classmethod(lambda cls: settings))
        monkeypatch.setattr(main_window.MainWindow.__init__, "__defaults__", (FakeHost, None))
        original = main_window.MainWindow.begin

        def begin(window: main_window.MainWindow, config: RunConfig, play: bool = False) -> None:
            self.config = config
            window.pump.run_started.connect(lambda _: QTimer.singleShot(0, window, window.close))
            original(window, config, play)

        monkeypatch.setattr(main_window.MainWindow, "begin", begin)


@pytest.mark.parametrize(
    ("asked", "stored", "opened"),
    [
        (None, None, RunConfig.create()),
        (None, PENDULUM, PENDULUM),
        (RunConfig.create("Acrobot-v1"), PENDULUM, RunConfig.create("Acrobot-v1")),
    ],
)
def test_that_the_run_asked_for_or_the_last_one_is_opened(
    asked: RunConfig | None,
    stored: RunConfig | None,
    opened: RunConfig,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    if stored is not None:
        settings.config = stored
    seen = _Opened(monkeypatch, settings)

    status = app.run(asked)

    assert (status, seen.config, settings.config) == (0, opened, opened)


def test_that_an_interrupt_closes_the_window(desk: Desk, qtbot: QtBot) -> None:
    desk.begin(play=True)
    before = signal.getsignal(signal.SIGINT)

    with interrupt_closes(desk.window):
        signal.raise_signal(signal.SIGINT)
        qtbot.waitUntil(lambda: not desk.window.isVisible())

    assert not desk.window.session.isRunning()
    assert signal.getsignal(signal.SIGINT) is before


def test_that_closing_in_mid_training_ends_the_thread(desk: Desk) -> None:
    desk.begin(play=True)

    desk.window.close()

    assert desk.window.session.isFinished()


def test_that_nobody_looks_at_a_hidden_window(desk: Desk) -> None:
    desk.begin(play=True)
    desk.wait_command(Look(True))

    desk.window.hide()
    desk.wait_command(Look(False))
    desk.window.show()

    desk.wait_state(RunState.PLAYING)


def test_that_the_system_s_colours_are_followed_only_where_that_was_chosen(
    desk: Desk,
) -> None:
    worn: list[str] = []
    appearance = desk.window.appearance
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(appearance, "wear", lambda: worn.append(appearance.choice))
        appearance.choice = "system"
        appearance.follow_system()
        appearance.choice = "dark"
        appearance.follow_system()

    assert worn == ["system"]


def test_that_the_help_windows_open_and_close(desk: Desk, qtbot: QtBot) -> None:
    from pgviz.gui.about import show_about, show_shortcuts, versions

    about = show_about(desk.window)
    keys = show_shortcuts(desk.window, desk.window.actions_.with_keys)

    assert "torch" in versions()
    assert about.isVisible()
    assert keys.isVisible()
    about.close()
    keys.close()
