"""MissingKnob: the place of a knob that the present algorithm does not have."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from pgviz.gui.widgets.parts import caption
from pgviz.parameters import Parameter


class MissingKnob(QWidget):
    """A greyed name, and in few words that there is nothing to turn; the tool tip says why.

    Parameters
    ----------
    parameter
        The declaration, from an algorithm that has it.
    algorithm
        The title of the one that does not.
    why
        One sentence.
    """

    def __init__(self, parameter: Parameter, algorithm: str, why: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel(caption(parameter), self)
        self.note = QLabel(f"none in {algorithm}", self)
        self.setObjectName(f"missing-{parameter.name}")
        self.setAccessibleName(f"{parameter.label}, {self.note.text()}")
        self.setAccessibleDescription(why)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        row.addWidget(self.note)
        for part in (self.label, self.note):
            part.setEnabled(False)
        # Of the row as a whole, since greyed labels leave the pointer to what they lie on.
        self.setToolTip(why)
