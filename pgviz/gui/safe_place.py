"""Where the window keeps its run safe, and finds those that nobody has closed."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PySide6.QtCore import QLockFile

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.hyperparameters import declaration

LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A run whose window went without closing.

    Parameters
    ----------
    folder
        Where it was last saved.
    step
        Environment steps it had taken at the last snapshot.
    title
        Its environment, algorithm and seed; empty where that cannot be read.
    """

    folder: Path
    step: int
    title: str = ""


class SafePlace:
    """A folder of this window's own, locked as long as it is open.

    The lock goes with the process, whatever ends it; a folder that is not locked and still there was left behind.

    Parameters
    ----------
    root
        The folder of all of them.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.folder = root / uuid.uuid4().hex[:12]
        self._lock: QLockFile | None = None
        self._adopted: list[Path] = []

    def enter(self) -> bool:
        """Make the folder and lock it; says whether that worked, for a run must not fail for want of it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return False
        self._lock = _lock(self.folder)
        return self._lock is not None

    def abandoned(self) -> Abandoned | None:
        """The latest run that was left behind; folders with nothing in them are cleared away."""
        found = []
        for folder in self._others():
            lock = _lock(folder)
            if lock is None:
                continue
            saved = sorted(folder.glob("step-*/manifest.json"))
            if saved:
                found.append((saved[-1].stat().st_mtime, folder, saved[-1]))
            lock.unlock()
            if not saved:
                shutil.rmtree(folder, ignore_errors=True)
        if not found:
            return None
        _, folder, manifest = max(found)
        number = manifest.parent.name.removeprefix("step-")
        return Abandoned(folder, int(number) if number.isdecimal() else 0, _title(folder))

    def forget(self, folder: Path) -> None:
        """Remove what a run had left behind."""
        shutil.rmtree(folder, ignore_errors=True)

    def adopt(self, folder: Path) -> None:
        """Remove it once this window is closed in good order: its run goes on here."""
        self._adopted.append(folder)

    def leave(self, *, keep: bool) -> None:
        """Let go of the folder, and unless it is to be found at the next start, remove it."""
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None
        if not keep:
            self._adopted.append(self.folder)
        for folder in self._adopted:
            shutil.rmtree(folder, ignore_errors=True)

    def _others(self) -> list[Path]:
        try:
            return [each for each in self._root.iterdir() if each.is_dir() and each != self.folder]
        except OSError:
            return []


def saved_config(folder: Path) -> RunConfig | None:
    """The run that was last saved in a folder, without setting anything up; ``None`` where that cannot be read."""
    manifests = sorted(folder.glob("step-*/manifest.json"))
    try:
        stored = msgspec.json.decode(manifests[-1].read_bytes())["config"]
        return RunConfig.from_json(msgspec.json.encode(stored))
    except (OSError, UsageError, msgspec.DecodeError, LookupError, TypeError):
        return None


def _title(folder: Path) -> str:
    config = saved_config(folder)
    if config is None:
        return ""
    return f"{config.environment} · {declaration(config.algorithm).title} · seed {config.seed}"


def _lock(folder: Path) -> QLockFile | None:
    lock = QLockFile(str(folder / LOCK))
    lock.setStaleLockTime(0)  # however old: only that its process is gone makes it void
    return lock if lock.tryLock(0) else None
