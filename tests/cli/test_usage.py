"""What is asked for in the wrong way gets one line on stderr and exit status 2."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pgviz import __version__
from pgviz.cli import main
from pgviz.hyperparameters import AlgorithmDeclaration, algorithms
from tests.cli.conftest import FakeEngine

TRAIN = ["train", "CartPole-v1"]


def refused(capsys: pytest.CaptureFixture[str], words: list[str]) -> str:
    """The one line with which the words are refused."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("pgviz: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    return err.removeprefix("pgviz: ").rstrip("\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["trian"], "unknown command 'trian'; did you mean train? (see pgviz --help)."),
        (
            ["dance"],
            "unknown command 'dance'; known: train, run, ",
        ),
        (["train"], "the following arguments are required: ENV_ID (see pgviz train --help)."),
        (["--nonsense"], "unrecognized arguments: --nonsense (see pgviz --help)."),
        ([*TRAIN, "--step", "5"], "unrecognized arguments: --step 5"),
        ([*TRAIN, "--steps"], "argument --steps: expected one argument (see pgviz train --help)."),
        ([*TRAIN, "--steps", "0"], "--steps must be a whole number from 1 to 10000000000; got 0."),
        ([*TRAIN, "--steps", "-5"], "--steps must be a whole number from 1 to 10000000000; got -5."),
        ([*TRAIN, "--steps", "nan"], "--steps must be a whole number from 1 to 10000000000; got nan."),
        ([*TRAIN, "--steps", "inf"], "--steps must be a whole number from 1 to 10000000000; got inf."),
        ([*TRAIN, "--steps", "many"], "--steps must be a whole number from 1 to 10000000000; got 'many'."),
        ([*TRAIN, "--steps", "1.5"], "--steps must be a whole number from 1 to 10000000000; got 1.5."),
        ([*TRAIN, "--seed", "-1"], "--seed must be a whole number from 0 to "),
        ([*TRAIN, "--envs", "0"], "--envs must be a whole number from 1 to 256; got 0."),
        ([*TRAIN, "--evaluate", "0"], "--evaluate must be a whole number from 1 to 100000; got 0."),
        ([*TRAIN, "--evaluate-with", "sampled"], "--evaluate-with needs --evaluate N, the number of episodes."),
        (
            [*TRAIN, "--evaluate", "5", "--evaluate-with", "luck"],
            "argument --evaluate-with: invalid choice: 'luck'",
        ),
        ([*TRAIN, "--algorithm", "pppo"], "unknown algorithm 'pppo'; did you mean ppo?"),
        ([*TRAIN, "--set", "gamma"], "--set takes NAME=VALUE, for example --set gamma=0.95; got 'gamma'."),
        ([*TRAIN, "--set", "gamm=0.9"], "unknown parameter 'gamm'; did you mean gamma"),
        ([*TRAIN, "--set", "gamma=1.5"], "gamma must be a number from 0 to 1; got 1.5."),
        ([*TRAIN, "--set", "gamma=nan"], "gamma must be a number from 0 to 1; got nan."),
        ([*TRAIN, "--set", "=1"], "unknown parameter ''"),
        ([*TRAIN, "--set", "steps=5"], "steps has an option of its own: write --steps 5 instead of --set."),
        ([*TRAIN, "--set", "environment_count=5"], "environment_count has an option of its own: write --envs 5"),
        ([*TRAIN, "--set", "environment=x"], "unknown parameter 'environment'"),
        (["train", ""], "an environment id is needed, for example CartPole-v1."),
        (["parameters", "dqn", "CartPol-v1"], "unknown environment 'CartPol-v1'; did you mean CartPole-v1"),
        (["parameters", "dqn", "NoSuch-v0"], "unknown environment 'NoSuch-v0'"),
        (["parameters", "dqn", "nowhere:NoSuch-v0"], "cannot import nowhere for nowhere:NoSuch-v0"),
        (["parameters", "sarsa"], "unknown algorithm 'sarsa'; known: ppo, a2c, reinforce, dqn, sac."),
        (["screenshot", "CartPole-v1", "--out", "a.png"], "the following arguments are required: --seconds"),
        (["envs", "--all", "--check"], "argument --check: not allowed with argument --all"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_that_bad_usage_gets_one_line_and_status_2(
    capsys: pytest.CaptureFixture[str], engine: FakeEngine, words: list[str], message: str
) -> None:
    assert refused(capsys, words).startswith(message)
    assert engine.configs == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"--seconds": "0"}, "--seconds must be a number from 0.1 to 86400; got 0."),
        ({"--seconds": "nan"}, "--seconds must be a number from 0.1 to 86400; got nan."),
        (
            {"--size": "big"},
            "--size must be WIDTHxHEIGHT, such as 1280x800, from 640x480 to 7680x4320; got 'big'.",
        ),
        ({"--size": "1x1"}, "--size must be WIDTHxHEIGHT"),
        ({"--size": "1280x99999"}, "--size must be WIDTHxHEIGHT"),
        ({"--out": "picture.jpg"}, "--out must name a .png file; got 'picture.jpg'."),
        ({"--out": "nowhere/picture.png"}, "cannot write the picture to nowhere/picture.png: no such file"),
        ({"--theme": "pink"}, "argument --theme: invalid choice: 'pink'"),
    ],
    ids=str,
)
def test_that_a_screenshot_that_cannot_be_taken_is_refused_before_training(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    changes: dict[str, str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    options = {"--seconds": "1", "--out": "picture.png"} | changes
    words = ["screenshot", "CartPole-v1", *(word for pair in options.items() for word in pair)]
    assert refused(capsys, words).startswith(message)
    assert list(tmp_path.iterdir()) == []


def test_that_an_unwritable_report_is_found_out_before_training(
    capsys: pytest.CaptureFixture[str], engine: FakeEngine, tmp_path: Path
) -> None:
    assert refused(capsys, [*TRAIN, "--json", str(tmp_path / "no" / "report.json")]).endswith(
        "report.json: no such file or directory."
    )
    assert refused(capsys, [*TRAIN, "--json", str(tmp_path)]).endswith(": it is a folder.")
    assert engine.configs == []


def test_that_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"pgviz {__version__}\n"


@pytest.mark.parametrize(
    "command",
    ["train", "run", "screenshot", "record", "import", "export", "export-policy", "envs", "parameters", "doctor"],
)
def test_that_every_command_is_in_the_help_and_has_its_own(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main(["--help"]) == 0
    assert re.search(rf"^ +{command}\s+\w", capsys.readouterr().out, re.MULTILINE)
    assert main([command, "--help"]) == 0
    assert f"usage: pgviz {command}" in capsys.readouterr().out


@pytest.mark.parametrize("declared", algorithms(), ids=lambda each: each.name)
@pytest.mark.parametrize("form", ["--algorithm={}", "--algorithm {}"])
def test_that_help_lists_the_hyperparameters_of_the_algorithm_named(
    capsys: pytest.CaptureFixture[str], declared: object, form: str
) -> None:
    name = declared.name  # type: ignore[attr-defined]
    assert main(["train", *form.format(name).split(), "--help"]) == 0
    text = capsys.readouterr().out
    for parameter in declared.parameters.values():  # type: ignore[attr-defined]
        assert re.search(rf"^  {parameter.name}\b", text, re.MULTILINE)
        assert parameter.range_text in " ".join(text.split())


def test_that_the_table_of_parameters_has_every_name_and_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parameters", "a2c"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("A2C: ")
    rate = next(line for line in lines if line.startswith("learning_rate "))
    assert re.split(r"  +", rate)[1:4] == ["0.0007", "1e-06 to 1", "minibatch"]


@pytest.mark.parametrize("declared", algorithms(), ids=lambda each: each.name)
def test_that_the_table_of_parameters_fits_a_hundred_columns_and_leaves_nothing_out(
    capsys: pytest.CaptureFixture[str], declared: AlgorithmDeclaration
) -> None:
    assert main(["parameters", declared.name]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines()[1:])) <= 100
    unbroken = "".join(text.split())
    for parameter in declared.parameters.values():
        assert "".join(parameter.help.split()) in unbroken
        assert all(word in text for word in parameter.choices)


def test_that_the_table_of_parameters_can_show_an_environments_own_defaults(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["parameters", "ppo", "CartPole-v1"]) == 0
    assert re.search(r"^epochs +20 ", capsys.readouterr().out, re.MULTILINE)
