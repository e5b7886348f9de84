"""Faults reach the person here, once each: in the banner and as one line on the terminal."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QToolBar

from pgviz.errors import in_brief
from pgviz.gui.panels.banner import Banner
from pgviz.gui.terminal import tell_terminal
from pgviz.session.notices import CommandRejected
from pgviz.training.events import RunFailed


class Faults(QObject):
    """Shows faults in a banner.

    Parameters
    ----------
    banner
        Where they are shown.
    bar
        The tool bar that holds the banner; hidden while all is well.
    parent
        The Qt owner.
    """

    def __init__(self, banner: Banner, bar: QToolBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._banner, self._bar = banner, bar
        self._seen: set[tuple[str, int]] = set()
        banner.dismissed.connect(self.clear)

    def clear(self) -> None:
        """Hide the banner."""
        self._bar.hide()

    def run_failed(self, event: RunFailed) -> None:
        """Say why a run failed, and offer to set it up again."""
        self._show(event.message, event.traceback)

    def command_rejected(self, event: CommandRejected) -> None:
        """Say why what was asked for has not been done."""
        self._show(event.message, restart=False)

    def note(self, message: str) -> None:
        """Say what a person should not miss although nothing has failed."""
        self._show(message, restart=False)

    def unexpected(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Show a defect of the window itself; serves as ``sys.excepthook``.

        The same place is reported once only: what happens in a timer would happen thirty times a second.
        """
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        frames = traceback.extract_tb(trace)
        place = (frames[-1].filename, frames[-1].lineno or 0) if frames else ("", 0)
        if place in self._seen:
            return
        self._seen.add(place)
        details = "".join(traceback.format_exception(kind, error, trace))
        tell_terminal(details.rstrip())
        message = f"Something in the window went wrong ({kind.__name__}: {in_brief(error)}); the run goes on."
        self._show(message, details, restart=False)

    def _show(self, message: str, details: str = "", restart: bool = True) -> None:
        tell_terminal(f"pgviz: {message}")
        self._banner.show_failure(message, details, restart)
        self._bar.show()
