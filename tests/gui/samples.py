"""Samples of what a session emits, for pictures and tests of single panels."""

from __future__ import annotations

from typing import Any

import numpy as np

from pgviz.config import RunConfig
from pgviz.session.session import Session, environment_steps
from pgviz.training.events import RunStarted, StateShown, StepTaken


def stepped(environment: str, steps: int = 3, **given: Any) -> tuple[RunStarted, StateShown, StepTaken]:
    """A real run: its start, its first state, and a step some way into it."""
    config = RunConfig.create(environment, **{"environment_count": 2, **given})
    with Session(config, render=True) as session:
        session.trainer.watch.wanted = True
        started = session.pull()
        first = session.trainer.look()
        taken = session.pull_until(environment_steps(steps))
    assert isinstance(started, RunStarted)
    assert isinstance(taken, StepTaken)
    return started, first, taken


def frame(height: int = 40, width: int = 60) -> np.ndarray:
    """A frame whose corners have four colours."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2] = (255, 0, 0)
    picture[: height // 2, width // 2 :] = (0, 255, 0)
    picture[height // 2 :, : width // 2] = (0, 0, 255)
    picture[height // 2 :, width // 2 :] = (255, 255, 255)
    return picture
