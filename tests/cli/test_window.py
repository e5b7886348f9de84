from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pgviz.cli import main, main_gui
from pgviz.config import RunConfig
from pgviz.training.events import Event, UpdateApplied
from tests.cli.conftest import FakeEngine


class FakeWindow:
    """Stands in for ``pgviz.gui``: remembers what it was asked for."""

    def __init__(self) -> None:
        self.runs: list[tuple[RunConfig | None, bool]] = []
        self.listeners: list[Callable[[Event], None] | None] = []
        self.pictures: list[dict[str, Any]] = []
        self.boxes: list[str] = []
        self.theme = "system"
        self.config: RunConfig | None = None

    def run(
        self,
        config: RunConfig | None,
        *,
        play: bool = False,
        record: object = None,
        listener: Callable[[Event], None] | None = None,
    ) -> int:
        self.runs.append((config, play))
        self.listeners.append(listener)
        if listener is not None:
            listener(UpdateApplied(300, 1, 1e-3, 0.5, 0.9, None, 0.1, 0.1, 0.5, 0.01, None, 0.3, 4))
        return 0

    def take(self, config: RunConfig, seconds: float, path: Path, size: tuple[int, int], theme: str) -> None:
        self.pictures.append({"config": config, "seconds": seconds, "path": path, "size": size, "theme": theme})
        path.write_bytes(b"PNG")

    def of_user(self) -> FakeWindow:
        return self


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> FakeWindow:
    fake = FakeWindow()
    contents: dict[str, dict[str, Any]] = {
        "app": {"run": fake.run},
        "screenshot": {"take": fake.take},
        "settings": {"Settings": fake},
        "message_box": {"show_error": fake.boxes.append},
    }
    for name, members in contents.items():
        module = ModuleType(f"pgviz.gui.{name}")
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr("pgviz.cli.window.find_spec", lambda _name: object())
    return fake


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgviz.cli.window.has_display", lambda: True)


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgviz.cli.window.has_display", lambda: False)


@pytest.mark.usefixtures("display")
@pytest.mark.parametrize("start", [lambda: main([]), main_gui], ids=["pgviz", "pgviz-gui"])
def test_that_pgviz_alone_opens_the_window_on_the_last_run(window: FakeWindow, start: Any) -> None:
    assert start() == 0
    assert window.runs == [(None, False)]


@pytest.mark.usefixtures("display")
def test_that_run_opens_the_window_on_the_run_described(window: FakeWindow) -> None:
    assert main(["run", "Pendulum-v1", "--seed", "4", "--play", "--theme", "dark"]) == 0
    assert window.runs == [(RunConfig.create("Pendulum-v1", "ppo", seed=4), True)]
    assert window.theme == "dark"


@pytest.mark.usefixtures("display")
def test_that_the_theme_stays_as_last_time_where_none_is_named(window: FakeWindow) -> None:
    assert main(["run", "Pendulum-v1"]) == 0
    assert window.runs == [(RunConfig.create("Pendulum-v1"), False)]
    assert window.theme == "system"


@pytest.mark.usefixtures("no_display")
def test_that_without_a_display_the_run_is_trained_and_the_window_drawn(
    window: FakeWindow,
    engine: FakeEngine,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", "my.module:Walk-v0", "--steps", "50", "--theme", "dark"]) == 0
    out, err = capsys.readouterr()
    config = RunConfig.create("my.module:Walk-v0", "ppo", steps=50)
    assert window.runs == []
    assert engine.configs == [config]
    (picture,) = window.pictures
    assert picture["path"] == tmp_path / "pgviz-my.module-Walk-v0.png"
    assert (picture["config"], picture["size"], picture["theme"]) == (config, (1280, 800), "dark")
    assert err == ""
    assert out.splitlines()[0].startswith("There is no display for a window: ")
    assert "50 steps in" in out
    assert out.splitlines()[-1] == f"The window as it would look: {picture['path']}"


@pytest.mark.usefixtures("no_display")
def test_that_without_a_display_the_last_run_is_trained_too(
    window: FakeWindow, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    window.config = RunConfig.create("Pendulum-v1", steps=20)
    assert main([]) == 0
    assert engine.configs == [window.config]
    assert [picture["path"].name for picture in window.pictures] == ["pgviz-Pendulum-v1.png"]


@pytest.mark.usefixtures("no_display", "engine")
def test_that_the_picture_goes_to_the_temporary_folder_where_this_one_cannot_be_written(
    window: FakeWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Path, "cwd", lambda: tmp_path / "gone")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main(["run", "CartPole-v1", "--steps", "5"]) == 0
    assert [picture["path"] for picture in window.pictures] == [tmp_path / "pgviz-CartPole-v1.png"]


@pytest.mark.usefixtures("display")
@pytest.mark.parametrize("words", [[], ["run", "CartPole-v1"]])
def test_that_a_missing_qt_is_one_sentence_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    monkeypatch.setattr("pgviz.cli.window.find_spec", lambda name: None if name == "PySide6" else object())
    assert main(words) == 2
    assert capsys.readouterr().err == (
        "pgviz: the window needs PySide6, which is not installed here: type `pip install pgviz`;"
        " `pgviz train` works without.\n"
    )


@pytest.mark.usefixtures("window", "display")
def test_that_a_missing_system_library_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pgviz.gui.app", None)
    assert main([]) == 2
    err = capsys.readouterr().err
    assert err.startswith("pgviz: the window cannot be loaded (import of pgviz.gui.app halted")
    assert err.endswith("; `pgviz doctor` says what is missing.\n")


@pytest.mark.usefixtures("display")
def test_that_a_launcher_shows_an_error_in_a_box(
    window: FakeWindow, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(config: RunConfig | None) -> int:
        raise ValueError("no")

    monkeypatch.setattr(sys.modules["pgviz.gui.app"], "run", fail)
    assert main_gui() == 1
    assert window.boxes == ["a defect of pgviz itself: ValueError: no (--traceback shows where)."]
    assert capsys.readouterr().err == f"pgviz: {window.boxes[0]}\n"


@pytest.mark.usefixtures("no_display")
def test_that_a_launcher_without_a_display_says_its_error_on_stderr_alone(
    window: FakeWindow, engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_step: int) -> None:
        raise ValueError("no")

    engine.before_step = fail
    assert main_gui() == 1
    assert window.boxes == []
    assert capsys.readouterr().err.startswith("pgviz: a defect of pgviz itself: ")


def test_that_a_screenshot_is_taken_as_asked(
    window: FakeWindow, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "window.png"
    words = ["--seconds", "2.5", "--out", str(path), "--size", "1920x1080", "--theme", "dark", "--seed", "1"]
    assert main(["screenshot", "Pendulum-v1", *words]) == 0
    assert window.pictures == [
        {
            "config": RunConfig.create("Pendulum-v1", seed=1),
            "seconds": 2.5,
            "path": path,
            "size": (1920, 1080),
            "theme": "dark",
        }
    ]
    assert capsys.readouterr().out == f"The window is drawn in {path}\n"


def test_that_a_run_in_the_window_is_logged_for_tensorboard(
    window: FakeWindow, display: None, tmp_path: Path
) -> None:
    pytest.importorskip("tensorboardX")
    assert main(["run", "CartPole-v1"]) == 0
    assert main(["run", "CartPole-v1", "--tensorboard", str(tmp_path / "log")]) == 0

    assert window.listeners[0] is None
    (written,) = (tmp_path / "log").iterdir()
    assert b"train/learning_rate" in written.read_bytes()
