"""The QThread in which the session lives: the one owner of environments, policy and optimiser."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QThread

from pgviz.errors import in_brief
from pgviz.gui.terminal import tell_terminal
from pgviz.session.commands import Quit
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import RunState, StateChanged
from pgviz.session.playback_host import Host, PlaybackHost
from pgviz.training.events import Event, RunFailed

HostFactory = Callable[[Inbox, Mailbox], Host]


def session_host(inbox: Inbox, mailbox: Mailbox) -> Host:
    """The real host. Called on the worker's thread, because it is here that torch is imported."""
    from pgviz.session.host import SessionHost

    return SessionHost(inbox, mailbox)


def recording_host(path: Path) -> HostFactory:
    """What builds the host that plays a recording, and, should that one crash, the real one after it."""
    first = True

    def make(inbox: Inbox, mailbox: Mailbox) -> Host:
        nonlocal first
        if not first:
            return session_host(inbox, mailbox)
        first = False
        return PlaybackHost(inbox, mailbox, path)

    return make


class SessionThread(QThread):
    """Runs a session until it is told to leave.

    Parameters
    ----------
    inbox, mailbox
        The way in and the way out.
    make_host
        Builds what is run; called on the thread itself.
    parent
        The Qt owner.
    """

    STOP_WITHIN_MS = 10_000

    def __init__(
        self,
        inbox: Inbox,
        mailbox: Mailbox,
        make_host: HostFactory = session_host,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("pgviz-session")
        self._inbox, self._mailbox, self._make_host = inbox, mailbox, make_host

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Have live runs told to `listener`, on the session's thread, steps left out; before it is started."""
        self._mailbox.listener = listener

    def run(self) -> None:
        """Host sessions; one that crashes is reported, and the next command finds a fresh one."""
        while not self.isInterruptionRequested():
            try:
                self._serve(self._make_host(self._inbox, self._mailbox))
            except Exception as error:  # noqa: BLE001 - the one place where a defect of the engine ends up
                self._report(error)
            else:
                return
            self._inbox.wait()

    @staticmethod
    def _serve(host: Host | None) -> None:
        """Run a host, and those that it hands over to."""
        while host is not None:
            host = host.run()

    def stop(self) -> bool:
        """Ask the session to leave and wait for it; says whether it has left in time."""
        self.requestInterruption()
        self._inbox.post(Quit())
        self.quit()
        return self.wait(self.STOP_WITHIN_MS)

    def leave_process_if_stuck(self) -> None:
        """Leave at once where the thread is held by an environment that never returns; Qt would abort."""
        if self.isRunning():
            tell_terminal("pgviz: the environment does not answer; leaving without closing it.")
            os._exit(1)

    def _report(self, error: Exception) -> None:
        while self._inbox.take():
            pass  # what was asked of the crashed session means nothing to the next
        what = f"{type(error).__name__}: {in_brief(error)}"
        message = f"The engine stopped unexpectedly ({what}); restart the run to go on."
        self._mailbox.put(RunFailed(self._mailbox.step, message, "".join(traceback.format_exception(error))))
        self._mailbox.put(StateChanged(self._mailbox.step, RunState.FAILED))
