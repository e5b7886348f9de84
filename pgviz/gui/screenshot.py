"""A picture of the real window, drawn where there is no screen."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEventLoop, QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler

from pgviz.config import RunConfig
from pgviz.errors import RunError, UsageError
from pgviz.gui.settings import Settings, ThemeChoice
from pgviz.gui.terminal import tell_terminal
from pgviz.session.notices import CommandRejected, RunState, StateChanged
from pgviz.training.events import RunFailed


def take(
    config: RunConfig,
    seconds: float,
    path: str | os.PathLike[str],
    size: tuple[int, int] = (1280, 800),
    theme: ThemeChoice = "light",
) -> None:
    """Train in the real window for a while and write its picture.

    Parameters
    ----------
    config
        What is trained.
    seconds
        How long, counted from the first step; less where the run ends sooner.
    path
        The PNG file to write. It appears only when it is whole.
    size
        Width and height of the window in pixels.
    theme
        ``"light"`` or ``"dark"``.

    Raises
    ------
    UsageError
        Where the file cannot be written, or the run cannot be set up.
    RunError
        Where the run failed.
    """
    target = Path(path)
    part = _reserve(target)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    previous = qInstallMessageHandler(_pass_on)
    try:
        with tempfile.TemporaryDirectory(prefix="pgviz-") as folder:
            settings = Settings.in_file(Path(folder) / "settings.ini")
            settings.theme = theme
            _Sitting(settings, size).draw(config, seconds, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
        qInstallMessageHandler(previous)


def _pass_on(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Pass Qt's messages on to the terminal, but for what the offscreen platform says of its own limits."""
    if not message.startswith("This plugin does not support"):
        tell_terminal(message)


def _reserve(target: Path) -> Path:
    """The file that is written first, in the same folder; an empty one proves that it can be."""
    part = target.with_name(f"{target.name}.part")
    try:
        part.touch()
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}; choose another file.") from None
    if target.is_dir():
        part.unlink()
        raise UsageError(f"cannot write {target}: it is a folder; name a file in it.")
    return part


class _Sitting:
    """One window, posing."""

    def __init__(self, settings: Settings, size: tuple[int, int]) -> None:
        from pgviz.gui.app import make_application
        from pgviz.gui.main_window import MainWindow

        self._app = make_application()
        self._window = MainWindow(settings)
        self._window.resize(*size)
        self._window.layout_.reset()
        self._loop = QEventLoop()
        self._timer = QTimer(singleShot=True)
        self._timer.timeout.connect(self._loop.quit)
        self._refused = ""
        self._failed: RunFailed | None = None
        self._escaped: BaseException | None = None

    def draw(self, config: RunConfig, seconds: float, file: Path) -> None:
        """Train, then write the picture."""
        pump = self._window.pump
        pump.state_changed.connect(lambda changed: self._on_state(changed, seconds))
        # Faults are raised here, and so told once: by whoever asked for the picture.
        pump.command_rejected.disconnect(self._window.faults.command_rejected)
        pump.run_failed.disconnect(self._window.faults.run_failed)
        pump.command_rejected.connect(self._on_rejected)
        pump.run_failed.connect(self._on_failed)
        try:
            with self._errors_caught():
                self._window.show()
                self._window.begin(config, play=True)
                self._loop.exec()
            self._raise_faults()
            self._save(file)
        finally:
            self._timer.stop()
            self._window.close()
            self._window.session.leave_process_if_stuck()
            self._window.deleteLater()

    def _on_state(self, changed: StateChanged, seconds: float) -> None:
        if changed.state is RunState.PLAYING:
            self._timer.start(round(seconds * 1000))
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
        sys.excepthook = self._on_escaped
        try:
            yield
        finally:
            sys.excepthook = previous

    def _on_escaped(self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        self._escaped = self._escaped or error
        self._loop.quit()

    def _raise_faults(self) -> None:
        if self._escaped is not None:
            raise self._escaped
        if self._refused:
            raise UsageError(self._refused)
        if self._failed is not None:
            raise RunError(self._failed.message)

    def _save(self, file: Path) -> None:
        self._window.pump.refresh_all()
        self._app.processEvents()
        if not self._window.grab().save(str(file), "PNG"):
            raise UsageError(f"cannot write {file}; is the disk full?")
