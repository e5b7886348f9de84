"""What is said of an action that is made up of several."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from gymnasium import spaces

from pgviz.environments.facts import ActionFactor
from pgviz.environments.labels import action_factors, action_labels
from pgviz.environments.vector import VectorEnvironment


def test_that_each_choice_of_a_multi_discrete_space_has_its_options_from_the_start() -> None:
    assert action_factors("Any-v0", spaces.MultiDiscrete([2, 3], start=[0, 5])) == (
        ActionFactor("a[0]", ("0", "1")),
        ActionFactor("a[1]", ("5", "6", "7")),
    )


def test_that_arrays_are_numbered_by_place() -> None:
    assert [factor.name for factor in action_factors("Any-v0", spaces.MultiBinary((1, 2)))] == ["a[0,0]", "a[0,1]"]
    assert action_factors("Any-v0", spaces.Box(-1, 1, (), np.int8)) == (ActionFactor("a", ("-1", "0", "1")),)


def test_that_parts_have_the_names_of_the_way_to_them() -> None:
    inner = spaces.Dict({"grip": spaces.Discrete(2), "turn": spaces.Box(-2.0, np.inf, (2,))})
    space = spaces.Dict({"arm": inner, "legs": spaces.Tuple((spaces.MultiBinary(1), spaces.Discrete(2)))})
    factors = action_factors("Any-v0", space)
    assert [factor.name for factor in factors] == ["arm.grip", "arm.turn", "legs[0][0]", "legs[1]"]
    assert factors[1] == ActionFactor("arm.turn", ("arm.turn[0]", "arm.turn[1]"), (-2.0, -2.0), (np.inf, np.inf))
    assert action_factors("Any-v0", spaces.Tuple((spaces.Discrete(2), inner)))[1].name == "a[1].grip"


def test_that_action_labels_are_then_those_of_the_real_numbers() -> None:
    space = spaces.Tuple((spaces.Discrete(2), spaces.Box(-1, 1, (2,)), spaces.Box(-1, 1, ())))
    assert action_labels("Any-v0", space) == ("a[1][0]", "a[1][1]", "a[2]")
    assert action_labels("Any-v0", spaces.MultiBinary(3)) == ()


@pytest.mark.parametrize("space", [spaces.Discrete(3), spaces.Box(-1, 1, (2,))])
def test_that_a_plain_action_has_no_factors(space: spaces.Space[object]) -> None:
    assert action_factors("Any-v0", space) == ()


def test_that_the_joints_of_the_arm_have_names() -> None:
    factors = action_factors("pgviz/FactoredReach-v0", spaces.MultiDiscrete([7] * 8))
    assert [factor.name for factor in factors] == [f"joint {number}" for number in range(1, 9)]
    assert all(factor.labels[0] == "−4.5°" and factor.labels[3] == "0°" for factor in factors)
    others = action_factors("pgviz/FactoredReach-v0", spaces.MultiDiscrete([3, 3]))
    assert others[0] == ActionFactor("a[0]", ("0", "1", "2"))


def test_that_the_facts_of_an_environment_have_them_and_can_be_sent() -> None:
    environment = VectorEnvironment(
        "tests.environments.matching:MatchingNested-v0", 1, np.random.SeedSequence(0), render=False
    )
    facts = environment.facts
    assert (
        facts.action == "Dict (mode: Discrete, 3 values from 1; rest: Tuple (MultiBinary, 2 bits; Box, 1 number))"
    )
    assert [factor.name for factor in facts.factors] == ["mode", "rest[0][0]", "rest[0][1]", "rest[1]"]
    assert facts.action_labels == ("rest[1][0]",)
    assert facts.action_low == (-1.0,)
    assert facts.action_high == (1.0,)
    assert pickle.loads(pickle.dumps(facts)) == facts
