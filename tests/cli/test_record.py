"""``pgviz record``: its options, with the camera replaced."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pgviz.cli import main
from pgviz.config import RunConfig
from pgviz.export import extras
from pgviz.export import film as films
from tests.export.films import drawn


class FakeCamera:
    def __init__(self) -> None:
        self.shots: list[tuple[Any, ...]] = []

    def film_run(self, config: RunConfig, seconds: float, film: films.Film, shot: Any, progress: Any) -> None:
        self.shots.append((config, seconds, film.path.name, film.fps, shot))
        with film:
            film.add(drawn(0), 0)
            progress(0.0)
            film.finish(1)


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeCamera:
    monkeypatch.chdir(tmp_path)
    fake, module = FakeCamera(), ModuleType("pgviz.gui.filming")
    vars(module).update(film_run=fake.film_run, Shot=lambda *values: values)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr("pgviz.cli.record.require_window", lambda: None)
    return fake


def test_that_a_run_is_filmed_as_the_options_say(camera: FakeCamera, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--seed", "3", "--seconds", "7", "--to", "a.webm", "--fps", "24", "--size", "640x480", "--hud"]
    assert main(["record", "CartPole-v1", *words, "--what", "environment", "--speed", "2"]) == 0

    config = RunConfig.create("CartPole-v1", seed=3)
    assert camera.shots == [(config, 7.0, "a.webm", 24, ("environment", (640, 480), True, "light", 2.0))]
    assert "a.webm: 1 pictures" in capsys.readouterr().out


def test_that_there_are_defaults_for_all_but_the_file(camera: FakeCamera) -> None:
    assert main(["record", "CartPole-v1", "--to", "a.mp4"]) == 0
    assert main(["record", "CartPole-v1", "--to", "a.gif"]) == 0

    assert [(seconds, fps) for _, seconds, _, fps, _ in camera.shots] == [(20.0, 30), (20.0, 15)]


def test_that_without_an_encoder_it_is_said_what_to_install(
    camera: FakeCamera, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)

    assert main(["record", "CartPole-v1", "--to", "a.mp4"]) == 0

    assert "pip install 'pgviz[video]'" in capsys.readouterr().out
    assert Path("a-pictures").is_dir()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the following arguments are required: --to"),
        (
            ["--to", "a.avi"],
            "a film is a file that ends in .mp4, .webm, .gif, or .png for a folder of pictures; got 'a.avi'.",
        ),
        (["--to", "nowhere/a.mp4"], "cannot write nowhere/a.mp4: No such file or directory"),
        (["--to", "a.mp4", "--size", "641x480"], "--size must be WIDTHxHEIGHT, such as 1280x720, even numbers"),
        (["--to", "a.mp4", "--size", "big"], "--size must be WIDTHxHEIGHT"),
        (["--to", "a.mp4", "--fps", "0"], "--fps must be a whole number from 1 to 60; got 0."),
        (["--to", "a.mp4", "--seconds", "-1"], "--seconds must be a number from 0.1"),
        (["--to", "a.mp4", "--speed", "100"], "--speed must be a number from 0.25 to 16"),
        (["--to", "a.mp4", "--what", "sky"], "argument --what: invalid choice: 'sky'"),
    ],
)
def test_that_a_film_that_cannot_be_made_is_refused_before_training(
    camera: FakeCamera, capsys: pytest.CaptureFixture[str], words: list[str], message: str, tmp_path: Path
) -> None:
    assert main(["record", "CartPole-v1", *words]) == 2

    assert capsys.readouterr().err.startswith(f"pgviz: {message}")
    assert camera.shots == []
    assert list(tmp_path.iterdir()) == []
