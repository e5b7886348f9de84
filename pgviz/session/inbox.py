"""The way in: commands wait here until the worker takes them."""

from __future__ import annotations

import threading
from collections import deque

from pgviz.session.commands import Command


class Inbox:
    """A thread-safe queue of commands that is cheap to find empty."""

    def __init__(self) -> None:
        self._commands: deque[Command] = deque()
        self._arrived = threading.Event()

    def post(self, command: Command) -> None:
        """Add a command; called from any thread."""
        self._commands.append(command)
        self._arrived.set()

    def __bool__(self) -> bool:
        return bool(self._commands)

    def take(self) -> Command | None:
        """The oldest command, or ``None``; called by the worker alone."""
        return self._commands.popleft() if self._commands else None

    def wait(self, seconds: float | None = None) -> bool:
        """Sleep until a command is there or the time is up; says whether one is there."""
        self._arrived.clear()
        if self._commands:
            return True
        return self._arrived.wait(seconds)
