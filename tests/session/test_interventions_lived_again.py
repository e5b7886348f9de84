"""What a person did is part of the past: it is seen there, and done again where that is lived again."""

from __future__ import annotations

from typing import Any

import pytest

import pgviz
from pgviz.session.debug import DebugSession
from pgviz.session.history import History
from pgviz.training.events import EpisodeEnded, Event, ParameterChanged, StepDetail, StepTaken, UpdateApplied
from pgviz.training.interventions import TurnKnob

SMALL: dict[str, Any] = {
    "seed": 1,
    "environment_count": 2,
    "rollout_length": 16,
    "minibatch_size": 16,
    "epochs": 2,
    "hidden_sizes": (8,),
}


class Diary:
    """Where each step was told of, and its details."""

    def __init__(self, session: DebugSession) -> None:
        self.positions: dict[int, int] = {}
        self.details: dict[int, StepDetail] = {}
        self._session = session
        self._began: int | None = None
        session.listen(self._hear)

    def _hear(self, event: Event) -> None:
        here = self._session.position - 1
        history = self._session.session.history
        assert history is not None
        turned = isinstance(event, ParameterChanged) and bool(history.interventions(here - 1, here))
        if isinstance(event, EpisodeEnded) or turned:
            self._began = here if self._began is None else self._began
        elif isinstance(event, StepTaken):
            self.positions[event.step] = here if self._began is None else self._began
            self._began = None
            if event.detail is not None:
                self.details[event.step] = event.detail
        elif isinstance(event, UpdateApplied):  # before which knobs are turned as well
            self._began = None


def meddle(session: DebugSession) -> None:
    """Turn knobs, force actions and judge minibatches, at the beginnings of iterations and in their middles."""
    for turn in range(40):
        if turn % 3 == 0:
            session.turn("learning_rate", 0.001 * (1 + turn % 5))
        if turn % 4 == 0:
            session.force(turn % 2, turn % 2)
        if turn % 10 == 9:
            session.step_minibatch()
            session.judge("flip")
            session.step_update()
        session.step(1 + turn % 3)


@pytest.mark.parametrize("algorithm", ["ppo", "a2c"])
def test_that_the_past_looked_at_has_what_a_person_did_in_it(algorithm: str) -> None:
    shared = {name: SMALL[name] for name in ("seed", "environment_count", "rollout_length", "hidden_sizes")}
    settings = SMALL if algorithm == "ppo" else shared
    with pgviz.debug("CartPole-v1", algorithm, **settings) as session:
        diary = Diary(session)
        meddle(session)
        for step, detail in diary.details.items():
            past = session.look_back(step)
            assert (past.step, past.position) == (step, diary.positions[step])
            assert past.detail.decision.log_prob == detail.decision.log_prob
            assert past.detail.decision.chosen == detail.decision.chosen  # type: ignore[attr-defined]
        before = session.step_count
        session.rewind(30)
        assert session.step_count == before - 60


def test_that_what_was_done_at_the_beginning_of_an_iteration_is_undone_by_going_back_before_it() -> None:
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        session.step_update(2)
        with session.fork() as fork:
            drawn = fork.step().decision.chosen  # type: ignore[attr-defined]

        session.force(1 - drawn)  # before the snapshot that is taken here
        assert session.step().decision.chosen == 1 - drawn  # type: ignore[attr-defined]
        session.rewind(1)

        assert session.step().decision.chosen == drawn  # type: ignore[attr-defined]


def test_that_what_is_done_where_a_run_was_gone_back_to_is_lived_again() -> None:
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        session.step_update(2)
        place = session.position
        drawn = session.step().decision.chosen  # type: ignore[attr-defined]
        session.resume(place)  # there is a snapshot of this very place
        session.force(1 - drawn)
        with session.fork() as fork:
            assert fork.step().decision.chosen == 1 - drawn  # type: ignore[attr-defined]
        session.step(20)

        step = session.step_count - 2 * 19
        assert session.look_back(step).detail.decision.chosen == 1 - drawn  # type: ignore[attr-defined]
        position, weights = session.position, session.weights_sha256
        session.rewind(10)
        session.step(10)
        assert (session.position, session.weights_sha256) == (position, weights)


@pytest.mark.parametrize("forced", [False, True])
def test_that_a_knob_turned_after_an_update_is_undone_by_going_back_to_the_step_it_was_turned_for(
    forced: bool,
) -> None:
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        session.step_update(2)
        before = session.trainer.algorithm.knobs["learning_rate"]
        place = session.position
        drawn = step_of(session)
        session.resume(place)
        session.turn("learning_rate", 0.5)
        if forced:
            session.force(1 - drawn)
        session.turn("entropy_coefficient", 0.25)
        step_of(session)
        past = session.look_back(session.step_count)
        assert past.values is not None
        assert (past.values["learning_rate"], past.values["entropy_coefficient"]) == (before, 0.0)

        session.rewind(1)

        assert session.position == place
        assert session.trainer.algorithm.knobs.capture()["asked"] == {}
        assert step_of(session) == drawn
        assert session.trainer.algorithm.knobs["learning_rate"] == before


def step_of(session: DebugSession) -> int:
    """Take a step; says which action it was."""
    chosen: int = session.step().decision.chosen  # type: ignore[attr-defined]
    return chosen


def test_that_a_knob_turned_before_an_update_stays_in_force_at_the_step_after_it() -> None:
    with pgviz.debug("CartPole-v1", **SMALL) as session:
        session.step(20)
        session.turn("learning_rate", 0.5)
        session.step_update()
        session.step()
        past = session.look_back(session.step_count)
        assert past.values is not None
        assert past.values["learning_rate"] == 0.5

        session.rewind(1)

        assert session.trainer.algorithm.knobs["learning_rate"] == 0.5


def test_that_what_was_done_is_found_with_few_looks_however_much_it_was() -> None:
    looks = 0

    class Place(int):
        def __lt__(self, other: int) -> bool:
            nonlocal looks
            looks += 1
            return int(self) < int(other)

        def __le__(self, other: int) -> bool:
            return not other < self

        def __gt__(self, other: int) -> bool:
            return Place(other) < self

    history = History()
    for place in range(4096):
        history.intervene(Place(place), TurnKnob("learning_rate", place / 4096))
    looks = 0

    assert [at for at, _ in history.interventions(1000, 1003)] == [1001, 1002, 1003]

    assert looks <= 40
