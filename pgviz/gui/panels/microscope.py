"""The gradient microscope: what each sample of the open minibatch wants, before the optimiser steps."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import Theme, set_role, tabular
from pgviz.gui.widgets.judgement_bar import JudgementBar
from pgviz.gui.widgets.layer_norms import LayerNormsView
from pgviz.gui.widgets.move_view import MoveView
from pgviz.gui.widgets.parts import scrolling
from pgviz.gui.widgets.sample_model import columns_of
from pgviz.gui.widgets.sample_table import SampleTable
from pgviz.gui.widgets.step_axis import MINUS
from pgviz.session.commands import ExamineMinibatch
from pgviz.session.notices import MinibatchExamined, RunState, RunWaits
from pgviz.training.events import MinibatchComputed, RunStarted, Shown
from pgviz.training.examination import Examination

HOW_TO = (
    "No minibatch is open. Press F11 (Minibatch) to stop between a loss and the step that it causes; "
    "then this shows what each sample asks for, before the optimiser steps."
)
TAKING_APART = "The minibatch is being taken apart into its samples."
IN_ONE_PIECE = (
    "This algorithm's minibatches cannot be taken apart into samples; the step can be skipped or flipped."
)
# The engine can take a minibatch apart where each sample has a part of its own in one loss.
TAKEN_APART = frozenset({"reinforce", "a2c", "ppo"})
SIDE_BY_SIDE = 460  # pixels; in a narrower panel the table stands above the picture


class MicroscopePanel(QWidget):
    """A table of samples, how one of them would move π, and what to do with the minibatch.

    Attributes
    ----------
    asked
        A command for the session.
    table, moves, layers, bar
        The parts.
    state
        The line that says which minibatch is open.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table, self.moves, self.layers, self.bar = SampleTable(), MoveView(), LayerNormsView(), JudgementBar()
        self.state, self.facts, self.how_to = QLabel(), QLabel(), QLabel(HOW_TO, wordWrap=True)
        self._labels: tuple[str, ...] = ()
        self._apart = True
        self._open: MinibatchComputed | None = None
        self._shown: MinibatchComputed | None = None
        self._pending = False
        self._wanted: int | None = None
        self._sorted_once = False
        self.table.sample_chosen.connect(self._ask)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._count_selected())
        self.bar.decided.connect(self._decide)
        self._arrange()
        self._say()

    def _arrange(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.addTab(scrolling(self.moves), "How π moves")
        self.tabs.addTab(scrolling(self.layers), "Layers")
        self.tabs.tabBar().setAccessibleName("What the step does")
        self.how_to.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.how_to.setMargin(24)
        self.facts.setFont(tabular(self.facts.font()))
        for label in (self.facts, self.how_to):
            set_role(label, "muted")
        for label in (self.state, self.facts):
            label.setMinimumWidth(10)
            label.setWordWrap(True)
        # The pictures stand beside all of it: below the judgements a small window would leave them no room.
        self.halves = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        self.halves.addWidget(self._arrange_samples())
        self.halves.addWidget(self.tabs)
        self.halves.setHandleWidth(8)
        self.halves.setSizes([1050, 950])
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 6)
        column.addWidget(self.halves)
        set_role(self, "panel")

    def _arrange_samples(self) -> QWidget:
        self.pages = QStackedWidget()
        self.pages.addWidget(self.how_to)
        self.pages.addWidget(self.table)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for each in (self.state, self.facts, self.bar):
            column.addWidget(each)
        column.addWidget(self.pages, 1)
        set_role(left, "panel")
        return left

    def begin(self, started: RunStarted) -> None:
        """Make ready for another run."""
        self._labels = () if started.environment.factors else started.environment.action_labels
        self._labels = () if started.environment.action_low else self._labels
        self._apart = started.config.algorithm in TAKEN_APART
        self._open = self._shown = None
        self._pending, self._wanted = False, None
        self.table.show_columns([])
        self.moves.begin(started.environment)
        self.layers.show_layers(())
        self._say()

    def show_step(self, event: Shown) -> None:
        """Nothing here follows single steps."""

    def refresh(self, model: RunModel) -> None:
        """Nothing here changes with time."""

    def show_waiting(self, event: RunWaits) -> None:
        """The run waits, with a minibatch open or not."""
        if event.minibatch != self._open:
            self._open, self._pending, self._wanted = event.minibatch, False, None
        self._say()
        self._examine()

    def set_state(self, state: RunState) -> None:
        """The run goes on, or ends: what was open is not any more."""
        if state is not RunState.PAUSED:
            self._open, self._pending, self._wanted = None, False, None
            self._say()

    def show_examined(self, event: MinibatchExamined) -> None:
        """Show what was found."""
        self._pending = False
        if self._open is None:
            return
        examination = event.examination
        if self._shown != self._open:
            self._shown = self._open
            self._show_samples(examination)
        if examination.moves is not None:
            self.moves.show_moves(examination)
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self._ask(wanted)
        self._say()

    def rejected(self) -> None:
        """Something that was asked for cannot be done."""
        self._pending, self._wanted = False, None

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        for part in (self.table, self.moves, self.layers):
            part.apply_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at what was opened while nobody looked here."""
        super().showEvent(event)
        self._examine()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand side by side where there is room for it."""
        super().resizeEvent(event)
        wide = event.size().width() >= SIDE_BY_SIDE
        self.halves.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    def _examine(self) -> None:
        """Ask for what is not known yet of the open minibatch, if anybody can see it."""
        if self._apart and self._open is not None and self._shown != self._open and self.isVisible():
            self._ask(None)

    def _ask(self, sample: int | None) -> None:
        """Ask for one sample, or for all; of what is asked for meanwhile only the newest is asked for next."""
        if self._open is None or (sample is not None and self._shown != self._open):
            return
        if self._pending:
            self._wanted = sample
        else:
            self._pending = True
            self.asked.emit(ExamineMinibatch(sample))

    def _show_samples(self, examination: Examination) -> None:
        self.moves.clear()
        self.table.show_columns(columns_of(examination, self._labels))
        if not self._sorted_once:
            # What weighs most comes first, until a person sorts otherwise.
            self._sorted_once = True
            self.table.sortByColumn(self.table.rows.place("shares_B"), Qt.SortOrder.DescendingOrder)
        self.layers.show_layers(examination.layers)
        self.table.scrollToTop()
        self.table.choose(self.table.rows.sample_at(0))

    def _decide(self, judgement: object, then: object) -> None:
        if self._open is None:
            return
        if judgement is not None:
            self.asked.emit(judgement)
        self.asked.emit(then)

    def _count_selected(self) -> None:
        self.bar.set_selected(self.table.chosen() if self._shown == self._open else ())

    def _say(self) -> None:
        """Say which minibatch this is, and let what belongs to the past look so."""
        opened, shown = self._open, self._shown
        self.bar.setEnabled(opened is not None)
        self._count_selected()
        if opened is not None:
            self.state.setText(f"{name_of(opened)} is open: its step has not been taken.")
            self.facts.setText(facts_of(opened))
        elif shown is not None:
            name = name_of(shown)
            self.state.setText(f"The run has gone on. This was {name[0].lower()}{name[1:]}.")
            self.facts.setText(facts_of(shown))
        else:
            self.state.setText("")
            self.facts.setText("")
        for part in (self.state, self.facts, self.bar):
            part.setVisible(opened is not None or shown is not None)
        self.how_to.setText(HOW_TO if opened is None else TAKING_APART if self._apart else IN_ONE_PIECE)
        self.pages.setCurrentWidget(self.table if shown is not None else self.how_to)
        self.tabs.setVisible(shown is not None)
        self.table.setEnabled(opened is not None and shown == opened)
        self.tabs.setEnabled(opened is not None and shown == opened)


def name_of(minibatch: MinibatchComputed) -> str:
    """Which minibatch it is, in words; both are counted from 1."""
    return f"Minibatch {minibatch.minibatch + 1} of update {minibatch.update}"


def facts_of(minibatch: MinibatchComputed) -> str:
    """The numbers of a minibatch in one line."""
    facts = [
        f"loss {minibatch.loss:.4g}",
        f"‖G‖ {minibatch.gradient_norm:.3g}",
        f"learning rate {minibatch.learning_rate:.3g}",
    ]
    facts += [] if minibatch.kl is None else [f"KL {minibatch.kl:.2g}"]
    facts += [] if minibatch.clip_fraction is None else [f"clipped {100 * minibatch.clip_fraction:.0f}\u00a0%"]
    return " · ".join(facts).replace("-", MINUS)
