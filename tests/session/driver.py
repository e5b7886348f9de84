"""Drives a SessionHost on its own thread, as the window does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pgviz.session.commands import Command, Quit
from pgviz.session.host import SessionHost
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import RunState, StateChanged
from pgviz.training.events import Event, Shown

PATIENCE = 30.0
Kind = TypeVar("Kind", bound=Event)


class Driver:
    """Posts commands, gathers events, and waits for what should come."""

    def __init__(self) -> None:
        self.inbox, self.mailbox = Inbox(), Mailbox()
        self.host = SessionHost(self.inbox, self.mailbox)
        self.events: list[Event] = []
        self.shown: Shown | None = None

    def post(self, *commands: Command) -> None:
        for command in commands:
            self.inbox.post(command)

    def gather(self) -> list[Event]:
        facts, shown = self.mailbox.take()
        self.events += facts
        self.shown = shown or self.shown
        return self.events

    def wait_for(self, holds: Callable[[list[Event]], object]) -> None:
        """Poll, as the window does, until the events gathered satisfy `holds`."""
        deadline = time.monotonic() + PATIENCE
        while not holds(self.gather()):
            assert time.monotonic() < deadline, f"still waiting; last events: {self.events[-5:]}"
            time.sleep(0.002)

    def wait_for_state(self, state: RunState) -> None:
        self.wait_for(lambda _: self.state is state)

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.gather() if isinstance(event, kind)]

    @property
    def state(self) -> RunState:
        states = [event.state for event in self.events if isinstance(event, StateChanged)]
        return states[-1] if states else RunState.EMPTY

    @property
    def weights(self) -> str:
        """Fingerprint of the present weights; for a host that has nothing to do."""
        session = self.host._session
        assert session is not None
        return session.trainer.policy.weights_sha256()


@contextmanager
def hosted() -> Iterator[Driver]:
    """A host on its own thread, asked to quit at the end."""
    driver = Driver()
    thread = threading.Thread(target=driver.host.run, name="session under test", daemon=True)
    thread.start()
    try:
        yield driver
    finally:
        driver.post(Quit())
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the host did not quit"
