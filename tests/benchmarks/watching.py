"""What watching costs: the same training headless and in the shown window, in turn, in one run.

``python -m tests.benchmarks.watching [--seconds S] [--rounds R] [--environment ID]``

Prints the ratio of steps/s, round by round; the intervals between the window's frames (when it takes in what
has come and repaints what has changed); and those between the environment's pictures, which are fewer: nothing
moves during an update, and of steps that rush by every fifth frame shows one. On a machine without a display it
shows the window offscreen, where Qt paints into memory; under a display set ``QT_QPA_PLATFORM=xcb``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication, QLabel

from pgviz.config import RunConfig
from pgviz.display import has_display
from pgviz.gui.widgets.frame_view import FrameView
from pgviz.session.headless import train
from pgviz.session.notices import RunState
from pgviz.training.events import Event


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


def headless(config: RunConfig, seconds: float) -> float:
    """Steps per second without a window."""
    steps = 0
    began = time.perf_counter()

    def note(event: Event) -> None:
        nonlocal steps
        steps = event.step

    train(config, note, lambda: time.perf_counter() - began > seconds)
    return steps / (time.perf_counter() - began)


def watched(config: RunConfig, seconds: float, pictures: list[float], frames: list[float]) -> float:
    """Steps per second in the shown window; adds the intervals of its pictures and its frames, in ms."""
    paints = PaintTimes()
    from pgviz.gui.main_window import MainWindow
    from pgviz.gui.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Settings.in_file(Path(folder) / "settings.ini"))
        window.resize(1280, 800)
        window.show()
        window.begin(config, play=True)
        while not (window.model.state is RunState.PLAYING and window.model.step):
            _run_events(0.1)
        paints.watch(window.environment.frame_view)
        window.pump.tick_times.clear()
        began, from_step = time.perf_counter(), window.model.step
        _run_events(seconds)
        window.pump.tick()
        rate = (window.model.step - from_step) / (time.perf_counter() - began)
        paints.leave()
        pictures += (np.diff(paints.times) * 1e3).tolist()
        frames += (np.diff(window.pump.tick_times) * 1e3).tolist()
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return rate


def _run_events(seconds: float) -> None:
    """Let Qt's own loop run, as the application does."""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1e3), loop.quit)
    loop.exec()


def main() -> None:
    """Run the benchmark and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--environment", default="CartPole-v1")
    arguments = parser.parse_args()
    if not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from pgviz.gui.app import make_application

    app = make_application()
    config = RunConfig.create(arguments.environment, "ppo", steps=10**9)
    pictures: list[float] = []
    frames: list[float] = []
    ratios: list[float] = []
    headless(config, 1.0)
    for _ in range(arguments.rounds):
        alone = headless(config, arguments.seconds)
        seen = watched(config, arguments.seconds, pictures, frames)
        ratios.append(seen / alone)
        print(f"headless {alone:8,.0f} steps/s   watched {seen:8,.0f} steps/s   ratio {ratios[-1]:.3f}")
    print(f"ratio: median {statistics.median(ratios):.3f}, from {min(ratios):.3f} to {max(ratios):.3f}")
    for name, intervals in (("window's frames", frames), ("environment's pictures", pictures)):
        print(
            f"{name}: interval median {np.median(intervals):.1f} ms, p99 {np.percentile(intervals, 99):.1f} ms, "
            f"longest {max(intervals):.1f} ms"
        )
    app.quit()


if __name__ == "__main__":
    main()
