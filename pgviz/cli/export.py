"""``pgviz export``: what is in a recording, as a film, as a table, for TensorBoard, or as a Minari data set."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pgviz.cli.allowing import require_allowed
from pgviz.cli.export_progress import export_progress, stop_with_input
from pgviz.cli.film_options import SPEED, read_film, read_size, say_written
from pgviz.cli.output import console_on, counted, say
from pgviz.cli.run_options import read_flag
from pgviz.cli.window import require_window
from pgviz.errors import UsageError
from pgviz.parameters import Parameter

if TYPE_CHECKING:
    from pgviz.recording.reader import Recording

MOMENT = Parameter("moment", 0.0, "Moment", "Seconds since the recording began.", low=0.0, high=1e9)


def execute(arguments: Namespace) -> int:
    """Write what was asked for."""
    if arguments.to is None and arguments.tensorboard is None and arguments.minari is None:
        raise UsageError(
            "say where to: --to FILE (.mp4, .webm, .gif, .png or .csv), --tensorboard DIR, or --minari DIR."
        )
    from pgviz.session.recorded import open_recording

    console = console_on()
    if arguments.progress_lines:
        stop_with_input()
    with open_recording(Path(arguments.file).expanduser()) as recording:
        if arguments.tensorboard is not None:
            _log(recording, arguments, console)
        if arguments.minari is not None:
            _gather(recording, arguments, console)
        if arguments.to is not None and Path(arguments.to).suffix.lower() == ".csv":
            _tabulate(recording, arguments, console)
        elif arguments.to is not None:
            _film(recording, arguments, console)
    return 0


def _tabulate(recording: Recording, arguments: Namespace, console: Console) -> None:
    from pgviz.export.csv_table import write_table

    path = Path(arguments.to).expanduser()
    with _shown(recording, arguments, console) as progress:
        count = write_table(recording, path, progress)
    say(console, f"{path}: {counted(count, 'row')}")


def _log(recording: Recording, arguments: Namespace, console: Console) -> None:
    from pgviz.export.tensorboard import TensorBoardLog
    from pgviz.export.whole import added_whole

    folder, now = Path(arguments.tensorboard).expanduser(), 0.0
    with (
        added_whole(folder) as part,
        TensorBoardLog(part, clock=lambda: now) as log,
        _shown(recording, arguments, console) as progress,
    ):
        for recorded in recording.events():
            now = recorded.seconds
            log.apply(recorded.event)
            progress(now)
    say(console, f"{folder}: to be seen with tensorboard --logdir {folder}")


def _gather(recording: Recording, arguments: Namespace, console: Console) -> None:
    require_allowed(recording.started.config.environment, arguments.allow)
    from pgviz.export.minari_dataset import dataset_folder, write_dataset

    path = Path(arguments.minari).expanduser()
    dataset_folder(path)  # before the run is begun again
    steps = recording.info.last_step - recording.started.step
    title = f"Living {counted(steps, 'step')} of {arguments.file} again"
    with export_progress(console, title, steps, in_lines=arguments.progress_lines) as progress:
        written = write_dataset(recording, path, progress)
    count = f"{counted(written.episodes, 'episode')}, {counted(written.steps, 'step')}"
    left_out = f"; {counted(written.left_out, 'earlier one')} cannot be lived again" if written.left_out else ""
    read = f"minari.MinariDataset({str(written.path / 'data')!r})"
    say(console, f"{written.path}: {count}{left_out}; to be read with {read}")


def _shown(
    recording: Recording, arguments: Namespace, console: Console
) -> AbstractContextManager[Callable[[float], None]]:
    """Show how far it is, of the whole recording."""
    title, seconds = f"Reading {arguments.file}", recording.info.seconds
    return export_progress(console, title, seconds, in_lines=arguments.progress_lines)


def _film(recording: Recording, arguments: Namespace, console: Console) -> None:
    span = _span(recording, arguments)
    speed = None if arguments.speed is None else float(str(read_flag("speed", SPEED, arguments.speed)))
    size = read_size(arguments)
    film = read_film(arguments)
    require_window()
    from pgviz.gui.filming import Shot
    from pgviz.gui.projection import film_recording

    shot = Shot(arguments.what, size, arguments.hud, arguments.theme, speed)
    seconds = (span[1] - span[0]) / (speed or 1.0)
    title = f"Filming {arguments.file}, {seconds:,.1f} s"
    with export_progress(console, title, seconds, in_lines=arguments.progress_lines) as progress:
        film_recording(recording, span, film, shot, progress)
    say_written(console, film)


def _span(recording: Recording, arguments: Namespace) -> tuple[float, float]:
    """From which second to which."""
    first, last = 0.0, recording.info.seconds
    if arguments.first is not None:
        first = float(str(read_flag("from", MOMENT, arguments.first)))
    if arguments.last is not None:
        last = min(last, float(str(read_flag("until", MOMENT, arguments.last))))
    if first > last:
        raise UsageError(f"--from {first:g} is after the end, which is at {last:,.1f} s.")
    return first, last
