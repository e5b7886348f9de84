"""How long pgviz takes to start: ``python -m tests.benchmarks.launch [STARTS]``.

Each start is a process of its own that does what ``pgviz run CartPole-v1`` does, with a fresh set of settings.
The times are counted from just before the process was asked for. Nothing in pgviz knows that it is watched: the
window is a subclass that listens, and the import of torch is timed by a finder that goes before the others.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from types import ModuleType

STAGES = {"painted": "first paint", "torch": "torch imported", "ready": "run ready"}
LONGEST_START = 120.0


class TimedTorch(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds torch where it would be found anyway, and notes when its import has ended."""

    def __init__(self, times: dict[str, float]) -> None:
        self._times = times
        self._loader: importlib.abc.Loader | None = None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "torch":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        assert spec
        self._loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        assert self._loader
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        assert self._loader
        self._loader.exec_module(module)
        self._times["torch"] = time.time()


def start_once() -> dict[str, float]:
    """Start pgviz in this process, close it when its run is ready, and return when each stage was reached."""
    times: dict[str, float] = {}
    sys.meta_path.insert(0, TimedTorch(times))
    from pgviz.cli.arguments import parse
    from pgviz.cli.run_options import run_config
    from pgviz.cli.window import require_window

    config = run_config(parse(["run", "CartPole-v1"]))
    require_window()
    from pgviz.gui import app
    from pgviz.gui.main_window import MainWindow
    from pgviz.session.notices import RunState, StateChanged

    def reached(stage: str) -> None:
        times.setdefault(stage, time.time())

    class MeasuredWindow(MainWindow):
        def show(self) -> None:
            # Installed last, so called first: before the run is asked for, which begins with importing torch.
            app.after_first_paint(self, lambda: reached("painted"))
            self.pump.state_changed.connect(self.on_state)
            super().show()

        def on_state(self, changed: StateChanged) -> None:
            if changed.state is RunState.PAUSED:
                reached("ready")
                self.close()
            elif changed.state is RunState.FAILED:
                self.close()

    vars(app)["MainWindow"] = MeasuredWindow
    app.run(config)
    return times


def measure_start() -> dict[str, float]:
    """Seconds from before the process to each stage."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"XDG_CONFIG_HOME": folder}
        if not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
            environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        began = time.time()
        answer = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.launch", "--once"],
            env=environment,
            capture_output=True,
            check=False,
            timeout=LONGEST_START,
        )
    if answer.returncode:
        sys.exit(answer.stderr.decode())
    times = json.loads(answer.stdout.splitlines()[-1])
    return {stage: times[stage] - began for stage in STAGES}


def main(words: Sequence[str]) -> int:
    """Print the median of several starts; 1 where torch was there before the window."""
    if words == ["--once"]:
        print(json.dumps(start_once()))
        return 0
    count = int(words[0]) if words else 5
    starts = [measure_start() for _ in range(count)]
    print(f"Seconds from the start of the process, median of {count} starts (fastest to slowest):")
    for stage, title in STAGES.items():
        seconds = sorted(start[stage] for start in starts)
        print(f"  {title:<16}{statistics.median(seconds):6.2f}  ({seconds[0]:.2f} to {seconds[-1]:.2f})")
    before = sum(start["painted"] < start["torch"] for start in starts)
    print(f"The window was painted before torch was imported in {before} of {count} starts.")
    return 0 if before == count else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
