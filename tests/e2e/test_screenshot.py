"""A picture of the window, in a process of its own as the command takes it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.errors import RunError, UsageError
from pgviz.gui.screenshot import take
from tests.e2e.conftest import CARTPOLE


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_that_a_picture_has_its_size_and_theme(theme: str, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "window.png"

    take(CARTPOLE, 0.5, path, size=(1000, 700), theme="dark" if theme == "dark" else "light")

    picture = QImage(str(path))
    assert (picture.width(), picture.height()) == (1000, 700)
    assert (QColor(picture.pixel(500, 5)).lightness() > 128) == (theme == "light")
    assert [each.name for each in tmp_path.iterdir()] == ["window.png"]


def test_that_a_run_that_ends_sooner_is_drawn_at_its_end(tmp_path: Path, qtbot: QtBot) -> None:
    take(CARTPOLE.changed(steps=64), 1000.0, tmp_path / "end.png")

    assert (tmp_path / "end.png").stat().st_size > 10_000


def test_that_a_place_that_cannot_be_written_is_named(tmp_path: Path, qtbot: QtBot) -> None:
    with pytest.raises(UsageError, match=r"cannot write .*nowhere"):
        take(CARTPOLE, 0.1, tmp_path / "nowhere" / "picture.png")
    with pytest.raises(UsageError, match="folder"):
        take(CARTPOLE, 0.1, tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGTERM to itself")
@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_that_no_picture_is_taken_once_the_process_is_to_end(
    which: signal.Signals, tmp_path: Path, qtbot: QtBot
) -> None:
    QTimer.singleShot(1000, lambda: os.kill(os.getpid(), which))
    before = signal.getsignal(which)

    with pytest.raises(KeyboardInterrupt):
        take(CARTPOLE, 60.0, tmp_path / "picture.png")

    assert signal.getsignal(which) is before
    assert list(tmp_path.iterdir()) == []


def test_that_a_run_that_cannot_be_drawn_says_why(tmp_path: Path, qtbot: QtBot) -> None:
    with pytest.raises(UsageError, match="CartPoel"):
        take(RunConfig.create("CartPoel-v1"), 1.0, tmp_path / "picture.png")
    with pytest.raises(RunError, match="RaisesInStep"):
        take(RunConfig.create("tests.environments.faulty:RaisesInStep-v0"), 1.0, tmp_path / "picture.png")
    assert list(tmp_path.iterdir()) == []
