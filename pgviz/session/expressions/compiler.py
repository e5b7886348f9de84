"""From a tree to closures: nothing of the text is left, and nothing but this module's own code runs.

Truth has three values: true, false and unknown (None). Where a name is unknown, so is what is made of it, with one
exception, as in Kleene's logic: ``and`` is false where one side is known to be false, and ``or`` is true where one
side is known to be true, because the unknown side then cannot change the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial, reduce
from typing import Any

import numpy as np

from pgviz.session.expressions.arithmetic import (
    ONE_OPERAND,
    ONE_OPERAND_OF_MANY,
    TWO_OPERANDS,
    TWO_OPERANDS_OF_MANY,
    Operation,
)
from pgviz.session.expressions.nodes import Call, Comparison, Constant, Entry, Node, Read, names_of
from pgviz.session.expressions.nodes import Operation as OperationNode
from pgviz.session.expressions.trackers import Changed, Falling, Mean, Rising, Tracker
from pgviz.session.expressions.values import Evaluate, Values, reader
from pgviz.session.expressions.vocabulary import Kind, Name

_LOGICAL = frozenset({"and", "or", "not"})


class Compiler:
    """Compiles one expression.

    Parameters
    ----------
    brings
        Which events bring a new value of something made of these names.

    Attributes
    ----------
    trackers
        What has to be fed before the expression is evaluated, in this order.
    """

    def __init__(self, brings: Callable[[Iterable[Name]], frozenset[Kind]]) -> None:
        self.trackers: list[Tracker] = []
        self._brings = brings

    def compile(self, node: Node) -> Evaluate:
        """Return what evaluates a node."""
        match node:
            case Constant():
                made = _constant(node.value)
            case Read():
                made = reader(node.name)
            case Entry():
                made = _entry(self.compile(node.whole), node.index, bool if node.truth else float)
            case Comparison():
                made = self._comparison(node)
            case Call():
                made = self._call(node)
            case OperationNode():
                made = self._operation(node)
            case _:
                raise TypeError(f"no code for {node!r}")
        return made

    def _operation(self, node: OperationNode) -> Evaluate:
        if node.operator in _LOGICAL:
            return _logical(node, [self.compile(each) for each in node.operands])
        return _arithmetic(node.operator, [self._number(each) for each in node.operands], many=node.many)

    def _number(self, node: Node) -> Evaluate:
        """What evaluates a node as a number: true counts as 1."""
        evaluate = self.compile(node)
        if not node.truth:
            return evaluate
        if isinstance(node, Constant):
            return _constant(float(node.value))
        return _lift_one(partial(np.asarray, dtype=np.float64) if node.many else float, evaluate)

    def _comparison(self, node: Comparison) -> Evaluate:
        operands = [self.compile(each) for each in node.operands]
        table = TWO_OPERANDS_OF_MANY if node.many else TWO_OPERANDS
        compare = [table[each] for each in node.operators]
        if len(compare) > 1:
            return _chain(compare, operands, many=node.many)
        right = node.operands[1]
        if isinstance(right, Constant) and not node.many:
            return _against_constant(compare[0], operands[0], right.value)
        return _lift_two(compare[0], *operands)

    def _call(self, node: Call) -> Evaluate:
        function = node.function
        if function in _TRACKERS or function == "mean":
            return self._tracker(node)
        if function in {"any", "all"}:
            return _any_or_all(node, [self.compile(each) for each in node.arguments])
        arguments = [self._number(each) for each in node.arguments]
        if function in {"min", "max"} and len(arguments) == 1:
            return _lift_one(_smallest if function == "min" else _largest, arguments[0])
        return _arithmetic(function, arguments, many=node.many)

    def _tracker(self, node: Call) -> Evaluate:
        argument = node.arguments[0]
        evaluate = self.compile(argument)  # first: what is inside has to be fed first
        kinds = self._brings(names_of(argument))
        if node.function == "mean":
            tracker: Tracker = Mean(evaluate, kinds, node.window)
        else:
            tracker = _TRACKERS[node.function](evaluate, kinds)
        self.trackers.append(tracker)
        return tracker.read


_TRACKERS: dict[str, Callable[[Evaluate, frozenset[Kind]], Tracker]] = {
    "rising": Rising,
    "falling": Falling,
    "changed": Changed,
}


def holds_anywhere(evaluate: Evaluate) -> Evaluate:
    """Return what says whether a condition over several entries holds in any of them."""
    return _lift_one(_any, evaluate)


def quietly(evaluate: Evaluate) -> Evaluate:
    """Return the same without NumPy's warnings of infinities, which are values here."""

    def evaluate_quietly(values: Values) -> Any:
        with np.errstate(all="ignore"):
            return evaluate(values)

    return evaluate_quietly


def _constant(value: float | bool) -> Evaluate:
    def constant(_: Values) -> float | bool:
        return value

    return constant


def _lift_one(operation: Operation, evaluate: Evaluate) -> Evaluate:
    def one(values: Values) -> Any:
        a = evaluate(values)
        return None if a is None else operation(a)

    return one


def _lift_two(operation: Operation, left: Evaluate, right: Evaluate) -> Evaluate:
    def two(values: Values) -> Any:
        a = left(values)
        if a is None:
            return None
        b = right(values)
        return None if b is None else operation(a, b)

    return two


def _against_constant(operation: Operation, left: Evaluate, constant: float | bool) -> Evaluate:
    def compare(values: Values) -> Any:
        a = left(values)
        return None if a is None else operation(a, constant)

    return compare


def _arithmetic(operator: str, operands: list[Evaluate], *, many: bool) -> Evaluate:
    if len(operands) == 1:
        return _lift_one((ONE_OPERAND_OF_MANY if many else ONE_OPERAND)[operator], operands[0])
    operation = (TWO_OPERANDS_OF_MANY if many else TWO_OPERANDS)[operator]
    return reduce(partial(_lift_two, operation), operands)


def _entry(whole: Evaluate, index: int, own: type) -> Evaluate:
    def entry(values: Values) -> Any:
        entries = whole(values)
        if entries is None:
            return None
        if isinstance(entries, np.ndarray):
            return entries.item(index) if -entries.size <= index < entries.size else None
        # One number, such as a discrete action, is its own only entry.
        return own(entries) if index in (0, -1) else None

    return entry


def _chain(compare: list[Operation], operands: list[Evaluate], *, many: bool) -> Evaluate:
    """``a < b <= c``: each operand is evaluated once."""
    join = _both_of_many if many else _both

    def chain(values: Values) -> Any:
        results = [operand(values) for operand in operands]
        pairs = zip(compare, results, results[1:], strict=False)
        return reduce(join, [None if a is None or b is None else operation(a, b) for operation, a, b in pairs])

    return chain


def _logical(node: OperationNode, parts: list[Evaluate]) -> Evaluate:
    if node.operator == "not":
        return _lift_one(ONE_OPERAND_OF_MANY["not"] if node.many else _not, parts[0])
    decisive = node.operator == "or"
    if node.many:
        return reduce(partial(_join_many, _either_of_many if decisive else _both_of_many), parts)
    return _decided_by(parts, decisive)


def _not(a: bool) -> bool:
    return not a


def _decided_by(parts: list[Evaluate], decisive: bool) -> Evaluate:
    """``and``, which one False decides, or ``or``, which one True decides; no further than needed."""
    usual = not decisive

    def decide(values: Values) -> bool | None:
        answer: bool | None = usual
        for part in parts:
            result = part(values)
            if result is None:
                answer = None
            elif result is not usual:
                return decisive
        return answer

    return decide


def _both(a: Any, b: Any) -> Any:
    """``and`` of two truths or unknowns."""
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def _both_of_many(a: Any, b: Any) -> Any:
    """``and``, entry by entry; where one side is unknown, the other decides only if it is false throughout."""
    if a is None or b is None:
        known = b if a is None else a
        return None if known is None or np.any(known) else False
    return TWO_OPERANDS_OF_MANY["and"](a, b)


def _either_of_many(a: Any, b: Any) -> Any:
    """``or``, entry by entry; where one side is unknown, the other decides only if it is true throughout."""
    if a is None or b is None:
        known = b if a is None else a
        return True if known is not None and np.all(known) else None
    return TWO_OPERANDS_OF_MANY["or"](a, b)


def _join_many(join: Operation, left: Evaluate, right: Evaluate) -> Evaluate:
    def joined(values: Values) -> Any:
        return join(left(values), right(values))

    return joined


def _any_or_all(node: Call, arguments: list[Evaluate]) -> Evaluate:
    inside = _any if node.function == "any" else _all
    parts = [
        _lift_one(inside, evaluate) if argument.many else evaluate
        for argument, evaluate in zip(node.arguments, arguments, strict=True)
    ]
    return _decided_by(parts, node.function == "any")


def _any(entries: Any) -> bool:
    return bool(entries.any()) if isinstance(entries, np.ndarray) else bool(entries)


def _all(entries: Any) -> bool:
    return bool(entries.all()) if isinstance(entries, np.ndarray) else bool(entries)


def _smallest(entries: Any) -> float | None:
    if not isinstance(entries, np.ndarray):
        return float(entries)
    return float(entries.min()) if entries.size else None


def _largest(entries: Any) -> float | None:
    if not isinstance(entries, np.ndarray):
        return float(entries)
    return float(entries.max()) if entries.size else None
