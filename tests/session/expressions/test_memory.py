"""Functions that remember: rising, falling, changed and mean."""

from __future__ import annotations

import math
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgviz.session.expressions import Expression


def over(text: str, name: str, series: list[Any]) -> list[Any]:
    """The values of an expression while one name goes through a series."""
    expression = Expression.parse(text)
    return [expression.evaluate({name: value}) for value in series]


def test_that_a_number_rises_and_falls_against_the_one_before() -> None:
    series = [1.0, 2.0, 2.0, 1.0, 5.0]
    assert over("rising(value_loss)", "value_loss", series) == [None, True, False, False, True]
    assert over("falling(value_loss)", "value_loss", series) == [None, False, False, True, False]
    assert over("changed(value_loss)", "value_loss", series) == [None, True, False, True, True]


def test_that_a_condition_rises_when_it_becomes_true() -> None:
    series = [0.0, 2.0, 3.0, 0.0, 2.0]
    assert over("rising(value_loss > 1)", "value_loss", series) == [None, True, False, False, True]
    assert over("falling(value_loss > 1)", "value_loss", series) == [None, False, False, True, False]


def test_that_an_unknown_value_is_passed_over() -> None:
    assert over("rising(value_loss)", "value_loss", [1.0, None, 2.0]) == [None, None, True]
    assert over("mean(value_loss, 2)", "value_loss", [1.0, None, 2.0]) == [None, None, 1.5]


def test_that_nan_neither_rises_nor_falls_nor_differs_from_nan() -> None:
    series = [1.0, math.nan, math.nan, 1.0]
    assert over("rising(value_loss) or falling(value_loss)", "value_loss", series) == [None, False, False, False]
    assert over("changed(value_loss)", "value_loss", series) == [None, True, False, True]


def test_that_a_change_in_any_entry_counts() -> None:
    series = [np.array([1.0, 2.0]), np.array([1.0, 2.0]), np.array([1.0, 3.0]), np.array([1.0]), 1.0, 1.0]
    assert over("changed(observation)", "observation", series) == [None, False, True, True, True, False]


@given(st.lists(st.floats(-1e6, 1e6), max_size=60), st.integers(1, 12))
def test_that_a_mean_is_that_of_the_last_values_once_there_are_enough(series: list[float], window: int) -> None:
    means = over(f"mean(value_loss, {window})", "value_loss", series)
    assert means[: window - 1] == [None] * min(window - 1, len(series))
    expected = [fmean(series[end - window : end]) for end in range(window, len(series) + 1)]
    assert means[window - 1 :] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("window", [10, 1000])
def test_that_a_mean_is_right_again_as_soon_as_a_large_value_has_left_it(window: int) -> None:
    means = over(f"mean(value_loss, {window})", "value_loss", [1e20, *[0.1] * window])
    assert means[-2:] == pytest.approx([1e20 / window, 0.1], rel=1e-9)


def test_that_the_rounding_of_a_mean_does_not_add_up() -> None:
    series = [0.1 * (step % 7 - 3) for step in range(50_000)]
    assert over("mean(value_loss, 7)", "value_loss", series)[-1] == pytest.approx(0.0, abs=1e-12)
    assert over("mean(value_loss, 10000)", "value_loss", [each + 1.0 for each in series])[-1] == pytest.approx(
        1.0, rel=1e-4
    )


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 1.7e308])
def test_that_a_mean_recovers_once_what_is_not_finite_has_left_it(value: float) -> None:
    means = over("mean(value_loss, 2)", "value_loss", [1.0, value, value, 1.0, 2.0, 4.0])
    assert not math.isfinite(means[2])
    assert means[-2:] == [1.5, 3.0]


def test_that_the_mean_of_a_condition_is_its_share() -> None:
    assert over("mean(value_loss > 1, 4)", "value_loss", [0.0, 2.0, 2.0, 2.0, 0.0])[-1] == 0.75


def test_that_functions_that_remember_can_be_nested() -> None:
    assert over("rising(mean(value_loss, 2) > 1)", "value_loss", [0.0, 1.0, 2.0, 3.0]) == [None, None, True, False]


def test_that_what_is_remembered_does_not_depend_on_the_rest_of_the_condition() -> None:
    expression = Expression.condition("step > 2 and mean(value_loss, 3) > 1")
    hits = [expression.evaluate({"step": step, "value_loss": 2.0}) for step in (1, 2, 3)]
    assert hits == [False, False, True]


def test_that_only_events_that_bring_a_value_are_counted() -> None:
    expression = Expression.condition("mean(value_loss, 2) > 1 and episode_return > 100")
    at_update, at_episode = expression.at("update"), expression.at("episode")
    values = {"value_loss": 2.0, "episode_return": 200.0}
    assert at_update(values) is None
    assert [at_episode(values) for _ in range(3)] == [None, None, None]
    assert at_update(values) is True
    assert at_episode(values) is True


def test_that_a_result_stays_until_the_next_value() -> None:
    expression = Expression.condition("rising(value_loss) and episode_return > 100")
    at_update, at_episode = expression.at("update"), expression.at("episode")
    at_update({"value_loss": 1.0, "episode_return": 0.0})
    assert at_update({"value_loss": 2.0, "episode_return": 0.0}) is False
    assert at_episode({"value_loss": 2.0, "episode_return": 200.0}) is True


def test_that_peeking_takes_nothing_in() -> None:
    expression = Expression.parse("mean(value_loss, 2)")
    expression.evaluate({"value_loss": 1.0})
    assert [expression.peek({"value_loss": 9.0}) for _ in range(3)] == [None] * 3
    assert expression.evaluate({"value_loss": 2.0}) == 1.5
    assert expression.peek({"value_loss": 9.0}) == 1.5


def test_that_everything_can_be_forgotten() -> None:
    expression = Expression.parse("rising(value_loss) or changed(value_loss) or mean(value_loss, 1) > 0")
    assert expression.evaluate({"value_loss": 1.0}) is True
    expression.reset()
    assert expression.peek({"value_loss": 1.0}) is None
    assert expression.evaluate({"value_loss": -2.0}) is None
