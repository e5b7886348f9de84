"""Places to write to, tried out before the work whose outcome they are for."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pgviz.errors import UsageError


def require_writable(folder: Path, purpose: str) -> None:
    """Make sure that a folder can be written to, or can be made where it is not there yet; nothing is left there.

    Parameters
    ----------
    folder
        Where to.
    purpose
        What is to be written, for the message.

    Raises
    ------
    UsageError
        Where it cannot.
    """
    there = folder.absolute()
    try:
        while not there.exists():
            there = there.parent
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise UsageError(
            f"cannot write {purpose} into {folder}: {error.strerror or error}; choose another."
        ) from error
