"""From tokens to a tree, by operator precedence (Pratt 1973). Precedence is Python's."""

from __future__ import annotations

from pgviz.session.expressions import checks
from pgviz.session.expressions.errors import ExpressionError
from pgviz.session.expressions.lexer import Token, tokenize
from pgviz.session.expressions.nodes import Node
from pgviz.session.expressions.vocabulary import FUNCTIONS

_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
_BINDING = (
    {"or": 1, "and": 2}
    | dict.fromkeys(_COMPARISONS, 4)
    | {"+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "**": 8, "[": 9}
)
_NOT, _COMPARING, _SIGN = 3, 4, 7

# Parentheses leave no node behind, so they are counted here; each level takes a few frames of Python's stack.
_DEEPEST_NESTING = 2 * checks.DEEPEST


def parse(text: str) -> Node:
    """Read an expression.

    Raises
    ------
    ExpressionError
        Where the text is none; nothing else is ever raised.
    """
    return _Parser(tokenize(text)).parse()


class _Parser:
    """One pass over the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._nesting = 0

    def parse(self) -> Node:
        """Read all of it."""
        if self._at_end:
            raise self._fault("there is nothing here; write a condition, as in entropy < 0.1.")
        node = self._expression(0)
        if not self._at_end:
            raise self._left_over()
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    @property
    def _at_end(self) -> bool:
        return self._token.kind == "end"

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _sees(self, symbol: str) -> bool:
        token = self._token
        return token.kind == "symbol" and token.text == symbol

    def _fault(self, message: str) -> ExpressionError:
        token = self._token
        return ExpressionError(message, token.start, max(token.end, token.start + 1))

    def _left_over(self) -> ExpressionError:
        token = self._token
        if token.text in {")", "]"}:
            return self._fault(f"this {token.text} closes nothing; remove it.")
        if token.text == ",":
            return self._fault("a comma stands between the values of a function only; join conditions with 'and'.")
        return self._fault(f"{token.text[:40]!r} cannot follow here; join conditions with 'and' or 'or'.")

    def _expression(self, binding: int) -> Node:
        """Read what binds more tightly than `binding`."""
        self._nesting += 1
        if self._nesting > _DEEPEST_NESTING:
            raise checks.too_deep(self._token.start, self._token.end)
        left = self._operand(binding)
        while self._infix_binding() > binding:
            left = self._infix(left)
        self._nesting -= 1
        return left

    def _infix_binding(self) -> int:
        token = self._token
        return _BINDING.get(token.text, 0) if token.kind == "symbol" else 0

    def _infix(self, left: Node) -> Node:
        symbol = self._token.text
        if symbol in _COMPARISONS:
            return self._comparison(left)
        if symbol in {"and", "or"}:
            return self._logical(left, symbol)
        self._take()
        if symbol == "[":
            index = self._expression(0)
            return checks.entry(left, index, self._close("]"))
        # A power binds to the right: what follows may be another power, or a sign.
        right = self._expression(_SIGN if symbol == "**" else _BINDING[symbol])
        return checks.operation(symbol, (left, right), left.start)

    def _comparison(self, left: Node) -> Node:
        operators, operands = [], [left]
        while self._token.text in _COMPARISONS:
            operators.append(self._take().text)
            operands.append(self._expression(_COMPARING))
        return checks.comparison(operators, operands)

    def _logical(self, left: Node, symbol: str) -> Node:
        operands = [left]
        while self._sees(symbol):
            self._take()
            operands.append(self._expression(_BINDING[symbol]))
        return checks.logical(symbol, operands, left.start)

    def _operand(self, binding: int) -> Node:
        token = self._token
        if token.kind == "number":
            return checks.number(self._take())
        if token.kind == "name":
            return self._word()
        if self._sees("("):
            self._take()
            node = self._expression(0)
            self._close(")")
            return node
        if self._sees("-") or self._sees("+"):
            return self._signed()
        if self._sees("not"):
            return self._negation(binding)
        raise self._missing()

    def _signed(self) -> Node:
        sign = self._take()
        operand = self._expression(_SIGN)
        if sign.text == "-":
            return checks.negative(operand, sign.start)
        return checks.operation("positive", (operand,), sign.start)

    def _negation(self, binding: int) -> Node:
        if binding > _NOT:
            raise self._fault("put 'not' and what it belongs to in parentheses.")
        start = self._take().start
        return checks.logical("not", (self._expression(_NOT),), start)

    def _missing(self) -> ExpressionError:
        token = self._token
        if token.kind == "end":
            return self._fault("a value is missing at the end; write a name or a number.")
        return self._fault(f"a value is missing before {token.text!r}; write a name or a number.")

    def _word(self) -> Node:
        token = self._take()
        if not self._sees("("):
            return checks.name(token)
        if token.text not in FUNCTIONS:
            raise checks.unknown_function(token)
        self._take()
        arguments = self._arguments()
        return checks.call(token, arguments, self._close(")"))

    def _arguments(self) -> list[Node]:
        if self._sees(")"):
            return []
        arguments = [self._expression(0)]
        while self._sees(","):
            self._take()
            arguments.append(self._expression(0))
        return arguments

    def _close(self, symbol: str) -> int:
        """Take the closing bracket and return where it ends."""
        if not self._sees(symbol):
            raise self._fault(f"a {symbol} is missing here; add it.")
        return self._take().end
