"""Pictures in a recording: PNG, the part of it that is needed, so that any other program can show them.

Written are 8-bit RGB, not interlaced, each row as its difference from the one above (filter 2, "Up"); the PNG
specification (W3C, third edition) calls these colour type 2 and filter method 0. Only these are read.

Of what pgviz always has, Qt and pygame could do this. Qt is not there where a run is recorded headless. pygame
takes three times as long for a frame of CartPole, out of the run's time, and reads whatever its C libraries can,
where a file from elsewhere is better told first how large and of what kind a picture may be. Pillow and imageio
come with extras only.

Shape suffixes: H rows, W columns, C = 3 colours.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from pgviz.recording.encoding import inflate
from pgviz.recording.schema import LARGEST_FRAME, LARGEST_SIDE

FORMAT = "png"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NONE, _UP = 0, 2


def shrink(frame_HWC: NDArray[np.uint8], largest: int) -> NDArray[np.uint8]:
    """Make neither side longer than `largest`: the mean of squares of pixels; what is left over is cut off."""
    factor = -(-max(frame_HWC.shape[:2]) // largest)
    if factor <= 1:
        return frame_HWC
    height, width = (side // factor for side in frame_HWC.shape[:2])
    if not height or not width:
        return frame_HWC[:1, :1]
    whole = frame_HWC[: height * factor, : width * factor]
    mean = whole.reshape(height, factor, width, factor, 3).mean((1, 3))
    return np.asarray(np.rint(mean), np.uint8)


def write_png(frame_HWC: NDArray[np.uint8]) -> bytes:
    """Write a picture ``(H, W, 3)``."""
    height, width = frame_HWC.shape[:2]
    flat = np.ascontiguousarray(frame_HWC, np.uint8).reshape(height, width * 3)
    rows = np.empty((height, 1 + width * 3), np.uint8)
    rows[:, 0] = _UP
    rows[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])  # modulo 256, as the specification has it
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(rows.data, 1)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def read_png(png: bytes, width: int, height: int) -> NDArray[np.uint8]:
    """Read what :func:`write_png` wrote.

    Parameters
    ----------
    png
        The file.
    width, height
        What it has to be, in pixels.

    Raises
    ------
    ValueError
        Where it is not such a picture.
    """
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise ValueError("a picture has no such size")
    size = height * (1 + width * 3)
    if size > LARGEST_FRAME:
        raise ValueError("a picture is too large")
    header = _part(png, len(_SIGNATURE), b"IHDR") if png.startswith(_SIGNATURE) else b""
    if header != struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0):
        raise ValueError("a picture is not of the kind that pgviz writes")
    data = inflate(_part(png, len(_SIGNATURE) + 25, b"IDAT"), size)
    if len(data) != size:
        raise ValueError("a picture is cut off")
    rows = np.frombuffer(data, np.uint8).reshape(height, 1 + width * 3)
    filters = rows[:, 0]
    if (filters == _UP).all():
        flat = np.add.accumulate(rows[:, 1:], axis=0, dtype=np.uint8)
    elif (filters == _NONE).all():
        flat = rows[:, 1:].copy()
    else:
        raise ValueError("a picture is not of the kind that pgviz writes")
    return flat.reshape(height, width, 3)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _part(png: bytes, place: int, name: bytes) -> bytes:
    """The data of the chunk that begins at `place`."""
    if len(png) < place + 12 or png[place + 4 : place + 8] != name:
        raise ValueError("a picture is not of the kind that pgviz writes")
    (length,) = struct.unpack_from(">I", png, place)
    end = place + 8 + length
    if len(png) < end + 4 or zlib.crc32(png[place + 4 : end]) != struct.unpack_from(">I", png, end)[0]:
        raise ValueError("a picture is damaged")
    return png[place + 8 : end]
