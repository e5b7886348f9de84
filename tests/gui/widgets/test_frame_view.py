"""The picture of the environment."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from pgviz.gui.widgets.frame_view import FrameView
from tests.gui.samples import frame


def colour(image: QImage, x: int, y: int) -> str:
    return image.pixelColor(x, y).name()


@pytest.mark.parametrize(("width", "height"), [(300, 100), (100, 300), (173, 131)])
def test_that_the_aspect_is_kept_and_the_frame_is_in_the_middle(qtbot: QtBot, width: int, height: int) -> None:
    view = FrameView()
    qtbot.addWidget(view)
    view.setMinimumSize(1, 1)
    view.resize(width, height)
    view.set_frame(frame(40, 60))
    target = view.picture_rect()
    assert target.width() / target.height() == pytest.approx(1.5, rel=0.03)
    assert target.width() == width or target.height() == height
    assert abs(target.center().x() - view.rect().center().x()) <= 1


def test_that_the_colours_drawn_are_those_of_the_frame(qtbot: QtBot) -> None:
    view = FrameView()
    qtbot.addWidget(view)
    view.resize(240, 160)
    view.set_frame(frame(40, 60))
    drawn = view.grab().toImage()
    assert colour(drawn, 20, 20) == "#ff0000"
    assert colour(drawn, 220, 20) == "#00ff00"
    assert colour(drawn, 20, 140) == "#0000ff"


def test_that_a_frame_that_is_a_view_with_gaps_is_drawn_right(qtbot: QtBot) -> None:
    view = FrameView()
    qtbot.addWidget(view)
    view.resize(240, 160)
    mirrored = np.flip(frame(40, 60), axis=1)
    view.set_frame(mirrored)
    assert colour(view.grab().toImage(), 20, 20) == "#00ff00"


def test_that_each_frame_takes_the_place_of_the_last(qtbot: QtBot) -> None:
    view = FrameView()
    qtbot.addWidget(view)
    view.resize(240, 160)
    view.show()
    for _ in range(2):
        view.set_frame(frame(40, 60))
        assert colour(view.grab().toImage(), 20, 20) == "#ff0000"
        view.set_frame(np.flip(frame(40, 60), axis=1))
        assert colour(view.grab().toImage(), 20, 20) == "#00ff00"


def test_that_words_stand_where_there_is_no_frame(qtbot: QtBot) -> None:
    view = FrameView()
    qtbot.addWidget(view)
    view.set_message("Nothing to see")
    view.set_frame(None)
    view.grab()
    assert not view.has_frame
    assert view.accessibleDescription() == "Nothing to see"


def test_that_another_size_and_no_frame_are_taken_in_turn(qtbot: QtBot) -> None:
    view = FrameView()
    qtbot.addWidget(view)
    view.resize(240, 160)
    for shape in ((40, 60), (60, 40), None, (60, 40)):
        view.set_frame(None if shape is None else frame(*shape))
        view.grab()
    assert view.has_frame
    with pytest.raises(ValueError, match="H, W, 3"):
        view.set_frame(np.zeros((4, 4), np.uint8))


def test_that_a_thin_line_is_still_there_in_a_much_smaller_picture(qtbot: QtBot) -> None:
    for line in range(7):
        picture = np.full((400, 400, 3), 255, np.uint8)
        picture[200 + line] = 0
        view = FrameView()
        qtbot.addWidget(view)
        view.setMinimumSize(1, 1)
        view.resize(90, 90)
        view.set_frame(picture)
        drawn = view.grab().toImage()
        assert min(drawn.pixelColor(45, y).lightness() for y in range(90)) < 230
