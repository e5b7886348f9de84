"""Training that survives: ``--checkpoint`` and ``--resume``."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pgviz.cli import main
from pgviz.training.checkpoint import checkpoints, load_latest
from tests.cli.conftest import FakeEngine

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
    assert main([*RUN, *folder, "--resume", "--set", "gamma=0.5"]) == 2
    assert ", gamma 0.98 (not 0.5); give the same" in capsys.readouterr().err
    assert main(["train", *folder]) == 2
    assert "are required: ENV_ID" in capsys.readouterr().err
    assert main(["train", *folder, "--resume", "--seed", "3"]) == 2
    assert "without ENV_ID a run goes on as it was saved" in capsys.readouterr().err


def test_that_a_run_goes_on_without_its_settings_being_said_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ["--checkpoint", str(tmp_path / "c")]
    short, set_up = ["train", "CartPole-v1", "--algorithm", "a2c"], ["--seed", "3", "--set", "gamma=0.9"]
    set_up += ["--set", "learning_rate_schedule=constant", "--set", "hidden_sizes=8"]
    assert main([*short, *set_up, "--steps", "640"]) == 0
    wanted = weights(capsys.readouterr().out)
    assert main([*short, *set_up, "--steps", "320", *folder]) == 0
    capsys.readouterr()

    assert main(["train", *folder, "--resume", "--steps", "640"]) == 0

    assert weights(capsys.readouterr().out) == wanted


def test_that_a_run_that_is_gone_on_with_says_what_it_did_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, report = ["--checkpoint", str(tmp_path / "c")], tmp_path / "report.json"
    constant = ["--set", "learning_rate_schedule=constant", "--set", "clip_range_schedule=constant"]
    run = ["train", "CartPole-v1", "--set", "hidden_sizes=8", *constant]
    assert main([*run, *folder, "--steps", "4096"]) == 0
    assert ": 4,096 steps in " in capsys.readouterr().out

    assert main([*run, *folder, "--resume", "--steps", "8192", "--json", str(report)]) == 0
    assert ": 8,192 steps, 4,096 of them now, in " in capsys.readouterr().out
    told = json.loads(report.read_text())
    assert told["steps_per_second"] == pytest.approx(4096 / told["seconds"])

    assert main(["train", *folder, "--resume", "--json", str(report)]) == 0
    assert ": 8,192 steps, all taken before, " in capsys.readouterr().out
    assert json.loads(report.read_text())["steps_per_second"] == 0.0


def test_that_a_run_is_made_longer_only_where_that_leaves_its_exploration_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ["--checkpoint", str(tmp_path / "c"), "--resume", "--steps"]
    run = ["train", "Acrobot-v1", "--algorithm", "dqn", "--set", "hidden_sizes=8", "--steps", "400"]
    run += ["--set", "train_frequency=4", "--envs", "1"]
    assert main([*run, "--set", "exploration_fraction=0.5", *folder[:2]]) == 0
    assert main(["train", *folder, "4000"]) == 2  # ε would rise again
    assert "of another run" in capsys.readouterr().err
    assert main(["train", *folder, "800"]) == 0


def test_that_a_saved_run_imports_a_module_only_where_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ["--checkpoint", str(tmp_path / "c")]
    run = ["train", "tests.environments.toys:Counting-v0", "--steps", "64", "--set", "hidden_sizes=8"]
    assert main([*run, *folder]) == 0
    assert main(["train", *folder, "--resume"]) == 2
    assert "would import tests.environments.toys" in capsys.readouterr().err
    assert main([*run, *folder, "--resume"]) == 0
    assert main([*RUN, *folder, "--checkpoint-every", "soon"]) == 2


@pytest.mark.parametrize("option", [["--checkpoint", "c"], ["--record", "a.pgviz"]])
def test_that_a_place_that_cannot_be_written_is_found_before_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], engine: FakeEngine, option: list[str]
) -> None:
    flag, name = option
    for place in (Path("/proc/self"), Path("/dev/null")):
        assert main([*RUN, flag, str(place / name)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert re.fullmatch(r"pgviz: (cannot write|there is no folder) .*\.\n", err)
    assert not engine.configs
    assert main([*RUN, flag, str(tmp_path / name)]) == 0
    assert not list(tmp_path.iterdir())  # the stand-in writes nothing, and nor does trying it out


def test_that_a_full_disk_does_not_end_the_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)], check=False).returncode:
        pytest.skip("no disk may be mounted here")
    try:
        run = ["train", "CartPole-v1", "--steps", "2000", "--checkpoint", str(folder / "run")]
        assert main([*run, "--checkpoint-every", "0", "--evaluate", "1"]) == 1
        out, err = capsys.readouterr()
        assert "Training goes on" in out
        assert "2,000 steps in" in out or "2,048 steps in" in out
        assert "Evaluation over 1 episode" in out
        assert err.count("cannot write a checkpoint") == 1
        assert not list((folder / "run").glob(".step-*"))
        assert load_latest(folder / "run").snapshot.step >= 0
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_that_any_of_fifty_kills_leaves_a_run_that_goes_on(tmp_path: Path) -> None:
    rng = random.Random(0)
    command = [sys.executable, "-m", "pgviz", "train", "CartPole-v1", "--steps", "100000000", "--set"]
    command += ["hidden_sizes=8", "--checkpoint", str(tmp_path), "--checkpoint-every", "0"]
    latest = 0
    for kill in range(50):
        resume = ["--resume"] if kill else []
        with subprocess.Popen([*command, *resume], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            while (run.poll() is None and not (saved := checkpoints(tmp_path))) or _step(saved[-1]) <= latest:
                time.sleep(0.005)
            time.sleep(rng.random() * 0.3)
            run.send_signal(signal.SIGKILL)
        found = load_latest(tmp_path).snapshot.step
        assert found > latest
        assert _step(checkpoints(tmp_path)[-1]) == found, "the newest that has its name can be read"
        latest = found


def _step(place: Path) -> int:
    return int(place.name.removeprefix("step-"))
