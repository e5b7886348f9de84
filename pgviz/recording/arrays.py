"""Arrays in a recording: dtype, shape and bytes, each checked before an array is made of them."""

from __future__ import annotations

import math
from typing import Any, get_args, get_origin

import msgspec
import numpy as np
from numpy.typing import NDArray

_DTYPES = {
    np.dtype(each).str: np.dtype(each)
    for each in ("?", "i1", "i2", "<i4", "<i8", "u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8")
}
_DTYPES["<i2"] = np.dtype("<i2")
_MOST_DIMENSIONS = 8
# Observations are declared as real numbers, and pictures among them are kept as the bytes they are.
_ALLOWED = {np.bool_: "b", np.integer: "iu", np.floating: "fiu", np.generic: "biuf"}

_triple = msgspec.msgpack.Decoder(tuple[str, tuple[int, ...], bytes])


def write_array(array: NDArray[Any]) -> list[Any]:
    """An array as what msgpack has.

    Raises
    ------
    TypeError
        Where it does not hold plain numbers.
    """
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    if little.dtype.str not in _DTYPES:
        raise TypeError(f"an array of {array.dtype} cannot be recorded")
    return [little.dtype.str, list(array.shape), little.tobytes()]


def read_array(raw: msgspec.Raw, hint: Any) -> NDArray[Any]:
    """Read what :func:`write_array` wrote, as an array that cannot be written into.

    Raises
    ------
    ValueError, msgspec.MsgspecError
        Where the parts do not fit each other, or the declared type.
    """
    name, shape, data = _triple.decode(raw)
    dtype = _DTYPES.get(name)
    if dtype is None or dtype.kind not in _kinds(hint):
        raise ValueError(f"an array of {name[:20]!r} is not expected there")
    if len(shape) > _MOST_DIMENSIONS or min(shape, default=0) < 0:
        raise ValueError("an array has no such shape")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError("an array does not have the length that its shape asks for")
    return np.frombuffer(data, dtype).reshape(shape)


def _kinds(hint: Any) -> str:
    """The kinds of number that a declared array may hold."""
    _, *dtypes = get_args(hint) or (None,)
    scalar: Any = get_args(dtypes[0])[0] if dtypes else np.generic
    scalar = get_origin(scalar) or scalar
    return next((kinds for base, kinds in _ALLOWED.items() if issubclass(scalar, base)), _ALLOWED[np.generic])


def check_shapes(values: dict[str, Any]) -> None:
    """Hold arrays to the letters that their names end in.

    Raises
    ------
    ValueError
        Where one has another number of dimensions, or two disagree about a letter.
    """
    lengths: dict[str, int] = {}
    for name, value in values.items():
        letters = name.rpartition("_")[2]
        if not isinstance(value, np.ndarray) or not letters.isupper():
            continue
        if value.ndim != len(letters):
            raise ValueError(f"{name} has {value.ndim} dimensions")
        for letter, length in zip(letters, value.shape, strict=True):
            if lengths.setdefault(letter, length) != length:
                raise ValueError(f"{name} does not fit the rest")
