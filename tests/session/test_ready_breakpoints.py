"""Ready-made breakpoints: each is hit by what it is for, and not by a healthy run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.session.breakpoints import BreakpointSet
from pgviz.session.event_values import EventValues
from pgviz.session.expressions import Kind
from pgviz.session.ready_breakpoints import READY_BREAKPOINTS
from pgviz.session.session import Session

BY_TITLE = {each.title: each for each in READY_BREAKPOINTS}
TITLES = {
    "Episode end",
    "First success",
    "NaN or infinity",
    "Entropy collapse",
    "Std collapse",
    "Std explosion",
    "Saturated actions",
    "All actions masked",
    "KL spike",
}
HEALTHY = {"loss": 1.0, "grad_norm": 0.5, "value_loss": 2.0, "kl": 0.01}
BOX = {"low": np.array([-1.0, -2.0]), "high": np.array([1.0, 4.0])}


def hits(title: str, kind: Kind, *rows: dict[str, Any]) -> list[bool]:
    breakpoints = BreakpointSet([BY_TITLE[title].breakpoint()])
    return [bool(breakpoints.check(kind, values)) for values in rows]


def test_that_they_are_all_there_with_an_explanation() -> None:
    assert set(BY_TITLE) == TITLES
    assert all(each.explanation.endswith(".") and len(each.explanation) > 40 for each in READY_BREAKPOINTS)
    assert all(each.breakpoint().title == each.title for each in READY_BREAKPOINTS)


def test_that_each_end_of_an_episode_is_one() -> None:
    rows = [{"terminated": a, "truncated": b} for a, b in ((True, False), (False, True))]
    assert hits("Episode end", "episode", *rows) == [True, True]


def test_that_success_is_told_once_where_the_environment_knows_it() -> None:
    rows = [{"episode_return": value, "reward_threshold": 475.0} for value in (474.0, 475.0, 500.0)]
    assert hits("First success", "episode", *rows) == [False, True, False]
    assert hits("First success", "episode", {"episode_return": 1e9, "reward_threshold": None}) == [False]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", HEALTHY)
def test_that_what_is_not_finite_is_found_whatever_it_is(name: str, value: float) -> None:
    kind: Kind = "minibatch" if name in {"loss", "grad_norm"} else "update"
    assert hits("NaN or infinity", kind, HEALTHY, HEALTHY | {name: value}) == [False, True]
    assert hits("NaN or infinity", kind, {name: value}) == [True]  # with all else unknown


def test_that_entropy_collapse_is_a_tenth_of_the_uniform_policy_s() -> None:
    rows = [{"entropy": share * math.log(4), "n_actions": 4.0} for share in (1.0, 0.11, 0.09, 0.08)]
    assert hits("Entropy collapse", "update", *rows) == [False, False, True, False]
    assert hits("Entropy collapse", "update", {"entropy": -3.0, "n_actions": None}) == [False]


def test_that_the_std_of_one_dimension_is_enough() -> None:
    rows = [{"std": np.array(std)} for std in ([1.0, 0.1], [1.0, 0.01])]
    assert hits("Std collapse", "update", *rows) == [False, True]
    rows = [{"std": np.array(std)} for std in ([1.0, 4.0], [6.0, 1.0])]
    assert hits("Std explosion", "update", *rows) == [False, True]


@pytest.mark.parametrize("at_bound", [[1.0, 0.0], [-1.0, 0.0], [0.0, 4.0], [0.0, -1.96]])
def test_that_actions_are_saturated_where_most_of_a_hundred_are_near_a_bound(at_bound: list[float]) -> None:
    inside = {"action": np.array([0.9, 3.8])} | BOX
    rows = [inside] * 49 + [{"action": np.array(at_bound)} | BOX] * 51
    assert hits("Saturated actions", "step", *rows) == [False] * 99 + [True]
    assert not any(hits("Saturated actions", "step", inside, *rows[:-1]))


def test_that_actions_without_bounds_are_never_saturated() -> None:
    free = {"action": np.array([1e9]), "low": np.array([-math.inf]), "high": np.array([math.inf])}
    assert not any(hits("Saturated actions", "step", *[free] * 200))
    discrete = {"action": 1.0, "low": None, "high": None}
    assert not any(hits("Saturated actions", "step", *[discrete] * 200))


def test_that_a_state_without_a_legal_action_is_found() -> None:
    rows: list[dict[str, Any]] = [{"mask_count": count} for count in (1.0, 0.0, None)]
    assert hits("All actions masked", "step", *rows) == [False, True, False]


def test_that_a_kl_spike_is_found_each_time() -> None:
    assert hits("KL spike", "minibatch", *[{"kl": kl} for kl in (0.01, 0.06, None, 0.07)]) == [
        False,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_that_the_beginning_of_a_healthy_run_hits_nothing_but_ends_of_episodes(environment: str) -> None:
    breakpoints = BreakpointSet([each.breakpoint() for each in READY_BREAKPOINTS])
    assert breakpoints.needs_detail
    config = RunConfig.create(environment, "ppo", steps=4096, environment_count=8)
    values, titles = EventValues(), set()
    with Session(config) as session:
        session.trainer.watch.wanted = True
        while (event := session.pull()) is not None:
            kind = values.take(event)
            if kind is not None:
                titles |= {hit.breakpoint.title for hit in breakpoints.check(kind, values)}
    assert titles == {"Episode end"}
