"""``--record FILE`` and ``pgviz info``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pgviz.cli import main
from pgviz.session.recorded import open_recording
from pgviz.training.events import RunFinished, UpdateApplied

RUN = ["train", "CartPole-v1", "--steps", "2000", "--seed", "3", "--set", "hidden_sizes=8"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "une démo.pgviz"


def test_that_a_run_is_recorded_and_said_to_be(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*RUN, "--record", str(path), "--record-size", "64", "--record-rate", "5"]) == 0
    assert f" s in {path} (" in capsys.readouterr().out
    assert list(path.parent.iterdir()) == [path]
    with open_recording(path) as recording:
        assert recording.started.config.seed == 3
        events = [each.event for each in recording.events()]
    assert isinstance(events[-1], RunFinished)
    assert sum(isinstance(each, UpdateApplied) for each in events) >= 7


def test_that_a_name_without_an_ending_is_given_one(path: Path) -> None:
    assert main([*RUN, "--record", str(path.with_suffix(""))]) == 0
    assert path.is_file()


def test_that_info_says_what_is_in_it(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([*RUN, "--record", str(path)])
    capsys.readouterr()
    assert main(["info", str(path)]) == 0
    said = capsys.readouterr().out
    assert "PPO on CartPole-v1, seed 3, 8 environments: steps 0 to 2,000 of 2,000." in said
    assert "cut off" not in said

    assert main(["info", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["complete"] is True
    assert told["last_step"] == 2000
    assert told["config"]["seed"] == 3
    assert told["size"] == path.stat().st_size


def test_that_info_says_that_a_recording_was_cut_off(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([*RUN, "--record", str(path)])
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("UPDATE meta SET value = replace(value, '\"complete\":true', '\"complete\":false')")
    connection.commit()
    connection.close()
    capsys.readouterr()
    assert main(["info", str(path)]) == 0
    assert "It was cut off" in capsys.readouterr().out


def test_that_nothing_is_trained_where_the_file_is_there_already(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text("precious")
    assert main([*RUN, "--record", str(path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert path.read_text() == "precious"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--record-rate", "5"], "--record-rate needs --record FILE"),
        (["--record", "missing/folder/a.pgviz"], "there is no folder"),
        (["--record", "."], "needs the name of a file"),
        (["--record", "a.pgviz", "--record-size", "1"], "--record-size"),
        (["--record", "a.pgviz", "--record-rate", "often"], "--record-rate"),
    ],
)
def test_that_what_cannot_be_done_is_one_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*RUN, *words]) == 2
    assert said in capsys.readouterr().err


def test_that_info_about_something_else_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("hello")
    assert main(["info", str(other)]) == 1
    assert capsys.readouterr().err == f"pgviz: {other} is not a recording of pgviz.\n"


def test_that_a_run_that_goes_on_from_a_checkpoint_can_be_recorded(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    short = [*RUN, "--set", "learning_rate_schedule=constant", "--set", "clip_range_schedule=constant"]
    assert main([*short, "--checkpoint", str(folder)]) == 0
    longer = [*short[:3], "4000", *short[4:]]
    assert main([*longer, "--checkpoint", str(folder), "--resume", "--record", str(path)]) == 0
    with open_recording(path) as recording:
        assert (recording.info.first_step, recording.info.last_step) == (2000, 4000)
