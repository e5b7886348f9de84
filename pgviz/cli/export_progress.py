"""How far an export is: a bar on a terminal, or lines for a program that asked for them, such as the window."""

from __future__ import annotations

import os
import signal
import sys
import threading
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from pgviz.cli.output import can_draw, say

# The window knows these lines by it (:mod:`pgviz.gui.export_process`).
MARK = "progress "


@contextmanager
def export_progress(
    console: Console, title: str, total: float, *, in_lines: bool = False
) -> Iterator[Callable[[float], None]]:
    """Show how far an export is.

    Parameters
    ----------
    console
        Where to.
    title
        What is being made.
    total
        Seconds or steps that there will be; the yielded function is told how many there are.
    in_lines
        Whether to write ``progress 0.42`` and so on, a line for each hundredth, in place of a bar.
    """
    if in_lines:
        yield _Lines(total)
        return
    if not can_draw(console):
        say(console, title)
        yield lambda _done: None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(None),
        TextColumn("{task.percentage:3.0f} %"),
    )
    with Progress(*columns, console=console, expand=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.update(task, completed=done)


class _Lines:
    """Writes a line for each hundredth."""

    def __init__(self, total: float) -> None:
        self._total, self._said = total, -1

    def __call__(self, done: float) -> None:
        hundredth = int(100 * done / self._total) if self._total else 100
        if hundredth > self._said:
            self._said = hundredth
            sys.stdout.write(f"{MARK}{min(hundredth, 100) / 100:.2f}\n")
            sys.stdout.flush()


def stop_with_input() -> None:
    """From now on, end as by Ctrl+C when standard input is closed: by whoever asked, or because that is gone."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which is ignored in what a shell began behind it

    def wait() -> None:
        # Not through sys.stdin, whose lock could not be had any more at the end of the interpreter.
        while os.read(0, 1024):
            pass
        interrupt_main()

    threading.Thread(target=wait, name="pgviz input", daemon=True).start()
