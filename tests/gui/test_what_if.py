"""Which actions are tried, and how the policy draws them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pgviz.gui.moving import Part, parts_of
from pgviz.gui.what_if import choices, in_words, place_of, same, samples, say_forced, trial_at, trials
from pgviz.training.events import Decision
from tests import decisions


def parts(decision: Decision) -> list[Part]:
    return parts_of(decisions.started(decision).environment)


def test_that_every_legal_option_is_tried() -> None:
    decision = decisions.categorical([0.0, 0.0, 0.0], None, [True, False, True])

    assert samples(trials(decision, parts(decision)[0])) == ((0.0,), (2.0,))


def test_that_all_options_are_tried_where_the_mask_is_ignored() -> None:
    decision = decisions.categorical([0.0, 0.0, 0.0], None, [True, False, True])

    tried = trials(replace(decision, heeds_mask=False), parts(decision)[0])

    assert samples(tried) == ((0.0,), (1.0,), (2.0,))


@pytest.mark.parametrize("bound", [2.0, np.inf])
def test_that_a_sample_of_a_grid_leads_to_the_action_tried(bound: float) -> None:
    decision = decisions.gaussian([0.3, -0.4], [1.0, 0.5], -bound, bound)
    _, second = parts(decision)

    tried = trials(decision, second, 7)

    places = [trial.place for trial in tried]
    assert np.diff(places) == pytest.approx(np.full(6, places[1] - places[0]))
    for trial in tried:
        action_D = decision.to_action(np.array(trial.sample))
        assert action_D[1] == pytest.approx(trial.place)
        assert trial.sample[0] == pytest.approx(0.3)


def test_that_a_bound_that_is_never_reached_is_forced_as_nearly_as_can_be() -> None:
    decision = decisions.gaussian([0.0], [1.0], -2.0, 2.0)

    sample = trial_at(decision, parts(decision)[0], 2.0).sample

    assert np.isfinite(sample).all()
    assert decision.to_action(np.array(sample)) == pytest.approx([2.0], abs=1e-3)


def test_that_one_part_is_changed_and_the_others_are_the_likeliest() -> None:
    decision = decisions.factored(
        [
            decisions.categorical([0.0, 2.0, 1.0]),
            decisions.gaussian([0.1, 0.2], [1.0, 1.0], -np.inf, np.inf),
            decisions.categorical([3.0, 0.0]),
        ]
    )
    found = parts(decision)

    assert trial_at(decision, found[0], 2.0).sample == (2.0, 0.1, 0.2, 0.0)
    assert trial_at(decision, found[2], 0.5).sample == (1.0, 0.1, 0.5, 0.0)
    assert trial_at(decision, found[3], 1.0).sample == (1.0, 0.1, 0.2, 1.0)


def test_that_a_bin_is_tried_by_its_joint_number() -> None:
    decision = decisions.binned(5, 2, best=0.0)  # the best bins are 2 and 2 or 3 of centres −2 … 2
    found = parts(decision)
    best = decision.values_DK.argmax(1)

    numbers = [sample[0] for sample in samples(trials(decision, found[0]))]

    assert numbers == [5.0 * first + best[1] for first in range(5)]
    assert in_words(found[0], decision, -1.9) == "torque 0 −2"


FACTORED = decisions.factored(
    [
        decisions.categorical([0.0, 2.0, 1.0]),
        decisions.gaussian([0.1, 0.2], [1.0, 1.0], -2.0, 2.0),
        decisions.categorical([3.0, 0.0]),
    ]
)


@pytest.mark.parametrize(
    "decision",
    [
        FACTORED,
        decisions.binned(5, 2),
        decisions.gaussian([0.3, -0.4], [1.0, 0.5], -2.0, 2.0),
        decisions.gaussian([0.3, -0.4], [1.0, 0.5], -np.inf, np.inf),
        decisions.categorical([0.0, 1.0, 2.0], None, [True, False, True]),
    ],
    ids=["factored", "bins", "squashed", "free", "masked"],
)
def test_that_where_an_action_is_on_an_axis_leads_back_to_where_it_was_tried(decision: Decision) -> None:
    for part in parts(decision):
        for trial in trials(decision, part, 5):
            assert place_of(decision, part, trial.sample) == pytest.approx(trial.place, abs=1e-9)


def test_that_illegal_options_are_no_choice_unless_the_mask_is_ignored() -> None:
    decision = decisions.categorical([0.0, 0.0, 0.0], None, [True, False, True])
    part = Part("action", ("a", "b", "c"))

    assert choices(decision, part) == [("a", 0), ("c", 2)]
    assert choices(replace(decision, heeds_mask=False), part) == [("a", 0), ("b (illegal)", 1), ("c", 2)]


def test_that_what_is_forced_is_said_of_the_copy_that_is_shown_first() -> None:
    decision, part = decisions.categorical([0.0, 1.0]), Part("action", ("left", "right"))

    assert say_forced(decision, part, 1, {}) == ""
    assert say_forced(decision, part, 1, {1: (0.0,)}) == "next step takes ‘left’ (forced)"
    assert say_forced(decision, part, 1, {0: (0.0,), 1: (1.0,)}) == (
        "next step takes ‘right’ (forced), copy 1 too"
    )
    assert say_forced(decision, part, 1, {2: (1.0,)}) == "copy 3 takes ‘right’ (forced)"


def test_that_decisions_are_the_same_where_every_number_is() -> None:
    nudged = replace(FACTORED.factors[1], mean_D=np.array([0.1, 0.2 + 1e-12]))  # type: ignore[call-arg]

    assert same(FACTORED, replace(FACTORED))
    assert same(replace(FACTORED, value=np.nan), replace(FACTORED, value=np.nan))
    assert not same(FACTORED, replace(FACTORED, entropy=FACTORED.entropy + 1e-12))
    assert not same(FACTORED, replace(FACTORED, factors=(FACTORED.factors[0], nudged, FACTORED.factors[2])))
    assert not same(FACTORED, FACTORED.factors[0])
