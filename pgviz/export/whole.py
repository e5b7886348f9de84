"""Writing whole or not at all: what grows has a temporary name beside its own, which it takes when it is done."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pgviz.errors import RunError


class ExportError(RunError):
    """What was to be exported cannot be written."""


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Have a file, or a folder, appear at `path` only when the block has come to its end.

    Yields
    ------
    Path
        Where to write it meanwhile; nothing is there yet. Leaving by an exception leaves nothing behind.

    Raises
    ------
    ExportError
        Where it cannot be written.
    """
    with _growing(path) as part:
        yield part
        _synchronise(part)
        part.replace(path)


@contextmanager
def added_whole(folder: Path) -> Iterator[Path]:
    """Have files appear in a folder, which may hold others already, only when the block has come to its end.

    Yields
    ------
    Path
        An empty folder to write them into meanwhile; otherwise as :func:`written_whole`.

    Raises
    ------
    ExportError
        Where they cannot be written.
    """
    with _growing(folder) as part:
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        part.mkdir(parents=True)
        yield part
        _synchronise(part)
        for file in _files(part):
            target = folder / file.relative_to(part)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)


@contextmanager
def _growing(path: Path) -> Iterator[Path]:
    """The temporary name, where there is nothing before and after."""
    part = path.with_name(f"{path.name}.part")
    try:
        try:
            _remove(part)  # what an export that was killed left there
            yield part
        finally:
            with suppress(OSError):  # what is told is why it was given up
                _remove(part)
    except OSError as error:
        raise ExportError(f"cannot write {path}: {error.strerror or error}; choose another place.") from error


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.unlink(missing_ok=True)


def _synchronise(part: Path) -> None:
    """Have it on the disk before it takes its name: after a power cut a name must not stand for half of it."""
    for file in _files(part):
        with file.open("rb+") as opened:
            os.fsync(opened.fileno())


def _files(part: Path) -> list[Path]:
    return [part] if part.is_file() else [each for each in part.rglob("*") if each.is_file()]
