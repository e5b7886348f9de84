"""What to do with the open minibatch, and how far to go on then."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from pgviz.gui.theme import set_role
from pgviz.gui.widgets.parts import CalmComboBox
from pgviz.session.commands import Command, Intervene, Play, StepMinibatch, StepUpdate
from pgviz.training.interventions import Judgement, JudgeMinibatch

THEN: tuple[tuple[str, Command], ...] = (
    ("next minibatch", StepMinibatch()),
    ("end of update", StepUpdate()),
    ("play on", Play()),
)


class JudgementBar(QWidget):
    """Apply, skip, flip the sign, or drop the selected samples; then go on.

    Attributes
    ----------
    decided
        The intervention (``None`` for an ordinary step), and the command by which the run goes on.
    """

    decided = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selected: tuple[int, ...] = ()
        self.apply = self._button("Apply", "Take the step as the optimiser would", None)
        set_role(self.apply, "primary")
        self.skip = self._button("Skip", "Take no step for this minibatch", "skip")
        self.flip = self._button("Flip sign", "Take the step with the gradient's sign reversed", "flip")
        self.drop = self._button("Drop", "Take the step without the selected samples", "drop")
        self.then = CalmComboBox("What comes then")
        self.then.addItems([words for words, _ in THEN])
        self.then.setToolTip("How far the run goes on after each of these")
        self.then.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.then.setMinimumWidth(90)
        self.then.setMaximumWidth(180)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(4)
        for button in (self.apply, self.skip, self.flip, self.drop):
            row.addWidget(button)
        row.addWidget(QLabel("then"))
        row.addWidget(self.then, 1)
        row.addStretch(0)
        self.set_selected(())

    def set_selected(self, samples: tuple[int, ...]) -> None:
        """Say which samples would be dropped."""
        self._selected, count = samples, len(samples)
        self.drop.setText(f"Drop ({count})" if count else "Drop")
        self.drop.setEnabled(bool(count))

    def _button(self, text: str, tip: str, judgement: Judgement | None) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(f"{tip}, and go on")
        button.setStyleSheet("QPushButton { padding: 4px 6px; }")
        button.clicked.connect(lambda _checked=False: self._decide(judgement))
        return button

    def _decide(self, judgement: Judgement | None) -> None:
        samples = self._selected if judgement == "drop" else ()
        intervention = None if judgement is None else Intervene(JudgeMinibatch(judgement, samples))
        self.decided.emit(intervention, THEN[self.then.currentIndex()][1])
