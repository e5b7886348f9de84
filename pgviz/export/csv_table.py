"""A recording as a table for spreadsheets and pandas: one row for each step shown, episode and update.

The columns are ``kind``, ``step``, ``seconds`` and then all numbers of all three kinds; those that a row's kind
does not have stay empty. Arrays are spread over columns of their own, numbered from 0.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np

from pgviz.export.film import ExportError
from pgviz.recording.reader import Recording
from pgviz.recording.schema import Recorded
from pgviz.training.events import (
    CategoricalDecision,
    EpisodeEnded,
    GaussianDecision,
    StepDetail,
    StepTaken,
    UpdateApplied,
)

Cell = float | int | bool | str | None
Row = dict[str, Cell]

KINDS = {"step": StepTaken, "episode": EpisodeEnded, "update": UpdateApplied}
_LEFT_OUT = {"step", "vitals", "truncations", "observation_mean", "observation_std"}


def write_table(recording: Recording, path: Path, progress: Callable[[float], None] = lambda _: None) -> int:
    """Write a recording as CSV; the file appears only when it is whole.

    It is read twice, once for its columns, so that memory does not grow with its length.

    Parameters
    ----------
    recording
        What is written.
    path
        The file.
    progress
        Told after each row how far it is, as seconds of the recording.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    ExportError
        Where it cannot be written.
    RecordingError
        Where the recording is damaged.
    """
    columns: dict[str, None] = dict.fromkeys(("kind", "step", "seconds"))
    for row, seconds in _rows(recording):
        columns.update(dict.fromkeys(row))
        progress(seconds / 2)
    part, count = path.with_name(f"{path.name}.part"), 0
    try:
        try:
            with part.open("w", newline="", encoding="utf-8") as file:
                table = csv.DictWriter(file, list(columns), restval="")
                table.writeheader()
                for count, (row, seconds) in enumerate(_rows(recording), 1):  # noqa: B007 - its last is the answer
                    table.writerow(row)
                    progress((recording.info.seconds + seconds) / 2)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(f"cannot write {path}: {error.strerror or error}; choose another place.") from error
    return count


def _rows(recording: Recording) -> Iterator[tuple[Row, float]]:
    """All rows, in the order in which things happened, and at which second."""
    for recorded in recording.events(kinds=[kind.__name__ for kind in KINDS.values()]):
        row = _row(recorded)
        if row is not None:
            yield row, recorded.seconds


def _row(recorded: Recorded) -> Row | None:
    event = recorded.event
    begun: Row = {"kind": "", "step": event.step, "seconds": round(recorded.seconds, 4)}
    if isinstance(event, StepTaken):
        return None if event.detail is None else begun | {"kind": "step"} | dict(_of_step(event.detail))
    kind = "episode" if isinstance(event, EpisodeEnded) else "update"
    named = ((each.name, getattr(event, each.name)) for each in fields(event) if each.name not in _LEFT_OUT)
    return begun | {"kind": kind} | dict(_spread(named))


def _of_step(detail: StepDetail) -> Iterator[tuple[str, Cell]]:
    decision = detail.decision
    yield from _spread(
        [
            ("environment_index", detail.environment_index),
            ("episode", detail.episode),
            ("episode_step", detail.episode_step),
            ("reward", detail.reward),
            ("terminated", detail.terminated),
            ("truncated", detail.truncated),
            ("episode_return", detail.episode_return),
            ("log_prob", decision.log_prob),
            ("entropy", decision.entropy),
            ("value", decision.value),
            (
                "observation",
                np.asarray(decision.observation).reshape(-1) if decision.observation.size <= 64 else None,
            ),
        ]
    )
    if isinstance(decision, CategoricalDecision):
        yield from _spread([("action", decision.action), ("probability", decision.probabilities_A)])
    elif isinstance(decision, GaussianDecision):
        yield from _spread([("action", decision.action_D), ("mean", decision.mean_D), ("std", decision.std_D)])


def _spread(named: Iterable[tuple[str, object]]) -> Iterator[tuple[str, Cell]]:
    """Give the entries of arrays columns of their own."""
    for name, value in named:
        if isinstance(value, np.ndarray):
            yield from ((f"{name}_{index}", each.item()) for index, each in enumerate(value.reshape(-1)))
        elif isinstance(value, np.generic):
            yield name, value.item()
        elif isinstance(value, bool | int | float | str):
            yield name, value
