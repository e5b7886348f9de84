"""The same run headless and in the shown window, each going on only while the other rests.

Neither watching nor recording changes a run, so that several of one configuration do the same work to the bit, and
short turns of it can be compared however a machine's speed drifts.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication, QLabel

from pgviz.config import RunConfig
from pgviz.gui.widgets.frame_view import FrameView
from pgviz.session.commands import Command, Pause
from pgviz.session.doctor import Doctor
from pgviz.session.headless import train
from pgviz.session.host import SessionHost
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import RunState
from pgviz.session.recorder import RecordingOptions
from pgviz.training.events import Event

# Seconds after which the window has got over the rest that it had.
WARM_UP = 0.7


class PaintTimes(QObject):
    """Notes when the picture of the environment is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self._view: QLabel | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.times.append(time.perf_counter())
        return False

    def watch(self, view: FrameView) -> None:
        """Note the paints of a picture from now on."""
        self.times.clear()
        self._view = view.findChild(QLabel)
        assert self._view is not None
        self._view.installEventFilter(self)

    def leave(self) -> None:
        """Note no more."""
        if self._view is not None:
            self._view.removeEventFilter(self)


class Headless:
    """A headless run as ``pgviz train`` has it, in a thread of its own, going on only while it is waited for.

    Parameters
    ----------
    config
        What to run.
    path
        Where to record it, if anywhere.
    """

    def __init__(self, config: RunConfig, path: Path | None = None) -> None:
        self._target = 0
        self._go, self._there = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(
            target=train,
            args=(config, self._note, lambda: self._target < 0),
            kwargs={"record": None if path is None else (path, RecordingOptions()), "doctor": Doctor()},
        )
        self._thread.start()

    def _note(self, event: Event) -> None:
        while event.step >= self._target >= 0:
            self._there.release()
            self._go.acquire()

    def go_on_to(self, step: int) -> float:
        """Take the steps up to that one; returns the seconds that it took."""
        began = time.perf_counter()
        self._there.acquire()  # where it stopped the last time
        self._target = step
        self._go.release()
        self._there.acquire()
        self._there.release()
        return time.perf_counter() - began

    def end(self) -> None:
        """Leave it where it is."""
        self._target = -1
        self._go.release()
        self._thread.join()


class CountingHost(SessionHost):
    """The real one, which can be asked from outside how far it is."""

    @property
    def step(self) -> int:
        """Environment steps taken so far."""
        assert self._session is not None
        return self._session.trainer.step


class Watched:
    """A run in the shown window.

    Attributes
    ----------
    pictures, frames
        Milliseconds between the pictures of the environment, and between the window's frames.
    """

    def __init__(self, config: RunConfig, folder: str) -> None:
        from pgviz.gui.main_window import MainWindow
        from pgviz.gui.settings import Settings

        self.pictures: list[float] = []
        self.frames: list[float] = []
        self._paints = PaintTimes()
        self._window = MainWindow(Settings.in_file(Path(folder) / "settings.ini"), self._make_host)
        self._window.resize(1280, 800)
        self._window.show()
        self._window.begin(config)
        self._wait_for(RunState.PAUSED)

    def _make_host(self, inbox: Inbox, mailbox: Mailbox) -> SessionHost:
        self._host = CountingHost(inbox, mailbox)
        return self._host

    def play(self, seconds: float) -> tuple[int, int, float]:
        """Play for a while; returns the first and last step of the time measured, and how long that was."""
        window = self._window
        window.control.go_on()
        run_events(WARM_UP)
        self._paints.watch(window.environment.frame_view)
        window.pump.tick_times.clear()
        began, first = time.perf_counter(), self._host.step
        run_events(seconds)
        gone, last = time.perf_counter() - began, self._host.step
        self._paints.leave()
        self.pictures += (np.diff(self._paints.times) * 1e3).tolist()
        self.frames += (np.diff(window.pump.tick_times) * 1e3).tolist()
        window.control.post(Pause())
        self._wait_for(RunState.PAUSED)
        return first, last, gone

    def post(self, command: Command) -> None:
        """Ask the run for something."""
        self._window.control.post(command)

    def _wait_for(self, state: RunState) -> None:
        while self._window.model.state is not state:
            run_events(0.1)

    def close(self) -> None:
        """Close the window."""
        self._window.close()
        self._window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def run_events(seconds: float) -> None:
    """Let Qt's own loop run, as the application does."""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1e3), loop.quit)
    loop.exec()
