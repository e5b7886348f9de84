"""A picture of the real window, drawn where there is no screen."""

from __future__ import annotations

import os
from pathlib import Path

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.gui.settings import ThemeChoice
from pgviz.gui.sitting import Sitting, offscreen_settings
from pgviz.interrupts import Interrupts


def take(
    config: RunConfig,
    seconds: float,
    path: str | os.PathLike[str],
    size: tuple[int, int] = (1280, 800),
    theme: ThemeChoice = "light",
) -> None:
    """Train in the real window for a while and write its picture.

    Parameters
    ----------
    config, seconds
        As of :meth:`pgviz.gui.sitting.Sitting.train`.
    path
        The PNG file to write. It appears only when it is whole.
    size
        Width and height of the window in pixels.
    theme
        ``"light"`` or ``"dark"``.

    Raises
    ------
    UsageError
        Where the file cannot be written, or the run cannot be set up.
    RunError
        Where the run failed.
    """
    target = Path(path)
    with Interrupts() as interrupts:
        part = _reserve(target)
        try:
            with offscreen_settings(theme) as settings:
                sitting = Sitting(settings, size, interrupts)
                sitting.train(config, seconds, lambda: None, lambda: _save(sitting, part))
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _reserve(target: Path) -> Path:
    """The file that is written first, in the same folder; an empty one proves that it can be."""
    part = target.with_name(f"{target.name}.part")
    try:
        part.touch()
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}; choose another file.") from None
    if target.is_dir():
        part.unlink()
        raise UsageError(f"cannot write {target}: it is a folder; name a file in it.")
    return part


def _save(sitting: Sitting, file: Path) -> None:
    sitting.settle()
    if not sitting.window.grab().save(str(file), "PNG"):
        raise UsageError(f"cannot write {file}; is the disk full?")
