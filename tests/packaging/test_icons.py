import struct

import pytest
from PySide6.QtGui import QImage

from pgviz import assets
from tests.packaging.scripts import load

icons = load("icons")


@pytest.mark.parametrize("size", icons.SIZES)
def test_that_each_picture_has_its_size_and_shows_the_drawing(size: int, qapp: object) -> None:
    shipped = QImage(str(assets.path(f"icons/pgviz-{size}.png"))).convertToFormat(QImage.Format.Format_ARGB32)
    drawn = icons.draw(assets.path("icons/pgviz.svg"), size)
    assert (shipped.width(), shipped.height()) == (size, size)
    pairs = zip(bytes(shipped.constBits()), bytes(drawn.constBits()), strict=True)
    # Releases of Qt smooth edges a little differently.
    assert sum(abs(one - other) for one, other in pairs) / shipped.sizeInBytes() < 2


def test_that_the_corners_are_transparent(qapp: object) -> None:
    assert icons.draw(assets.path("icons/pgviz.svg"), 64).pixelColor(0, 0).alpha() < 64


def test_that_the_windows_icon_holds_its_sizes() -> None:
    data = assets.path("icons/pgviz.ico").read_bytes()
    reserved, kind, count = struct.unpack_from("<HHH", data)
    assert (reserved, kind, count) == (0, 1, len(icons.ICO_SIZES))
    for index, size in enumerate(icons.ICO_SIZES):
        width, _, _, _, _, _, length, offset = struct.unpack_from("<BBBBHHII", data, 6 + 16 * index)
        picture = QImage.fromData(data[offset : offset + length])
        assert width == size % 256
        assert picture.width() == size
