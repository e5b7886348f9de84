"""What a person did is part of the past: it is seen there, and done again where that is lived again."""

from __future__ import annotations

from typing import Any

import pytest

import pgviz
from pgviz.session.debug import DebugSession
from pgviz.training.events import EpisodeEnded, Event, StepDetail, StepTaken

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
        if isinstance(event, EpisodeEnded):
            self._began = here if self._began is None else self._began
        elif isinstance(event, StepTaken):
            self.positions[event.step] = here if self._began is None else self._began
            self._began = None
            if event.detail is not None:
                self.details[event.step] = event.detail


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
