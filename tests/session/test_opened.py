"""The past of a run that was saved and opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgviz.errors import PgvizError
from pgviz.session.cursor import Cursor
from pgviz.session.history import History
from pgviz.session.saving import Saver, open_saved
from pgviz.session.session import Session
from pgviz.training.events import UpdateApplied
from pgviz.training.interventions import ForceAction, TurnKnob
from tests.session.test_saving import LONG, pull, to
from tests.training.driving import short_config


@pytest.mark.parametrize("ahead", [0, 7])
def test_that_a_run_that_was_opened_can_be_gone_back_into_as_far_as_it_was_saved(
    ahead: int, tmp_path: Path
) -> None:
    with Session(short_config("CartPole-v1", "a2c", steps=LONG), history=History(seconds_between=0.0)) as session:
        pull(session, 60)
        to(session, UpdateApplied)
        pull(session, 1)  # the iteration's own snapshot comes with its first event
        session.resume(session.position - 1)
        pull(session, ahead)
        Saver().save(session, tmp_path)
    with open_saved(tmp_path, history := History()).session as again:
        step, here = again.trainer.step, again.position
        assert history.marks
        again.intervene(TurnKnob("learning_rate", 0.02))
        again.intervene(ForceAction(1, (1.0,)))
        Saver().save(again, tmp_path / "at once")
        events = [repr(event) for event in pull(again, 40)]
        again.resume(here)
        assert again.trainer.step == step, "not where the run began"
        assert not again.trainer.steering.waiting, "what was done there is undone"
        again.intervene(TurnKnob("learning_rate", 0.02))
        again.intervene(ForceAction(1, (1.0,)))
        assert [repr(event) for event in pull(again, 40)] == events
        with pytest.raises(
            PgvizError, match=rf"not held: this run's history begins at step {history.marks[0].step}"
        ):
            Cursor(again).look(1, 0)
    with open_saved(tmp_path / "at once", History()).session as again:
        assert [repr(event) for event in pull(again, 40)] == events
