"""What the commands write with: a rich console on a terminal, plain text anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from textwrap import fill, wrap
from typing import TextIO

from rich.console import Console

Row = Sequence[str]
# Columns that lines take at the most where sentences are folded, and one cell of them.
WIDEST = 100
WIDEST_CELL = 27


class PipedConsole(Console):
    """A console that leaves a closed pipe to its caller, where rich would end the process."""

    def on_broken_pipe(self) -> None:
        """Raise the BrokenPipeError that is being handled again."""
        raise  # noqa: PLE0704 - rich calls this where the error is caught


def console_on(stream: TextIO | None = None) -> Console:
    """A console that writes control codes to a terminal only, whatever the environment asks for."""
    file = stream or sys.stdout
    on_terminal = file.isatty()
    return PipedConsole(
        file=file,
        force_terminal=on_terminal,
        color_system="auto" if on_terminal else None,
        highlight=False,
        markup=False,
        emoji=False,
    )


def can_draw(console: Console) -> bool:
    """Whether a line may be drawn over again."""
    return console.is_terminal and not console.is_dumb_terminal


def say(console: Console, text: str) -> None:
    """Write lines that a terminal wraps and a pipe gets whole."""
    console.print(text, soft_wrap=True)


def counted(number: int, noun: str) -> str:
    """A number of things, such as ``"1 step"`` or ``"2,000 steps"``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def rounded(number: float) -> str:
    """A number with one decimal; a huge one without all of its digits, of which there may be three hundred."""
    return f"{number:,.1f}" if abs(number) < 1e9 else f"{number:.4g}"


def write_table(header: Row, rows: Sequence[Row], console: Console, *, sentences: bool = False) -> None:
    """Write rows under a header: drawn on a terminal, aligned with spaces in a pipe.

    Parameters
    ----------
    header, rows
        The cells, by column.
    console
        Where to.
    sentences
        Whether the last column is of sentences, which in a pipe are folded under their rows.
    """
    if not can_draw(console):
        cells = [[cell.upper() for cell in header], *rows]
        say(console, "\n".join(_folded(cells) if sentences else _aligned(cells)))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for index, title in enumerate(header):
        table.add_column(title, overflow="fold", no_wrap=index == 0)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _folded(rows: Sequence[Row]) -> Iterator[str]:
    broken = [[*zip_longest(*(wrap(cell, WIDEST_CELL) for cell in row[:-1]), fillvalue="")] for row in rows]
    aligned = iter(_aligned([line for lines in broken for line in lines]))
    for row, lines in zip(rows, broken, strict=True):
        yield from islice(aligned, len(lines))
        yield fill(row[-1], WIDEST, initial_indent="    ", subsequent_indent="    ")


def _aligned(rows: Sequence[Row]) -> list[str]:
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
