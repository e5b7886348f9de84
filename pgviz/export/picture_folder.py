"""A film as a folder of numbered pictures, for where there is nothing to encode it with."""

from __future__ import annotations

import shutil
from pathlib import Path

from pgviz.errors import UsageError
from pgviz.export.film import Film, Picture
from pgviz.recording.pictures import write_png


class PictureFolder(Film):
    """``picture-000000.png`` and so on, one for each moment; a picture that stays is written again.

    Parameters
    ----------
    path
        The folder, which must not be there yet.
    fps
        Pictures per second.
    """

    def __init__(self, path: Path, fps: int) -> None:
        super().__init__(path, fps)
        if path.exists():
            raise UsageError(f"{path} is there already; move it away, or film under another name.")
        self._written = b""

    def _write(self, picture: Picture, moment: int) -> None:
        self.part.mkdir(exist_ok=True)
        self._repeat_until(moment)
        self._written = write_png(picture)
        self._name(moment).write_bytes(self._written)

    def _repeat_until(self, moment: int) -> None:
        for missed in range(self._last + 1, moment):
            if self._written:
                self._name(missed).write_bytes(self._written)

    def _name(self, moment: int) -> Path:
        return self.part / f"picture-{moment:06d}.png"

    def _close(self, moment: int) -> None:
        self._repeat_until(moment)

    def discard(self) -> None:
        """Remove the temporary folder."""
        shutil.rmtree(self.part, ignore_errors=True)
