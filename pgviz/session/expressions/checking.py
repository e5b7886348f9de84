"""At which events a condition is checked, derived from the names in it."""

from __future__ import annotations

from collections.abc import Iterable

from pgviz.session.expressions.vocabulary import Kind, Name


def kinds_of(names: Iterable[Name]) -> frozenset[Kind]:
    """Return the events at which a condition over these names is checked.

    - A name that gets its value at one kind of event only has the condition checked there.
    - A name that has a value at several kinds joins in where the condition is checked anyway, and then means the
      value that it has there: ``entropy`` beside ``reward`` is that of the step's state. Where nothing else has
      decided, it is checked at the first of its kinds: ``entropy`` alone is the update's.
    - A name that only counts (``step``, ``episode``, ``update``) decides only where there are no others.
    - Where two names share no kind of event (``kl`` and ``episode_return``), the condition is checked at both,
      with the last value known of the other.
    - What holds for the whole run decides nothing; a condition of nothing else is checked at every step.
    """
    chosen: set[Kind] = set()
    # Those with the least choice first; sorting is stable, and by name, so that the order of writing is no matter.
    for name in sorted(_deciding(names), key=lambda each: (len(each.kinds), each.name)):
        if chosen.isdisjoint(name.kinds):
            chosen.add(name.kinds[0])
    return frozenset(chosen or {"step"})


def brings_new(names: Iterable[Name], checked: frozenset[Kind]) -> frozenset[Kind]:
    """Return those of the `checked` events that bring a new value of something made of these names."""
    kinds = checked.intersection(*[{kind for name in _deciding(names) for kind in name.kinds}])
    return kinds or checked


def _deciding(names: Iterable[Name]) -> list[Name]:
    """Return the names with events of their own, those that only count left out where there are others."""
    with_events = {name.name: name for name in names if name.kinds}.values()
    return [name for name in with_events if not name.counter] or list(with_events)
