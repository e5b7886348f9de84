"""The core runs where Qt is not installed."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

BLOCK = """
import importlib.abc, sys

class NoQt(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PySide6", "shiboken6", "pyqtgraph", "superqt", "qtawesome"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NoQt())
"""


def run_without_qt(program: str) -> str:
    """Run a program in a Python that cannot import Qt, and return what it printed."""
    command = [sys.executable, "-c", BLOCK + textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, env=os.environ.copy(), check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_that_the_core_trains_without_qt() -> None:
    printed = run_without_qt("""
        import pgviz.session.host
        from pgviz.config import RunConfig
        from pgviz.session.headless import train

        result = train(RunConfig.create("CartPole-v1", steps=512))
        print(result.steps, result.finished)
    """)

    assert printed.split() == ["512", "True"]


def test_that_the_terminal_trains_without_qt() -> None:
    program = """
        from pgviz.cli import main
        raise SystemExit(main(["train", "CartPole-v1", "--algorithm", "ppo", "--steps", "512", "--seed", "0"]))
    """

    run_without_qt(program)


def test_that_the_window_s_absence_is_one_sentence() -> None:
    run_without_qt("""
        from pgviz.cli import main
        assert main(["run", "CartPole-v1"]) == 2
    """)
