"""A sitting: the real window with a run in it, where there is no screen, for pictures of it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from weakref import WeakMethod

from PySide6.QtCore import QEventLoop, QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler

from pgviz.config import RunConfig
from pgviz.errors import RunError, UsageError
from pgviz.gui.settings import Settings, ThemeChoice
from pgviz.gui.terminal import tell_terminal
from pgviz.interrupts import Interrupts
from pgviz.session.notices import CommandRejected, RunState, StateChanged
from pgviz.training.events import RunFailed


@contextmanager
def offscreen_settings(theme: ThemeChoice, speed: float | None = None) -> Iterator[Settings]:
    """Draw offscreen, with settings of this time only.

    Parameters
    ----------
    theme
        Colours of the window.
    speed
        At which steps are shown, as a multiple of real time; ``None`` is as fast as they come.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    previous = qInstallMessageHandler(pass_on)
    try:
        with tempfile.TemporaryDirectory(prefix="pgviz-") as folder:
            settings = Settings.in_file(Path(folder) / "settings.ini")
            settings.theme, settings.speed = theme, speed
            yield settings
    finally:
        qInstallMessageHandler(previous)


def pass_on(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Pass Qt's messages on to the terminal, but for what the offscreen platform says of its own limits."""
    if not message.startswith("This plugin does not support"):
        tell_terminal(message)


class Sitting:
    """One window, posing.

    Parameters
    ----------
    settings
        What the window remembers.
    size
        Its width and height in pixels.
    interrupts
        What ends it early; held from before it was made.

    Attributes
    ----------
    window
        The window.
    """

    def __init__(self, settings: Settings, size: tuple[int, int], interrupts: Interrupts) -> None:
        from pgviz.gui.app import make_application
        from pgviz.gui.main_window import MainWindow

        self._app = make_application()
        self.window = MainWindow(settings)
        self.window.resize(*size)
        self.window.layout_.reset()
        self._interrupts = interrupts
        self._loop = QEventLoop()
        self._timer = QTimer(singleShot=True)
        self._timer.timeout.connect(self._loop.quit)
        self._refused = ""
        self._failed: RunFailed | None = None
        self._escaped: BaseException | None = None

    def train(
        self, config: RunConfig, seconds: float, on_playing: Callable[[], None], at_end: Callable[[], None]
    ) -> None:
        """Train for a while, then close the window.

        Parameters
        ----------
        config
            What is trained.
        seconds
            How long, counted from the first step; less where the run ends sooner.
        on_playing
            Called when the run begins to play.
        at_end
            Called after the last step, the window still there.

        Raises
        ------
        UsageError
            Where the run cannot be set up.
        RunError
            Where it failed.
        """
        pump = self.window.pump
        pump.state_changed.connect(lambda changed: self._on_state(changed, seconds, on_playing))
        # Faults are raised here, and so told once: by whoever asked for the picture.
        pump.command_rejected.disconnect(self.window.faults.command_rejected)
        pump.run_failed.disconnect(self.window.faults.run_failed)
        pump.command_rejected.connect(self._on_rejected)
        pump.run_failed.connect(self._on_failed)
        try:
            with self._errors_caught():
                self._interrupts.tell(self._on_interrupt)
                self.window.show()
                self.window.begin(config, play=True)
                self._loop.exec()
            self._raise_faults()
            at_end()
        finally:
            self._timer.stop()
            self.window.close()
            self.window.session.leave_process_if_stuck()
            self.window.deleteLater()

    def settle(self) -> None:
        """Carry everything over to the panels and draw it now."""
        self.window.pump.refresh_all()
        self._app.processEvents()

    def _on_state(self, changed: StateChanged, seconds: float, on_playing: Callable[[], None]) -> None:
        if changed.state is RunState.PLAYING:
            self._timer.start(round(seconds * 1000))
            on_playing()
        elif changed.state in (RunState.FINISHED, RunState.STOPPED):
            self._loop.quit()

    def _on_rejected(self, rejected: CommandRejected) -> None:
        self._refused = rejected.message
        self._loop.quit()

    def _on_failed(self, failed: RunFailed) -> None:
        self._failed = failed
        self._loop.quit()

    @contextmanager
    def _errors_caught(self) -> Iterator[None]:
        """Keep what escapes from a slot, Ctrl+C too, which Qt would print and forget."""
        previous = sys.excepthook
        # A library that is loaded meanwhile may keep the hook that it finds; it must not keep the window.
        on_escaped = WeakMethod(self._on_escaped)

        def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            if (method := on_escaped()) is not None:
                method(kind, error, trace)

        sys.excepthook = tell
        try:
            yield
        finally:
            sys.excepthook = previous

    def _on_escaped(self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        self._escaped = self._escaped or error
        self._loop.quit()

    def _on_interrupt(self) -> None:
        self._escaped = self._escaped or KeyboardInterrupt()
        QTimer.singleShot(0, self._loop.quit)  # it may not have begun yet

    def _raise_faults(self) -> None:
        if self._escaped is not None:
            raise self._escaped
        if self._refused:
            raise UsageError(self._refused)
        if self._failed is not None:
            raise RunError(self._failed.message)
