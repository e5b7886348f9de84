"""Replayed: a panel of a live run that gives its place to another while a recording is shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget

from pgviz.gui.panels.recorded_microscope import RecordedMicroscope
from pgviz.gui.panels.recorded_what_if import RecordedWhatIf
from pgviz.gui.theme import LIGHT, Theme
from pgviz.session.notices import RecordedWait
from pgviz.training.events import RunStarted

Looks = RecordedMicroscope | RecordedWhatIf


class Replayed(QStackedWidget):
    """Two panels in one place. The one for recordings is made when the first is opened: most windows show none.

    Parameters
    ----------
    live
        For a run.
    make
        Makes the one for recordings.

    Attributes
    ----------
    recorded
        The one for recordings; ``None`` before there was any.
    """

    def __init__(self, live: QWidget, make: Callable[[], Looks], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live, self._make, self._theme = live, make, LIGHT
        self.recorded: Looks | None = None
        self.addWidget(live)

    def begin_recording(self, started: RunStarted) -> None:
        """Show the panel for a recording, of this run."""
        if self.recorded is None:
            self.recorded = self._make()
            self.recorded.apply_theme(self._theme)
            self.addWidget(self.recorded)
        self.recorded.begin(started)
        self.recorded.show_recorded(None)
        self.setCurrentWidget(self.recorded)

    def go_live(self) -> None:
        """Show the panel for a run."""
        self.setCurrentWidget(self._live)

    def show_recorded(self, wait: RecordedWait | None) -> None:
        """Show how the run waited at the moment that is looked at."""
        if self.recorded is not None:
            self.recorded.show_recorded(wait)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        if self.recorded is not None:
            self.recorded.apply_theme(theme)
