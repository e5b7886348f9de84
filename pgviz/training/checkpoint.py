"""Checkpoints: a run on disk, from which it goes on exactly.

A checkpoint is a folder: ``manifest.json`` (version, configuration, and the SHA-256 of the other files),
``state.json`` and ``tensors.safetensors``. It appears whole or not at all. Opening one runs no code.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from pgviz._version import __version__
from pgviz.config import RunConfig
from pgviz.errors import RunError, UsageError, in_brief
from pgviz.training.packing import pack, unpack
from pgviz.training.snapshot import Snapshot

FORMAT = 1
KEPT = 3
MANIFEST, STATE, TENSORS = "manifest.json", "state.json", "tensors.safetensors"
# Larger than any honest state or manifest: tensors are not in them.
LARGEST_JSON = 256 * 2**20


class CheckpointError(RunError):
    """A checkpoint cannot be written or read."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was read from disk.

    Parameters
    ----------
    config
        The run.
    snapshot
        Where it was.
    notes
        What whoever saved it wanted to remember, such as counts.
    """

    config: RunConfig
    snapshot: Snapshot
    notes: dict[str, Any]


class _Manifest(msgspec.Struct):
    format: int
    pgviz: str
    step: int
    config: msgspec.Raw
    sha256: dict[str, str]
    notes: dict[str, Any] = {}


def save(folder: Path, config: RunConfig, snapshot: Snapshot, notes: dict[str, Any] | None = None) -> Path:
    """Write a checkpoint into `folder`, and drop the oldest beyond the last three.

    Everything is written under a temporary name, synchronised to disk, and renamed at the end.

    Raises
    ------
    CheckpointError
        Where it cannot be written; what was there stays.
    """
    place, partial = folder / f"step-{snapshot.step:012d}", folder / f".step-{snapshot.step:012d}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        packed, tensors = pack(snapshot)
        save_file(tensors, partial / TENSORS)
        (partial / STATE).write_text(json.dumps(packed), encoding="utf-8")
        sums = {name: _sha256(partial / name) for name in (STATE, TENSORS)}
        manifest = _Manifest(FORMAT, __version__, snapshot.step, msgspec.Raw(config.to_json()), sums, notes or {})
        (partial / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        for name in (TENSORS, STATE, MANIFEST):
            _synchronise(partial / name)
        _synchronise(partial)
        shutil.rmtree(place, ignore_errors=True)
        partial.rename(place)
        _synchronise(folder)
    except (OSError, SafetensorError) as error:  # the latter where the disk is full
        shutil.rmtree(partial, ignore_errors=True)
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CheckpointError(f"cannot write a checkpoint into {folder}: {why.rstrip('.')}.") from error
    for old in checkpoints(folder)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return place


def checkpoints(folder: Path) -> list[Path]:
    """All checkpoints in a folder, the oldest first; what was being written is not one."""
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.glob("step-*") if (each / MANIFEST).is_file())


def load_latest(folder: Path) -> Checkpoint:
    """Read the newest checkpoint of a folder that can be read.

    Raises
    ------
    CheckpointError
        Where there is none.
    """
    problem = f"there is no checkpoint in {folder}."
    for place in reversed(checkpoints(folder)):
        try:
            return load(place)
        except CheckpointError as error:
            problem = str(error)
    raise CheckpointError(problem)


def load(place: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    CheckpointError
        Where it is damaged, not a checkpoint, or of a version that this pgviz does not know.
    """
    try:
        manifest = msgspec.json.decode(_read(place / MANIFEST), type=_Manifest)
        if manifest.format != FORMAT:
            raise CheckpointError(f"{place} is of format {manifest.format}; this pgviz reads format {FORMAT}.")
        for name in (STATE, TENSORS):
            if manifest.sha256.get(name) != _sha256(place / name):
                raise CheckpointError(f"{place} is damaged: {name} is not what was written.")
        config = RunConfig.from_json(bytes(manifest.config))
        snapshot = unpack(json.loads(_read(place / STATE)), load_file(place / TENSORS))
    except OSError as error:
        raise CheckpointError(f"cannot read the checkpoint {place}: {error.strerror or error}.") from error
    except (
        UsageError,
        msgspec.DecodeError,
        SafetensorError,
        LookupError,
        AttributeError,
        ArithmeticError,
        TypeError,
        ValueError,
        RecursionError,
    ) as error:
        said = in_brief(error, 200)
        raise CheckpointError(f"{place} is not a checkpoint that can be read: {said}.") from error
    return Checkpoint(config, snapshot, manifest.notes)


def _read(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_JSON:
        raise CheckpointError(f"{path} is too large to be part of a checkpoint.")
    return path.read_bytes()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _synchronise(path: Path) -> None:
    """Have what was written reach the disk; a folder's entries too, where the system can do that."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
