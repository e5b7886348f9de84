"""Training that survives: ``--checkpoint`` and ``--resume``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pgviz.cli import main
from pgviz.training.checkpoint import checkpoints, load_latest

RUN = ["train", "CartPole-v1", "--steps", "6000", "--seed", "3", "--set", "hidden_sizes=8"]


def weights(text: str) -> str:
    return text.rsplit("SHA-256 of the weights: ", 1)[1].split(maxsplit=1)[0]


def test_that_a_killed_run_is_gone_on_with_exactly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "ein Lauf μ"
    assert main(RUN) == 0
    wanted = weights(capsys.readouterr().out)
    long = [*RUN, "--checkpoint", str(folder)]
    command = [sys.executable, "-m", "pgviz", *long, "--checkpoint-every", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ)
    ) as run:
        deadline = time.monotonic() + 60
        while not checkpoints(folder) and time.monotonic() < deadline:
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
    assert checkpoints(folder)
    assert main([*long, "--resume"]) == 0
    out = capsys.readouterr().out
    assert "Going on from step" in out or load_latest(folder).snapshot.step == 6000
    assert weights(out) == wanted
    assert load_latest(folder).snapshot.step >= 6000


def test_that_the_wrong_run_and_missing_folders_are_answered_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ["--checkpoint", str(tmp_path / "c")]
    assert main([*RUN, *folder, "--resume"]) == 1
    assert "no checkpoint in" in capsys.readouterr().err
    assert main([*RUN, "--resume"]) == 2
    assert "--resume needs --checkpoint" in capsys.readouterr().err
    assert main([*RUN, *folder]) == 0
    assert main([*RUN, *folder]) == 2
    assert "holds checkpoints already" in capsys.readouterr().err
    assert main([*RUN, *folder, "--resume", "--seed", "4"]) == 2
    assert "of another run" in capsys.readouterr().err
    assert main([*RUN, *folder, "--checkpoint-every", "soon"]) == 2
