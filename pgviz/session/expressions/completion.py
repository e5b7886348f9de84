"""What could be written at a place in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pgviz.session.expressions.errors import ExpressionError
from pgviz.session.expressions.lexer import tokenize
from pgviz.session.expressions.vocabulary import CONSTANTS, FUNCTIONS, NAMES, OPERATORS

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_REST_OF_WORD = re.compile(r"[A-Za-z0-9_]*")
_ENDS_A_VALUE = frozenset({")", "]"})
_CONSTANT_HELP = {
    "True": "holds always",
    "False": "holds never",
    "inf": "infinity",
    "nan": "not a number",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that could be written.

    Parameters
    ----------
    text
        What to put in.
    help
        One line on what it is.
    label
        What to show in the list, for example ``"mean(x, 20)"``.
    start, end
        Which characters it takes the place of, from 0.
    """

    text: str
    help: str
    label: str
    start: int
    end: int


def complete(text: str, cursor: int) -> list[Candidate]:
    """List what could stand at the cursor, the likeliest first.

    After a value these are the operators, elsewhere names, functions and constants: first those that begin with
    the word at the cursor, then those that contain it.

    Parameters
    ----------
    text
        As written so far; it need not be an expression.
    cursor
        Characters before the cursor.

    Returns
    -------
    list of Candidate
        Empty where nothing fits. It never raises.
    """
    cursor = max(0, min(cursor, len(text)))
    word = _word_before(text, cursor)
    start = cursor - len(word)
    rest = _REST_OF_WORD.match(text, cursor)
    end = rest.end() if rest and word else cursor
    ends_in = _last_token(text[:start])
    if ends_in is None or (word and ends_in == "glued"):
        return []
    offers = _OPERATORS if ends_in in {"value", "glued"} else _OPERANDS
    return [Candidate(insert, said, label, start, end) for insert, label, said in _matching(offers, word)]


def _word_before(text: str, cursor: int) -> str:
    match = _WORD.search(text[:cursor])
    return match.group() if match else ""


def _last_token(before: str) -> str | None:
    """Say what comes before: a ``"value"``, ``"glued"`` to the cursor where no space follows it, or none."""
    try:
        tokens = tokenize(before)
    except ExpressionError:
        return None
    last = tokens[-2] if len(tokens) > 1 else tokens[-1]
    if last.kind in {"number", "name"}:
        return "glued" if last.end == len(before) else "value"
    return "value" if last.text in _ENDS_A_VALUE else "operator"


_Offer = tuple[str, str, str]  # what to put in, what to show, one line on it

_OPERANDS: list[_Offer] = [
    *((each.name, each.name, each.help) for each in NAMES.values()),
    *((f"{each.name}(", each.usage, each.help) for each in FUNCTIONS.values()),
    ("not ", "not", "does not hold"),
    *((each, each, _CONSTANT_HELP[each]) for each in CONSTANTS),
]
_OPERATORS: list[_Offer] = [(f"{symbol} ", symbol, said) for symbol, said in OPERATORS.items()]


def _matching(offers: list[_Offer], word: str) -> list[_Offer]:
    lowered = word.lower()
    begin = [each for each in offers if each[1].lower().startswith(lowered)]
    contain = [each for each in offers if lowered in each[0].lower() and each not in begin]
    return begin + contain
