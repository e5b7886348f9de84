"""From a text to tokens."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from pgviz.session.expressions.errors import ExpressionError
from pgviz.session.expressions.vocabulary import WORD_OPERATORS

LONGEST = 500
"""Characters that a text may have."""

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:_[0-9]+)*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<symbol>\*\*|//|<=|>=|==|!=|[-+*/%<>()\[\],])"
)
_SPACE = re.compile(r"\s*")
_WORD_CHARACTER = re.compile(r"[A-Za-z0-9_.]")

_INSTEAD = {
    "=": "one = compares nothing; write ==",
    "&": "write 'and'",
    "|": "write 'or'",
    "!": "write 'not', or != for unequal",
    "^": "write ** for a power",
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "×": "write *",
    "·": "write *",
    "÷": "write /",
    "−": "write - for minus",
    "–": "write - for minus",
    "∞": "write inf",
    "π": "write probability, for that of the action taken",
    "σ": "write std",
    "ε": "write epsilon",
    "²": "write ** 2",
    ".": "nothing here has parts; write the name alone",
    "'": "text has no place in a condition; write names and numbers",
    '"': "text has no place in a condition; write names and numbers",
    "{": "braces stand in a log message only; write parentheses",
    "}": "braces stand in a log message only; write parentheses",
}


class Token(NamedTuple):
    """One word of the text, and where it stands."""

    kind: Literal["number", "name", "symbol", "end"]
    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """Split a text into tokens, the last of which is the end.

    Raises
    ------
    ExpressionError
        For a character that the language does not know, or a text that is too long.
    """
    if len(text) > LONGEST:
        raise ExpressionError(
            f"the text has {len(text)} characters and may have {LONGEST}; split it into two breakpoints.",
            LONGEST,
            len(text),
        )
    tokens = []
    position = _skip_space(text, 0)
    while position < len(text):
        tokens.append(_read(text, position))
        position = _skip_space(text, tokens[-1].end)
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _read(text: str, position: int) -> Token:
    match = _TOKEN.match(text, position)
    if match is None:
        raise _foreign(text, position)
    word, end = match.group(), match.end()
    if match.lastgroup == "number":
        if _WORD_CHARACTER.match(text, end):
            raise ExpressionError(
                f"{_whole_word(text, position)!r} is not a number; write one like 0.5 or 1e-3, and * to multiply.",
                position,
                end + 1,
            )
        return Token("number", word, position, end)
    symbol = match.lastgroup == "symbol" or word in WORD_OPERATORS
    return Token("symbol" if symbol else "name", word, position, end)


def _whole_word(text: str, position: int) -> str:
    match = re.compile(r"[A-Za-z0-9_.]{1,20}").match(text, position)
    return match.group() if match else text[position]


def _foreign(text: str, position: int) -> ExpressionError:
    character = text[position]
    what = _INSTEAD.get(character, "it has no place in a condition; remove it")
    doubled = character in "&|" and text[position + 1 : position + 2] == character
    end = position + (2 if doubled else 1)
    return ExpressionError(f"{text[position:end]!r} is not part of the language: {what}.", position, end)
