"""Films of the window, made where there is no screen."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.errors import RunError, UsageError
from pgviz.export.film import film_at
from pgviz.gui.filming import Shot, film_run
from pgviz.gui.scene import LINE_HEIGHT, WHATS, What, fitted, image_of, pixels_of, with_line
from tests.e2e.conftest import CARTPOLE
from tests.export.films import drawn, seen

SIZES = {"window": (1280, 800), "environment": (600, 400), "environment+plots": (1280, 800)}


@pytest.mark.parametrize("what", WHATS)
def test_that_a_film_has_its_length_and_size(what: What, tmp_path: Path, qtbot: QtBot) -> None:
    told: list[float] = []
    path = tmp_path / "film.mp4"

    film_run(CARTPOLE, 1.0, film_at(path, 10), Shot(what), told.append)

    context, pictures = seen(path)
    assert (context.width, context.height) == SIZES[what]
    assert pictures[0][0] == 0.0
    assert 0.5 <= pictures[-1][0] <= 1.5
    assert told == sorted(told)
    assert not np.array_equal(pictures[0][1], pictures[-1][1])
    assert [each.name for each in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize("what", ["window", "environment"])
def test_that_the_line_of_numbers_is_part_of_the_size_asked_for(what: What, tmp_path: Path, qtbot: QtBot) -> None:
    shot = Shot(what, size=(960, 640), with_numbers=True, theme="light")

    film_run(CARTPOLE, 0.5, film_at(tmp_path / "film.mp4", 10), shot, lambda _: None)

    context, pictures = seen(tmp_path / "film.mp4")
    assert (context.width, context.height) == (960, 640)
    line = pictures[-1][1][-LINE_HEIGHT + 2 : -2]
    assert line.min() < 60  # dark
    assert line.max() > 200  # with light letters on it
    assert pictures[-1][1][-LINE_HEIGHT - 40 : -LINE_HEIGHT - 20].mean() > 150


def test_that_a_run_that_ends_sooner_is_filmed_to_its_end(tmp_path: Path, qtbot: QtBot) -> None:
    film_run(CARTPOLE.changed(steps=64), 1000.0, film_at(tmp_path / "film.webm", 10), Shot(), lambda _: None)

    assert seen(tmp_path / "film.webm")[1]


def test_that_what_cannot_be_filmed_says_why_and_leaves_nothing(tmp_path: Path, qtbot: QtBot) -> None:
    def film(config: RunConfig, shot: Shot) -> None:
        film_run(config, 2.0, film_at(tmp_path / "film.mp4", 10), shot, lambda _: None)

    with pytest.raises(UsageError, match="CartPoel"):
        film(RunConfig.create("CartPoel-v1"), Shot())
    with pytest.raises(RunError, match="RaisesInStep"):
        film(RunConfig.create("tests.environments.faulty:RaisesInStep-v0"), Shot())
    assert list(tmp_path.iterdir()) == []


def test_that_ctrl_c_leaves_nothing(tmp_path: Path, qtbot: QtBot) -> None:
    film = film_at(tmp_path / "film.mp4", 10)

    with pytest.raises(KeyboardInterrupt):
        film_run(CARTPOLE, 30.0, film, Shot(), lambda _: signal.raise_signal(signal.SIGINT))

    assert list(tmp_path.iterdir()) == []


def test_that_an_error_while_filming_leaves_nothing(tmp_path: Path, qtbot: QtBot) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        film_run(CARTPOLE, 30.0, film_at(tmp_path / "film.mp4", 10), Shot(), interrupt)

    assert list(tmp_path.iterdir()) == []
    # Python's own memory of it holds the window.
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        vars(sys).pop(name, None)


def test_that_pictures_go_through_the_window_s_images_unchanged(qtbot: QtBot) -> None:
    picture = drawn(7, 33, 21)

    assert np.array_equal(pixels_of(image_of(picture)), picture)
    assert np.array_equal(pixels_of(fitted(image_of(picture), QSize(66, 42))), picture.repeat(2, 0).repeat(2, 1))


def test_that_a_picture_keeps_its_aspect_and_its_words_do_not_cover_it(qtbot: QtBot) -> None:
    white = np.full((40, 80, 3), 255, np.uint8)

    placed = pixels_of(fitted(image_of(white), QSize(100, 100)))
    worded = pixels_of(with_line(image_of(white), ["a line that is much longer than the picture is wide"]))

    assert placed.shape == (100, 100, 3)
    assert placed[25:75].min() == 255
    assert max(placed[:25].max(), placed[75:].max()) == 0
    assert worded.shape == (40 + LINE_HEIGHT, 80, 3)
    assert np.array_equal(worded[:40], white)
