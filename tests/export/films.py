"""Films to make and to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def drawn(moment: int, width: int = 96, height: int = 64) -> Picture:
    """A bar of its own grey for each moment, on blue."""
    picture = np.full((height, width, 3), (20, 40, 200), np.uint8)
    picture[:, : width // 2] = (10 + 8 * moment) % 256
    return picture


def seen(path: Path) -> tuple[Any, list[tuple[float, Picture]]]:
    """The stream of a film, and its pictures with their times."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream.codec_context, [
            (float(frame.time or 0.0), frame.to_ndarray(format="rgb24").astype(np.uint8))
            for frame in container.decode(stream)
        ]
