"""One column of the forks: the state that a run is in, and how it compares with the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import qtawesome
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pgviz.gui.forks import KnownFork, differences, number_words, pace_words, verdict
from pgviz.gui.forks_looks import Sample, look_of
from pgviz.gui.moving import Part
from pgviz.gui.theme import LIGHT, Theme, set_role, sized
from pgviz.gui.widgets.curve_trace import Look
from pgviz.gui.widgets.frame_view import FrameView
from pgviz.gui.widgets.part_plot import PartPlot
from pgviz.gui.widgets.parts import tool_button
from pgviz.parameters import Parameter
from pgviz.session.forks_state import ForkReturns, ForkState
from pgviz.training.events import StepDetail

PICTURE_HEIGHT, PLOT_HEIGHT = 58, 96
WIDTH, NARROW = 160, 112  # pixels across, at least: as it should be, and where many stand side by side
LOW_PICTURE = 38  # its height there, for the numbers take more lines
SMALL = 0.92
LINES = 3  # of words, so that all pictures stand level
SO_FAR = " so far"
HEAD_HEIGHT = 24  # of the button beside the name
MEAN_TIP = "Mean return of the episodes that have ended since the fork, in all copies"
FIRST_TIP = "Return of the episode that was under way in the watched copy at the fork"


class RunCard(QFrame):
    """The run itself, as the forks are shown: its picture and π(·|s).

    Parameters
    ----------
    name
        What it is called.
    look
        How its curves are drawn.

    Attributes
    ----------
    title, picture, plot
        Its name, the environment's picture, and π(·|s).
    """

    def __init__(self, name: str, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fork")
        self._theme = LIGHT
        self.title, self.sample = QLabel(name), Sample(look)
        self.title.setFont(sized(self.title.font(), 1.0))
        self.picture, self.plot = FrameView(), PartPlot(PLOT_HEIGHT)
        self.picture.setMinimumWidth(60)
        self.picture.set_message("")
        self.head = QHBoxLayout()
        self.head.setSpacing(6)
        self.head.addWidget(self.sample)
        self.head.addWidget(self.title, 1)
        self.title.setMinimumHeight(HEAD_HEIGHT)
        self.column = QVBoxLayout(self)
        self.column.addLayout(self.head)
        self.words = _wrapped("muted")
        self.words.setMinimumHeight(LINES * self.words.fontMetrics().lineSpacing())
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.column.addWidget(self.words)
        self.column.addWidget(self.picture)
        self.column.addWidget(self.plot)

    def set_narrow(self, *, narrow: bool) -> None:
        """Take less room across, or as much as looks best."""
        self.setMinimumWidth(NARROW if narrow else WIDTH)
        self.picture.setFixedHeight(LOW_PICTURE if narrow else PICTURE_HEIGHT)
        self.plot.set_scaled(scaled=not narrow)
        beside = 3 if narrow else 6
        self.column.setContentsMargins(beside, 4, beside, 6)
        self.column.setSpacing(2 if narrow else 3)

    def show_state(self, detail: StepDetail, part: Part | None) -> None:
        """Show the state that it is in."""
        self.picture.setVisible(detail.frame is not None)
        if detail.frame is not None:
            self.picture.set_frame(detail.frame)
        if part is not None:
            self.plot.show_part(detail.decision, part)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.setStyleSheet(f"#fork {{ border: 1px solid {theme.border}; border-radius: 6px; }}")
        for each in (self.sample, self.picture, self.plot):
            each.apply_theme(theme)


class ForkCard(RunCard):
    """A fork: what is different in it, where it is, and how its returns compare.

    Parameters
    ----------
    fork
        Which.

    Attributes
    ----------
    removed
        It is to go.
    remove
        The button for that.
    words, pace, mean, first
        What is different, where it is if not where the run is, and how the two returns compare.
    """

    removed = Signal()

    def __init__(self, fork: KnownFork, parent: QWidget | None = None) -> None:
        super().__init__(fork.name[0].upper() + fork.name[1:], look_of(fork), parent)
        self.remove: QToolButton = tool_button("", f"End {fork.name}")
        self.remove.setStyleSheet("padding: 1px;")
        self.remove.setAccessibleName(f"Remove {fork.name}")
        self.remove.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.remove.clicked.connect(lambda _checked=False: self.removed.emit())
        self.head.addWidget(self.remove)
        self.pace = _wrapped("chip-warn")
        self.pace.hide()
        self.mean, self.first = _Comparison("Mean return", MEAN_TIP), _Comparison("Episode", FIRST_TIP)
        for comparison in (self.mean, self.first):
            self.column.addWidget(comparison)
        self.column.addWidget(self.pace)
        self.column.addStretch(1)

    def show_fork(
        self, state: ForkState, step: int, parameters: Mapping[str, Parameter], parts: Sequence[Part], part: int
    ) -> None:
        """Show what has become of it.

        Parameters
        ----------
        state
            As last told.
        step
            Environment steps that the run has taken.
        parameters, parts
            To name what is different by.
        part
            Which part of the action is drawn.
        """
        words = differences(state, parameters, parts)
        self.words.setText(words[0].upper() + words[1:])
        pace = pace_words(state, step)
        self.pace.setText(pace)
        self.pace.setVisible(bool(pace))
        if state.detail is not None:
            self.show_state(state.detail, parts[part] if 0 <= part < len(parts) else None)
        own, base = state.returns, state.base_returns
        self.mean.show_numbers(number_words(own.mean), number_words(base.mean))
        self.mean.setToolTip(f"{MEAN_TIP}: {own.episodes:,} here, {base.episodes:,} in the run itself")
        self.mean.show_difference(state.difference, self._theme)
        self.first.show_numbers(_first(own), number_words(base.first))
        still = "" if base.first_over else "; the run's goes on"
        self.first.setToolTip(f"{FIRST_TIP}{still}")
        self.first.show_difference(state.first_difference, self._theme)

    def set_narrow(self, *, narrow: bool) -> None:
        """Take less room across, or as much as looks best."""
        super().set_narrow(narrow=narrow)
        for comparison in (self.mean, self.first):
            comparison.set_narrow(narrow=narrow)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        super().apply_theme(theme)
        self.remove.setIcon(qtawesome.icon("mdi6.close", color=theme.muted))
        for comparison in (self.mean, self.first):
            comparison.apply_theme(theme)


class _Comparison(QWidget):
    """One number of a fork, the run's beside it, and the difference in words."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self.own, self.base, self.difference = QLabel(), QLabel(), QLabel()
        name_label = QLabel(name)
        for each in (name_label, self.own, self.base, self.difference):
            each.setFont(sized(each.font(), SMALL))
        for each in (name_label, self.base):
            set_role(each, "muted")
        self.setToolTip(tip)
        self._name, self._numbers, self._narrow = name_label, ("", ""), False
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 0)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.own, 1, 0)
        grid.addWidget(self.base, 1, 1, Qt.AlignmentFlag.AlignRight)
        self._sign = 0
        self.set_narrow(narrow=False)

    def set_narrow(self, *, narrow: bool) -> None:
        """Have the difference on a line of its own, or beside the name."""
        for each in (self._name, self.difference):
            self._grid.removeWidget(each)
        self._grid.addWidget(self._name, 0, 0, 1, 2 if narrow else 1)
        if narrow:
            self._grid.addWidget(self.difference, 2, 0, 1, 2)
        else:
            self._grid.addWidget(self.difference, 0, 1, Qt.AlignmentFlag.AlignRight)
        self._grid.setHorizontalSpacing(2 if narrow else 4)
        self._narrow = narrow
        self.show_numbers(*self._numbers)

    def show_numbers(self, own: str, base: str) -> None:
        """Write both numbers."""
        self._numbers = own, base
        self.own.setText(_brief(own) if self._narrow else own)
        self.base.setText(f"run {_brief(base) if self._narrow else base}")

    def show_difference(self, difference: float | None, theme: Theme) -> None:
        """Write how they differ, with a sign and in words, and colour it."""
        told = verdict(difference)
        self.difference.setText(told.words)
        self._sign = told.sign
        self.apply_theme(theme)

    def apply_theme(self, theme: Theme) -> None:
        """Colour the difference."""
        colour = {1: theme.colour(0), -1: theme.colour(1)}.get(self._sign, theme.muted)
        self.difference.setStyleSheet(f"color: {colour};")


def _brief(number: str) -> str:
    """A return in fewer letters, for a narrow column."""
    return number.replace(SO_FAR, "…").replace(",", "")


def _first(returns: ForkReturns) -> str:
    return number_words(returns.first) + ("" if returns.first_over else SO_FAR)


def _wrapped(role: str) -> QLabel:
    """Words that take as many lines as they need."""
    result = QLabel(wordWrap=True)
    result.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    set_role(result, role)
    return result
