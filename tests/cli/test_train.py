from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from pgviz.cli import main
from pgviz.errors import NumericalFault, RunError, UsageError
from tests.cli.conftest import FakeEngine, FakeEvaluation, FakeResult

TRAIN = ["train", "CartPole-v1", "--steps", "100"]


def press_ctrl_c_at(step: int) -> object:
    def before_step(number: int) -> None:
        if number == step:
            os.kill(os.getpid(), signal.SIGINT)

    return before_step


def test_that_the_options_make_the_configuration(engine: FakeEngine) -> None:
    words = ["--algorithm", "a2c", "--seed", "3", "--envs", "2", "--set", "gamma=0.5", "--set", "hidden_sizes=8,8"]
    assert main([*TRAIN, *words, "--set", "gamma=0.9"]) == 0
    (config,) = engine.configs
    assert (config.environment, config.algorithm, config.seed) == ("CartPole-v1", "a2c", 3)
    assert (config.steps, config.environment_count) == (100, 2)
    assert (config.value("gamma"), config.value("hidden_sizes")) == (0.9, (8, 8))


def test_that_a_pipe_gets_a_few_plain_lines(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(TRAIN) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "\x1b" not in out
    assert "\r" not in out
    assert len(out.splitlines()) <= 8
    assert out.splitlines()[0] == "PPO on CartPole-v1: 100 steps, seed 0, 8 environments"
    assert "100 steps in 2.0 s (50 steps/s), 4 episodes." in out
    assert "Mean return of the last 100 episodes: 12.5." in out
    assert "ab" * 32 in out


def test_that_the_report_has_every_field(engine: FakeEngine, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    assert main([*TRAIN, "--evaluate", "5", "--json", str(path)]) == 0
    report = json.loads(path.read_text())
    assert report.pop("config")["hyperparameters"]["gamma"] == 0.98
    assert report == {
        "environment": "CartPole-v1",
        "algorithm": "ppo",
        "seed": 0,
        "steps": 100,
        "episodes": 4,
        "updates": 10,
        "return_mean_100": 12.5,
        "seconds": 2.0,
        "steps_per_second": 50.0,
        "weights_sha256": "ab" * 32,
        "findings": [],
        "evaluation": {"episodes": 5, "return_mean": 20.0, "return_std": 1.5, "actions": "likeliest"},
    }
    assert list(tmp_path.iterdir()) == [path]


def test_that_sampled_actions_can_be_evaluated_and_are_named(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.json"
    assert main([*TRAIN, "--evaluate", "5", "--evaluate-with", "sampled", "--json", str(path)]) == 0
    assert "Evaluation over 5 episodes with sampled actions: return 20.0 ± 1.5." in capsys.readouterr().out
    assert json.loads(path.read_text())["evaluation"]["actions"] == "sampled"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--algorithm", "dqn"], "Nothing was learned: learning starts after 1,000 steps (learning_starts)."),
        (["--algorithm", "ppo"], "Nothing was learned: the run ended before its first update."),
    ],
)
def test_that_a_run_without_an_update_says_so(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main([*TRAIN, *words]) == 0
    assert "Nothing was learned" not in capsys.readouterr().out

    engine.result = lambda steps, finished: FakeResult(steps, finished, updates=0)
    assert main([*TRAIN, *words]) == 0
    assert said in capsys.readouterr().out.splitlines()


def test_that_one_step_is_not_called_several(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "CartPole-v1", "--steps", "1"]) == 0
    assert "1 step in 2.0 s" in capsys.readouterr().out


def test_that_no_evaluation_and_no_episode_are_null(engine: FakeEngine, tmp_path: Path) -> None:
    engine.result = lambda steps, finished: FakeResult(steps, finished, return_mean_100=None)
    path = tmp_path / "report.json"
    assert main([*TRAIN, "--json", str(path)]) == 0
    report = json.loads(path.read_text())
    assert report["evaluation"] is None
    assert report["return_mean_100"] is None


def test_that_a_report_on_stdout_is_all_that_is_on_stdout(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*TRAIN, "--json", "-"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["steps"] == 100
    assert "100 steps in" in err


def test_that_a_report_replaces_an_older_one(engine: FakeEngine, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    assert main([*TRAIN, "--json", str(path)]) == 0
    assert json.loads(path.read_text())["steps"] == 100


def test_that_a_report_goes_where_a_link_points(engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    assert main([*TRAIN, "--json", str(tmp_path / "link.json")]) == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["steps"] == 100


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs devices")
def test_that_a_device_is_written_to_and_not_replaced(engine: FakeEngine) -> None:
    assert main([*TRAIN, "--json", os.devnull]) == 0
    assert Path(os.devnull).is_char_device()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_that_a_full_disk_is_one_line_after_the_summary(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*TRAIN, "--json", "/dev/full"]) == 1
    out, err = capsys.readouterr()
    assert "100 steps in" in out
    assert err == "pgviz: the report could not be written to /dev/full: No space left on device.\n"


def test_that_a_failed_run_is_one_line_status_1_and_leaves_the_old_report(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def fail(_step: int) -> None:
        raise NumericalFault("loss", "the loss stopped being finite;\n lower the learning rate.")

    engine.before_step = fail
    path = tmp_path / "report.json"
    path.write_text("old")
    assert main([*TRAIN, "--json", str(path)]) == 1
    assert capsys.readouterr().err == "pgviz: the loss stopped being finite; lower the learning rate.\n"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (RunError("it fell over."), 1, "pgviz: it fell over."),
        (UsageError("no such thing."), 2, "pgviz: no such thing."),
        (KeyError("x"), 1, "pgviz: a defect of pgviz itself: KeyError: 'x' (--traceback shows where)."),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("asked", ["no", "option", "variable"])
def test_that_a_traceback_is_shown_only_where_it_is_asked_for(
    engine: FakeEngine,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    line: str,
    asked: str,
) -> None:
    def fail(_step: int) -> None:
        raise error

    engine.before_step = fail
    monkeypatch.setenv("PGVIZ_DEBUG", "1" if asked == "variable" else "0")
    assert main([*TRAIN, *(["--traceback"] if asked == "option" else [])]) == status
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == line
    assert (len(lines) > 1) == (asked != "no")


def test_that_ctrl_c_ends_the_run_with_its_summary_and_report(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    engine.before_step = press_ctrl_c_at(40)  # type: ignore[assignment]
    before = signal.getsignal(signal.SIGINT)
    path = tmp_path / "report.json"
    assert main([*TRAIN, "--evaluate", "5", "--json", str(path)]) == 130
    out, err = capsys.readouterr()
    assert err == "pgviz: interrupted.\n"
    assert "40 of 100 steps in 2.0 s" in out
    report = json.loads(path.read_text())
    assert report["steps"] == 40
    assert report["evaluation"] is None
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (KeyboardInterrupt(), 130, "pgviz: interrupted.\n"),
        (RunError("it fell over."), 1, "pgviz: it fell over.\n"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_that_an_evaluation_that_is_cut_short_leaves_the_report_of_the_training(
    engine: FakeEngine,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    error: BaseException,
    status: int,
    line: str,
) -> None:
    def cut_short(_episodes: int) -> FakeEvaluation:
        raise error

    engine.result = lambda steps, finished: FakeResult(steps, finished, evaluation=cut_short)
    path = tmp_path / "report.json"
    assert main([*TRAIN, "--evaluate", "5", "--json", str(path)]) == status
    assert capsys.readouterr().err == line
    assert json.loads(path.read_text())["evaluation"] is None


def test_that_a_second_ctrl_c_does_not_wait_for_the_step_to_end(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    def press_twice(_step: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("the second one was not heard")

    engine.before_step = press_twice
    assert main(TRAIN) == 130
    assert capsys.readouterr().err == "pgviz: interrupted.\n"
