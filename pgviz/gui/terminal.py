"""The terminal that the window may have been opened from."""

from __future__ import annotations

import sys


def tell_terminal(line: str) -> None:
    """Write a line to the terminal, where there is one."""
    if sys.stderr is not None:
        sys.stderr.write(f"{line}\n")
