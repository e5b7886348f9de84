"""The forks: what if the run had gone on otherwise, side by side with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from pgviz.gui.forks import LETTERS
from pgviz.gui.moving import Part, parts_of
from pgviz.gui.panels.forks_card import NARROW, WIDTH, ForkCard, RunCard
from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import LIGHT, Theme, set_role
from pgviz.gui.widgets.curve_trace import Look
from pgviz.gui.widgets.parts import CalmComboBox, push_button
from pgviz.hyperparameters import declaration
from pgviz.parameters import ParameterSet
from pgviz.session.commands import DropFork
from pgviz.session.forks_state import ForkState
from pgviz.training.events import RunStarted, Shown, StepDetail

HOW_TO = (
    "Fork the run where you look, now or in its past: a second run goes on from the same state with the same "
    "random numbers, but with another action, learning rate or std. Its curves are drawn beside the run's."
)
FORK_TIP = "Begin a second run from the state that is looked at (Ctrl+K)"
FULL = "There are as many forks as there may be; remove one to make room"
THIS_RUN = "The run itself, now"
BETWEEN, MARGIN = 4, 4  # pixels from one column to the next, and on both sides of them


class ForksPanel(QWidget):
    """The run and its forks, a column each.

    Attributes
    ----------
    asked
        A command for the session.
    fork_requested
        A person wants to say what is to be different.
    fork, fork_again, part
        The buttons for that, before there are forks and beside them, and which part of the action is drawn.
    run, cards
        The column of the run, and those of the forks by number.
    """

    asked = Signal(object)
    fork_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._parts = LIGHT, list[Part]()
        self._parameters = ParameterSet(())
        self._model: RunModel | None = None
        self._drawn: dict[int, tuple[ForkState, int]] = {}
        self._base: StepDetail | None = None
        self._allowed = True
        self.cards: dict[int, ForkCard] = {}
        self.run = RunCard("This run", Look("", strong=True))
        self.run.words.setText(THIS_RUN)
        self.fork, self.fork_again = _fork_button(), _fork_button()
        set_role(self.fork, "primary")
        self.part = CalmComboBox("Part of the action")
        self.part.hide()
        self.how_to = QLabel(HOW_TO, wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter, margin=24)
        set_role(self.how_to, "muted")
        for button in (self.fork, self.fork_again):
            button.clicked.connect(lambda _checked=False: self.fork_requested.emit())
        self.part.currentIndexChanged.connect(lambda _: self._draw_all())
        self._arrange()
        self._say()

    def _arrange(self) -> None:
        inside = QWidget()
        set_role(inside, "panel")
        self._row = QHBoxLayout(inside)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(BETWEEN)
        self._row.addWidget(self.run, 1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        empty = QWidget()
        invitation = QVBoxLayout(empty)
        invitation.addStretch(1)
        invitation.addWidget(self.how_to)
        invitation.addWidget(self.fork, 0, Qt.AlignmentFlag.AlignHCenter)
        invitation.addStretch(2)
        self.run.column.addWidget(self.fork_again)
        self.run.column.addStretch(1)
        self.pages = QStackedWidget()
        self.pages.addWidget(empty)
        self.pages.addWidget(area)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 6, MARGIN, 4)
        column.addWidget(self.part)
        column.addWidget(self.pages, 1)
        set_role(self, "panel")

    def begin(self, started: RunStarted) -> None:
        """Make ready for another run."""
        for id in tuple(self.cards):
            self._drop(id)
        self._parameters = declaration(started.config.algorithm).parameters
        self._parts = parts_of(started.environment)
        self.part.blockSignals(True)
        self.part.clear()
        self.part.addItems([part.name for part in self._parts])
        self.part.blockSignals(False)
        self._say()

    def allow(self, allowed: bool) -> None:
        """Let the run be forked, or not: a recording cannot be."""
        if allowed != self._allowed:
            self._allowed = allowed
            self._say()

    def show_step(self, event: Shown) -> None:
        """Nothing here follows steps: the run and its forks are shown at the same moment."""

    def refresh(self, model: RunModel) -> None:
        """Show what has become of the forks, where anybody can see it."""
        self._model = model
        known = model.forks.known
        for id in [id for id in self.cards if id not in known]:
            self._drop(id)
        for id, fork in known.items():
            if id not in self.cards:
                self._add(id, ForkCard(fork))
        if self.isVisible() and known:
            self._draw_run()
            for id, fork in known.items():
                state, step = self._drawn.get(id, (None, 0))
                if state is not fork.state or (step != model.step and state.pace != "in step"):
                    self._drawn[id] = (fork.state, model.step)
                    self.cards[id].show_fork(
                        fork.state, model.step, self._parameters, self._parts, self.part.currentIndex()
                    )

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what was not drawn while nobody looked."""
        super().showEvent(event)
        self._draw_all()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the columns take as much room as there is."""
        super().resizeEvent(event)
        self._fit()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        for card in (self.run, *self.cards.values()):
            card.apply_theme(theme)

    def _draw_all(self) -> None:
        self._drawn.clear()
        self._base = None
        if self._model is not None:
            self.refresh(self._model)

    def _draw_run(self) -> None:
        index, base = self.part.currentIndex(), self._model.forks.base if self._model else None
        if base is not None and base is not self._base:
            self._base = base
            self.run.show_state(base, self._parts[index] if 0 <= index < len(self._parts) else None)

    def _add(self, id: int, card: ForkCard) -> None:
        card.apply_theme(self._theme)
        card.removed.connect(lambda: self.asked.emit(DropFork(id)))
        self.cards[id] = card
        self._row.addWidget(card, 1)
        self._fit()
        self._say()

    def _drop(self, id: int) -> None:
        card = self.cards.pop(id)
        self._drawn.pop(id, None)
        self._row.removeWidget(card)
        card.deleteLater()
        self._fit()
        self._say()

    def _fit(self) -> None:
        """Make the columns narrower where they would not all be seen; the run's goes first, it is all around."""
        room = self.contentsRect().width() - 2 * MARGIN
        narrow = _across(len(self.cards) + 1, WIDTH) > room
        for card in (self.run, *self.cards.values()):
            card.set_narrow(narrow=narrow)
        full = len(self.cards) >= len(LETTERS)  # and nothing can be asked for there
        self.run.setVisible(not full or _across(len(self.cards) + 1, NARROW) <= room)

    def _say(self) -> None:
        full = len(self.cards) >= len(LETTERS)
        for button in (self.fork, self.fork_again):
            button.setEnabled(self._allowed and bool(self._parts) and not full)
            button.setToolTip(FULL if full else FORK_TIP)
        self.part.setVisible(len(self._parts) > 1 and bool(self.cards))
        self.pages.setCurrentIndex(int(bool(self.cards)))


def _across(columns: int, width: int) -> int:
    return columns * (width + BETWEEN) - BETWEEN


def _fork_button() -> QPushButton:
    return push_button("Fork here…", FORK_TIP)
