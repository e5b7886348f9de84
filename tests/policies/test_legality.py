"""What is legal is said whether or not it was heeded."""

from __future__ import annotations

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.policies.decision import CategoricalDecision
from pgviz.policies.legality import with_legality
from pgviz.session.session import Session, environment_steps
from pgviz.training.events import StepTaken
from tests import decisions

MASKS_NS = np.array([[True, True], [True, False]])


def test_that_an_ignored_mask_is_written_into_the_choice_of_its_copy() -> None:
    decision = with_legality(decisions.categorical([0.0, 1.0]), MASKS_NS, 1)

    assert isinstance(decision, CategoricalDecision)
    np.testing.assert_array_equal(decision.mask_A, [True, False])
    assert decision.probabilities_A[1] > 0.5
    assert decision.mask_A is not None
    decision.mask_A[:] = True
    assert not MASKS_NS[1, 1]


def test_that_each_choice_of_an_action_gets_its_own_part() -> None:
    parts = [decisions.categorical([0.0] * 2), decisions.gaussian([0.0], [1.0]), decisions.categorical([0.0] * 3)]
    masks_NS = np.array([[True, False, False, True, True]])

    decision = with_legality(decisions.factored(parts), masks_NS, 0)

    first, real, last = decision.factors  # type: ignore[attr-defined]
    np.testing.assert_array_equal(first.mask_A, [True, False])
    np.testing.assert_array_equal(last.mask_A, [False, True, True])
    assert real is parts[1]


@pytest.mark.parametrize("decision", [decisions.gaussian([0.0], [1.0]), decisions.binned(3)])
def test_that_other_decisions_are_left_as_they_are(decision: object) -> None:
    assert with_legality(decision, MASKS_NS, 0) is decision  # type: ignore[arg-type]


def test_that_nothing_is_said_where_the_environment_does_not_say() -> None:
    decision = decisions.categorical([0.0, 1.0])

    assert with_legality(decision, None, 0) is decision


@pytest.mark.parametrize("heeded", [True, False])
def test_that_a_run_shows_what_is_legal_before_and_after_each_step(heeded: bool) -> None:
    config = RunConfig.create("pgviz/MaskedGrid-v0", "ppo", environment_count=2, action_mask=heeded)
    with Session(config) as session:
        session.trainer.watch.wanted, session.trainer.watch.pictures = True, False
        session.pull()
        for _ in range(20):
            waiting = session.trainer.look().detail.decision
            taken = session.pull_until(environment_steps(1))
            assert isinstance(taken, StepTaken)
            assert taken.detail is not None
            decision = taken.detail.decision
            assert isinstance(waiting, CategoricalDecision)
            assert isinstance(decision, CategoricalDecision)
            assert decision.mask_A is not None
            np.testing.assert_array_equal(waiting.mask_A, decision.mask_A)
            assert waiting.heeds_mask is decision.heeds_mask is heeded
            assert not decision.mask_A.all()
            assert (decision.probabilities_A[~decision.mask_A] > 0).all() != heeded
