"""One declaration per parameter, many readers.

A :class:`Parameter` says all that flags, sliders, validation and documentation need to know of one number or
choice. It is declared once; nothing else in pgviz repeats a default, a range or a help text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pgviz.errors import UsageError

Value = float | int | bool | str | tuple[int, ...] | None
Kind = Literal["float", "integer", "flag", "choice", "sizes"]
Scale = Literal["linear", "log", "cubic"]
Boundary = Literal["minibatch", "update"]
Group = Literal["Learning", "Exploration", "Policy", "Environment", "Teaching"]

_NOUNS = {"float": "a number", "integer": "a whole number", "sizes": "whole numbers"}
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """The declaration of one parameter.

    Parameters
    ----------
    name
        The identifier used on the command line, in files and in code.
    default
        The value used where nothing else is asked for.
    label
        What a person reads beside the control.
    help
        One or two sentences: what it does to learning.
    kind
        ``"float"``, ``"integer"``, ``"flag"``, ``"choice"``, or ``"sizes"`` (a tuple of positive integers).
    low, high
        Inclusive range of a number (of each entry, for ``"sizes"``).
    scale
        How a slider should divide the range; ``"cubic"`` is fine near zero and, unlike ``"log"``, reaches it.
    unit
        Unit shown after the number, empty for a pure number.
    symbol
        The letter that the field uses, for example ``"σ₀"``.
    live
        The boundary at which a change made during a run is applied; ``None`` where it cannot change.
    choices
        The words allowed, for ``"choice"``.
    optional
        Whether ``None`` ("none" on the command line) is a value, meaning "switched off".
    group
        The heading under which a form shows it: ``"Learning"``, ``"Exploration"``, ``"Policy"``,
        ``"Environment"`` or ``"Teaching"``.
    """

    name: str
    default: Value
    label: str
    help: str
    kind: Kind = "float"
    low: float = -math.inf
    high: float = math.inf
    scale: Scale = "linear"
    unit: str = ""
    symbol: str = ""
    live: Boundary | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    group: Group = "Learning"

    @property
    def range_text(self) -> str:
        """The allowed values in words, for help texts and messages."""
        if self.kind in ("flag", "choice"):
            return self.span
        text = f"{_NOUNS[self.kind]} from {self._ends}" + (", such as 64,64" if self.kind == "sizes" else "")
        return text + (", or none" if self.optional else "")

    @property
    def span(self) -> str:
        """The allowed values as briefly as a table wants them: ``"0 to 1 or none"``, ``"tanh or relu"``."""
        words = {"flag": ("true", "false"), "choice": self.choices}.get(self.kind, (self._ends,))
        *others, last = (*words, "none") if self.optional else words
        return f"{', '.join(others)} or {last}" if others else last

    @property
    def _ends(self) -> str:
        return " to ".join(f"{end:g}" if self.kind == "float" else f"{end:.0f}" for end in (self.low, self.high))

    def validate(self, value: object) -> Value:
        """Return `value` as this parameter's own type.

        Raises
        ------
        UsageError
            Where it has the wrong type, is not finite, or lies outside of the range.
        """
        if value is None and self.optional:
            return None
        checked = getattr(self, f"_validate_{self.kind}")(value)
        if checked is None:
            raise UsageError(f"{self.name} must be {self.range_text}; got {value!r}.")
        return checked  # type: ignore[no-any-return]

    def parse(self, text: str) -> Value:
        """Read the value that a person typed.

        Raises
        ------
        UsageError
            Where the text is not one of the allowed values.
        """
        word = text.strip()
        if self.optional and word.lower() == "none":
            return None
        try:
            return self.validate(self._read(word))
        except ValueError:
            raise UsageError(f"{self.name} must be {self.range_text}; got {text!r}.") from None

    def format(self, value: Value) -> str:
        """Write `value` so that :meth:`parse` reads it back."""
        if value is None:
            return "none"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, tuple):
            return ",".join(str(size) for size in value)
        if isinstance(value, float):
            return f"{value:.6g}"
        return str(value)

    def _read(self, word: str) -> object:
        if self.kind == "float":
            return float(word)
        if self.kind == "integer":
            number = float(word)
            return int(word) if word.lstrip("+-").isdigit() else (int(number) if number.is_integer() else number)
        if self.kind == "flag":
            lowered = word.lower()
            return True if lowered in _TRUE else False if lowered in _FALSE else word
        if self.kind == "sizes":
            return tuple(int(part) for part in word.replace("x", ",").split(","))
        return word

    def _in_range(self, number: float) -> bool:
        # Compared first: an integer too long for a float can be compared but not converted.
        return self.low <= number <= self.high and abs(number) < math.inf

    def _validate_float(self, value: object) -> Value:
        if isinstance(value, bool) or not isinstance(value, int | float) or not self._in_range(value):
            return None
        return float(value)

    def _validate_integer(self, value: object) -> Value:
        if isinstance(value, bool) or not isinstance(value, int | float) or not self._in_range(value):
            return None
        return int(value) if float(value).is_integer() else None

    def _validate_flag(self, value: object) -> Value:
        return value if isinstance(value, bool) else None

    def _validate_choice(self, value: object) -> Value:
        return value if isinstance(value, str) and value in self.choices else None

    def _validate_sizes(self, value: object) -> Value:
        if isinstance(value, str) or not isinstance(value, Iterable):
            return None
        sizes = [self._validate_integer(size) for size in value]
        return tuple(int(size) for size in sizes if isinstance(size, int)) if None not in sizes and sizes else None


class ParameterSet(Mapping[str, Parameter]):
    """Parameters by name, in the order in which they are shown.

    Parameters
    ----------
    parameters
        The declarations; a name may occur once only.
    """

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self._by_name: dict[str, Parameter] = {}
        for parameter in parameters:
            if parameter.name in self._by_name:
                raise ValueError(f"parameter {parameter.name} is declared twice")
            self._by_name[parameter.name] = parameter

    def __getitem__(self, name: str) -> Parameter:
        try:
            return self._by_name[name]
        except KeyError:
            raise UsageError(unknown("parameter", name, self._by_name)) from None

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def resolve(self, given: Mapping[str, object]) -> dict[str, Value]:
        """All values: those `given`, validated, and the default of every other parameter.

        Raises
        ------
        UsageError
            For an unknown name or a value that its declaration rules out.
        """
        for name in given:
            self[name]  # an unknown name raises here
        return {
            name: parameter.validate(given[name]) if name in given else parameter.default
            for name, parameter in self._by_name.items()
        }


def unknown(noun: str, name: str, known: Iterable[str]) -> str:
    """One sentence about an unknown name, with the nearest known ones."""
    from difflib import get_close_matches

    names = list(known)
    by_folded = {each.lower(): each for each in names}
    near = [by_folded[each] for each in get_close_matches(name.lower(), by_folded, n=3, cutoff=0.6)]
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; known: {', '.join(names[:12])}."
    return f"unknown {noun} {name!r}{hint}"
