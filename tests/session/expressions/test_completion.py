"""What is offered at a place in a text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgviz.session.expressions import FUNCTIONS, NAMES, Expression, complete
from tests.session.expressions import strategies


def offered(text: str) -> list[str]:
    """What is offered at the bar in a text."""
    return [each.text for each in complete(text.replace("|", ""), text.index("|"))]


def applied(text: str, index: int = 0) -> str:
    """The text with one of the offers taken."""
    bare = text.replace("|", "")
    candidate = complete(bare, text.index("|"))[index]
    return bare[: candidate.start] + candidate.text + bare[candidate.end :]


def test_that_an_empty_text_is_offered_every_name_and_function() -> None:
    offers = offered("|")
    assert set(offers) >= set(NAMES) | {f"{name}(" for name in FUNCTIONS} | {"not ", "True", "inf"}
    assert offers[0] == "step"


def test_that_names_that_begin_with_the_word_come_before_those_that_contain_it() -> None:
    offers = offered("ep|")
    assert offers[:4] == ["episode", "episode_step", "episode_return", "episode_length"]
    assert set(offers[4:6]) == {"epsilon", "episode_step_limit"}
    assert offers[6:] == ["step", "steps_per_second"]
    assert offered("std|") == ["std", "log_std"]
    assert offered("kl > 1 and MEA|") == ["mean("]


@pytest.mark.parametrize("text", ["entropy |", "action[0] |", "(kl > 1) |", "kl > 0.05 |", "min(kl, 1 |"])
def test_that_a_value_is_followed_by_operators(text: str) -> None:
    offers = offered(text)
    assert offers[:3] == ["and ", "or ", "< "]
    assert "entropy" not in offers


@pytest.mark.parametrize("text", ["not |", "kl > |", "kl > 1 and |", "mean(|", "max(kl, |", "action[|", "-|"])
def test_that_an_operator_is_followed_by_values(text: str) -> None:
    assert "entropy" in offered(text)
    assert "and " not in offered(text)


def test_that_a_half_written_operator_is_completed() -> None:
    assert offered("kl > 1 an|") == ["and "]
    assert offered("kl > 1 o|") == ["or "]


@pytest.mark.parametrize("text", ["12|a", "1e|", "'a|", "kl = |", "@|", "kl > zzz|"])
def test_that_nothing_is_offered_where_nothing_fits(text: str) -> None:
    assert offered(text.replace("|a", "a|")) == []


def test_that_the_whole_word_around_the_cursor_is_replaced() -> None:
    assert applied("kl > 1 and ent|ropee < 1") == "kl > 1 and entropy < 1"
    assert applied("ent|") == "entropy"
    assert applied("kl > 1 | entropy < 1") == "kl > 1 and  entropy < 1"


def test_that_each_offer_has_one_line_of_help_and_a_label() -> None:
    for text in ("|", "kl |"):
        for each in complete(text.replace("|", ""), text.index("|")):
            assert each.help
            assert "\n" not in each.help
            assert each.label


def test_that_the_usage_of_every_function_can_be_read() -> None:
    for function in FUNCTIONS.values():
        Expression.parse(re.sub(r"\b[xy]\b", "kl", function.usage))


@given(st.text() | strategies.soups, st.integers(-5, 600))
def test_that_it_never_raises_and_replaces_what_is_there(text: str, cursor: int) -> None:
    for each in complete(text, cursor):
        assert 0 <= each.start <= each.end <= len(text)


@given(st.sampled_from([*NAMES]), st.integers(1, 30))
def test_that_every_name_is_found_by_its_beginning(name: str, length: int) -> None:
    assert name in [each.text for each in complete(name[:length], min(length, len(name)))]
