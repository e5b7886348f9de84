"""Events as bytes, and back into the declared types only. No byte of a body is ever executed.

A body is one byte that says whether zlib follows, then msgpack: a map of the event's fields by name. An array is
``[dtype, shape, bytes]``; where a field may hold one of several classes, its value is ``[class, fields]``. Fields
that are not known are passed over, missing ones take their defaults.

Shape suffixes of fields (``probabilities_A``) are taken at their word: within one object, arrays that share a
letter have the same length there.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import numpy as np
from numpy.typing import NDArray

from pgviz.config import RunConfig
from pgviz.errors import UsageError, in_brief
from pgviz.policies.decision import (
    BareDecision,
    BinnedDecision,
    CategoricalDecision,
    Decision,
    FactoredDecision,
    GaussianDecision,
)
from pgviz.recording.arrays import check_shapes, read_array, write_array
from pgviz.recording.schema import LARGEST_EVENT, RecordingError
from pgviz.training.events import Event
from pgviz.training.interventions import ForceAction, Intervention, JudgeMinibatch, TurnKnob

Read = Callable[[msgspec.Raw], Any]

PLAIN, DEFLATED = b"\x00", b"\x01"
_COMPRESSED_FROM = 512
_SCALARS = (int, float, bool, str, type(None))
_NONE = b"\xc0"

VARIANTS: dict[type, tuple[type, ...]] = {
    Decision: (
        Decision,
        BareDecision,
        CategoricalDecision,
        FactoredDecision,
        BinnedDecision,
        GaussianDecision,
    ),
    Intervention: (TurnKnob, JudgeMinibatch, ForceAction),
}
"""Where a declared class stands for several, which those are."""

_TAGGED = frozenset(each for variants in VARIANTS.values() for each in variants)


def encode(event: Event) -> bytes:
    """Write an event's fields.

    Raises
    ------
    TypeError
        Where a field holds what no recording can.
    """
    body = _ENCODER.encode(event if _is_flat(_kind_of(event)) else _fields(event))
    if len(body) < _COMPRESSED_FROM:
        return PLAIN + body
    return DEFLATED + zlib.compress(body, 1)


def decode(kind: type[Event], body: bytes) -> Event:
    """Read what :func:`encode` wrote.

    Raises
    ------
    RecordingError
        Where it is not such an event.
    """
    declared: Any = kind
    try:
        event: Event = _reader(declared)(msgspec.Raw(_inflated(body)))
    except (msgspec.MsgspecError, UsageError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise RecordingError(
            f"the recording is damaged: a {kind.__name__} cannot be read ({in_brief(error)})."
        ) from None
    return event


def inflate(body: bytes, largest: int) -> bytes:
    """Undo zlib, up to a size.

    Raises
    ------
    ValueError
        Where the result would be larger, or these are not such bytes.
    """
    inflater = zlib.decompressobj()
    try:
        result = inflater.decompress(body, largest + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not inflater.eof or len(result) > largest:
        raise ValueError("it is cut off, or larger than an honest one")
    return result


def _inflated(body: bytes) -> bytes:
    how, rest = body[:1], body[1:]
    if how == DEFLATED:
        return inflate(rest, LARGEST_EVENT)
    if how != PLAIN:
        raise ValueError("it is packed in an unknown way")
    return rest


# Writing


def _kind_of(value: object) -> Any:
    return type(value)


@cache
def _is_flat(kind: Any) -> bool:
    """Whether msgspec can be given the object as it is: it holds numbers and words alone."""
    return all(_is_simple(hint) for hint in get_type_hints(kind).values())


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


def _fields(value: object) -> dict[str, Any]:
    return {name: _plain(getattr(value, name)) for name in _names(_kind_of(value))}


def _plain(value: Any) -> Any:
    """A value as what msgpack has."""
    if isinstance(value, np.generic):  # also those that are numbers of Python's at the same time, such as float64
        return value.item()
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return _plain_object(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return _plain_row(value)


def _plain_object(value: object) -> Any:
    if isinstance(value, RunConfig):
        return value.to_json().decode()
    kind = type(value)
    return [kind.__name__, _fields(value)] if kind in _TAGGED else _fields(value)


def _plain_row(value: object) -> Any:
    if isinstance(value, np.ndarray):
        return write_array(value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    raise TypeError(f"a {type(value).__name__} cannot be recorded")


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)


# Reading


def _is_simple(hint: Any) -> bool:
    """Whether msgspec knows how to read the type, and it holds no objects."""
    if hint in _SCALARS or (isinstance(hint, type) and issubclass(hint, Enum)):
        return True
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return True
    if origin in (Union, UnionType, tuple):
        return all(each is Ellipsis or _is_simple(each) for each in arguments)
    return False


@cache
def _reader(hint: Any) -> Read:
    """What reads a value of a declared type."""
    if _is_simple(hint):
        return msgspec.msgpack.Decoder(hint).decode
    if get_origin(hint) is not None:
        return _container(hint)
    if hint is RunConfig:
        return lambda raw: RunConfig.from_json(msgspec.msgpack.decode(raw, type=str))
    if hint is Any:
        return _anything
    return _variant(VARIANTS[hint]) if hint in VARIANTS else _object(hint)


def _container(hint: Any) -> Read:
    """What reads a value of a type that is made of others."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _optional(arguments)
    if origin is np.ndarray:
        return lambda raw: read_array(raw, hint)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return _sequence(_reader(arguments[0]))
    if origin is dict:
        return _mapping(arguments[0], _reader(arguments[1]))
    raise TypeError(f"no recording holds a {hint}")


def _optional(arguments: Iterable[Any]) -> Read:
    (inner,) = (each for each in arguments if each is not type(None))
    read = _reader(inner)
    return lambda raw: None if bytes(raw) == _NONE else read(raw)


def _sequence(read: Read) -> Read:
    outer = msgspec.msgpack.Decoder(list[msgspec.Raw])
    return lambda raw: tuple(read(each) for each in outer.decode(raw))


def _mapping(key: Any, read: Read) -> Read:
    outer = msgspec.msgpack.Decoder(dict[key, msgspec.Raw])
    return lambda raw: {name: read(each) for name, each in outer.decode(raw).items()}


def _variant(variants: tuple[type, ...]) -> Read:
    outer = msgspec.msgpack.Decoder(tuple[str, msgspec.Raw])
    known = {each.__name__: each for each in variants}

    def read(raw: msgspec.Raw) -> Any:
        name, inner = outer.decode(raw)
        if name not in known:
            raise ValueError(f"{name[:40]!r} is not known")
        return _object(known[name])(inner)

    return read


def _anything(raw: msgspec.Raw) -> int | float | bool | NDArray[Any] | None:
    """A number or an array, where no type is declared."""
    try:
        number: int | float | bool | None = msgspec.msgpack.decode(raw, type=int | float | bool | None)
    except msgspec.ValidationError:
        return read_array(raw, np.ndarray)
    return number


@cache
def _object(kind: Any) -> Read:
    outer = msgspec.msgpack.Decoder(dict[str, msgspec.Raw])
    hints = get_type_hints(kind)
    readers = {name: _reader(hints[name]) for name in _names(kind)}
    needed = frozenset(
        each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING
    )

    def read(raw: msgspec.Raw) -> Any:
        given = outer.decode(raw)
        if not needed <= given.keys():
            raise ValueError(f"{min(needed - given.keys())} is missing")
        values = {name: readers[name](value) for name, value in given.items() if name in readers}
        check_shapes(values)
        made = kind(**values)
        _check_choice(made)
        return made

    return read


def _check_choice(made: object) -> None:
    """Hold a choice to the options there are."""
    if isinstance(made, CategoricalDecision) and made.chosen is not None:
        fits = 0 <= made.chosen < len(made.probabilities_A)
    elif isinstance(made, BinnedDecision) and made.chosen_D is not None:
        fits = bool(((made.chosen_D >= 0) & (made.chosen_D < made.centres_DK.shape[1])).all())
    else:
        return
    if not fits:
        raise ValueError("what was chosen is not among the options")
