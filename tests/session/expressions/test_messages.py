"""What a person is told about a text that is no condition."""

from __future__ import annotations

import pickle

import pytest

from pgviz.errors import UsageError
from pgviz.session.expressions import Expression, ExpressionError

CASES = [
    # text, first character it is about (from 1), what the message has to say
    ("", 1, "nothing here"),
    ("   ", 4, "nothing here"),
    ("entrpy < 1", 1, "did you mean entropy"),
    ("kl > 1 and Entropy < 1", 12, "did you mean entropy"),
    ("kl > 1 and true", 12, "did you mean True"),
    ("qqqq > 1", 1, "known: step"),
    ("men(kl, 3) > 1", 1, "did you mean mean"),
    ("entropy", 1, "compare it"),
    ("kl > 1 and loss", 12, "compare it"),
    ("not loss", 5, "compare it"),
    ("entropy <", 10, "missing at the end"),
    ("entropy < < 1", 11, "missing before '<'"),
    ("(entropy < 1", 13, "a ) is missing"),
    ("entropy < 1)", 12, "closes nothing"),
    ("action[0 > 1", 13, "a ] is missing"),
    ("entropy = 1", 9, "write =="),
    ("kl > 1 && loss > 1", 8, "'&&' is not part of the language: write 'and'"),
    ("kl > 1 & loss > 1", 8, "write 'and'"),
    ("kl > 1 || loss > 1", 8, "write 'or'"),
    ("kl ≥ 1", 4, "write >="),
    ("!terminated", 1, "write 'not'"),
    ("kl > 1 kl", 8, "cannot follow here"),
    ("kl > 1 if True else 2", 8, "cannot follow here"),
    ("kl > 1, loss > 2", 7, "comma"),
    ("kl > 2x", 6, "'2x' is not a number"),
    ("kl > 0x10", 6, "'0x10' is not a number"),
    ("kl > 1e", 6, "'1e' is not a number"),
    ("kl > 1.2.3", 6, "'1.2.3' is not a number"),
    ("kl == 'a'", 7, "names and numbers"),
    ("kl.real > 1", 3, "nothing here has parts"),
    ("kl == nan", 7, "write isnan(x)"),
    ("kl == not True", 7, "parentheses"),
    ("kl[0] > 1", 1, "remove the brackets"),
    ("action[0.5] > 1", 8, "whole number"),
    ("action[kl] > 1", 8, "whole number"),
    ("action[True] > 1", 8, "whole number"),
    ("mean > 1", 1, "write mean(x, 20)"),
    ("kl(3) > 1", 1, "remove the parentheses"),
    ("abs() > 1", 1, "abs takes one value and was given none"),
    ("abs(kl, 1) > 1", 1, "was given 2"),
    ("mean(kl) > 1", 1, "mean takes 2 values and was given 1"),
    ("mean(kl, 0) > 1", 10, "from 1 to 10000"),
    ("mean(kl, 10001) > 1", 10, "from 1 to 10000"),
    ("mean(kl, 2.5) > 1", 10, "from 1 to 10000"),
    ("mean(kl, step) > 1", 10, "from 1 to 10000"),
    ("mean(log_std, 3) > 1", 6, "choose one, as in action[0]"),
    ("rising(action)", 8, "choose one, as in action[0]"),
    ("min(kl) > 1", 1, "several numbers"),
    ("any(kl)", 5, "takes conditions"),
    ("1 + " * 60 + "1 > 2", 1, "too deeply"),
    ("(" * 200, 81, "too deeply"),
    ("-" * 200 + "1", 81, "too deeply"),
    ("kl > 1 or " * 51, 501, "may have 500"),
]


@pytest.mark.parametrize(("text", "character", "said"), CASES)
def test_that_a_fault_says_where_and_what_to_do(text: str, character: int, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression.condition(text)
    message = str(caught.value)
    assert message.startswith(f"At character {character}: ")
    assert said in message
    assert "\n" not in message
    assert message[-1] in ".?"
    assert caught.value.start == character - 1
    assert caught.value.end > caught.value.start


def test_that_a_fault_is_one_for_a_person_and_pickles_with_its_place() -> None:
    with pytest.raises(UsageError) as caught:
        Expression.condition("entrpy < 1")
    copied = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(copied, ExpressionError)
    assert (str(copied), copied.start, copied.end) == (str(caught.value), 0, 6)


def test_that_limits_are_just_where_they_are_said_to_be() -> None:
    assert Expression.condition(("kl > 1 or " * 50)[:-4].ljust(500)).names == {"kl"}
    assert Expression.condition("1 + " * 38 + "1 > 2").evaluate({}) is True
    assert Expression.condition("(" * 70 + "True" + ")" * 70).evaluate({}) is True
    assert Expression.parse("mean(kl, 10000)").names == {"kl"}


def test_that_any_space_parts_words_and_none_is_needed() -> None:
    assert Expression.condition(" kl\t>\n1\u00a0and\r\nloss>2 ").evaluate({"kl": 2.0, "loss": 3.0}) is True
