from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgviz.recording.pictures import read_png, shrink, write_png


def _noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height * 100 + width).integers(0, 256, (height, width, 3)).astype(np.uint8)


@given(st.integers(1, 40), st.integers(1, 40))
def test_that_a_picture_comes_back_as_it_was(height: int, width: int) -> None:
    frame = _noise(height, width)
    np.testing.assert_array_equal(read_png(write_png(frame), width, height), frame)


def test_that_another_program_reads_the_same_picture(qapp: object) -> None:
    from PySide6.QtGui import QImage

    frame = _noise(17, 23)
    image = QImage.fromData(write_png(frame)).convertToFormat(QImage.Format.Format_RGB888)
    assert (image.width(), image.height()) == (23, 17)
    rows = np.frombuffer(bytes(image.constBits()), np.uint8).reshape(17, image.bytesPerLine())
    np.testing.assert_array_equal(rows[:, : 23 * 3].reshape(17, 23, 3), frame)


def test_that_a_picture_that_is_a_view_is_written_as_it_looks() -> None:
    frame = _noise(20, 20)[::2, ::-1]
    np.testing.assert_array_equal(read_png(write_png(frame), 20, 10), frame)


def test_that_shrinking_takes_the_mean_of_squares() -> None:
    frame = np.zeros((5, 4, 3), np.uint8)
    frame[0, 0] = 200
    small = shrink(frame, 3)
    assert small.shape == (2, 2, 3)
    assert small[0, 0].tolist() == [50, 50, 50]
    assert small[1:].max() == 0


def test_that_a_picture_that_is_small_enough_is_left_alone() -> None:
    frame = _noise(10, 12)
    assert shrink(frame, 12) is frame


def test_that_a_picture_far_longer_than_wide_shrinks_too() -> None:
    assert max(shrink(_noise(1, 400), 10).shape) <= 10


@pytest.mark.parametrize("cut", [0, 4, 20, 40, -1, -13])
def test_that_half_a_picture_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="picture"):
        read_png(write_png(_noise(8, 8))[: cut if cut else 0] if cut >= 0 else b"GIF89a", 8, 8)


@pytest.mark.parametrize(("width", "height"), [(9, 8), (8, 9), (0, 8), (-8, 8), (10**9, 8), (8192, 8192)])
def test_that_another_size_is_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match="picture"):
        read_png(write_png(_noise(8, 8)), width, height)
