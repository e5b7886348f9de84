"""Finished runs of the learning table, one JSON file each, so that an interrupted table goes on where it was."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from pgviz.config import RunConfig
from tests.learning.measures import Measured
from tests.learning.rows import Row

FOLDER = Path(__file__).parent / "results"
ROOT = Path(__file__).parents[2]


class Machine(msgspec.Struct, frozen=True):
    """Where a run was made, as far as it can matter to its speed or its last digits."""

    cpu: str
    cores: int
    python: str
    torch: str
    numpy: str
    gymnasium: str

    def __str__(self) -> str:
        libraries = f"Python {self.python}, torch {self.torch}, NumPy {self.numpy}, Gymnasium {self.gymnasium}"
        return f"{self.cpu}, {self.cores} cores; {libraries}"


class Result(msgspec.Struct, frozen=True):
    """A finished run.

    Parameters
    ----------
    row, seed, config, episodes
        What was run, and over how many episodes it was evaluated.
    measured
        What came of it.
    curve
        Through training, a hundred times: steps, mean return of the episodes since the last time (``None`` where
        none ended), and seconds since the start.
    seconds, steps_per_second
        Of training alone.
    weights_sha256
        Fingerprint of the trained weights.
    commit
        The code that ran; with a ``+`` where files had been changed since.
    machine
        Where.
    """

    row: str
    seed: int
    config: dict[str, Any]
    episodes: int
    measured: Measured
    curve: list[tuple[int, float | None, float]]
    seconds: float
    steps_per_second: float
    weights_sha256: str
    commit: str
    machine: Machine


def plain(config: RunConfig) -> dict[str, Any]:
    """A configuration as it is stored."""
    return _plain(msgspec.json.decode(config.to_json()))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """The same without what JSON cannot tell apart, such as a tuple and a list."""
    stored: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(values))
    return stored


def store(result: Result, folder: Path = FOLDER) -> None:
    """Write a result, whole or not at all."""
    path = _path(result.row, result.seed, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(result) + b"\n")
    part.replace(path)


def load(row: Row, seed: int, episodes: int, folder: Path = FOLDER) -> Result | None:
    """The stored result of a run, or ``None`` where there is none, or one of another configuration.

    A hyperparameter that was declared after the run was made counts as having had its default in it.
    """
    try:
        text = _path(row.name, seed, folder).read_bytes()
        result = msgspec.json.decode(text, type=Result)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    config = row.config(seed)
    defaults = {name: each.default for name, each in config.parameters.items()}
    known = {"hyperparameters": defaults | result.config["hyperparameters"]}
    same = _plain(result.config | known) == plain(config) and result.episodes == episodes
    return result if same else None


def _path(row: str, seed: int, folder: Path) -> Path:
    return folder / row / f"seed-{seed}.json"


def this_machine() -> Machine:
    """The machine and the libraries that this process runs on."""
    libraries = (version(name) for name in ("torch", "numpy", "gymnasium"))
    return Machine(_cpu(), os.cpu_count() or 1, platform.python_version(), *libraries)


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def this_commit() -> str:
    """The commit that is checked out, with a ``+`` where pgviz has been changed since; empty outside of git."""
    try:
        commit = _git("rev-parse", "--short=10", "HEAD")
        return commit + ("+" if _git("status", "--porcelain", "--untracked-files=no", "--", "pgviz") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
