"""Log messages: text with expressions in braces."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np

from pgviz.session.expressions.errors import ExpressionError
from pgviz.session.expressions.expression import Expression
from pgviz.session.expressions.lexer import LONGEST
from pgviz.session.expressions.values import Values
from pgviz.session.expressions.vocabulary import Kind

_SPECIFICATION = re.compile(r"\.(?P<digits>[0-9]{1,2})(?P<style>[efg%])\Z")
_ENTRIES_SHOWN = 8
_MOST_DIGITS = 17  # a float holds no more
UNKNOWN = "unknown"


class _Place(NamedTuple):
    """An expression in braces, and how its value is written."""

    expression: Expression
    specification: str


class Template:
    """A text such as ``"entropy {entropy:.3f} at step {step}"``.

    Between braces stands an expression, and after a colon, where wanted, how to write its number: ``.3f``,
    ``.3e``, ``.3g`` or ``.1%``. Two braces stand for one. A value that is unknown is written as such.

    Parameters
    ----------
    text
        The message.

    Attributes
    ----------
    names
        The names that occur in it.

    Raises
    ------
    ExpressionError
        Where what stands between braces is no expression, a brace is missing, or the text is too long.
    """

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            message = f"the message has {len(text)} characters and may have {LONGEST}; shorten it."
            raise ExpressionError(message, LONGEST, len(text))
        self.text = text
        self._parts = _split(text)
        self._expressions = [part.expression for part in self._parts if isinstance(part, _Place)]
        self.names = frozenset().union(*[each.names for each in self._expressions])

    def remembering(self, kind: Kind) -> list[Expression]:
        """The expressions that have to see each event of this kind, whether or not the message is wanted."""
        return [each for each in self._expressions if each.remembers and kind in each.kinds]

    def format(self, values: Values) -> str:
        """Write the message; it never raises, whatever the values are."""
        return "".join(part if isinstance(part, str) else _written(part, values) for part in self._parts)

    def reset(self) -> None:
        """Forget the values before."""
        for each in self._expressions:
            each.reset()


def format_value(value: Any, specification: str = ".6g") -> str:
    """Write a value that an expression gave."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, np.ndarray):
        shown = [format_value(entry, specification) for entry in value.ravel()[:_ENTRIES_SHOWN].tolist()]
        return "[" + ", ".join(shown + ["…"] * (value.size > _ENTRIES_SHOWN)) + "]"
    if specification == ".6g" and abs(value) < 1e15 and float(value).is_integer():
        return f"{value:.0f}"  # a count is written whole
    return format(float(value), specification)


def _written(place: _Place, values: Values) -> str:
    return format_value(place.expression.peek(values), place.specification)


def _split(text: str) -> list[str | _Place]:
    parts: list[str | _Place] = []
    position = 0
    while position < len(text):
        brace = re.compile(r"[{}]").search(text, position)
        if brace is None:
            parts.append(text[position:])
            break
        start = brace.start()
        parts.append(text[position:start])
        if text[start : start + 2] in {"{{", "}}"}:
            parts.append(text[start])
            position = start + 2
        else:
            position = _add_place(text, start, parts)
    return parts


def _add_place(text: str, start: int, parts: list[str | _Place]) -> int:
    """Read the place that opens at `start`, and return where the text goes on."""
    end = text.find("}", start)
    if text[start] == "}" or end < 0:
        raise ExpressionError(
            "this brace has no partner; write {name} for a value, and two braces for one.", start, start + 1
        )
    inside, colon, specification = text[start + 1 : end].partition(":")
    if colon and not _allowed(specification):
        message = "a number is written as .3f, .3e, .3g or .1%, as in {entropy:.3f}."
        raise ExpressionError(message, start + 2 + len(inside), end)
    try:
        expression = Expression.parse(inside)
    except ExpressionError as error:
        raise error.moved(start + 1) from None
    parts.append(_Place(expression, specification or ".6g"))
    return end + 1


def _allowed(specification: str) -> bool:
    match = _SPECIFICATION.match(specification)
    return match is not None and int(match["digits"]) <= _MOST_DIGITS
