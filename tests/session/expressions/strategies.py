"""Texts of the expression language, each beside the same in Python over NumPy's numbers.

NumPy's scalars follow IEEE 754, and Python's own parser knows precedence: together they are the peer that the
language is held against.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from pgviz.session.expressions import FUNCTIONS, NAMES

SCALARS = ("entropy", "loss", "kl", "value")
INTERESTING = (0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -3.0, 7.25, 1e300, -1e300, 1e-300, np.inf, -np.inf, np.nan)

values = st.fixed_dictionaries(
    {name: st.sampled_from(INTERESTING) | st.floats(-100, 100, width=32) for name in SCALARS}
)


class Pair(NamedTuple):
    """A text, and its peer."""

    text: str
    peer: str


def _literal(number: float) -> Pair:
    return Pair(repr(number), f"N({number!r})")


def _joined(operator: str, *parts: Pair) -> Pair:
    return Pair(
        f" {operator} ".join(part.text for part in parts), f" {operator} ".join(part.peer for part in parts)
    )


def _called(function: str, *parts: Pair) -> Pair:
    return Pair(
        f"{function}({', '.join(part.text for part in parts)})",
        f"{function}({', '.join(part.peer for part in parts)})",
    )


def _bracketed(part: Pair) -> Pair:
    return Pair(f"({part.text})", f"({part.peer})")


def _grown(numbers: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    exact = st.sampled_from(("+", "-", "*", "/", "//", "%"))
    return (
        st.builds(_joined, exact, numbers, numbers)
        | st.builds(_bracketed, numbers)
        | st.builds(lambda part: Pair(f"-{part.text}", f"-{part.peer}"), numbers)
        | st.builds(_called, st.sampled_from(("abs", "sqrt")), numbers)
        | st.builds(_called, st.sampled_from(("min", "max")), numbers, numbers)
    )


names = st.sampled_from(SCALARS).map(lambda name: Pair(name, name))
numbers = st.recursive(
    names | st.sampled_from((0.0, 1.0, 2.0, 0.5, 1e-3, 1e200)).map(_literal), _grown, max_leaves=8
)

_comparing = st.sampled_from(("<", "<=", ">", ">=", "==", "!="))


@st.composite
def _comparisons(draw: st.DrawFn) -> Pair:
    text, peer = draw(numbers)
    for _ in range(draw(st.integers(1, 3))):
        operator, right = draw(_comparing), draw(numbers)
        text, peer = f"{text} {operator} {right.text}", f"{peer} {operator} {right.peer}"
    return Pair(text, peer)


def _combined(conditions: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    return (
        st.builds(_joined, st.sampled_from(("and", "or")), conditions, conditions)
        | st.builds(_bracketed, conditions)
        | st.builds(lambda part: Pair(f"not {part.text}", f"not {part.peer}"), conditions)
    )


conditions = st.recursive(
    _comparisons()
    | st.builds(_called, st.sampled_from(("isnan", "isfinite")), numbers)
    | st.sampled_from((Pair("True", "True"), Pair("False", "False"))),
    _combined,
    max_leaves=5,
)

PEER_FUNCTIONS: dict[str, Any] = {
    "N": np.float64,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "min": np.minimum,
    "max": np.maximum,
    "isnan": np.isnan,
    "isfinite": np.isfinite,
}

_words = st.sampled_from(
    (
        *NAMES,
        *FUNCTIONS,
        *("and", "or", "not", "True", "False", "inf", "nan", "if", "lambda", "import", "__import__", "eval", "x"),
        *("<", "<=", ">", "==", "!=", "=", "+", "-", "*", "/", "//", "%", "**", "(", ")", "[", "]", ",", ".", ":"),
        *(
            "0",
            "1",
            "-1",
            "20",
            "1e-3",
            "1e999",
            "9" * 400,
            "0x10",
            "1_000",
            "'a'",
            "{",
            "}",
            " ",
            "\n",
            "\0",
            "λ",
        ),
    )
)
soups = st.lists(_words, max_size=40).map(" ".join) | st.lists(_words, max_size=40).map("".join)
"""Words of the language, and of others, in any order."""

anything = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.floats().map(np.float64)
    | st.booleans().map(np.bool_)
    | st.lists(st.floats(), max_size=4).map(lambda entries: np.array(entries, np.float64))
    | st.lists(st.floats(width=32), max_size=4).map(lambda entries: np.array(entries, np.float32))
    | st.text(max_size=3)
    | st.just(object())
    | st.just([[1.0], [2.0, 3.0]])
)
"""What a mapping of values might hold, right or wrong."""
