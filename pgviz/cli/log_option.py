"""``--tensorboard DIR``, of the commands that train."""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgviz.export.tensorboard import TensorBoardLog


def declare_log(parser: ArgumentParser) -> None:
    """Declare ``--tensorboard``."""
    parser.add_argument("--tensorboard", metavar="DIR", help="write event files for TensorBoard into DIR")


def logged(folder: str | None) -> AbstractContextManager[TensorBoardLog | None]:
    """What writes for TensorBoard, where that was asked for.

    Raises
    ------
    UsageError
        Where that is not installed, or cannot be written.
    """
    if folder is None:
        return nullcontext()
    from pgviz.export.tensorboard import TensorBoardLog

    return TensorBoardLog(Path(folder).expanduser())
