"""What is kept of how a state's π came to be."""

from __future__ import annotations

import numpy as np
import pytest

from pgviz.gui.moving import parts_of
from pgviz.gui.probe_trail import MOST, MOST_TRAILS, RecordedTrails, Trail
from pgviz.training.events import Decision
from tests import decisions


def series(trail: Trail, decision: Decision, part: int = 0) -> np.ndarray:
    return trail.series(parts_of(decisions.started(decision).environment)[part])


def test_that_a_choice_leaves_the_probabilities_of_its_options() -> None:
    trail = Trail()
    for update in range(3):
        trail.add(update, decisions.categorical([0.0, float(update)], None))

    found = series(trail, decisions.categorical([0.0, 0.0]))

    assert found[:, 1] == pytest.approx(1 / (1 + np.exp(-np.arange(3.0))))
    assert found.sum(1) == pytest.approx(1.0)


def test_that_a_real_number_leaves_its_mean_and_a_standard_deviation_on_either_side() -> None:
    trail, decision = Trail(), decisions.gaussian([0.5, -0.5], [0.2, 0.4], -2.0, 2.0)
    trail.add(1, decision)

    found = series(trail, decision, 1)

    assert found[0] == pytest.approx(2 * np.tanh([-0.5, -0.9, -0.1]))


def test_that_the_same_update_counts_once_and_later_ones_can_be_forgotten() -> None:
    trail, decision = Trail(), decisions.categorical([0.0, 0.0], None)
    for update in (1, 2, 2, 3, 4):
        trail.add(update, decision)
    assert len(series(trail, decision)) == 4

    trail.forget_after(2)

    assert trail.updates == [1, 2]
    assert len(series(trail, decision)) == 2


def test_that_a_long_trail_is_thinned_and_keeps_its_newest() -> None:
    trail, decision = Trail(), decisions.categorical([0.0, 0.0], None)
    for update in range(10 * MOST):
        trail.add(update, decisions.categorical([0.0, update / MOST], None))
        if update % 100 == 0:
            series(trail, decision)

    assert len(trail) <= MOST
    assert trail.updates[-1] == 10 * MOST - 1
    found = series(trail, decision)
    assert found[:, 1] == pytest.approx(1 / (1 + np.exp(-np.array(trail.updates) / MOST)))
    assert trail.updates == sorted(trail.updates)


def test_that_a_recorded_state_has_its_trail_again_where_it_is_gone_back_to() -> None:
    trails = RecordedTrails()
    here, there = (0.0, 1.0), (0.5, 1.0)
    for update in range(4):
        trails.of(1, here).add(update, decisions.categorical([0.0, 1.0]))
    trails.of(1, there).add(4, decisions.categorical([0.0, 1.0]))  # it was edited
    trails.forget_after(2)
    assert trails.of(1, here).updates == [0, 1, 2]
    assert trails.of(1, there).updates == []
    assert trails.of(2, here).updates == []


def test_that_no_file_makes_more_trails_than_there_is_room_for() -> None:
    trails = RecordedTrails()
    first = trails.of(0, (0.0,))
    kept = [trails.of(0, (float(entry),)) for entry in range(1, MOST_TRAILS + 1)]
    assert trails.of(0, (float(MOST_TRAILS),)) is kept[-1]
    assert trails.of(0, (0.0,)) is not first
