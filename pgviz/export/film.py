"""A film: pictures one after the other, in one file, or in a folder where there is nothing to encode them with.

What is written grows under a temporary name beside the real one, which it takes only when it is whole.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pgviz.errors import UsageError
from pgviz.export.extras import VIDEO
from pgviz.export.whole import ExportError

Picture = NDArray[np.uint8]

FORMATS = (".mp4", ".webm", ".gif")
PICTURES = ".png"


class Film(ABC):
    """Takes pictures in and writes them as they come; leave its ``with`` block by an exception to write nothing.

    Parameters
    ----------
    path
        Where it will be when it is whole.
    fps
        Pictures per second.

    Attributes
    ----------
    path
        As above.
    pictures
        How many were added.
    """

    # What writing may raise.
    faults: tuple[type[Exception], ...] = (OSError,)

    def __init__(self, path: Path, fps: int) -> None:
        self.path, self.fps = path, fps
        self.part = path.with_name(f"{path.name}.part")
        self.pictures = 0
        self._last = -1

    def add(self, picture: Picture, moment: int) -> None:
        """Show a picture from `moment` / `fps` seconds on, until the next one.

        Parameters
        ----------
        picture
            RGB, ``(H, W, 3)`` uint8, all of them of one size.
        moment
            Greater than that of the picture before.

        Raises
        ------
        ExportError
            Where it cannot be written.
        ValueError
            For a picture of another shape or type, or one that comes too late.
        """
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
            raise ValueError(f"a picture is an (H, W, 3) array of uint8; got {picture.shape} of {picture.dtype}")
        if moment <= self._last:
            raise ValueError(f"the picture of moment {moment} comes after that of moment {self._last}")
        try:
            self._write(picture, moment)
        except self.faults as error:
            raise self._fault(error) from error
        self._last = moment
        self.pictures += 1

    def finish(self, moment: int) -> None:
        """Give the file its name; the last picture is shown until `moment`.

        Raises
        ------
        ExportError
            Where it cannot be written, or there is no picture in it.
        """
        if not self.pictures:
            self.discard()
            raise ExportError("there was nothing to film; film for longer.")
        try:
            self._close(max(moment, self._last + 1))
            self.part.replace(self.path)
        except self.faults as error:
            self.discard()
            raise self._fault(error) from error

    def _fault(self, error: Exception) -> ExportError:
        said = getattr(error, "strerror", None) or str(error)
        return ExportError(f"cannot write {self.path}: {said}; choose another place.")

    @abstractmethod
    def _write(self, picture: Picture, moment: int) -> None:
        """Write one picture."""

    @abstractmethod
    def _close(self, moment: int) -> None:
        """Write what is still held back, so that the temporary file is whole."""

    @abstractmethod
    def discard(self) -> None:
        """Leave nothing behind."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            with suppress(Exception):  # what is told is why it was given up
                self.discard()


def film_at(path: Path, fps: int) -> Film:
    """Begin a film.

    Parameters
    ----------
    path
        A file that ends in one of :data:`FORMATS`; where PyAV is not installed, or it ends in :data:`PICTURES`, a
        folder of pictures is written beside it instead.
    fps
        Pictures per second.

    Raises
    ------
    UsageError
        For another kind of file, or a place that cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in (*FORMATS, PICTURES):
        endings = f"{', '.join(FORMATS)}, or {PICTURES} for a folder of pictures"
        raise UsageError(f"a film is a file that ends in {endings}; got {path.name!r}.")
    if path.is_dir():
        raise UsageError(f"cannot write {path}: it is a folder; name a file in it.")
    if suffix != PICTURES and not VIDEO.missing:
        from pgviz.export.encoder import EncodedFilm

        film: Film = EncodedFilm(path, fps)
    else:
        from pgviz.export.picture_folder import PictureFolder

        film = PictureFolder(path.with_name(f"{path.stem}-pictures"), fps)
    try:
        film.discard()  # what a film that was killed left there
        film.part.touch()
        film.part.unlink()
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}; choose another place.") from error
    return film
