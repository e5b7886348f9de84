"""Recordings of real runs, written a row at a time, so that a test knows exactly what is in them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from pgviz.config import RunConfig
from pgviz.recording.encoding import encode
from pgviz.recording.events import Intervened
from pgviz.recording.pictures import write_png
from pgviz.recording.schema import APPLICATION_ID, FORMAT, TABLES
from pgviz.recording.snapshots import encode_snapshot
from pgviz.session.history import History
from pgviz.session.notices import RunRewound
from pgviz.session.session import Session
from pgviz.training.events import Event, StepTaken
from pgviz.training.interventions import Intervention
from pgviz.training.packing import pack

SMALL: dict[str, Any] = {
    "environment_count": 2,
    "rollout_length": 16,
    "minibatch_size": 16,
    "epochs": 2,
    "hidden_sizes": (8,),
    "steps": 1_000_000,
}
CARTPOLE = RunConfig.create("CartPole-v1", "ppo", **SMALL)
SECONDS_A_STEP = 0.01


@dataclass
class Rows:
    """What is written: every event of a run, its snapshots, and what is done to it at a number of steps taken.

    Parameters
    ----------
    shown_every
        Which steps have details: every one, every second...
    snapshots
        Whether snapshots are taken.
    """

    config: RunConfig = CARTPOLE
    shown_every: int = 1
    snapshots: bool = True
    events: list[Event] = field(default_factory=list)
    taken: list[tuple[int, int, bytes]] = field(default_factory=list)
    skipped: int = 0

    def __post_init__(self) -> None:
        self.session = Session(self.config, render=True, history=History(seconds_between=0.0))
        note = self.session.trainer.on_iteration
        assert note is not None

        def on_iteration() -> None:
            note()
            if self.snapshots:
                packed, tensors = pack(self.session.trainer.capture())
                body = encode_snapshot(packed, tensors, self.session.position)
                self.taken.append((len(self.events), self.session.trainer.step, body))

        self.session.trainer.on_iteration = on_iteration
        self.pull()

    def pull(self) -> Event:
        watch = self.session.trainer.watch
        watch.wanted = self.skipped + 1 >= self.shown_every
        event = self.session.pull()
        assert event is not None
        if isinstance(event, StepTaken):
            self.skipped = 0 if watch.wanted else self.skipped + 1
        if not isinstance(event, StepTaken) or event.detail is not None:
            self.events.append(event)
        return event

    def run(self, steps: int) -> Rows:
        while self.session.trainer.step < steps:
            self.pull()
        return self

    def intervene(self, intervention: Intervention) -> Rows:
        self.session.intervene(intervention)
        step, position = self.session.trainer.step, self.session.position
        self.events.append(Intervened(step, position, intervention))
        return self

    def rewind(self, position: int) -> Rows:
        hook = self.session.trainer.on_iteration
        self.session.resume(position)
        trainer = self.session.trainer
        trainer.on_iteration = hook
        self.events.append(RunRewound(trainer.step, 1, trainer.update, position))
        return self

    def write(self, path: Path, *, versions: dict[str, str] | None = None) -> Path:
        connection = sqlite3.connect(path)
        for statement in TABLES.values():
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        meta = {
            "created": "2026-01-01T00:00:00+00:00",
            "versions": json.dumps(versions or {}),
            "end": json.dumps({"complete": True}),
        }
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        for position, event in enumerate(self.events, start=1):
            _write(connection, position, event)
        connection.executemany("INSERT INTO snapshots VALUES (?, ?, ?)", self.taken)
        connection.commit()
        connection.close()
        return path

    def steps(self) -> list[StepTaken]:
        return [event for event in self.events if isinstance(event, StepTaken)]

    def of(self, kind: type[Event], until: int = 10**9) -> list[Event]:
        """Those of a kind up to and with the step that led to `until` steps."""
        told: list[Event] = []
        for event in self.events:
            if isinstance(event, kind):
                told.append(event)
            if isinstance(event, StepTaken) and event.step >= until:
                break
        return told

    def close(self) -> None:
        self.session.close()


def recorded(
    path: Path, steps: int = 200, *, change: Callable[[Rows], object] | None = None, **given: Any
) -> tuple[Path, Rows]:
    """Record a run of so many steps into a file."""
    versions = given.pop("versions", None)
    rows = Rows(**given).run(steps)
    if change is not None:
        change(rows)
    rows.close()
    return rows.write(path, versions=versions), rows


def _write(connection: sqlite3.Connection, position: int, event: Event) -> None:
    if isinstance(event, StepTaken) and event.detail is not None and event.detail.frame is not None:
        frame = np.ascontiguousarray(event.detail.frame[::8, ::8])
        height, width = frame.shape[:2]
        connection.execute(
            "INSERT INTO frames VALUES (?, 'png', ?, ?, ?)", (position, width, height, write_png(frame))
        )
        event = replace(event, detail=replace(event.detail, frame=None))
    connection.execute(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?)",
        (position, event.step, SECONDS_A_STEP * event.step, type(event).__name__, encode(event)),
    )
