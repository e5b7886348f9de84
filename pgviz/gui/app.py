"""Opens the window and sees it through to its end."""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget

import pgviz
from pgviz import assets
from pgviz.config import RunConfig
from pgviz.gui.faults import Faults
from pgviz.gui.main_window import MainWindow
from pgviz.gui.plot_menus import mend_menus
from pgviz.gui.session_thread import recording_host
from pgviz.gui.settings import Settings, ThemeChoice
from pgviz.interrupts import answered
from pgviz.session.commands import StartRecording
from pgviz.training.events import Event


def run(
    config: RunConfig | None,
    *,
    play: bool = False,
    theme: ThemeChoice | None = None,
    folder: Path | None = None,
    record: StartRecording | None = None,
    listener: Callable[[Event], None] | None = None,
) -> int:
    """Open the window and stay until it is closed.

    Parameters
    ----------
    config
        The run to set up; ``None`` is the one of last time, or else the default one.
    play
        Whether it trains at once.
    theme
        Colours for this time; ``None`` for those chosen in the View menu.
    folder
        Where a run was saved that is gone on with instead.
    record
        How to record it, where that is asked for.
    listener
        Told on the session's thread of what runs do, steps left out.

    Returns
    -------
    int
        The exit status.
    """
    app = make_application()
    settings = Settings.of_user()
    window = MainWindow(settings, theme=theme)
    if listener is not None:
        window.session.listen(listener)
    first = config or settings.config or RunConfig.create()
    after_first_paint(window, lambda: _begin(window, first, play, folder, record))
    return _stay(app, window, settings)


def replay(path: Path, *, play: bool = False, theme: ThemeChoice | None = None) -> int:
    """Open the window on a recording and stay until it is closed.

    Parameters
    ----------
    path
        The recording, which can be read.
    play, theme
        As for :func:`run`.

    Returns
    -------
    int
        The exit status.
    """
    app = make_application()
    settings = Settings.of_user()
    window = MainWindow(settings, recording_host(path), theme=theme)
    after_first_paint(window, lambda: window.begin_recording(play))
    return _stay(app, window, settings)


def _stay(app: QApplication, window: MainWindow, settings: Settings) -> int:
    """Show the window until it is closed."""
    window.show()
    logged = crashes_logged(settings.state_folder)
    with logged, unexpected_errors_shown(window.faults), interrupt_closes(window):
        status = app.exec()
    window.session.leave_process_if_stuck()
    window.deleteLater()
    return status


def _begin(
    window: MainWindow, config: RunConfig, play: bool, folder: Path | None, record: StartRecording | None
) -> None:
    window.begin(config, play)
    if record is not None:
        window.recording.start(record)
    if folder is not None:
        window.keeping.open(folder)


def make_application() -> QApplication:
    """The one QApplication, made on first use."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        return app
    mend_menus()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("pgviz")
    app.setApplicationDisplayName("pgviz")
    app.setApplicationVersion(pgviz.__version__)
    app.setDesktopFileName("org.pgviz.pgviz")
    app.setWindowIcon(QIcon(str(assets.path("icons/pgviz.svg"))))
    return app


class _FirstPaint(QObject):
    """Calls back once, after the first paint of a widget has reached the screen."""

    def __init__(self, widget: QWidget, then: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget, self._then = widget, then
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._widget.removeEventFilter(self)
            # Zero seconds from now is after this paint, and all of its children's, has been flushed.
            QTimer.singleShot(0, self._widget, self._then)
        return False


def after_first_paint(widget: QWidget, then: Callable[[], None]) -> None:
    """Call `then` once, when `widget` has been painted for the first time."""
    _FirstPaint(widget, then)


@contextmanager
def unexpected_errors_shown(faults: Faults) -> Iterator[None]:
    """Show what escapes from a slot in the window, which stays alive."""
    previous = sys.excepthook
    sys.excepthook = faults.unexpected
    try:
        yield
    finally:
        sys.excepthook = previous


@contextmanager
def interrupt_closes(window: MainWindow) -> Iterator[None]:
    """Let Ctrl+C and SIGTERM save the run and close the window; a second one leaves at once.

    The pump's timer gives Python its turn to notice.
    """
    came = False

    def leave(number: int, _frame: FrameType | None) -> None:
        nonlocal came
        if came:
            os._exit(128 + number)
        came = True
        window.keeping.save_and_keep()
        window.close()

    with answered(leave):
        yield


@contextmanager
def crashes_logged(state: Path) -> Iterator[None]:
    """Have what kills the process write where it was into ``crash.log``; where that cannot be, go without."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        log = (state / "crash.log").open("a", encoding="utf-8")
    except OSError:
        yield
        return
    with log:
        faulthandler.enable(log)
        try:
            yield
        finally:
            faulthandler.disable()
