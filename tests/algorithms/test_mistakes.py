"""Mistakes made on purpose are those that they are called, and can only be made where they are possible."""

from __future__ import annotations

import math

import numpy as np
import pytest
from gymnasium import spaces

from pgviz.algorithms.objective import Sloped, descend
from pgviz.errors import UsageError
from tests.algorithms.making import BOX, DISCRETE, make_algorithm


def test_that_a_flipped_objective_is_descended_and_the_rest_is_not() -> None:
    mean = Sloped.mean(np.array([1.0, 3.0], np.float32), np.array([1.0, -2.0], np.float32))
    error = Sloped(0.5, np.array([0.1, 0.2], np.float32))
    right = descend(mean, value_error=error, value_coefficient=2.0)
    wrong = descend(mean, value_error=error, value_coefficient=2.0, flipped=True)
    assert (right.loss, wrong.loss) == (-2.0 + 1.0, 2.0 + 1.0)
    np.testing.assert_array_equal(right.slopes[0], -wrong.slopes[0])
    np.testing.assert_array_equal(right.slopes[2], wrong.slopes[2])


def test_that_a_deterministic_start_is_one() -> None:
    policy = make_algorithm("ppo", DISCRETE, moved=0.0, mistake="deterministic_start").policy
    decision = policy.decide(np.zeros(4, np.float32), None)
    assert decision.entropy < 0.05 * math.log(3)
    gaussian = make_algorithm("ppo", BOX, moved=0.0, mistake="deterministic_start").policy
    assert gaussian.log_std_values is not None
    np.testing.assert_allclose(gaussian.log_std_values, math.log(0.01), rtol=1e-6)
    mixed = spaces.Tuple((spaces.Discrete(3), spaces.Discrete(4), BOX))
    factored = make_algorithm("ppo", mixed, moved=0.0, mistake="deterministic_start").policy
    for factor in factored.decide(np.zeros(4, np.float32), None).factors[:2]:  # type: ignore[attr-defined]
        assert factor.probabilities_A[0] > 0.98


@pytest.mark.parametrize(
    ("mistake", "settings"),
    [
        ("no_tanh_correction", {"space": DISCRETE}),
        ("no_tanh_correction", {"space": BOX, "action_bounds": "clip"}),
        ("mask_only_in_acting", {"space": BOX}),
        ("truncation_as_termination", {"name": "reinforce", "baseline": False}),
    ],
)
def test_that_a_mistake_that_cannot_be_made_is_refused(mistake: str, settings: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"the mistake {mistake} can only be made with"):
        make_algorithm(**({"name": "ppo"} | settings), mistake=mistake)  # type: ignore[arg-type]
