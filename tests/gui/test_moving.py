"""How far a step moves π."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pgviz.gui.moving import changes, curves, log_prob, parts_of
from tests import decisions
from tests.gui.examinations import examination, moved


def test_that_the_log_probability_of_a_vector_agrees_with_scipy() -> None:
    decision = decisions.gaussian([0.3, -0.2], [0.5, 2.0], -np.inf, np.inf)

    found = log_prob(decision, np.array([0.1, 1.0]))

    assert found == pytest.approx(stats.norm([0.3, -0.2], [0.5, 2.0]).logpdf([0.1, 1.0]).sum())


def test_that_the_log_probability_of_parts_is_their_sum() -> None:
    parts = [decisions.categorical([0.0, 1.0, 2.0]), decisions.gaussian([0.0], [1.0])]
    decision = decisions.factored(parts)

    found = log_prob(decision, np.array([2.0, 0.7]))

    chance = np.exp(2.0) / np.exp([0.0, 1.0, 2.0]).sum()
    assert found == pytest.approx(np.log(chance) + stats.norm.logpdf(0.7))


def test_that_changes_are_of_the_action_that_was_done() -> None:
    given = moved(examination(), 1)  # whose action is the second of two

    logits = np.array([0.1, 0.02, -0.05])
    assert changes(given) == pytest.approx(-np.log1p(np.exp(-logits)) + np.log(2.0))


@pytest.mark.parametrize("bound", [2.0, np.inf])
def test_that_each_curve_over_the_common_axis_has_an_area_of_one(bound: float) -> None:
    policies = [decisions.gaussian([mean], [0.5], -bound, bound) for mean in (0.0, 0.5, 0.2, -0.3)]
    given = moved(examination(), 0, *policies)
    assert given.moves is not None
    (part,) = parts_of(decisions.started(policies[0]).environment)

    over_X, rows = curves(given.moves, part, 801)

    assert np.trapezoid(rows, over_X) == pytest.approx(np.ones(4), abs=0.01)


def test_that_every_number_of_an_action_is_a_part() -> None:
    decision = decisions.factored([decisions.categorical([0.0, 0.0]), decisions.gaussian([0.0, 0.0], [1.0, 1.0])])

    parts = parts_of(decisions.started(decision).environment)

    assert [(part.name, part.factor, part.dimension) for part in parts] == [
        ("joint 0", 0, 0),
        ("force 1.0", 1, 0),
        ("force 1.1", 1, 1),
    ]
    assert parts[2].of(decision) is decision.factors[1]
