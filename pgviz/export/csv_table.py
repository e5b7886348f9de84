"""A recording as a table for spreadsheets and pandas: one row for each step shown, episode and update.

The columns are ``kind``, ``step``, ``seconds`` and then all numbers of all three kinds; those that a row's kind
does not have stay empty. Arrays are spread over columns of their own, numbered from 0. Of a step's decision there
are ``observation_i`` (where it has up to 64 entries), ``log_prob``, ``entropy``, ``value``, and by the kind of
policy:

==============================  ==========================================================================
policy                          columns
==============================  ==========================================================================
softmax over actions a          ``action``, ``probability_a``
values over actions a           the same, and ``q_a``
Gaussian of dimensions d        ``action_d``, ``mean_d``, ``std_d`` (before squashing or clipping)
values over bins                ``action_d``, and of bin k in dimension d ``probability_d_k``, ``q_d_k``
several choices i side by side  those of each choice, such as ``action_i``, ``probability_i_a``, ``mean_i_d``
==============================  ==========================================================================

Bin k of K stands for the action low + k (high − low) / (K − 1).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np

from pgviz.export.whole import written_whole
from pgviz.recording.reader import Recording
from pgviz.recording.schema import Recorded
from pgviz.training.events import (
    BinnedDecision,
    CategoricalDecision,
    Decision,
    EpisodeEnded,
    FactoredDecision,
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
    count = 0
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(columns), restval="")
        table.writeheader()
        for count, (row, seconds) in enumerate(_rows(recording), 1):  # noqa: B007 - its last is the answer
            table.writerow(row)
            progress((recording.info.seconds + seconds) / 2)
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
    yield from _of_decision(decision, "")


def _of_decision(decision: Decision, place: str) -> Iterator[tuple[str, Cell]]:
    """What was chosen, and out of which distribution; `place` tells those of several choices apart."""
    named: list[tuple[str, object]] = []
    if isinstance(decision, CategoricalDecision):
        named = [
            ("action", decision.action),
            ("probability", decision.probabilities_A),
            ("q", decision.values_A),
        ]
    elif isinstance(decision, GaussianDecision):
        named = [("action", decision.action_D), ("mean", decision.mean_D), ("std", decision.std_D)]
    elif isinstance(decision, BinnedDecision):
        named = [
            ("action", decision.action_D),
            ("probability", decision.probabilities_DK),
            ("q", decision.values_DK),
        ]
    elif isinstance(decision, FactoredDecision):
        for index, factor in enumerate(decision.factors):
            yield from _of_decision(factor, f"_{index}")
    yield from _spread((f"{name}{place}", value) for name, value in named)


def _spread(named: Iterable[tuple[str, object]]) -> Iterator[tuple[str, Cell]]:
    """Give the entries of arrays columns of their own."""
    for name, value in named:
        if isinstance(value, np.ndarray):
            places = ("_".join((name, *map(str, index))) for index in np.ndindex(value.shape))
            yield from zip(places, value.reshape(-1).tolist(), strict=True)
        elif isinstance(value, np.generic):
            yield name, value.item()
        elif isinstance(value, bool | int | float | str):
            yield name, value
