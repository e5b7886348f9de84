"""The bar over the environment that says which moment is looked at, where that is not the present."""

from __future__ import annotations

from collections.abc import Sequence

import qtawesome
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from pgviz.gui.panels.microscope import name_of
from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import LIGHT, Theme, set_role, tabular
from pgviz.session.breakpoints import Hit
from pgviz.session.notices import RecordedWait, RecordingOpened
from pgviz.training.events import PastShown, RunStarted, Shown

PAST_ICON, STOP_ICON = "mdi6.history", "mdi6.alert-octagon-outline"
PLAYBACK_ICON, WAIT_ICON = "mdi6.filmstrip", "mdi6.timer-sand"


class MomentBar(QFrame):
    """Says that the past is looked at, with the ways back; or at which breakpoint the run stands. Else hidden.

    Of a recording it says how far it was played, or that the run waited at this moment, and why.

    Parameters
    ----------
    follow, resume, go_on, take_over
        What its buttons do.
    """

    def __init__(
        self,
        follow: QAction,
        resume: QAction,
        go_on: QAction,
        take_over: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("moment")
        self._theme = LIGHT
        self._recorded = False
        self._waited: RecordedWait | None = None
        self._sign_shown = ""
        self.sign = QLabel()
        self.words = QElidingLabel()
        # However long it is, it must not make the window's columns move.
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.words.setFont(tabular(self.words.font()))
        self.badge = QLabel("not reproducible")
        set_role(self.badge, "chip-warn")
        self.follow, self.resume, self.go_on = (_button(action) for action in (follow, resume, go_on))
        self.take_over = _button(take_over)
        self._arrange()
        self.hide()

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 2, 4, 2)
        row.setSpacing(8)
        row.addWidget(self.sign)
        row.addWidget(self.words, 1)
        row.addWidget(self.badge)
        for button in self._buttons:
            row.addWidget(button)
        # Shown with all of them at once, it would move the window's columns, which do not move back.
        self.badge.hide()
        self._offer()

    @property
    def _buttons(self) -> tuple[QToolButton, ...]:
        return self.follow, self.resume, self.take_over, self.go_on

    def begin(self, started: RunStarted) -> None:
        """Make ready for another run."""
        self.hide()

    def show_step(self, event: Shown) -> None:
        """Say which step of the past this is."""
        if isinstance(event, PastShown):
            self._show_past(event)

    def refresh(self, model: RunModel) -> None:
        """Say what is so."""
        debug = model.debug
        self._recorded = model.recording is not None
        self._waited = debug.waited if debug.waited is not None and debug.waited.is_telling else None
        self._set_not_reproducible(debug.not_reproducible)
        if debug.cursor is not None:
            self._show_past(debug.cursor)
        elif model.recording is not None:
            self._show_recording(model, model.recording)
        elif debug.stopped:
            self._show_stops([stop.hit for stop in debug.stopped])
        elif not self.isHidden():
            self.hide()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        sign, self._sign_shown = self._sign_shown, ""
        self._set_sign(sign or PAST_ICON)

    def _show_past(self, past: PastShown) -> None:
        words, waited = f"Looking back at step {past.step:,} of {past.head:,}", self._waited
        self._say(f"{words}  ·  {waited_words(waited)}" if waited else words, PAST_ICON)
        self.badge.setVisible(bool(self.badge.toolTip()) and not self._recorded)
        self._offer(self.follow, self.take_over if self._recorded else self.resume)
        self.resume.setVisible(not self._recorded and not self.badge.toolTip())

    def _show_recording(self, model: RunModel, recording: RecordingOpened) -> None:
        waited = self._waited
        if waited is not None:
            self._say(f"{waited_words(waited)}.", STOP_ICON if waited.stops else WAIT_ICON)
        else:
            name = recording.info.path.name
            self._say(f"Playback of “{name}”  ·  step {model.step:,} of {recording.steps:,}", PLAYBACK_ICON)
        self.badge.hide()
        self._offer(self.take_over)

    def _offer(self, *offered: QToolButton) -> None:
        for button in self._buttons:
            button.setVisible(button in offered)

    def _show_stops(self, stops: Sequence[Hit]) -> None:
        self._say(stops_words(stops), STOP_ICON)
        self.badge.hide()
        self._offer(self.go_on)

    def _say(self, words: str, sign: str) -> None:
        self._set_sign(sign)
        if self.words.text() != words:
            self.words.setText(words)
            self.words.setToolTip(words)
        if self.isHidden():
            self.show()

    def _set_sign(self, name: str) -> None:
        if name != self._sign_shown:
            self._sign_shown = name
            theme, past = self._theme, name != STOP_ICON
            colour, ground = (theme.accent, theme.selection) if past else (theme.error, theme.raised)
            self.setStyleSheet(
                f"#moment {{ background: {ground}; border: none; border-left: 4px solid {colour}; }}"
                f"#moment QToolButton {{ background: {theme.panel}; border-color: {theme.border};"
                " padding: 3px 6px; }"
                f"#moment QToolButton:hover {{ background: {theme.raised}; border-color: {theme.accent}; }}"
            )
            self.sign.setPixmap(qtawesome.icon(name, color=colour).pixmap(18, 18))

    def _set_not_reproducible(self, why: str) -> None:
        if why != self.badge.toolTip():
            self.badge.setToolTip(why)


def stops_words(stops: Sequence[Hit]) -> str:
    """At which breakpoint a run stopped, and why."""
    hit, more = stops[0], f"  (and {len(stops) - 1} more)" if len(stops) > 1 else ""
    if hit.breakpoint.title:
        return f"Stopped at “{hit.breakpoint.title}”: {hit.because}{more}"
    # The values come first: the condition is in the list, and long.
    return f"Stopped: {hit.because}  ·  {hit.breakpoint.condition}{more}"


def waited_words(wait: RecordedWait) -> str:
    """How a recorded run waited, and why."""
    long = duration_words(wait.seconds)
    if wait.stops:
        return f"{stops_words(wait.stops)}  ·  the run waited here for {long}"
    opened = wait.waits.minibatch
    if opened is not None:
        name = name_of(opened)
        return f"The run waited here for {long}, before the step of {name[0].lower()}{name[1:]}"
    return f"The run waited here for {long}"


def duration_words(seconds: float) -> str:
    """A stretch of time as it is said: ``a moment``, ``12 s``, ``3 min``."""
    if seconds < 1.0:
        return "a moment"
    return f"{seconds:.0f} s" if seconds < 100.0 else f"{seconds / 60:.0f} min"


def under_bar(bar: MomentBar, panel: QWidget) -> QWidget:
    """A panel with the bar above it."""
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(bar)
    column.addWidget(panel, 1)
    return both


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
