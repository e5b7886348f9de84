"""What expressions mean."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pgviz.session.expressions import Expression
from pgviz.session.expressions.arithmetic import ONE_OPERAND, TWO_OPERANDS
from tests.session.expressions import strategies
from tests.session.expressions.strategies import PEER_FUNCTIONS, SCALARS, Pair

UNKNOWN = None


def of(text: str, **values: object) -> Any:
    """The value of an expression."""
    return Expression.parse(text).evaluate(values)


def by_numpy(pair: Pair, values: dict[str, float]) -> Any:
    names = {name: np.float64(value) for name, value in values.items()}
    with np.errstate(all="ignore"):
        return eval(pair.peer, {"__builtins__": {}}, PEER_FUNCTIONS | names)  # the test's own text, nobody else's


@given(strategies.numbers, strategies.values)
def test_that_arithmetic_is_that_of_numpy_s_floats_in_python_s_precedence(
    pair: Pair, values: dict[str, float]
) -> None:
    result = of(pair.text, **values)
    assert isinstance(result, float)
    np.testing.assert_array_equal(result, by_numpy(pair, values))


@given(strategies.conditions, strategies.values)
def test_that_conditions_are_those_of_python_over_numpy_s_floats(pair: Pair, values: dict[str, float]) -> None:
    assert Expression.condition(pair.text).evaluate(values) is bool(by_numpy(pair, values))


@given(strategies.numbers, st.lists(strategies.values, min_size=1, max_size=4))
def test_that_several_entries_are_computed_as_each_of_them_alone(pair: Pair, rows: list[dict[str, float]]) -> None:
    places = dict(zip(SCALARS, ("observation", "log_std", "std", "high"), strict=True))
    text = pair.text
    for scalar, several in places.items():
        text = text.replace(scalar, several)
    together = of(text, **{several: np.array([row[scalar] for row in rows]) for scalar, several in places.items()})
    alone = [of(pair.text, **row) for row in rows]
    np.testing.assert_allclose(np.broadcast_to(together, len(rows)), alone, rtol=1e-12)


@given(st.sampled_from(("/", "//", "%", "**")), st.floats(), st.floats())
@example("**", -8.0, 1 / 3)
@example("**", 0.0, -1.0)
@example("**", -0.0, -1.0)
@example("**", -1e200, 3.0)
@example("**", -1e200, 2.0)
@example("/", 1.0, -0.0)
def test_that_operators_have_a_value_everywhere_and_it_is_numpy_s(operator: str, a: float, b: float) -> None:
    peers = {"/": np.divide, "//": np.floor_divide, "%": np.remainder, "**": np.power}
    with np.errstate(all="ignore"):
        expected = peers[operator](np.float64(a), np.float64(b))
    np.testing.assert_allclose(TWO_OPERANDS[operator](a, b), expected, rtol=1e-12)


@given(st.sampled_from(("ln", "log", "exp", "sqrt", "abs")), st.floats())
def test_that_functions_have_a_value_everywhere_and_it_is_numpy_s(function: str, x: float) -> None:
    peers = {"ln": np.log, "log": np.log, "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs}
    with np.errstate(all="ignore"):
        expected = peers[function](np.float64(x))
    np.testing.assert_allclose(ONE_OPERAND[function](x), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "-2 ** 2",
        "2 ** -1 * 8",
        "2 ** 3 ** 2",
        "(2 ** 3) ** 2",
        "-3 % 5 * 2",
        "7 // 2 / 2 - 1 - 1",
        "- - 3 + + 2",
        "1 - 2 * 3 ** 2 // 4",
        "not 1 < 2 or 3 < 4",
        "not (1 < 2 or 3 < 4)",
        "1 < 2 or 1 < 2 and 2 < 1",
        "1 < 3 > 2 != 4",
        "(1 < 2) + (3 < 4) == 2",
        "1 < 2 == True",
        "1_000 + 1e3 + .5 + 5.",
    ],
)
def test_that_precedence_is_python_s(text: str) -> None:
    assert of(text) == eval(text)  # the test's own text


def test_that_nothing_grows_without_bound() -> None:
    assert of("9 ** 9 ** 9 ** 9") == math.inf
    assert of("-9 ** 9 ** 9 ** 9") == -math.inf
    assert of("1e300 * 1e300") == math.inf
    assert of("step ** 3", step=10**400) == math.inf


def test_that_the_smallest_of_a_number_and_nan_is_nan_on_either_side() -> None:
    for text in ("min(kl, 1)", "min(1, kl)", "max(kl, 1)", "max(1, kl, 2)"):
        assert math.isnan(of(text, kl=math.nan))


THREE = {"false": False, "true": True, "unknown": UNKNOWN}
AND = {("true", "true"): True, ("true", "unknown"): UNKNOWN, ("unknown", "true"): UNKNOWN}
OR = {("false", "false"): False, ("false", "unknown"): UNKNOWN, ("unknown", "false"): UNKNOWN}


@pytest.mark.parametrize("a", THREE)
@pytest.mark.parametrize("b", THREE)
def test_that_truth_has_three_values(a: str, b: str) -> None:
    """Kleene's strong logic, written out: the entries not listed are decided by one side alone."""
    values = {"terminated": THREE[a], "truncated": THREE[b]}
    unknowns = {"unknown"} >= {a, b}
    assert of("terminated and truncated", **values) is (UNKNOWN if unknowns else AND.get((a, b), False))
    assert of("terminated or truncated", **values) is (UNKNOWN if unknowns else OR.get((a, b), True))
    assert of("all(terminated, truncated)", **values) is of("terminated and truncated", **values)
    assert of("any(terminated, truncated)", **values) is of("terminated or truncated", **values)
    assert of("not terminated", **values) is {"false": True, "true": False, "unknown": UNKNOWN}[a]


@pytest.mark.parametrize(
    "text",
    [
        "kl > 0.05",
        "not kl > 0.05",
        "kl == kl",
        "isnan(kl)",
        "abs(-kl) + 1 > 0",
        "max(kl, 1) > 0",
        "0 < 1 < kl",
        "kl > 1 and True",
        "kl > 1 or False",
        "log_std[0] > 1",
        "any(log_std > 1)",
        "min(log_std) < 1",
        "log_std < 1",
        "rising(kl)",
        "mean(kl, 1) > 0",
        "changed(kl)",
    ],
)
def test_that_what_is_made_of_something_unknown_is_unknown(text: str) -> None:
    assert of(text) is UNKNOWN
    assert of(text, kl=None, log_std=None) is UNKNOWN


def test_that_a_chain_is_false_as_soon_as_one_comparison_is() -> None:
    assert of("2 < 1 < kl") is False
    assert of("kl < 1 < 0") is False


def test_that_the_example_of_the_entropy_works_out() -> None:
    condition = Expression.condition("entropy < 0.1 * ln(n_actions)")
    assert condition.evaluate({"entropy": 0.069, "n_actions": 2}) is True  # 0.1 ln 2 = 0.0693
    assert condition.evaluate({"entropy": 0.070, "n_actions": 2}) is False


def test_that_entries_are_counted_from_either_end() -> None:
    action = np.array([1.0, 2.0, 3.0])
    assert [of(f"action[{index}]", action=action) for index in (0, 2, -1, -3)] == [1.0, 3.0, 3.0, 1.0]
    assert [of(f"action[{index}]", action=action) for index in (3, -4, 10**20)] == [UNKNOWN] * 3


def test_that_a_discrete_action_is_a_number_and_its_own_only_entry() -> None:
    assert of("action == 1", action=1) is True
    assert of("action[0] + action[-1]", action=1) == 2.0
    assert of("action[1]", action=1) is UNKNOWN
    assert of("any(action == 1) and all(action > 0) and min(action) == max(action)", action=1) is True
    assert of("(action == 1)[0] and not (action == 2)[0]", action=1) is True


def test_that_a_condition_over_entries_holds_where_it_holds_in_any() -> None:
    log_std = np.array([-5.0, 0.0])
    assert of("log_std < -4", log_std=log_std) is True
    assert of("all(log_std < -4)", log_std=log_std) is False
    assert of("not log_std < -4", log_std=log_std) is True
    assert of("not any(log_std < -4)", log_std=log_std) is False
    assert of("-4 < log_std < 1 and log_std > -1", log_std=log_std) is True
    assert of("-6 < log_std < -1 and log_std > -1", log_std=log_std) is False
    assert of("abs(action) > 0.99 * high", action=np.array([0.1, -2.0]), high=np.array([1.0, 2.0])) is True


def test_that_entries_that_do_not_match_make_unknown() -> None:
    values = {"action": np.zeros(2), "observation": np.zeros(3)}
    assert of("action < observation", **values) is UNKNOWN
    assert of("action + observation", **values) is UNKNOWN
    assert of("min(observation, action)", **values) is UNKNOWN
    assert of("action == 0 and observation == 0", **values) is UNKNOWN
    assert of("min(observation)", observation=np.zeros(0)) is UNKNOWN


def test_that_an_unknown_side_leaves_entries_undecided_unless_the_other_decides_them_all() -> None:
    log_std = np.array([-5.0, 0.0])
    assert of("any(log_std < 9 or std < 0)", log_std=log_std) is True
    assert of("any(log_std > 9 and std < 0)", log_std=log_std) is False
    assert of("any(log_std > -1 or std < 0)", log_std=log_std) is UNKNOWN
    assert of("all(log_std > -1 and std < 0)", log_std=log_std) is UNKNOWN


def test_that_a_truth_counts_as_one_in_arithmetic() -> None:
    assert of("terminated + True", terminated=True) == 2.0
    assert of("abs(-terminated)", terminated=np.bool_(True)) == 1.0
    np.testing.assert_array_equal(of("(log_std > 0) - (log_std < 0)", log_std=np.array([-2.0, 3.0])), [-1.0, 1.0])


@pytest.mark.parametrize("value", ["12", object(), [[1.0], [2.0, 3.0]], np.zeros(2), {}])
def test_that_what_is_no_number_is_unknown(value: object) -> None:
    assert of("entropy < 1", entropy=value) is UNKNOWN


@pytest.mark.parametrize("value", [3, 3.0, np.float32(3), np.int64(3), np.array(3.0), np.array([3])])
def test_that_any_sort_of_number_will_do(value: object) -> None:
    assert of("entropy", entropy=value) == 3.0
    assert of("-observation[0]", observation=value) == -3.0
