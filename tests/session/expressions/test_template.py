"""Log messages."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pgviz.session.expressions import ExpressionError, Template, format_value


def test_that_expressions_in_braces_are_written_out() -> None:
    template = Template("step {step}: entropy {entropy:.3f}, {clip_fraction:.1%} clipped, {2 * value_loss:.2e}")
    written = template.format({"step": 1_200_000, "entropy": 0.61249, "clip_fraction": 0.256, "value_loss": 0.01})
    assert written == "step 1200000: entropy 0.612, 25.6% clipped, 2.00e-02"
    assert template.names == {"step", "entropy", "clip_fraction", "value_loss"}


def test_that_what_is_unknown_is_written_as_such() -> None:
    assert Template("{value_loss} {value_loss:.3f} {value_loss > 1}").format({}) == "unknown unknown unknown"


def test_that_two_braces_are_one() -> None:
    assert Template("{{}} {{step}} {step}").format({"step": 3}) == "{} {step} 3"


def test_that_a_message_needs_no_expression() -> None:
    assert Template("here").format({}) == "here"
    assert Template("").format({}) == ""


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "unknown"),
        (True, "true"),
        (np.bool_(False), "false"),
        (3.0, "3"),
        (-0.1234567, "-0.123457"),
        (1e20, "1e+20"),
        (math.inf, "inf"),
        (math.nan, "nan"),
        (np.array([1.0, 0.25]), "[1, 0.25]"),
        (np.arange(20.0), "[0, 1, 2, 3, 4, 5, 6, 7, …]"),
        (np.array([True, False]), "[true, false]"),
    ],
)
def test_that_values_of_every_sort_are_written(value: object, written: str) -> None:
    assert format_value(value) == written


@pytest.mark.parametrize(
    ("text", "character", "said"),
    [
        ("a {entrpy} b", 4, "did you mean entropy"),
        ("a {entropy", 3, "no partner"),
        ("a } b", 3, "no partner"),
        ("{}", 2, "nothing here"),
        ("{entropy!r}", 9, "'!'"),
        ("{entropy:>10}", 10, ".3f"),
        ("{entropy:}", 10, ".3f"),
        ("{entropy:.99f}", 10, ".3f"),
        ("{entropy.__class__}", 9, "nothing here has parts"),
        ("x" * 501, 501, "may have 500"),
    ],
)
def test_that_a_fault_in_a_message_says_where_and_what_to_do(text: str, character: int, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Template(text)
    assert str(caught.value).startswith(f"At character {character}: ")
    assert said in str(caught.value)


def test_that_a_message_can_remember() -> None:
    template = Template("{mean(value_loss, 2):.2f} {entropy}")
    (mean,) = template.remembering("update")
    assert template.remembering("step") == []
    for value_loss in (1.0, 2.0, 4.0):
        mean.evaluate({"value_loss": value_loss})
    assert template.format({"value_loss": 4.0, "entropy": 1.0}) == "3.00 1"
    template.reset()
    assert template.format({"value_loss": 4.0, "entropy": 1.0}) == "unknown 1"
