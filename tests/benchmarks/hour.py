"""An hour's worth of recording: how large it is, and whether playing it leaves the memory flat.

``python -m tests.benchmarks.hour [--hours H] [--environment ID] [--algorithm A] [--file FILE.pgviz]``

Records every step of one environment with its picture, as somebody sees it who watches at thirty steps a second,
but as fast as that goes. Then plays it in the shown window as fast as it comes, and prints the memory in use after
each tenth; and looks back at steps anywhere in it. With ``--file``, a recording that is there already is played.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pgviz.config import RunConfig
from pgviz.recording.writer import MOST_WITH_PICTURES, Writer
from pgviz.session.history import History
from pgviz.session.recorded import open_recording
from pgviz.session.recorder import Recorder, RecordingOptions
from pgviz.session.session import Session
from pgviz.training.events import StepTaken
from tests.benchmarks.screen import application

STEPS_A_SECOND = 30.0
LOOKS = 200


class Watched:
    """The clock of somebody before whom a run goes by at thirty steps a second."""

    def __init__(self) -> None:
        self.steps = 0

    def __call__(self) -> float:
        return self.steps / STEPS_A_SECOND


def record(config: RunConfig, path: Path) -> None:
    """Record every step of a run."""
    clock = Watched()
    with Session(config, render=True, history=History(64 * 2**20)) as session:
        recorder = Recorder(path, session, RecordingOptions(steps_per_second=STEPS_A_SECOND, replace=True), clock)
        session.trainer.watch.wanted = session.trainer.watch.pictures = True
        while (event := session.pull()) is not None:
            if isinstance(event, StepTaken):
                clock.steps += 1
                recorder.take_step(event, always=True)
                _wait_for(recorder._writer)
            else:
                recorder.take(event)
        recorder.close()


def _wait_for(writer: Writer) -> None:
    """Have the writer keep up, as it would with a run that is watched."""
    while writer._put - writer._waiting.taken > MOST_WITH_PICTURES // 2:
        time.sleep(0.01)


def memory() -> float:
    """MiB in use; of Linux alone, which tells it without another package."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def play(path: Path, steps: int) -> None:
    """Play a recording in the shown window, and print what that takes."""
    from pgviz.gui.main_window import MainWindow
    from pgviz.gui.session_thread import recording_host
    from pgviz.gui.settings import Settings
    from pgviz.session.commands import LookBack, SetSpeed
    from pgviz.session.notices import RunState
    from tests.benchmarks.in_turn import run_events

    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Settings.in_file(Path(folder) / "settings.ini"), recording_host(path))
        window.resize(1280, 800)
        window.show()
        window.begin_recording(play=True)
        while window.model.recording is None:
            run_events(0.1)
        post = window.pump._inbox.post
        post(SetSpeed(None))
        began, tenth = time.perf_counter(), 1
        print(f"opened: {memory():.0f} MiB", flush=True)
        while tenth <= 10:
            run_events(0.05)
            over = window.model.state is RunState.FINISHED
            while tenth <= 10 and (over or window.model.step >= tenth * steps / 10):
                print(f"{tenth * 10}% after {time.perf_counter() - began:.1f} s: {memory():.0f} MiB", flush=True)
                tenth += 1
        times, chosen = [], random.Random(0)
        for _ in range(LOOKS):
            step, asked = chosen.randint(1, steps), time.perf_counter()
            post(LookBack(step))
            while window.model.debug.cursor is None or window.model.debug.cursor.step != step:
                run_events(0.001)
            times.append(1e3 * (time.perf_counter() - asked))
        print(f"any step, on the screen: median {statistics.median(times):.0f} ms, longest {max(times):.0f} ms")
        print(f"afterwards: {memory():.0f} MiB")
        window.close()


def main(words: Sequence[str] | None = None) -> None:
    """Run the benchmark and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--environment", default="CartPole-v1")
    parser.add_argument("--algorithm", default="ppo")
    parser.add_argument("--file", type=Path)
    arguments = parser.parse_args(words)
    application()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.file or Path(folder) / "hour.pgviz"
        if not path.exists():
            steps = round(arguments.hours * 3600 * STEPS_A_SECOND)
            config = RunConfig.create(arguments.environment, arguments.algorithm, steps=steps, environment_count=1)
            began = time.perf_counter()
            record(config, path)
            print(f"recorded in {time.perf_counter() - began:.0f} s", flush=True)
        with open_recording(path) as recording:
            info = recording.info
        print(
            f"{info.last_step:,} steps, {info.frames:,} pictures ({info.frames_dropped} dropped), "
            f"{info.size / 2**20:.0f} MiB: {info.size / 2**20 / max(info.last_step, 1) * 1e5:.0f} a 100,000 steps"
        )
        play(path, info.last_step)


if __name__ == "__main__":
    main()
