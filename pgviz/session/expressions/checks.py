"""Making nodes: what fits together, and one sentence where it does not."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pgviz.parameters import unknown
from pgviz.session.expressions.errors import ExpressionError
from pgviz.session.expressions.lexer import Token
from pgviz.session.expressions.nodes import Call, Comparison, Constant, Entry, Node, Operation, Read
from pgviz.session.expressions.vocabulary import CONSTANTS, FUNCTIONS, NAMES, Function

DEEPEST = 40
"""Nodes from the top to the furthest constant or name."""
LONGEST_WINDOW = 10_000
"""Values of which a mean can be taken."""

_CONDITIONS_ONLY = frozenset({"any", "all"})
_ONE_NUMBER_ONLY = frozenset({"rising", "falling", "mean"})
_GIVE_TRUTH = frozenset({"any", "all", "isnan", "isfinite", "rising", "falling", "changed"})
_REDUCE = frozenset({"any", "all", "rising", "falling", "changed", "mean"})


def too_deep(start: int, end: int) -> ExpressionError:
    """The fault of an expression that is nested too deeply."""
    return ExpressionError("this is nested too deeply; split it into two breakpoints.", start, end)


def number(token: Token) -> Constant:
    """Make a number; one that is too large for a float is infinite."""
    return Constant(start=token.start, end=token.end, value=float(token.text.replace("_", "")))


def name(token: Token) -> Node:
    """Make what a word without parentheses stands for."""
    word, start, end = token.text, token.start, token.end
    if word in CONSTANTS:
        value = CONSTANTS[word]
        return Constant(start=start, end=end, value=value, truth=isinstance(value, bool))
    if word in FUNCTIONS:
        raise ExpressionError(f"{word} is a function; write {FUNCTIONS[word].usage}.", start, end)
    if word not in NAMES:
        raise ExpressionError(unknown("name", word[:40], (*NAMES, *FUNCTIONS, *CONSTANTS)), start, end)
    found = NAMES[word]
    return Read(start=start, end=end, name=found, truth=found.truth, many=found.many)


def negative(operand: Node, start: int) -> Node:
    """Make ``-x``."""
    if isinstance(operand, Constant):
        return Constant(start=start, end=operand.end, value=-float(operand.value))
    return operation("negative", (operand,), start)


def operation(operator: str, operands: Sequence[Node], start: int) -> Node:
    """Make arithmetic."""
    deepest = _deepest(operands, start)
    return Operation(
        start=start,
        end=operands[-1].end,
        operator=operator,
        operands=tuple(operands),
        many=any(each.many for each in operands),
        depth=deepest,
    )


def logical(operator: str, operands: Sequence[Node], start: int) -> Node:
    """Make ``and``, ``or`` and ``not``."""
    for each in operands:
        require_condition(each)
    deepest = _deepest(operands, start)
    return Operation(
        start=start,
        end=operands[-1].end,
        operator=operator,
        operands=tuple(operands),
        truth=True,
        many=any(each.many for each in operands),
        depth=deepest,
    )


def comparison(operators: Sequence[str], operands: Sequence[Node]) -> Node:
    """Make a chain of comparisons."""
    for each in operands:
        if isinstance(each, Constant) and math.isnan(each.value):
            raise ExpressionError("nothing compares with nan; write isnan(x).", each.start, each.end)
    start = operands[0].start
    return Comparison(
        start=start,
        end=operands[-1].end,
        operators=tuple(operators),
        operands=tuple(operands),
        truth=True,
        many=any(each.many for each in operands),
        depth=_deepest(operands, start),
    )


def entry(whole: Node, index: Node, end: int) -> Node:
    """Make ``whole[index]``."""
    if not whole.many:
        raise ExpressionError("this is one number and has no entries; remove the brackets.", whole.start, end)
    wanted = _whole_number(index)
    if wanted is None:
        raise ExpressionError("an entry is chosen by a whole number, as in action[0].", index.start, index.end)
    return Entry(
        start=whole.start,
        end=end,
        whole=whole,
        index=wanted,
        truth=whole.truth,
        depth=_deepest((whole,), whole.start),
    )


def call(token: Token, arguments: Sequence[Node], end: int) -> Node:
    """Make a call of the function that `token` names."""
    function = FUNCTIONS[token.text]
    _require_count(function, len(arguments), token.start, end)
    window = _window(arguments[1]) if function.name == "mean" else 0
    taken = tuple(arguments[:1] if window else arguments)
    for each in taken:
        _require_fitting(function, each)
    if function.name in {"min", "max"} and len(taken) == 1 and not taken[0].many:
        message = f"{function.name} takes several numbers; write {function.usage}."
        raise ExpressionError(message, token.start, end)
    reduces = function.name in _REDUCE or (function.name in {"min", "max"} and len(taken) == 1)
    return Call(
        start=token.start,
        end=end,
        function=function.name,
        arguments=taken,
        window=window,
        truth=function.name in _GIVE_TRUTH,
        many=not reduces and any(each.many for each in taken),
        depth=_deepest(taken, token.start),
    )


def unknown_function(token: Token) -> ExpressionError:
    """The fault of a word before parentheses that is no function."""
    if token.text in NAMES or token.text in CONSTANTS:
        message = f"{token.text} is a value and not a function; remove the parentheses."
    else:
        message = unknown("function", token.text[:40], (*FUNCTIONS, *NAMES))
    return ExpressionError(message, token.start, token.end)


def require_condition(node: Node) -> None:
    """See that a node is true or false.

    Raises
    ------
    ExpressionError
        Where it is a number.
    """
    if not node.truth:
        message = "this is a number, and a condition is wanted; compare it with something, as in entropy < 0.1."
        raise ExpressionError(message, node.start, node.end)


def _deepest(children: Sequence[Node], start: int) -> int:
    depth = 1 + max(child.depth for child in children)
    if depth > DEEPEST:
        raise too_deep(start, children[-1].end)
    return depth


def _require_count(function: Function, count: int, start: int, end: int) -> None:
    if count < function.least or (function.most is not None and count > function.most):
        wanted = "one value" if function.most == 1 else f"{function.least} values" if function.most else "values"
        message = f"{function.name} takes {wanted} and was given {count or 'none'}; write {function.usage}."
        raise ExpressionError(message, start, end)


def _require_fitting(function: Function, argument: Node) -> None:
    if function.name in _CONDITIONS_ONLY and not argument.truth:
        message = f"{function.name} takes conditions; write {function.usage}."
        raise ExpressionError(message, argument.start, argument.end)
    if function.name in _ONE_NUMBER_ONLY and argument.many:
        message = (
            f"{function.name} takes one value and this may have several entries; choose one, as in action[0], "
            "or make one of them with min, max, any or all."
        )
        raise ExpressionError(message, argument.start, argument.end)


def _window(node: Node) -> int:
    wanted = _whole_number(node)
    if wanted is None or not 1 <= wanted <= LONGEST_WINDOW:
        message = f"the length of a mean is a whole number from 1 to {LONGEST_WINDOW}, as in mean(x, 20)."
        raise ExpressionError(message, node.start, node.end)
    return wanted


def _whole_number(node: Node) -> int | None:
    """The value of a constant that is a whole number."""
    if isinstance(node, Constant) and not node.truth and float(node.value).is_integer():
        return int(node.value)
    return None
