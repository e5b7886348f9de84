"""Exploration that has come to an end is measured by what could still be explored."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.session.doctor import Doctor
from pgviz.session.session import Session, updates
from pgviz.training.events import EpisodeEnded, RunStarted, UpdateApplied

TWO_LEGAL = math.log(2.0)  # of four actions


def introduced(**settings: Any) -> tuple[RunStarted, UpdateApplied]:
    """What a run on the grid says of itself, and its first update, which was checked up on."""
    with Session(RunConfig.create("pgviz/MaskedGrid-v0", "a2c", hidden_sizes=(4,), **settings)) as session:
        session.trainer.algorithm.checks_up = True
        event = session.pull_until(updates())
        assert isinstance(event, UpdateApplied)
        return session.introduce(), event


def findings(started: RunStarted, *events: UpdateApplied) -> list[str]:
    """What is found where each of these updates is followed by 20 episodes without any return."""
    doctor = Doctor()
    doctor.take(started)
    for event in events:
        doctor.take(event)
        for episode in range(20):
            doctor.take(EpisodeEnded(event.step, 0, episode, 0, 0.0, 10, False, True))
    return [each.sentence for each in doctor.findings if each.name == "entropy_collapse"]


@pytest.mark.parametrize(("entropy", "found"), [(0.06 * TWO_LEGAL, False), (0.04 * TWO_LEGAL, True)])
def test_that_a_policy_is_sure_by_what_is_legal(entropy: float, found: bool) -> None:
    started, event = introduced()
    assert event.vitals is not None
    assert event.entropy < math.log(4.0)
    vitals = replace(event.vitals, uniform_entropy=TWO_LEGAL)
    checked = replace(event, entropy=entropy, vitals=vitals)
    said = findings(started, checked, *3 * [replace(checked, vitals=None)])
    assert bool(said) == found
    assert all(f"nats of {TWO_LEGAL:.3g}" in sentence for sentence in said)


def test_that_nothing_is_said_before_it_is_known_what_is_legal() -> None:
    started, event = introduced()
    assert not findings(started, *4 * [replace(event, entropy=0.0, vitals=None)])
    assert findings(started, *4 * [replace(event, entropy=0.0)])


def test_that_masks_that_are_not_heeded_make_no_difference() -> None:
    started, event = introduced(action_mask=False)
    said = findings(started, *4 * [replace(event, entropy=0.06 * TWO_LEGAL, vitals=None)])
    assert [f"nats of {np.log(4.0):.3g}" in each for each in said] == [True], "0.03 of ln 4"
