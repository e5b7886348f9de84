"""The tree of an expression. Each node knows where it stands, and what kind of value it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pgviz.session.expressions import vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of an expression.

    Parameters
    ----------
    start, end
        Which characters of the text, from 0.
    truth
        Whether it is true or false, rather than a number.
    many
        Whether it may have several entries.
    depth
        Nodes on the longest way down, this one included.
    """

    start: int
    end: int
    truth: bool = False
    many: bool = False
    depth: int = 1

    @property
    def children(self) -> tuple[Node, ...]:
        """The parts that it is made of."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Node):
    """A number, or True or False."""

    value: float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Node):
    """The value of a name."""

    name: vocabulary.Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Node):
    """One entry of something that has several."""

    whole: Node
    index: int

    @property
    def children(self) -> tuple[Node, ...]:
        """What has the entries."""
        return (self.whole,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Node):
    """Something made of one or more operands: ``+``, ``not``, ``and``, … or, for ``negative``, unary minus."""

    operator: str
    operands: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The operands."""
        return self.operands


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Node):
    """A chain of comparisons, ``a < b <= c``: one operator less than operands."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The operands."""
        return self.operands


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """A function of its arguments; `window` is the second argument of ``mean``."""

    function: str
    arguments: tuple[Node, ...]
    window: int = 0

    @property
    def children(self) -> tuple[Node, ...]:
        """The arguments, a window's length left out."""
        return self.arguments


def names_of(node: Node) -> Iterator[vocabulary.Name]:
    """Each name that occurs, as often as it does."""
    if isinstance(node, Read):
        yield node.name
    for child in node.children:
        yield from names_of(child)
