"""Ways to change a file, by chance or on purpose, for tests that open what came of it."""

from __future__ import annotations

import json
import pickle
import random
from collections.abc import Callable, Iterator
from typing import Any

Mutate = Callable[[bytearray, random.Random], None]
FIRED: list[str] = []


class Canary:
    """Says so when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return FIRED.append, ("an object was unpickled",)


def flip(data: bytearray, draw: random.Random) -> None:
    """Flip a few bits."""
    for _ in range(draw.choice((1, 1, 2, 8, 64))):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def flip_header(data: bytearray, draw: random.Random) -> None:
    """Change a byte near the beginning."""
    data[draw.randrange(min(120, len(data)))] = draw.randrange(256)


def cut(data: bytearray, draw: random.Random) -> None:
    """Cut the end off."""
    del data[draw.randrange(len(data)) :]


def take_out(data: bytearray, draw: random.Random) -> None:
    """Take a piece out."""
    start = draw.randrange(len(data))
    del data[start : start + draw.randrange(1, 5000)]


def repeat(data: bytearray, draw: random.Random) -> None:
    """Put a piece in twice."""
    start, end = sorted(draw.randrange(len(data)) for _ in range(2))
    data[end:end] = data[start : min(end, start + 8192)]


def overwrite(data: bytearray, draw: random.Random) -> None:
    """Write over a piece."""
    start = draw.randrange(len(data))
    length = draw.choice((1, 4, 100, 4096))
    data[start : start + length] = draw.choice((b"\x00", b"\xff", b"\xdd\xff", b"c")) * length


def swap_pages(data: bytearray, draw: random.Random) -> None:
    """Have two pages change places."""
    pages = max(len(data) // 4096, 1)
    one, other = (4096 * draw.randrange(pages) for _ in range(2))
    data[one : one + 4096], data[other : other + 4096] = data[other : other + 4096], data[one : one + 4096]


def put_canary(data: bytearray, draw: random.Random) -> None:
    """Put a pickle in."""
    pickled = pickle.dumps(Canary(), protocol=draw.choice((0, 2, 5)))
    start = draw.randrange(len(data))
    data[start : start + len(pickled)] = pickled


MUTATIONS: tuple[Mutate, ...] = (
    flip,
    flip,
    flip,
    flip_header,
    cut,
    take_out,
    repeat,
    overwrite,
    swap_pages,
    put_canary,
)


# What no honest file has in any place.
ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        0,
        1,
        1e300,
        float("nan"),
        10**12,
        10**30,
        2**63,
        "",
        "x",
        "$tensor",
        [],
        {},
        [[]],
        [1] * 50,
    ),
    *({"$tensor": "nope"}, {"$tuple": 5}, {"$pairs": [["a", 1]]}, {"$buffer": 3}),
)


def mutated(content: bytes, draw: random.Random) -> bytes:
    """The content, changed in one of these ways."""
    data = bytearray(content)
    draw.choice(MUTATIONS)(data, draw)
    return bytes(data)


def with_odd_value(content: bytes, draw: random.Random) -> bytes:
    """The JSON document with something in one place that does not belong there."""
    document = json.loads(content)
    *way, last = draw.choice(list(_places(document)))
    inside = document
    for key in way:
        inside = inside[key]
    inside[last] = draw.choice(ODD)
    return json.dumps(document).encode()


def _places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to all values within a JSON document."""
    if path:
        yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in entries:
        yield from _places(each, (*path, key))
