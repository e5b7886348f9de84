"""Snapshots in a recording: JSON and safetensors in one body, compressed. Nothing in it is ever executed.

Written as a checkpoint is (:mod:`pgviz.training.packing`). Beside the snapshot stands how many events of the run
had been pulled, for the interventions that were noted since.
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from pgviz.errors import in_brief
from pgviz.recording.encoding import inflate
from pgviz.recording.schema import LARGEST_SNAPSHOT, RecordingError

if TYPE_CHECKING:
    from pgviz.training.snapshot import Snapshot

_LENGTH = struct.Struct("<Q")


class Taken(NamedTuple):
    """A snapshot, and how many events of the run had been pulled when it was taken."""

    snapshot: Snapshot
    pulled: int


def encode_snapshot(packed: dict[str, Any], tensors: dict[str, NDArray[Any]], pulled: int) -> bytes:
    """Write what :func:`pgviz.training.packing.pack` returned.

    Raises
    ------
    ValueError
        Where it is larger than a recording holds.
    """
    words = json.dumps({"pulled": pulled, "snapshot": packed}).encode()
    body = _LENGTH.pack(len(words)) + words + save(tensors)
    if len(body) > LARGEST_SNAPSHOT:
        raise ValueError("the snapshot is too large")
    return zlib.compress(body, 1)


def decode_snapshot(body: bytes) -> Taken:
    """Read a snapshot that :meth:`pgviz.recording.reader.Recording.snapshot_before` gave.

    Raises
    ------
    RecordingError
        Where it is not one.
    """
    # Here rather than above: what is in a snapshot is of use to a run alone, and playback loads no torch.
    from pgviz.training.packing import unpack

    try:
        whole = inflate(body, LARGEST_SNAPSHOT)
        (length,) = _LENGTH.unpack_from(whole)
        end = _LENGTH.size + length
        stored = json.loads(whole[_LENGTH.size : end])
        return Taken(unpack(stored["snapshot"], load(whole[end:])), int(stored["pulled"]))
    except (
        SafetensorError,
        struct.error,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        IndexError,
        OverflowError,
        RecursionError,
    ) as error:
        said = in_brief(error, 120)
        raise RecordingError(f"a snapshot in the recording cannot be read ({said}).") from None
