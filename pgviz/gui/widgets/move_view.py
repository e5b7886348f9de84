"""How one sample's π(·|s) would move: a picture, its legend, and a choice of the action's part."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from pgviz.gui.moving import Part, changes, curves, decisions_of, log_prob, parts_of
from pgviz.gui.theme import Theme, set_role
from pgviz.gui.widgets.move_legend import MoveLegend
from pgviz.gui.widgets.move_plot import MoveBars, MoveCurves
from pgviz.gui.widgets.parts import CalmComboBox
from pgviz.gui.widgets.step_axis import MINUS
from pgviz.training.events import CategoricalDecision, EnvironmentFacts, GaussianDecision
from pgviz.training.examination import Examination, Moves

PICK_ONE = "Choose a sample to see how its π(·|s) would move."
SAME_LENGTH = (
    "All three moves are as long as the optimiser's step in the space of weights; they differ in direction alone."
)
LEAST_PLOT = 140  # pixels; what two bands need


class MoveView(QWidget):
    """Bars for a choice among options, curves for a real number.

    Attributes
    ----------
    bars, curves
        The two plots.
    part
        Which part of an action that has several is drawn.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[Part] = []
        self._examination: Examination | None = None
        self.part = CalmComboBox("Part of the action")
        self.part.currentIndexChanged.connect(self._draw)
        self.bars, self.curves, self.legend = MoveBars(), MoveCurves(), MoveLegend()
        self.nothing = QLabel(PICK_ONE, wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter, margin=16)
        self.words = QLabel(SAME_LENGTH, wordWrap=True)
        self.words.setMinimumWidth(10)
        self.stack = QStackedWidget()
        # As high as there is room for: what the plots would like would have a small window scroll.
        self.stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self.stack.setMinimumHeight(LEAST_PLOT)
        for page in (self.nothing, self.bars, self.curves):
            self.stack.addWidget(page)
        for label in (self.nothing, self.words):
            set_role(label, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.part)
        column.addWidget(self.stack, 1)
        column.addWidget(self.legend)
        column.addWidget(self.words)
        set_role(self, "panel")
        self.clear()

    def begin(self, facts: EnvironmentFacts) -> None:
        """Make ready for another environment's actions."""
        self._parts = parts_of(facts)
        self.part.blockSignals(True)
        self.part.clear()
        self.part.addItems([part.name for part in self._parts])
        self.part.blockSignals(False)
        self.part.setVisible(len(self._parts) > 1)
        self.clear()

    def clear(self, words: str = PICK_ONE) -> None:
        """Show nothing but why, or what to do."""
        self._examination = None
        self.nothing.setText(words)
        self.stack.setCurrentWidget(self.nothing)
        self.legend.hide()
        self.words.hide()

    def show_moves(self, examination: Examination) -> None:
        """Draw the moves of an examination that has them."""
        self._examination = examination
        self._draw()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        for each in (self.bars, self.curves, self.legend):
            each.apply_theme(theme)

    def _draw(self, *_: object) -> None:
        examination, index = self._examination, self.part.currentIndex()
        if examination is None or examination.moves is None or not 0 <= index < len(self._parts):
            return
        moves, part = examination.moves, self._parts[index]
        before = part.of(moves.before)
        if isinstance(before, CategoricalDecision):
            self._draw_bars(moves, part)
        elif isinstance(before, GaussianDecision):
            self._draw_curves(examination, moves, part)
        else:
            return
        self._fill_legend(examination, moves, part)

    def _draw_bars(self, moves: Moves, part: Part) -> None:
        if self.stack.currentWidget() is not self.bars or self.bars.rows.shape[1] != len(part.labels):
            self.bars.begin(part.labels)
        drawn = [part.of(each) for each in decisions_of(moves)]
        rows = [each.probabilities_A for each in drawn if isinstance(each, CategoricalDecision)]
        self.bars.show_rows(np.stack(rows).astype(float))
        self.stack.setCurrentWidget(self.bars)

    def _draw_curves(self, examination: Examination, moves: Moves, part: Part) -> None:
        self.curves.begin(part.name)
        self.curves.show_rows(*curves(moves, part), _action(examination, moves, part))
        self.stack.setCurrentWidget(self.curves)

    def _fill_legend(self, examination: Examination, moves: Moves, part: Part) -> None:
        action = examination.actions[moves.sample]
        headings = ["Δ ln π(a|s)", "ln π(a|s)"]
        rows = [["", _signed(log_prob(moves.before, action), ".4f")]]
        for decision, change in zip(decisions_of(moves)[1:], changes(examination), strict=True):
            rows.append([_signed(change, "+.2g"), _signed(log_prob(decision, action), ".4f")])
        drawn = [part.of(each) for each in decisions_of(moves)]
        if isinstance(drawn[0], GaussianDecision):
            headings += ["mean", "ln σ"]
            for row, each in zip(rows, drawn, strict=True):
                assert isinstance(each, GaussianDecision)
                row.append(_signed(float(each.mean_D[part.dimension]), ".4f"))
                row.append(_signed(float(np.log(each.std_D[part.dimension])), ".4f"))
        self.legend.show_rows(headings, rows, isinstance(drawn[0], GaussianDecision))
        self.legend.show()
        self.words.show()


def _action(examination: Examination, moves: Moves, part: Part) -> float | None:
    """The action that was done in the drawn dimension, as the environment counts it; ``None`` within a mixture."""
    decision = moves.before
    if not isinstance(decision, GaussianDecision):
        return None
    sample_D = np.ravel(examination.actions[moves.sample]).astype(float)
    return float(decision.to_action(sample_D)[part.dimension])


def _signed(value: float, form: str) -> str:
    return f"{value:{form}}".replace("-", MINUS)
