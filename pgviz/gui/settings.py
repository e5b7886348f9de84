"""What the window remembers from one start to the next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import msgspec
from platformdirs import user_state_path
from PySide6.QtCore import QByteArray, QSettings

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.session.breakpoints import Breakpoint, BreakpointSet

ThemeChoice = Literal["system", "light", "dark"]

# Raised when docks are added, renamed or removed, so that no older arrangement is forced on the new window.
LAYOUT_VERSION = 5
FASTEST = "fastest"
HISTORY_SIZES = (64, 128, 256, 512, 1024, 2048, 4096)  # megabytes
DEFAULT_HISTORY_SIZE = 512


class Settings:
    """Typed access to the stored settings; whatever cannot be read counts as not stored.

    Parameters
    ----------
    store
        Where they are kept.
    state
        Where runs are kept safe; beside the store where not given.

    Attributes
    ----------
    state_folder
        Where runs are kept safe.
    """

    def __init__(self, store: QSettings, state: Path | None = None) -> None:
        self._store = store
        self.state_folder = state or Path(store.fileName()).parent / "state"

    @classmethod
    def of_user(cls) -> Settings:
        """The settings of the person at the keyboard."""
        store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "pgviz", "pgviz")
        return cls(store, user_state_path("pgviz", appauthor=False))

    @classmethod
    def in_file(cls, path: Path) -> Settings:
        """Settings kept in one file, for pictures and tests."""
        return cls(QSettings(str(path), QSettings.Format.IniFormat))

    @property
    def geometry(self) -> QByteArray | None:
        """Place and size of the window, as ``saveGeometry`` wrote them."""
        return self._bytes("window/geometry")

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("window/geometry", geometry)

    @property
    def docks(self) -> QByteArray | None:
        """Arrangement of the docks, as ``saveState`` wrote it."""
        return self._bytes("window/docks")

    @docks.setter
    def docks(self, docks: QByteArray) -> None:
        self._store.setValue("window/docks", docks)

    @property
    def theme(self) -> ThemeChoice:
        """Which colours to use."""
        stored = self._store.value("window/theme")
        return next((choice for choice in get_args(ThemeChoice) if choice == stored), "system")

    @theme.setter
    def theme(self, theme: ThemeChoice) -> None:
        self._store.setValue("window/theme", theme)

    @property
    def config(self) -> RunConfig | None:
        """The last run that was set up."""
        stored = self._store.value("run/config")
        try:
            return RunConfig.from_json(stored) if isinstance(stored, str) else None
        except UsageError:
            return None

    @config.setter
    def config(self, config: RunConfig) -> None:
        self._store.setValue("run/config", config.to_json().decode())

    @property
    def speed(self) -> float | None:
        """The speed at which steps are shown; ``None`` is as fast as they come."""
        stored = self._store.value("run/speed")
        try:
            speed = float(stored) if isinstance(stored, str | float | int) else None
        except ValueError:
            return None
        return speed if speed is not None and 0 < speed < 1e3 else None

    @speed.setter
    def speed(self, speed: float | None) -> None:
        self._store.setValue("run/speed", FASTEST if speed is None else speed)

    @property
    def history_megabytes(self) -> int:
        """How much memory the past of a run may take."""
        stored = self._store.value("debug/history_megabytes")
        megabytes = int(stored) if isinstance(stored, str | int) and str(stored).isdecimal() else 0
        return megabytes if megabytes in HISTORY_SIZES else DEFAULT_HISTORY_SIZE

    @history_megabytes.setter
    def history_megabytes(self, megabytes: int) -> None:
        self._store.setValue("debug/history_megabytes", megabytes)

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """The breakpoints of last time; those that cannot be read any more are left out."""
        stored = self._store.value("debug/breakpoints")
        try:
            found = msgspec.json.decode(stored, type=list[Breakpoint]) if isinstance(stored, str) else []
        except msgspec.MsgspecError:
            return ()
        return tuple(each for each in found if _is_readable(each))

    @breakpoints.setter
    def breakpoints(self, breakpoints: Sequence[Breakpoint]) -> None:
        self._store.setValue("debug/breakpoints", msgspec.json.encode(list(breakpoints)).decode())

    def save(self) -> None:
        """Write everything to disk now."""
        self._store.sync()

    def _bytes(self, key: str) -> QByteArray | None:
        stored = self._store.value(key)
        return stored if isinstance(stored, QByteArray) and not stored.isEmpty() else None


def _is_readable(breakpoint: Breakpoint) -> bool:
    try:
        BreakpointSet([breakpoint])
    except UsageError:
        return False
    return True
