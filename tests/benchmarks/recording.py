"""What recording costs: the same training with and without it, in turn, in one run.

``python -m tests.benchmarks.recording [--seconds S] [--rounds R] [--environment ID] [--algorithm A] [--window]``

Prints the ratio of steps/s, round by round; that of the processor's time a step, over all threads, which other
work on the machine disturbs less; and how large the recording of 100,000 steps is. With ``--window`` both
trainings are in the shown window, and the intervals between the window's frames are printed as well.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from pgviz.config import RunConfig
from pgviz.display import has_display
from pgviz.session.headless import train
from pgviz.session.recorded import open_recording
from pgviz.session.recorder import RecordingOptions
from pgviz.training.events import Event


class Measured:
    """What a number of trainings came to.

    Attributes
    ----------
    rates
        Steps per second of each.
    costs
        Microseconds of the processor's time a step, of each.
    frames
        Intervals between the window's frames, in ms.
    sizes
        Bytes of the recording per 100,000 steps, of each that was recorded.
    """

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.costs: list[float] = []
        self.frames: list[float] = []
        self.sizes: list[float] = []


def in_terminal(config: RunConfig, seconds: float, path: Path | None, measured: Measured) -> None:
    """Train for so long without a window."""
    steps = 0
    began, cpu = time.perf_counter(), time.process_time()

    def note(event: Event) -> None:
        nonlocal steps
        steps = event.step

    record = None if path is None else (path, RecordingOptions())
    train(config, note, lambda: time.perf_counter() - began > seconds, record=record)
    measured.rates.append(steps / (time.perf_counter() - began))
    measured.costs.append((time.process_time() - cpu) / max(steps, 1) * 1e6)


def in_window(config: RunConfig, seconds: float, path: Path | None, measured: Measured) -> None:
    """Train for so long in the shown window."""
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication

    from pgviz.gui.main_window import MainWindow
    from pgviz.gui.settings import Settings
    from pgviz.session.commands import StartRecording
    from pgviz.session.notices import RunState
    from tests.benchmarks.watching import _run_events

    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Settings.in_file(Path(folder) / "settings.ini"))
        window.resize(1280, 800)
        window.show()
        window.begin(config, play=True)
        if path is not None:
            window.recording.start(StartRecording(path))
        while not (window.model.state is RunState.PLAYING and window.model.step):
            _run_events(0.1)
        window.pump.tick_times.clear()
        began, cpu, from_step = time.perf_counter(), time.process_time(), window.model.step
        _run_events(seconds)
        window.pump.tick()
        steps = window.model.step - from_step
        measured.rates.append(steps / (time.perf_counter() - began))
        measured.costs.append((time.process_time() - cpu) / max(steps, 1) * 1e6)
        measured.frames += (np.diff(window.pump.tick_times) * 1e3).tolist()
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def one_round(arguments: argparse.Namespace, config: RunConfig, plain: Measured, recorded: Measured) -> None:
    """Train without and with a recording, and say what that came to."""
    measure = in_window if arguments.window else in_terminal
    measure(config, arguments.seconds, None, plain)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.pgviz"
        measure(config, arguments.seconds, path, recorded)
        with open_recording(path) as recording:
            info = recording.info
    recorded.sizes.append(info.size / max(info.last_step, 1) * 1e5)
    ratio = recorded.rates[-1] / plain.rates[-1]
    print(
        f"alone {plain.rates[-1]:8,.0f} steps/s, {plain.costs[-1]:.1f} µs   "
        f"recorded {recorded.rates[-1]:8,.0f} steps/s, {recorded.costs[-1]:.1f} µs   ratio {ratio:.3f}   "
        f"{info.frames:,} pictures in {info.seconds:.1f} s, {info.frames_dropped} dropped"
    )


def main() -> None:
    """Run the benchmark and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--environment", default="CartPole-v1")
    parser.add_argument("--algorithm", default="ppo")
    parser.add_argument("--window", action="store_true")
    arguments = parser.parse_args()
    if arguments.window:
        if not has_display():
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from pgviz.gui.app import make_application

        make_application()
    config = RunConfig.create(arguments.environment, arguments.algorithm, steps=10**9)
    plain, recorded = Measured(), Measured()
    in_terminal(config, 1.0, None, Measured())
    for _ in range(arguments.rounds):
        one_round(arguments, config, plain, recorded)
    ratios = [after / before for before, after in zip(plain.rates, recorded.rates, strict=True)]
    print(f"ratio: median {statistics.median(ratios):.3f}, from {min(ratios):.3f} to {max(ratios):.3f}")
    costs = [after / before for before, after in zip(plain.costs, recorded.costs, strict=True)]
    print(f"processor's time a step: ratio median {statistics.median(costs):.3f}")
    print(f"100,000 steps: {statistics.median(recorded.sizes) / 1e6:.1f} MB")
    for name, measured in (("alone", plain), ("recorded", recorded)):
        if measured.frames:
            p99, longest = np.percentile(measured.frames, 99), max(measured.frames)
            print(
                f"window's frames, {name}: median {np.median(measured.frames):.1f} ms, p99 {p99:.1f} ms, "
                f"longest {longest:.1f} ms"
            )


if __name__ == "__main__":
    main()
