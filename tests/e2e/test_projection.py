"""Films of recordings: what is seen at a moment is what had been recorded by then."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pgviz.cli import main
from pgviz.export.film import film_at
from pgviz.gui.filming import Shot
from pgviz.gui.projection import film_recording
from pgviz.recording.schema import RecordingError
from pgviz.session.recorded import open_recording
from pgviz.training.events import StepTaken
from tests.export.films import seen
from tests.session.recordings import SECONDS_A_STEP, Rows, recorded
from tests.session.test_tape_checks import of_another_kind


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("recordings") / "ü run.pgviz", steps=100)[0]


def test_that_the_environment_is_filmed_as_it_was_at_each_moment(
    recording: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    told: list[float] = []
    with open_recording(recording) as opened:
        events = [each for each in opened.events() if isinstance(each.event, StepTaken)]
        end = opened.info.seconds
        film = film_at(tmp_path / "film.mp4", 10)
        film_recording(opened, (0.0, end), film, Shot("environment"), told.append)

    _, pictures = seen(tmp_path / "film.mp4")
    assert pictures[-1][0] == pytest.approx(end, abs=0.11)
    assert told == sorted(told)
    for moment, picture in pictures[1:-1:3]:
        last = [each.event for each in events if each.seconds <= moment + 1e-6][-1]
        assert isinstance(last, StepTaken)
        assert last.detail is not None
        assert last.detail.frame is not None
        height, width, _ = last.detail.frame.shape
        enlarged = last.detail.frame.repeat(times := picture.shape[0] // height, 0).repeat(times, 1)
        assert np.abs(picture[:, : width * times].astype(int) - enlarged).mean() < 3.0


def test_that_a_part_is_filmed_in_the_window_at_another_speed(
    recording: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    with open_recording(recording) as opened:
        span = (20 * SECONDS_A_STEP, 60 * SECONDS_A_STEP)
        shot = Shot(size=(960, 640), with_numbers=True, speed=0.5)
        film_recording(opened, span, film_at(tmp_path / "film.webm", 10), shot, lambda _: None)

    context, pictures = seen(tmp_path / "film.webm")
    assert (context.width, context.height) == (960, 640)
    assert pictures[0][0] == 0.0
    assert pictures[-1][0] == pytest.approx(2 * (span[1] - span[0]), abs=0.11)


def test_that_a_recording_that_contradicts_itself_is_one_fault_and_leaves_nothing(
    tmp_path: Path, qtbot: QtBot
) -> None:
    def damage(rows: Rows) -> None:
        place = rows.events.index(rows.steps()[30])
        rows.events[place] = of_another_kind(rows.steps()[30])

    source = tmp_path / "source"
    source.mkdir()
    path, _ = recorded(source / "damaged.pgviz", steps=100, change=damage)
    with open_recording(path) as opened, pytest.raises(RecordingError, match="of another policy"):
        film_recording(opened, (0.0, 1.0), film_at(tmp_path / "film.mp4", 10), Shot(), lambda _: None)
    assert list(tmp_path.iterdir()) == [source]


def test_that_ctrl_c_at_any_moment_leaves_nothing(recording: Path, tmp_path: Path, qtbot: QtBot) -> None:
    with open_recording(recording) as opened, pytest.raises(KeyboardInterrupt):
        film_recording(
            opened,
            (0.0, 1.0),
            film_at(tmp_path / "film.mp4", 10),
            Shot(),
            lambda _: signal.raise_signal(signal.SIGINT),
        )

    assert list(tmp_path.iterdir()) == []


def test_that_what_stops_it_leaves_nothing(recording: Path, tmp_path: Path, qtbot: QtBot) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with open_recording(recording) as opened, pytest.raises(KeyboardInterrupt):
        film_recording(opened, (0.0, 1.0), film_at(tmp_path / "film.mp4", 10), Shot(), interrupt)

    assert list(tmp_path.iterdir()) == []


def test_that_the_command_writes_films_tables_and_logs(
    recording: Path, tmp_path: Path, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tensorboardX")
    film, table, log = (str(tmp_path / name) for name in ("a.gif", "a.csv", "log"))

    assert main(["export", str(recording), "--to", film, "--what", "environment", "--until", "0.3"]) == 0
    assert main(["export", str(recording), "--to", table, "--tensorboard", log]) == 0

    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.csv", "a.gif", "log"]
    assert len(seen(tmp_path / "a.gif")[1]) >= 2
    assert " rows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "say where to: --to FILE"),
        (["--to", "a.avi"], "a film is a file that ends in"),
        (["--to", "a.mp4", "--from", "1e6"], "--from 1e+06 is after the end"),
        (["--to", "a.mp4", "--from", "-1"], "--from must be a number from 0"),
    ],
)
def test_that_what_cannot_be_exported_is_one_sentence(
    recording: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(recording), *options]) == 2

    assert message in capsys.readouterr().err
