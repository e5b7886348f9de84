"""No text raises anything but the language's own fault, and none runs code."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pgviz.session.expressions
from pgviz.session.expressions import Expression, ExpressionError, Template, complete
from tests.session.expressions import strategies

FORBIDDEN = frozenset({"eval", "exec", "compile", "__import__", "getattr", "globals", "locals", "vars", "open"})
SIGNS_OF_CODE = ("compile", "exec", "import", "open", "os.", "subprocess.", "socket.", "ctypes.", "marshal.")


class _Watchman:
    """Notes what Python's own audit reports while it is on duty. An audit hook can never be taken away again."""

    def __init__(self) -> None:
        self.on_duty = False
        self.seen: list[str] = []
        sys.addaudithook(self)

    def __call__(self, event: str, _: tuple[Any, ...]) -> None:
        if self.on_duty and event.startswith(SIGNS_OF_CODE):
            self.seen.append(event)


WATCHMAN = _Watchman()


@contextmanager
def no_code_runs() -> Iterator[None]:
    """Fail where anything is compiled, executed, imported or opened."""
    WATCHMAN.seen.clear()
    WATCHMAN.on_duty = True
    try:
        yield
    finally:
        WATCHMAN.on_duty = False
    assert WATCHMAN.seen == []


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Have what is imported late, for a message, imported before the watch begins."""
    with pytest.raises(ExpressionError):
        Expression.condition("entrpy < 1")


def require_place(error: ExpressionError, text: str) -> None:
    assert 0 <= error.start <= len(text)
    assert error.start < error.end


def use(text: str, values: dict[str, Any]) -> None:
    """Do with a text all that can be done with it."""
    with no_code_runs():
        for read in (Expression.parse, Expression.condition):
            try:
                expression = read(text)
            except ExpressionError as error:
                require_place(error, text)
                continue
            for kind in (None, *expression.kinds):
                result = expression.at(kind)(values)
                assert result is None or isinstance(result, float | bool | np.ndarray | np.floating | np.bool_)
        complete(text, len(text))


def test_that_the_watchman_sees_code() -> None:
    for run in (
        lambda: eval("1"),
        lambda: exec("import this_is_no_module"),
        lambda: Path(__file__).open().close(),
    ):
        with pytest.raises((AssertionError, ImportError)), no_code_runs():
            run()


@given(st.text(), st.dictionaries(st.sampled_from(list(pgviz.session.expressions.NAMES)), strategies.anything))
def test_that_no_text_raises_or_runs(text: str, values: dict[str, Any]) -> None:
    use(text, values)


@settings(max_examples=400)
@given(
    strategies.soups, st.dictionaries(st.sampled_from(list(pgviz.session.expressions.NAMES)), strategies.anything)
)
def test_that_no_soup_of_words_raises_or_runs(text: str, values: dict[str, Any]) -> None:
    use(text, values)


@settings(max_examples=400)
@given(strategies.conditions | strategies.numbers, st.data())
def test_that_no_wounded_expression_raises_or_runs(pair: strategies.Pair, data: st.DataObject) -> None:
    text = pair.text
    at = data.draw(st.integers(0, len(text)))
    until = data.draw(st.integers(at, min(at + 3, len(text))))
    use(text[:at] + data.draw(strategies.soups | st.text(max_size=3)) + text[until:], {"entropy": 1.0})


@settings(max_examples=400)
@given(
    st.sampled_from(
        (
            "entropy {0} loss < kl",
            "action {0} high > observation",
            "min(action, high) {0} low < 1",
            "any(action {0} high > 1 or terminated)",
            "mean(reward {0} value, 2) > kl",
            "changed(action {0} observation[1]) or rising(action[0] {0} 2)",
        )
    ),
    st.sampled_from(("+", "-", "*", "/", "//", "%", "**")),
    st.lists(
        st.dictionaries(st.sampled_from(list(pgviz.session.expressions.NAMES)), strategies.anything), max_size=4
    ),
)
def test_that_no_value_makes_an_expression_raise(pattern: str, operator: str, rows: list[dict[str, Any]]) -> None:
    expression = Expression.condition(pattern.format(operator))
    for values in rows:
        assert expression.evaluate(values) in (True, False, None)


@given(st.text() | strategies.soups, st.dictionaries(st.sampled_from(["entropy", "action"]), strategies.anything))
def test_that_no_message_raises_anything_but_the_fault_or_runs(text: str, values: dict[str, Any]) -> None:
    with no_code_runs():
        try:
            template = Template(text)
        except ExpressionError as error:
            require_place(error, text)
            return
        assert isinstance(template.format(values), str)


HOSTILE = [
    "__import__('os').system('true')",
    "__import__",
    "().__class__.__bases__[0].__subclasses__()",
    "[x for x in (1, 2)]",
    "(lambda: 1)()",
    "exec('1')",
    "open('/etc/passwd')",
    "f'{1}'",
    "entropy.__class__",
    "(entropy := 3) > 1",
    "*entropy",
    "9" * 499,
    "1e" + "9" * 400 + " > 0",
    "9 ** " * 90 + "9 > 0",
    "(" * 499,
    "[" * 499,
    "-" * 499,
    "not " * 124,
    "abs(" * 124,
    "action" + "[0]" * 100,
    "\ud800 > 1",
    "\0",
    "kl > 1 # comment",
    "kl > 1\\\n",
    "ℯntropy < 1",
    "１ < ２",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_that_hostile_texts_are_faults_or_numbers(text: str) -> None:
    use(text, {"entropy": 1.0, "action": np.zeros(3), "kl": 2.0})


def test_that_the_package_has_no_means_of_running_text() -> None:
    folder = Path(pgviz.session.expressions.__file__).parent
    for file in folder.glob("*.py"):
        called = {
            node.func.id
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & FORBIDDEN, file.name
