"""A saved agent of Stable-Baselines3 as plain values and arrays; nothing in the file is ever executed.

Such a file is a ZIP with ``data`` (JSON, in which whatever is no plain value is a pickle in base64, beside notes
of what it is that can be read) and ``policy.pth`` (a state dictionary of PyTorch, itself a ZIP). The pickles are
left where they are. The state dictionary is read by :func:`torch.load` with ``weights_only``, which knows tensors
and plain containers and refuses everything else.
"""

from __future__ import annotations

import io
import json
import lzma
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pgviz.errors import UsageError, in_brief

Weights = Mapping[str, NDArray[np.float32]]

DATA, POLICY, VARIABLES = "data", "policy.pth", "pytorch_variables.pth"
# Beyond these no honest file goes: sizes in bytes, then how many times larger an entry is than what it takes in
# the file, how many entries there are, and how many tensors.
LARGEST_DATA, LARGEST_TENSORS = 16 * 2**20, 512 * 2**20
LARGEST_RATIO, MOST_ENTRIES, MOST_TENSORS = 200, 4096, 2048


class ForeignPolicyError(UsageError):
    """A policy that another program trained cannot be opened."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What was read.

    Parameters
    ----------
    path
        The file.
    data
        The settings that are plain values or readable notes; empty where there are none that can be read.
    weights
        The policy's state dictionary.
    variables
        Tensors beside the policy, such as SAC's ln α.
    """

    path: Path
    data: Mapping[str, Any]
    weights: Weights
    variables: Weights


def read_archive(path: Path) -> Archive:
    """Read a saved agent.

    Raises
    ------
    ForeignPolicyError
        Where it is none, is damaged, or is larger than any honest one.
    """
    try:
        with path.open("rb") as file, _opened(file) as archive:
            names = set(archive.namelist())
            if POLICY not in names:
                raise ForeignPolicyError(
                    f"{path.name} has no {POLICY} in it: it is no agent of Stable-Baselines3."
                )
            data = _read(archive, DATA, LARGEST_DATA) if DATA in names else b"{}"
            weights = _tensors(_read(archive, POLICY, LARGEST_TENSORS))
            variables = _tensors(_read(archive, VARIABLES, LARGEST_DATA)) if VARIABLES in names else {}
    except OSError as error:
        raise ForeignPolicyError(f"cannot read {path}: {error.strerror or error}.") from error
    except _DAMAGED as error:
        said = in_brief(error)
        raise ForeignPolicyError(
            f"{path.name} cannot be read as an agent of Stable-Baselines3: {said}."
        ) from error
    return Archive(path, _plain(data), weights, variables)


class _Damaged(ValueError):
    """What no honest file has in it."""


# All that the standard library raises at a ZIP that somebody has changed; a name that is no UTF-8 is a ValueError.
_DAMAGED = (ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    """Open a ZIP and look at what it says of itself before anything is unpacked."""
    try:
        archive = zipfile.ZipFile(file)
    except (ValueError, OverflowError) as error:  # numbers that cannot be
        raise _Damaged(str(error)) from error
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or len({each.filename for each in entries}) != len(entries):
        raise _Damaged("it has too many entries, or two of one name")
    return archive


def _read(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    """Unpack one entry, and no more of it than is allowed, whatever the file says of its size."""
    entry = archive.getinfo(name)
    if entry.flag_bits & 1:
        raise _Damaged(f"{name} is encrypted")
    allowed = min(largest, LARGEST_RATIO * max(entry.compress_size, 1))
    if entry.file_size > allowed:
        raise _Damaged(f"{name} would be {entry.file_size:,} bytes, larger than any honest one")
    with archive.open(entry) as file:
        content = file.read(allowed + 1)
    if len(content) > allowed:
        raise _Damaged(f"{name} is larger than any honest one")
    return content


def _tensors(content: bytes) -> dict[str, NDArray[np.float32]]:
    """Read a state dictionary; entries that are no real numbers are left out."""
    packed = _repacked(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = torch.load(packed, map_location="cpu", weights_only=True)
    except Exception as error:  # what a damaged file makes torch raise is nowhere written down
        raise _Damaged(f"its tensors are damaged, or are not only tensors ({type(error).__name__})") from error
    if not isinstance(loaded, Mapping) or len(loaded) > MOST_TENSORS:
        raise _Damaged("its tensors are no state dictionary")
    return {
        name: _array(each) for name, each in loaded.items() if isinstance(name, str) and isinstance(each, Tensor)
    }


def _repacked(content: bytes) -> io.BytesIO:
    """The inner ZIP written anew: what PyTorch reads is exactly what was looked at here."""
    packed, total = io.BytesIO(), 0
    with _opened(io.BytesIO(content)) as inner, zipfile.ZipFile(packed, "w") as outer:
        for entry in inner.infolist():
            part = _read(inner, entry.filename, LARGEST_TENSORS - total)
            total += len(part)
            outer.writestr(zipfile.ZipInfo(entry.filename), part)
    packed.seek(0)
    return packed


def _array(tensor: Tensor) -> NDArray[np.float32]:
    """Copy a tensor out; one that claims more numbers than are stored for it is refused."""
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_complex():
        raise _Damaged("it has tensors of a kind that no network is made of")
    if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
        raise _Damaged("it has a tensor with fewer numbers than it claims")
    return np.array(tensor.detach().to(torch.float32).numpy())


def _plain(content: bytes) -> dict[str, Any]:
    """Read the settings; where they cannot be read, nothing is known of them."""
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(read, dict):
        return {}
    return {name: _without_pickles(value) for name, value in read.items()}


def _without_pickles(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if name != ":serialized:"}
    return value
