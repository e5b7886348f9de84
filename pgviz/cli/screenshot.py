"""``pgviz screenshot``: the real window, drawn offscreen after some training."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path

from pgviz.cli.output import console_on, say
from pgviz.cli.run_options import read_flag, run_config
from pgviz.cli.window import require_window
from pgviz.errors import UsageError
from pgviz.parameters import Parameter

SECONDS = Parameter("seconds", None, "Seconds", "How long to train before the picture.", low=0.1, high=86_400.0)
WIDTHS = range(640, 7681)
HEIGHTS = range(480, 4321)


def execute(arguments: Namespace) -> int:
    """Draw the window and say where the picture is."""
    config = run_config(arguments)
    seconds = read_flag("seconds", SECONDS, arguments.seconds)
    size = read_size(arguments.size)
    path = writable_picture(arguments.out)
    require_window()
    from pgviz.gui.screenshot import take

    take(config, float(str(seconds)), path, size=size, theme=arguments.theme)
    say(console_on(), f"The window is drawn in {path}")
    return 0


def read_size(text: str) -> tuple[int, int]:
    """Width and height in pixels out of ``"1280x800"``.

    Raises
    ------
    UsageError
        For anything else, and for a size no window has.
    """
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text.strip().lower())
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if width not in WIDTHS or height not in HEIGHTS:
        raise UsageError(
            f"--size must be WIDTHxHEIGHT, such as 1280x800, from {WIDTHS[0]}x{HEIGHTS[0]}"
            f" to {WIDTHS[-1]}x{HEIGHTS[-1]}; got {text!r}."
        )
    return width, height


def writable_picture(name: str) -> Path:
    """The path of a PNG file that can be written.

    Raises
    ------
    UsageError
        For another kind of file, or a place that cannot be written.
    """
    path = Path(name).expanduser()
    if path.suffix.lower() != ".png":
        raise UsageError(f"--out must name a .png file; got {name!r}.")
    is_new = not path.exists()
    try:
        path.open("ab").close()
        if is_new:
            path.unlink()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot write the picture to {name}: {reason.lower()}.") from error
    return path
