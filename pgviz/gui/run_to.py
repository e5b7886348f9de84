"""The small window that asks how far to go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import set_role
from pgviz.gui.widgets.parts import CalmComboBox
from pgviz.session.commands import Command, LookBack, RunTo
from pgviz.session.notices import RunState

Unit = Literal["step", "episode", "update"]
MOST = 2_000_000_000
PAST = "This step has been taken: it will be looked back at."
AHEAD = {
    "step": "The run stops when so many environment steps have been taken, over all copies.",
    "episode": "The run stops when that episode has ended; episodes are counted over all copies.",
    "update": "The run stops when that update has been applied.",
}


class RunToDialog(QDialog):
    """Asks for a step, an episode or an update.

    A step that has been taken already is looked back at.

    Parameters
    ----------
    model
        Says how far the run has come.
    post
        Given the command.
    parent
        The window.
    """

    def __init__(self, model: RunModel, post: Callable[[Command], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Run to")
        self._model, self._post = model, post
        self.unit = CalmComboBox("What to run to")
        # A run that has ended can only be looked back into.
        self._goes_on = model.state in (RunState.PAUSED, RunState.PLAYING)
        units = get_args(Unit) if self._goes_on else ("step",)
        self.unit.addItems([each.capitalize() for each in units])
        self.number = QSpinBox(maximum=MOST if self._goes_on else max(model.step, 1))
        self.number.setGroupSeparatorShown(True)
        self.number.setAccessibleName("Number")
        self.note = QLabel(wordWrap=True)
        set_role(self.note, "muted")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self._go)
        self.buttons.rejected.connect(self.close)
        self.unit.currentIndexChanged.connect(self._offer)
        self.number.valueChanged.connect(self._say)
        self._arrange()
        self._offer()

    def _arrange(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.addRow("Run to", self.unit)
        form.addRow("Number", self.number)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.note)
        column.addWidget(self.buttons)
        self.note.setMinimumHeight(2 * self.note.fontMetrics().lineSpacing())
        self.setMinimumWidth(320)

    @property
    def _unit(self) -> Unit:
        return get_args(Unit)[self.unit.currentIndex()]  # type: ignore[no-any-return]

    def _offer(self) -> None:
        """Suggest the next one of a kind, and rule out those that have passed."""
        reached = self._reached(self._unit)
        self.number.setMinimum(1 if self._unit == "step" else reached + 1)
        self.number.setValue(_further(reached) if self._unit == "step" else reached + 1)  # or the most there is
        self.number.selectAll()
        self._say()

    def _reached(self, unit: Unit) -> int:
        model = self._model
        return {"step": model.step, "episode": len(model.episodes), "update": len(model.updates)}[unit]

    def _say(self) -> None:
        past = self._unit == "step" and self.number.value() <= self._model.step
        self.note.setText(PAST if past else AHEAD[self._unit])
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Look back" if past else "Run")

    def _go(self) -> None:
        number = self.number.value()
        past = self._unit == "step" and number <= self._model.step
        self._post(LookBack(number) if past else RunTo(self._unit, number))
        self.close()


def _further(step: int) -> int:
    """A round number of steps beyond those taken."""
    return (step // 1000 + 1) * 1000
