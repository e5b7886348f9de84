"""Fixtures for all tests: no screen, no settings of the person's own, and nothing left behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests import leaks

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A busy machine may take its time over an example; no test measures time.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def _settings_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Let whatever is written as the person's settings, in child processes too, go to a folder of the tests."""
    folder = tmp_path_factory.mktemp("settings")
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
            "APPDATA",
            "LOCALAPPDATA",
        ):
            patch.setenv(name, str(folder))
        yield folder


class PatientBot(QtBot):
    """Waits long enough for a slow and busy machine; a test that passes never waits so long."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 60_000) -> None:
        """Wait until `callback` says so."""
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's own, with more patience."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def _nothing_leaks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves a thread, and, where it uses Qt, a timer, widget or environment."""
    if "qtbot" not in request.fixturenames:
        with leaks.threads_end():
            yield
        return
    request.getfixturevalue("qapp")
    with leaks.threads_end(), leaks.environments_end(monkeypatch), leaks.qt_things_end(monkeypatch):
        yield
        # pytest holds on to what the fixtures gave, and a window in Python holds its menus.
        request.node.funcargs.clear()
