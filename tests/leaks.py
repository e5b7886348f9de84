"""What a test may leave behind by mistake, and how it is found out."""

from __future__ import annotations

import gc
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

GRACE_SECONDS = 5.0


def beginning() -> str:
    """The place in pgviz or its tests from which this was called, innermost first."""
    frames = [
        frame for frame in traceback.extract_stack() if "pgviz" in frame.filename or "tests" in frame.filename
    ]
    places = [f"{frame.filename}:{frame.lineno}" for frame in frames if not frame.filename.endswith("leaks.py")]
    return " < ".join(reversed(places[-3:]))


class Register:
    """Remembers where things of one kind began, without keeping them alive."""

    def __init__(self) -> None:
        self._begun: list[tuple[weakref.ref[Any], str]] = []

    def wrap(self, start: Callable[..., Any]) -> Callable[..., Any]:
        """A `start` method that also remembers its object."""

        def started(thing: Any, *args: Any, **options: Any) -> Any:
            self.add(thing)
            return start(thing, *args, **options)

        return started

    def add(self, thing: object) -> None:
        """Remember a thing."""
        self._begun.append((weakref.ref(thing), beginning()))

    def left(self, is_left: Callable[[Any], bool]) -> list[str]:
        """The things still there for which `is_left` holds, in words."""
        living = ((reference(), place) for reference, place in self._begun)
        return [f"{thing!r}, begun at {place}" for thing, place in living if thing is not None and is_left(thing)]


@contextmanager
def threads_end() -> Iterator[None]:
    """Fail where a Python thread begun inside is still alive a moment after."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + GRACE_SECONDS
    while (left := _new_threads(before)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left, f"threads are left running: {left}"


def _new_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    # A QThread that ran Python code is known to threading as a dummy, which is never said to have ended.
    found = (thread for thread in threading.enumerate() if thread not in before)
    return [thread for thread in found if not isinstance(thread, threading._DummyThread)]


@contextmanager
def qt_things_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where a QThread, an active QTimer or a top-level widget begun inside is still there after."""
    from PySide6.QtCore import QThread, QTimer
    from PySide6.QtWidgets import QApplication
    from shiboken6 import isValid

    threads, timers = Register(), Register()
    monkeypatch.setattr(QThread, "start", threads.wrap(QThread.start))
    monkeypatch.setattr(QTimer, "start", timers.wrap(QTimer.start))
    widgets_before = set(QApplication.topLevelWidgets())
    # What is there by now, torch among it, is no leak of this test; each collection afterwards passes it by.
    gc.freeze()
    yield
    flush()
    assert not (left := threads.left(lambda each: isValid(each) and each.isRunning())), f"QThreads run on: {left}"
    assert not (left := timers.left(lambda each: isValid(each) and each.isActive())), f"QTimers tick on: {left}"
    widgets = [each for each in QApplication.topLevelWidgets() if each not in widgets_before]
    assert not widgets, f"top-level widgets are left: {widgets}"


def flush() -> None:
    """Deliver what Qt has put off, deletions included, which ``processEvents`` leaves alone."""
    from PySide6.QtCore import QCoreApplication, QEvent

    for _ in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()  # pyqtgraph's menus have no Qt owner, and live on in cycles


@contextmanager
def environments_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where an environment made inside was not closed."""
    import gymnasium

    made, closed = Register(), weakref.WeakSet[Any]()
    original = gymnasium.make

    def make(*args: Any, **options: Any) -> Any:
        environment = original(*args, **options)
        close = environment.close

        def closing() -> None:
            closed.add(environment)
            close()

        environment.close = closing  # type: ignore[method-assign]
        made.add(environment)
        return environment

    monkeypatch.setattr(gymnasium, "make", make)
    yield
    assert not (left := made.left(lambda each: each not in closed)), f"environments were not closed: {left}"
