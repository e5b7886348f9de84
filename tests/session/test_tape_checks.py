"""Recordings that contradict themselves are one clear message, not a window gone wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.policies.decision import CategoricalDecision, GaussianDecision
from pgviz.recording.schema import RecordingError
from pgviz.session.forks_state import ForkChange, ForkReturns, ForkState
from pgviz.session.notices import ForksShown
from pgviz.session.tape import Tape
from pgviz.training.events import EpisodeEnded, Event, ParameterChanged, RunStarted, StepTaken, UpdateApplied
from tests.session.recordings import SMALL, Rows

PENDULUM = RunConfig.create("Pendulum-v1", "ppo", **SMALL)


@pytest.fixture(scope="module", params=["CartPole-v1", "Pendulum-v1"])
def rows(request: pytest.FixtureRequest) -> Rows:
    """Forty steps, with an update, and an episode's end."""
    rows = Rows(RunConfig.create(request.param, "ppo", **SMALL)).run(40)
    rows.events.append(EpisodeEnded(40, 0, 1, 1, 5.0, 20, True, False))
    rows.close()
    return rows


def read_all(path: Path) -> None:
    """As a player does."""
    tape = Tape.open(path)
    try:
        for cue in tape.onward(1):
            if cue.fact is None:
                tape.recorded_at(cue.index)
    finally:
        tape.close()


def changed(rows: Rows, kind: type[Event], change: Callable[[Any], Event], path: Path) -> Path:
    """A recording in which the last event of a kind is another."""
    place = max(index for index, each in enumerate(rows.events) if isinstance(each, kind))
    other = Rows.__new__(Rows)
    other.events = list(rows.events)
    other.events[place] = change(other.events[place])
    other.taken = rows.taken
    return other.write(path)


def detailed(**values: Any) -> Callable[[StepTaken], StepTaken]:
    """Change a step's details."""

    def change(event: StepTaken) -> StepTaken:
        assert event.detail is not None
        return replace(event, detail=replace(event.detail, **values))

    return change


def decided(event: StepTaken, **values: Any) -> StepTaken:
    assert event.detail is not None
    return replace(event, detail=replace(event.detail, decision=replace(event.detail.decision, **values)))


def chose_nothing_there_is(event: StepTaken) -> StepTaken:
    assert event.detail is not None
    if isinstance(event.detail.decision, CategoricalDecision):
        return decided(event, chosen=2)
    two = np.zeros(2)
    return decided(event, mean_D=two, std_D=two, sample_D=two, action_D=two, low_D=two, high_D=two)


def of_another_kind(event: StepTaken) -> StepTaken:
    assert event.detail is not None
    one = np.zeros(1)
    given = (event.detail.decision.observation, -1.0, 0.5, None)
    other: Any = GaussianDecision(*given, one, one, one, one, one, one, True)
    if isinstance(event.detail.decision, GaussianDecision):
        other = CategoricalDecision(*given, np.ones(1), np.zeros(1), 0)
    return replace(event, detail=replace(event.detail, decision=other))


WRONG: list[tuple[type[Event], Callable[[Any], Event]]] = [
    (UpdateApplied, lambda event: replace(event, log_std=np.zeros(7))),
    (UpdateApplied, lambda event: replace(event, temperature=-1.0)),
    (UpdateApplied, lambda event: ParameterChanged(event.step, "no such knob", 1.0, 2.0)),
    (EpisodeEnded, lambda event: replace(event, environment_index=2)),
    (StepTaken, detailed(environment_index=-1)),
    (StepTaken, detailed(reward=float("nan"))),
    (StepTaken, detailed(episode_return=float("inf"))),
    (StepTaken, chose_nothing_there_is),
    (StepTaken, of_another_kind),
    (RunStarted, lambda event: replace(event, policy=replace(event.policy, kind="other"))),
    (RunStarted, lambda event: replace(event, environment=replace(event.environment, frames_per_second=0.0))),
]


def test_that_an_honest_recording_is_read(rows: Rows, tmp_path: Path) -> None:
    read_all(rows.write(tmp_path / "honest.pgviz"))


@pytest.mark.parametrize("wrong", range(len(WRONG)))
def test_that_one_that_contradicts_itself_is_refused(rows: Rows, tmp_path: Path, wrong: int) -> None:
    path = changed(rows, *WRONG[wrong], tmp_path / "wrong.pgviz")
    with pytest.raises(RecordingError, match="damaged"):
        read_all(path)


@pytest.mark.parametrize("values", [{"action_low": ()}, {"action_labels": ()}, {"action_labels": ("x",) * 2000}])
def test_that_bounds_have_to_be_those_of_the_actions(values: dict[str, Any], tmp_path: Path) -> None:
    rows = Rows(PENDULUM)
    rows.close()

    def change(event: RunStarted) -> RunStarted:
        return replace(event, environment=replace(event.environment, **values))

    with pytest.raises(RecordingError, match="damaged"):
        read_all(changed(rows, RunStarted, change, tmp_path / "wrong.pgviz"))


def forked(**values: Any) -> Callable[[StepTaken], ForksShown]:
    """What became of a fork, in place of a step."""

    def make(event: StepTaken) -> ForksShown:
        returns = ForkReturns(0, None, 1.0, False)
        given: dict[str, Any] = {
            "sample": (1.0,),
            "changes": (ForkChange("learning_rate", 1e-3, 2e-3),),
            "detail": event.detail,
        }
        given |= values
        where = {"id": 1, "began": 10, "copy": 0, "step": 40, "update": 1, "pace": "in step", "failure": ""}
        told = {"returns": returns, "base_returns": returns, "updates": (), "episodes": ()}
        return ForksShown(event.step, (ForkState(**where, **given, **told),))  # type: ignore[arg-type]

    return make


def test_that_honest_forks_are_read(rows: Rows, tmp_path: Path) -> None:
    read_all(changed(rows, StepTaken, forked(), tmp_path / "honest.pgviz"))


@pytest.mark.parametrize(
    "make",
    [
        forked(sample=(float("nan"),)),
        forked(changes=(ForkChange("no such knob", 1.0, 2.0),)),
        forked(changes=(ForkChange("learning_rate", 1e-3, "fast"),)),
        lambda event: forked(detail=of_another_kind(event).detail)(event),
        lambda event: replace(forked()(event), base=chose_nothing_there_is(event).detail),
        lambda event: replace(forked()(event), forks=5 * forked()(event).forks),
    ],
)
def test_that_forks_of_another_run_are_refused(
    rows: Rows, tmp_path: Path, make: Callable[[StepTaken], ForksShown]
) -> None:
    path = changed(rows, StepTaken, make, tmp_path / "wrong.pgviz")
    with pytest.raises(RecordingError, match="damaged"):
        read_all(path)
