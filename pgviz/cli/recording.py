"""``--record FILE``, and ``pgviz info``: what is in a recording."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pgviz.cli.output import console_on, counted, say
from pgviz.cli.progress import title
from pgviz.cli.recording_arguments import RATE, SIZE, SNAPSHOTS
from pgviz.cli.run_options import read_flag
from pgviz.errors import UsageError
from pgviz.parameters import Parameter
from pgviz.places import require_writable
from pgviz.recording import SUFFIX

if TYPE_CHECKING:
    from pgviz.recording.reader import Recording
    from pgviz.session.recorded import RecordingState


@dataclass(frozen=True, slots=True)
class RecordingWish:
    """What the options say of a recording to be made.

    Parameters
    ----------
    path
        The file, which is not there yet.
    rate, size, spacing
        Steps a second, pixels, and seconds between two snapshots.
    """

    path: Path
    rate: float
    size: int
    spacing: float


def read_record(arguments: Namespace) -> RecordingWish | None:
    """What is to be recorded; ``None`` for nothing.

    Raises
    ------
    UsageError
        Where the file is there already, its folder is not or cannot be written, or a value is out of range.
    """
    given = [each for each in (RATE, SIZE, SNAPSHOTS) if _of(arguments, each) is not None]
    if arguments.record is None:
        if given:
            raise UsageError(f"--{given[0].name} needs --record FILE, the recording to be made.")
        return None
    path = Path(arguments.record).expanduser()
    if not path.name:
        raise UsageError(f"--record needs the name of a file, such as run{SUFFIX}; got {arguments.record!r}.")
    path = path if path.suffix else path.with_suffix(SUFFIX)
    if path.exists():
        raise UsageError(f"{path} exists already: choose another name for the recording.")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {path.absolute().parent} to record into.")
    require_writable(path.absolute().parent, "a recording")
    rate, size, spacing = (_number(arguments, each) for each in (RATE, SIZE, SNAPSHOTS))
    return RecordingWish(path, rate, int(size), spacing)


def said_of(state: RecordingState) -> Iterator[str]:
    """How a recording ended, in lines."""
    if state.problem is not None:
        yield f"Warning: {state.problem}"
    dropped = f", {counted(state.frames_dropped, 'picture')} dropped" if state.frames_dropped else ""
    yield f"Recorded {state.seconds:,.1f} s in {state.path} ({size_text(state.size)}{dropped})."
    if state.snapshots_left_out:
        from pgviz.session.recorded import left_out_text

        yield left_out_text(state.snapshots_left_out)


def size_text(size: float) -> str:
    """Bytes in a unit that fits."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def info(arguments: Namespace) -> int:
    """Say what is in a recording.

    Raises
    ------
    RecordingError
        Where it cannot be read.
    """
    from pgviz.session.recorded import open_recording

    with open_recording(arguments.file) as recording:
        if arguments.json:
            print(msgspec.json.format(msgspec.json.encode(_as_json(recording))).decode())
            return 0
        console = console_on()
        for line in _lines(recording):
            say(console, line)
    return 0


def _lines(recording: Recording) -> Iterator[str]:
    from pgviz.session.recorded import left_out_text

    known, config = recording.info, recording.started.config
    yield f"{known.path}: {size_text(known.size)}, {_when(known.created)}{known.seconds:,.1f} s long."
    yield (
        f"{title(config)}, seed {config.seed}, {counted(config.environment_count, 'environment')}: "
        f"steps {known.first_step:,} to {known.last_step:,} of {config.steps:,}."
    )
    shown = len(recording.shown_steps())
    yield (
        f"{counted(known.events, 'event')}, {counted(shown, 'step')} shown, "
        f"{counted(known.frames, 'picture')}, {counted(known.snapshots, 'snapshot')}."
    )
    yield "Made with " + ", ".join(f"{name} {version}" for name, version in known.versions.items()) + "."
    if known.frames_dropped or known.events_dropped:
        pictures, events = counted(known.frames_dropped, "picture"), counted(known.events_dropped, "event")
        yield f"The disk was too slow for {pictures} and {events}."
    if known.snapshots_left_out:
        yield left_out_text(known.snapshots_left_out)
    if not known.complete:
        yield "It was cut off, or is still being written: up to the last second of it is missing."
    if known.problem is not None:
        yield f"It ended early: {known.problem}"


def _when(created: str) -> str:
    return f"of {created.replace('T', ' ').removesuffix('Z')} UTC, " if created else ""


def _as_json(recording: Recording) -> dict[str, Any]:
    known, config = asdict(recording.info), recording.started.config
    return known | {
        "path": str(recording.info.path),
        "steps_shown": len(recording.shown_steps()),
        "config": msgspec.json.decode(config.to_json()),
    }


def _of(arguments: Namespace, parameter: Parameter) -> str | None:
    text: str | None = getattr(arguments, parameter.name.replace("-", "_"))
    return text


def _number(arguments: Namespace, parameter: Parameter) -> float:
    text = _of(arguments, parameter)
    value = parameter.default if text is None else read_flag(parameter.name, parameter, text)
    assert isinstance(value, int | float)
    return value
