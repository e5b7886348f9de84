"""The real command in a process of its own, against the real engine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

PGVIZ = [sys.executable, "-m", "pgviz"]
SHORT = ["--steps", "600", "--envs", "2", "--set", "rollout_length=64", "--set", "epochs=2"]
ROOT = Path(__file__).parents[2]

BLOCK_QT = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PySide6", "pyqtgraph", "superqt", "qtawesome", "shiboken6"}:
            raise ModuleNotFoundError(f"{name} is blocked", name=name)

sys.meta_path.insert(0, Block())
"""


def environ(**changes: str) -> dict[str, str]:
    variables = {name: value for name, value in os.environ.items() if name not in {"PGVIZ_DEBUG", "FORCE_COLOR"}}
    return variables | {"PYTHONPATH": str(ROOT)} | changes


def pgviz(*words: str, folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PGVIZ, *words],
        cwd=folder,
        env=environ(**changes),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


def report(*words: str, folder: Path, **changes: str) -> dict[str, Any]:
    done = pgviz("train", *words, "--json", "-", folder=folder, **changes)
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def without_qt(folder: Path) -> dict[str, str]:
    """The variables under which every import of Qt fails."""
    (folder / "sitecustomize.py").write_text(BLOCK_QT)
    return {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}


def test_that_training_is_the_same_twice_and_needs_no_qt(tmp_path: Path) -> None:
    words = ["CartPole-v1", "--seed", "3", *SHORT, "--evaluate", "3"]
    with_qt = report(*words, folder=tmp_path)
    blocked = report(*words, folder=tmp_path, **without_qt(tmp_path))
    assert len(with_qt["weights_sha256"]) == 64
    for key in ("weights_sha256", "return_mean_100", "episodes", "evaluation", "config", "steps"):
        assert with_qt[key] == blocked[key]
    assert with_qt["steps"] >= 600
    assert with_qt["evaluation"]["episodes"] == 3
    assert with_qt["steps_per_second"] > 0


def test_that_without_qt_the_window_is_refused_in_one_line(tmp_path: Path) -> None:
    done = pgviz("run", "CartPole-v1", folder=tmp_path, **without_qt(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("pgviz: the window ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["CartPle-v1"], 2, "did you mean CartPole-v1"),
        (["no_such_module:Thing-v0"], 2, "no_such_module"),
    ],
    ids=str,
)
def test_that_an_environment_that_cannot_run_is_one_line(
    tmp_path: Path, words: list[str], status: int, said: str
) -> None:
    done = pgviz("train", *words, *SHORT, "--json", "report.json", folder=tmp_path)
    assert done.returncode == status
    assert done.stderr.startswith("pgviz: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to a child")
def test_that_ctrl_c_in_a_real_run_ends_it_with_its_summary_and_report(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*PGVIZ, "train", "CartPole-v1", "--steps", "5000000", "--json", "report.json"],
        cwd=tmp_path,
        env=environ(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()  # the title: written once the signal is attended to
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=100)
    assert process.returncode == 130
    assert err == "pgviz: interrupted.\n"
    assert " of 5,000,000 steps in " in out
    assert json.loads((tmp_path / "report.json").read_text())["steps"] < 5_000_000


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
def test_that_a_real_terminal_is_shown_a_bar_that_ends_full(tmp_path: Path) -> None:
    import pty

    leader, follower = pty.openpty()
    with subprocess.Popen(
        [*PGVIZ, "train", "CartPole-v1", *SHORT],
        cwd=tmp_path,
        env=environ(TERM="xterm", COLUMNS="100"),
        stdout=follower,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(follower)
        shown = read_to_end(leader)
        assert process.stderr
        assert process.stderr.read() == b""
    assert process.returncode == 0
    assert "\x1b[" in shown
    assert "100%" in shown
    assert "Mean return of the last 100 episodes" in shown


def read_to_end(descriptor: int) -> str:
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(descriptor, 4096)
        except OSError:  # what Linux answers once the other end is closed
            part = b""
        if not part:
            os.close(descriptor)
            return b"".join(parts).decode()
        parts.append(part)


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGPIPE")
def test_that_a_reader_who_leaves_early_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PGVIZ, "parameters"], cwd=tmp_path, env=environ(), stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 141


def test_that_the_help_loads_no_heavy_library(tmp_path: Path) -> None:
    code = (
        "import sys; from pgviz.cli import main; main(['train', '--help']);"
        "print({'torch', 'gymnasium', 'numpy', 'PySide6', 'rich'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environ(), capture_output=True, text=True, check=True
    )
    assert done.stderr == "set()\n"


def test_that_without_a_display_the_run_is_trained_and_the_real_window_drawn(tmp_path: Path) -> None:
    done = pgviz("run", "CartPole-v1", *SHORT, folder=tmp_path, QT_QPA_PLATFORM="offscreen")
    assert done.stderr == ""
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("There is no display for a window: ")
    picture = tmp_path / "pgviz-CartPole-v1.png"
    assert lines[-1] == f"The window as it would look: {picture}"
    assert picture.read_bytes().startswith(b"\x89PNG\r\n")
    assert list(tmp_path.iterdir()) == [picture]


def test_that_a_screenshot_of_a_faulty_environment_is_one_line_and_no_file(tmp_path: Path) -> None:
    words = ["tests.environments.faulty:RaisesInStep-v0", "--seconds", "1", "--out", "window.png"]
    done = pgviz("screenshot", *words, folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("pgviz: ")
    assert "the motor is on fire" in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to a child")
def test_that_ctrl_c_ends_a_screenshot_without_a_picture(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*PGVIZ, "screenshot", "CartPole-v1", "--seconds", "90", "--out", "window.png"],
        cwd=tmp_path,
        env=environ(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_for(tmp_path / "window.png.part")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "pgviz: interrupted.\n"
    assert list(tmp_path.iterdir()) == []


def wait_for(path: Path) -> None:
    while not path.exists():
        time.sleep(0.1)


def test_that_a_module_in_the_current_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "my_worlds.py").write_text(
        "import gymnasium\n"
        "from gymnasium.envs.classic_control import CartPoleEnv\n"
        "gymnasium.register('Mine-v0', entry_point=CartPoleEnv, max_episode_steps=20)\n"
    )
    # -P leaves the current folder out of the path, as the installed command does.
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pgviz", "train", "my_worlds:Mine-v0", *SHORT],
        cwd=tmp_path,
        env=environ(),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
