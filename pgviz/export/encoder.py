"""Films encoded by PyAV, picture by picture: memory does not grow with the length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as NothingMore
from av.error import FFmpegError

from pgviz.export.film import Film, Picture

# The colours of high definition, said to the player too, who would guess otherwise for small pictures.
_BT709, _LIMITED = 1, 1


@dataclass(frozen=True, slots=True)
class _Format:
    """How a kind of file is encoded: at a quality at which thin lines and small letters stay sharp."""

    container: str
    codec: str
    pixels: str
    of_container: dict[str, str] = field(default_factory=dict)
    of_codec: dict[str, str] = field(default_factory=dict)


_FORMATS = {
    # The index is moved to the beginning, so that a browser can play before it has the whole file.
    ".mp4": _Format(
        "mp4",
        "libx264",
        "yuv420p",
        {"movflags": "faststart"},
        {"preset": "veryfast", "crf": "18", "tune": "animation"},
    ),
    ".webm": _Format(
        "webm", "libvpx-vp9", "yuv420p", {}, {"deadline": "realtime", "cpu-used": "7", "crf": "24", "b": "0"}
    ),
    ".gif": _Format("gif", "gif", "pal8", {"loop": "0"}),
}


class EncodedFilm(Film):
    """An mp4 (H.264), webm (VP9) or gif file; sides are made even, as the first two need.

    Parameters
    ----------
    path, fps
        As for :class:`pgviz.export.film.Film`.
    """

    faults = (OSError, FFmpegError)

    def __init__(self, path: Path, fps: int) -> None:
        super().__init__(path, fps)
        self._format = _FORMATS[path.suffix.lower()]
        self._tick = Fraction(1, fps)
        self._container: Any = None
        self._stream: Any = None
        self._palette: _Palette | None = None
        self._size = (0, 0)
        self._pending: Picture | None = None

    def _write(self, picture: Picture, moment: int) -> None:
        picture = _even(picture)
        if self._container is None:
            self._open(picture)
        elif picture.shape[:2] != self._size:
            raise ValueError(f"the film is {self._size}; got a picture of {picture.shape[:2]}")
        self._encode(picture, moment)
        self._pending = picture

    def _open(self, picture: Picture) -> None:
        height, width = self._size = (picture.shape[0], picture.shape[1])
        chosen = self._format
        self._container = av.open(
            str(self.part), "w", format=chosen.container, container_options=chosen.of_container
        )
        self._stream = self._container.add_stream(chosen.codec, rate=self.fps, options=chosen.of_codec)
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, chosen.pixels
        context = self._stream.codec_context
        context.time_base = self._tick
        if chosen.pixels == "pal8":
            self._palette = _Palette(width, height, self._tick)
        else:
            context.colorspace = context.color_primaries = context.color_trc = _BT709
            context.color_range = _LIMITED

    def _encode(self, picture: Picture, moment: int) -> None:
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame.pts, frame.time_base = moment, self._tick
        if self._palette is not None:
            for each in self._palette.reduce(frame):
                self._mux(each)
            return
        # Pictures on a screen are full range; the matrix is chosen here, and told the player in the stream.
        self._mux(frame.reformat(format=self._format.pixels, dst_colorspace="ITU709", dst_color_range="MPEG"))

    def _mux(self, frame: Any) -> None:
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    def _close(self, moment: int) -> None:
        # A player stops with the last picture: shown once more, that one stays as long as the others.
        if self._pending is not None and moment - 1 > self._last:
            self._encode(self._pending, moment - 1)
        if self._palette is not None:
            for each in self._palette.rest():
                self._mux(each)
        self._mux(None)
        container, self._container = self._container, None
        container.close()

    def discard(self) -> None:
        """Remove the temporary file."""
        container, self._container = self._container, None
        try:
            if container is not None:
                container.close()
        except self.faults:  # such as a full disk, for which it is being discarded
            pass
        finally:
            self.part.unlink(missing_ok=True)


class _Palette:
    """Reduces each picture to 256 colours of its own, so that no pass over the whole film is needed."""

    def __init__(self, width: int, height: int, tick: Fraction) -> None:
        graph = av.filter.Graph()
        self._source = graph.add_buffer(width=width, height=height, format=av.VideoFormat("rgb24"), time_base=tick)
        split = graph.add("split")
        choose = graph.add("palettegen", "stats_mode=single")
        # Without dithering: noise would flicker on flat areas, and takes most of the room in the file.
        use = graph.add("paletteuse", "new=1:dither=none")
        self._sink = graph.add("buffersink")
        for source, out, target, into in (
            (self._source, 0, split, 0),
            (split, 0, choose, 0),
            (split, 1, use, 0),
            (choose, 0, use, 1),
            (use, 0, self._sink, 0),
        ):
            source.link_to(target, out, into)
        graph.configure()
        self._graph = graph

    def reduce(self, frame: Any) -> Iterator[Any]:
        """Take one picture in; yield those that are ready."""
        self._source.push(frame)
        yield from self._ready()

    def rest(self) -> Iterator[Any]:
        """Yield those that were held back."""
        self._source.push(None)
        yield from self._ready()

    def _ready(self) -> Iterator[Any]:
        while True:
            try:
                yield self._sink.pull()
            except (NothingYet, NothingMore):
                return


def _even(picture: Picture) -> Picture:
    """Repeat the last row and column where there is an odd number of them."""
    height, width = picture.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        return picture
    return np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
