"""Draws every size of the icon from ``resources/icons/pgviz.svg``: ``python packaging/icons.py``.

The PNG files and the Windows ``.ico`` are kept in the repository, so that installing needs no drawing; run this
after the SVG changed.
"""

import os
import struct
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 256)
ICONS = Path(__file__).resolve().parent.parent / "resources" / "icons"


def draw(svg: Path, size: int) -> QImage:
    """Return the drawing as an image of ``size`` × ``size`` pixels on a transparent ground."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(svg)).render(painter)
    painter.end()
    return image


def png(image: QImage) -> bytes:
    """Encode an image as PNG."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, QByteArray(b"png")).write(image):
        raise RuntimeError("Qt could not encode the icon as PNG.")
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """Join PNG pictures, keyed by their size in pixels (at most 256), into one Windows icon.

    Layout: a header of 6 bytes, one entry of 16 bytes per picture, then the pictures. A side of 256 counts as 0.
    """
    offset = 6 + 16 * len(pictures)
    entries, data = b"", b""
    for size, picture in sorted(pictures.items()):
        side = size % 256
        entries += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(picture), offset + len(data))
        data += picture
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + data


def main() -> int:
    """Write all sizes beside the SVG."""
    application = QGuiApplication.instance() or QGuiApplication(sys.argv)
    pictures = {size: png(draw(ICONS / "pgviz.svg", size)) for size in SIZES}
    for size, picture in pictures.items():
        (ICONS / f"pgviz-{size}.png").write_bytes(picture)
    (ICONS / "pgviz.ico").write_bytes(ico({size: pictures[size] for size in ICO_SIZES}))
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
