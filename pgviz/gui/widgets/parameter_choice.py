"""ParameterChoice: one knob that is one of a few words."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QWidget

from pgviz.gui.widgets.parts import CalmComboBox, in_words
from pgviz.gui.widgets.plain_knob import PlainKnob
from pgviz.parameters import Parameter, Value


class ParameterChoice(PlainKnob):
    """A control for one choice.

    Parameters
    ----------
    parameter
        The declaration; its kind must be ``"choice"``.
    """

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        if parameter.kind != "choice":
            raise ValueError(f"{parameter.name} is no choice among words")
        self.box = CalmComboBox(parameter.label)
        self.box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for choice in parameter.choices:
            self.box.addItem(in_words(choice), choice)
        super().__init__(parameter, self.box, parent)
        self.box.activated.connect(lambda index: self.ask(self.box.itemData(index)))

    def word(self, value: Value) -> str:
        """How a value is written."""
        return in_words(str(value))

    def _put(self, wanted: Value) -> None:
        self.box.setCurrentIndex(self.box.findData(wanted))
