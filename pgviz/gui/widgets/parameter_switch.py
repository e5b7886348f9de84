"""ParameterSwitch: one knob that is either on or off."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QWidget

from pgviz.gui.widgets.plain_knob import PlainKnob
from pgviz.parameters import Parameter, Value

ON_OFF = ("on", "off")


class ParameterSwitch(PlainKnob):
    """A control for one flag.

    Parameters
    ----------
    parameter
        The declaration; its kind must be ``"flag"``.
    words
        What is shown beside the box while it is ticked, and while it is not.
    """

    def __init__(
        self, parameter: Parameter, words: tuple[str, str] = ON_OFF, parent: QWidget | None = None
    ) -> None:
        if parameter.kind != "flag":
            raise ValueError(f"{parameter.name} is no flag, so it can have no switch")
        self.box, self._words = QCheckBox(), words
        super().__init__(parameter, self.box, parent)
        self.box.toggled.connect(self.ask)

    def word(self, value: Value) -> str:
        """How a value is written."""
        return self._words[0] if value else self._words[1]

    def _put(self, wanted: Value) -> None:
        self.box.setChecked(bool(wanted))
        self.box.setText(self.word(self.applied))
