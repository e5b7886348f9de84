"""What a film may be told, for every command that makes one."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path

from rich.console import Console

from pgviz.cli.output import say
from pgviz.cli.run_options import read_flag
from pgviz.errors import UsageError
from pgviz.export.extras import VIDEO
from pgviz.export.film import Film, film_at
from pgviz.parameters import Parameter

FPS = Parameter("fps", 30, "Pictures per second", "Of the film.", kind="integer", low=1, high=60)
SPEED = Parameter(
    "speed", None, "Speed", "At which steps are shown, times real time.", low=0.25, high=16.0, optional=True
)
SIDES = range(64, 7681)


def read_film(arguments: Namespace) -> Film:
    """Begin the film that is asked for.

    Raises
    ------
    UsageError
        Where it cannot be written, or the rate is out of range.
    """
    path = Path(arguments.to).expanduser()
    text = arguments.fps or ("15" if path.suffix.lower() == ".gif" else "30")
    fps = read_flag("fps", FPS, text)
    assert isinstance(fps, int)
    return film_at(path, fps)


def read_size(arguments: Namespace) -> tuple[int, int] | None:
    """Width and height in even pixels out of ``"1280x720"``; ``None`` where none are asked for.

    Raises
    ------
    UsageError
        For anything else, and for a size no film has.
    """
    if arguments.size is None:
        return None
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", arguments.size.strip().lower())
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if width not in SIDES or height not in SIDES or width % 2 or height % 2:
        raise UsageError(
            f"--size must be WIDTHxHEIGHT, such as 1280x720, even numbers up to {SIDES[-1]};"
            f" got {arguments.size!r}."
        )
    return width, height


def say_written(console: Console, film: Film) -> None:
    """Say where the film is, and how to get a file where there are only pictures."""
    if film.path.is_file():
        say(console, f"{film.path}: {film.pictures} pictures, {film.path.stat().st_size / 1e6:,.1f} MB")
        return
    say(console, f"{film.path}: numbered pictures, {film.fps} for each second.")
    if VIDEO.missing:
        say(console, f"To have a film made of them, install what encodes it: {VIDEO.missing}")
