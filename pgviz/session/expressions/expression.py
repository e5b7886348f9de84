"""Expression: a text that has been read, and can be asked for its value again and again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Self

from pgviz.session.expressions.checking import brings_new, kinds_of
from pgviz.session.expressions.checks import require_condition
from pgviz.session.expressions.compiler import Compiler, holds_anywhere, quietly
from pgviz.session.expressions.nodes import Entry, Node, Read, names_of
from pgviz.session.expressions.parser import parse
from pgviz.session.expressions.values import Evaluate, Values
from pgviz.session.expressions.vocabulary import Kind


class Expression:
    """A value, or a condition, made of names, numbers and functions; see the package's docstring for the language.

    It remembers what ``rising``, ``falling``, ``changed`` and ``mean`` need: use one for one purpose, and have it
    evaluated once per event. Build it with :meth:`parse` or :meth:`condition`.

    Attributes
    ----------
    text
        As it was written.
    names
        The names that occur.
    kinds
        The events at which it is to be checked; see :mod:`pgviz.session.expressions.checking`.
    """

    def __init__(self, text: str, tree: Node) -> None:
        names = list(names_of(tree))
        self.text = text
        self.names = frozenset(name.name for name in names)
        self.kinds = kinds_of(names)
        compiler = Compiler(partial(brings_new, checked=self.kinds))
        root = compiler.compile(tree)
        several = any(_counts_with_many(node) for node in _nodes(tree))
        if tree.truth and tree.many:
            root = holds_anywhere(root)
        self._root = quietly(root) if several else root
        self._trackers = compiler.trackers
        self._wrap = quietly if several else _same

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a value of any sort.

        Raises
        ------
        ExpressionError
            Where the text is no expression; nothing else is ever raised.
        """
        return cls(text, parse(text))

    @classmethod
    def condition(cls, text: str) -> Self:
        """Read a condition: something that is true, false or unknown.

        Raises
        ------
        ExpressionError
            Where the text is no expression, or one that is a number; nothing else is ever raised.
        """
        tree = parse(text)
        require_condition(tree)
        return cls(text, tree)

    @property
    def remembers(self) -> bool:
        """Whether it has to be evaluated at each of its events for its result to be right."""
        return bool(self._trackers)

    def at(self, kind: Kind | None) -> Evaluate:
        """Return what evaluates the expression at events of one kind, to be called once per event.

        Parameters
        ----------
        kind
            Which events; at those that bring a function such as ``rising`` no new value it keeps its result.
            ``None`` counts every call as bringing all values anew.

        Returns
        -------
        callable
            Takes the values by name. Gives True, False or None ("unknown") for a condition; a number, an array of
            numbers, or None for a value. A condition over several entries holds where it holds in any of them.
            It never raises, whatever the values are.
        """
        feeds = [tracker.feed for tracker in self._trackers if kind is None or kind in tracker.kinds]
        if not feeds:
            return self._root
        root = self._root

        def feed_and_evaluate(values: Values) -> Any:
            for feed in feeds:
                feed(values)
            return root(values)

        return self._wrap(feed_and_evaluate)

    def evaluate(self, values: Values) -> Any:
        """Evaluate once, counting all values as new; see :meth:`at`."""
        return self.at(None)(values)

    def peek(self, values: Values) -> Any:
        """Evaluate without taking new values into ``rising``, ``falling``, ``changed`` and ``mean``."""
        return self._root(values)

    def reset(self) -> None:
        """Forget the values before."""
        for tracker in self._trackers:
            tracker.reset()


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _counts_with_many(node: Node) -> bool:
    """Whether NumPy works on entries here; reading a name or picking an entry is no work."""
    return not isinstance(node, Read | Entry) and any(child.many for child in node.children)


def _same(evaluate: Evaluate) -> Evaluate:
    return evaluate
