"""Recordings made by hand, with every kind of event in them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from pgviz.config import RunConfig
from pgviz.recording.writer import Writer
from pgviz.training.events import EnvironmentFacts, Event, PolicyFacts, RunStarted, StepDetail, StepTaken
from tests.decisions import categorical
from tests.recording.samples import every_event

META = {"created": "2026-01-02T03:04:05Z", "versions": '{"pgviz": "0.1.0"}'}
STARTED = RunStarted(
    0,
    RunConfig.create("CartPole-v1"),
    EnvironmentFacts("CartPole-v1", "CartPole", "4 numbers", "2 choices", ("left", "right")),
    PolicyFacts("categorical", 10, False, True, 0.69),
)


def step(number: int, size: int = 24) -> StepTaken:
    """A step with its details and a picture that is hard to compress."""
    frame = np.random.default_rng(number).integers(0, 256, (size, size + 1, 3)).astype(np.uint8)
    detail = StepDetail(0, 1, number, categorical([0.0, 1.0]), 1.0, False, False, float(number), frame)
    return StepTaken(number, detail)


def of_every_kind() -> list[Event]:
    """The beginning of a run, a few steps with pictures, and every other kind of event."""
    others = [replace(each, step=10) for each in every_event() if not isinstance(each, StepTaken | RunStarted)]
    return [STARTED, *map(step, range(1, 10)), *others]


def write(path: Path, events: list[Event]) -> Path:
    """Record events, a tenth of a second from one to the next."""
    writer = Writer(path, META)
    for index, event in enumerate(events):
        writer.put(event, index / 10)
    state = writer.close()
    assert state.problem is None
    return path


def in_child(program: str, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a program in a Python of its own."""
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        check=check,
    )
