"""Breakpoints: conditions at which a run stops, or says something and goes on.

A condition about the step itself (``action``, ``observation``, ``probability``, ``reward``, …) needs the details
of each step of the watched copy; where one is enabled (:attr:`BreakpointSet.needs_detail`), the session has the
trainer capture them, which costs time and changes no weight. Frames are not needed for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pgviz.errors import UsageError
from pgviz.session.expressions import KINDS, NAMES, Expression, Kind, Template, Values, format_value
from pgviz.session.expressions.values import Evaluate


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """Where to stop, as a person set it.

    Parameters
    ----------
    condition
        When, in the language of :mod:`pgviz.session.expressions`.
    id
        Its number; 0 has the set give it the next one.
    enabled
        Whether it is checked at all.
    after_hits
        So many hits are counted and passed over; the next one stops.
    one_shot
        Whether it is disabled once it has stopped the run, or logged.
    log_message
        For a logpoint: what to say instead of stopping, with ``{expression}`` or ``{expression:.3f}`` in it, see
        :class:`pgviz.session.expressions.Template`. ``None`` for one that stops.
    title
        What to call it; the condition itself where it is empty.
    """

    condition: str
    id: int = 0
    enabled: bool = True
    after_hits: int = 0
    one_shot: bool = False
    log_message: str | None = None
    title: str = ""

    @property
    def name(self) -> str:
        """What to show for it."""
        return self.title or self.condition


@dataclass(frozen=True, slots=True)
class Hit:
    """A breakpoint whose condition held, and whose hits to pass over were used up.

    Parameters
    ----------
    breakpoint
        Which, as it was when it was hit.
    kind
        At what kind of event.
    count
        How often its condition has held, those passed over and this one included.
    because
        The values in its condition, for example ``"entropy = 0.0612, n_actions = 2"``.
    message
        What a logpoint has to say, or ``None``.
    """

    breakpoint: Breakpoint
    kind: Kind
    count: int
    because: str
    message: str | None = None

    @property
    def stops(self) -> bool:
        """Whether the run is to stop here."""
        return self.message is None


class BreakpointSet:
    """The breakpoints of a session, compiled, with their hits counted.

    What cannot be done raises, and changes nothing.

    Parameters
    ----------
    breakpoints
        To begin with.

    Raises
    ------
    UsageError
        As for :meth:`add`.

    Attributes
    ----------
    needs
        The names that any enabled breakpoint uses, in its condition or message.
    kinds
        The kinds of event at which anything has to be checked; at others :meth:`check` need not be called.
    needs_detail
        Whether steps have to come with their details for the enabled breakpoints to be checked.
    """

    def __init__(self, breakpoints: Iterable[Breakpoint] = ()) -> None:
        self._armed: dict[int, _Armed] = {}
        self._last_id = 0
        self._rearrange()
        for each in breakpoints:
            self.add(each)

    def __iter__(self) -> Iterator[Breakpoint]:
        return iter([armed.breakpoint for armed in self._armed.values()])

    def __len__(self) -> int:
        return len(self._armed)

    def __contains__(self, id: object) -> bool:
        return id in self._armed

    def __getitem__(self, id: int) -> Breakpoint:
        return self._find(id).breakpoint

    def hits(self, id: int) -> int:
        """How often the condition has held.

        Raises
        ------
        UsageError
            Where there is no such breakpoint.
        """
        return self._find(id).hits

    def add(self, breakpoint: Breakpoint) -> Breakpoint:
        """Take a breakpoint in, and return it with its number.

        Raises
        ------
        UsageError
            Where the condition or the message cannot be read (as ``ExpressionError``), the number of hits is
            negative, or the number is taken.
        """
        if breakpoint.id in self._armed:
            raise UsageError(
                f"there is a breakpoint {breakpoint.id} already; change that one, or leave the number out."
            )
        added = breakpoint if breakpoint.id else replace(breakpoint, id=self._last_id + 1)
        self._armed[added.id] = _Armed(added)
        self._last_id = max(self._last_id, added.id)
        self._rearrange()
        return added

    def remove(self, id: int) -> None:
        """Take a breakpoint out.

        Raises
        ------
        UsageError
            Where there is no such breakpoint.
        """
        self._find(id)
        del self._armed[id]
        self._rearrange()

    def clear(self) -> None:
        """Take all breakpoints out."""
        self._armed.clear()
        self._rearrange()

    def put(self, breakpoint: Breakpoint) -> None:
        """Let a breakpoint take the place of the one with its number.

        Another condition starts the count of hits again; what functions such as ``mean`` remember starts afresh in
        any case.

        Raises
        ------
        UsageError
            As for :meth:`add`, and where there is no such breakpoint.
        """
        before, armed = self._find(breakpoint.id), _Armed(breakpoint)
        if breakpoint.condition == before.breakpoint.condition:
            armed.hits = before.hits
        self._armed[breakpoint.id] = armed
        self._rearrange()

    def change(self, id: int, /, **changes: Any) -> Breakpoint:
        """Set some fields of a breakpoint anew, all but its number; see :meth:`put`.

        Raises
        ------
        UsageError
            As for :meth:`put`.
        """
        changed = replace(self._find(id).breakpoint, **changes, id=id)
        self.put(changed)
        return changed

    def enable(self, id: int, enabled: bool = True) -> Breakpoint:
        """Have a breakpoint checked, or not; what its functions remember starts afresh.

        Raises
        ------
        UsageError
            Where there is no such breakpoint.
        """
        return self.change(id, enabled=enabled)

    def reset(self) -> None:
        """Count from nothing and forget all values before: for another run, or one that was taken back."""
        for armed in self._armed.values():
            armed.reset()

    def check(self, kind: Kind, values: Values) -> list[Hit]:
        """Check what is to be checked at one event; to be called once for each.

        Parameters
        ----------
        kind
            What has happened.
        values
            The values of names, each asked for only where it matters; such as
            :class:`pgviz.session.event_values.EventValues`.

        Returns
        -------
        list of Hit
            In the breakpoints' order; empty as a rule. It never raises, whatever the values are.
        """
        hits: list[Hit] = []
        for holds, armed in self._checks[kind]:
            if holds(values) is True:
                hit = armed.hit(kind, values)
                if hit is not None:
                    hits.append(hit)
        if hits:
            self._disarm(hits)
        return hits

    def _disarm(self, hits: list[Hit]) -> None:
        """Disable the one-shot breakpoints among those hit."""
        done = [hit.breakpoint for hit in hits if hit.breakpoint.one_shot]
        for breakpoint in done:
            self._armed[breakpoint.id].breakpoint = replace(breakpoint, enabled=False)
        if done:
            self._rearrange()

    def _find(self, id: int) -> _Armed:
        if id in self._armed:
            return self._armed[id]
        there = ", ".join(map(str, self._armed))
        raise UsageError(f"there is no breakpoint {id}; " + (f"there are: {there}." if there else "none is set."))

    def _rearrange(self) -> None:
        """Lay out what to evaluate at each kind of event."""
        enabled = [armed for armed in self._armed.values() if armed.breakpoint.enabled]
        self._checks: dict[Kind, list[tuple[Evaluate, _Armed]]] = {
            kind: [check for armed in enabled for check in armed.checks(kind)] for kind in KINDS
        }
        self.needs = frozenset[str]().union(*[armed.names for armed in enabled])
        self.kinds = frozenset(kind for kind in KINDS if self._checks[kind])
        self.needs_detail = any(armed.needs_detail for armed in enabled)


class _Armed:
    """A breakpoint with its condition compiled and its hits counted."""

    def __init__(self, breakpoint: Breakpoint) -> None:
        if breakpoint.after_hits < 0:
            raise UsageError("the number of hits to pass over is 0 or more.")
        self.breakpoint = breakpoint
        self.hits = 0
        self._condition = Expression.condition(breakpoint.condition)
        message = breakpoint.log_message
        self._template = None if message is None else Template(message)
        self.names = self._condition.names | (self._template.names if self._template else frozenset())

    @property
    def needs_detail(self) -> bool:
        """Whether it looks at steps, and asks for more there than how many there were."""
        asked = self.names if "step" in self._condition.kinds else frozenset[str]()
        if self._template:
            asked = asked.union(*[each.names for each in self._template.remembering("step")])
        return any("step" in NAMES[name].kinds and name != "step" for name in asked)

    def checks(self, kind: Kind) -> Iterator[tuple[Evaluate, _Armed]]:
        """What to evaluate at one kind of event; where only the message has to remember, it never holds."""
        remembering = self._template.remembering(kind) if self._template else []
        for expression in remembering:
            yield _seen_only(expression.at(kind)), self
        if kind in self._condition.kinds:
            yield self._condition.at(kind), self

    def hit(self, kind: Kind, values: Values) -> Hit | None:
        """Count a hit, and return it unless it is one to pass over."""
        self.hits += 1
        if self.hits <= self.breakpoint.after_hits:
            return None
        message = self._template.format(values) if self._template else None
        return Hit(self.breakpoint, kind, self.hits, self._because(values), message)

    def _because(self, values: Values) -> str:
        names = sorted(self._condition.names)
        return ", ".join(f"{name} = {format_value(Expression.parse(name).peek(values))}" for name in names)

    def reset(self) -> None:
        """Count from nothing and forget all values before."""
        self.hits = 0
        self._condition.reset()
        if self._template:
            self._template.reset()


def _seen_only(evaluate: Evaluate) -> Evaluate:
    """Return what evaluates and says nothing."""

    def seen(values: Values) -> None:
        evaluate(values)

    return seen
