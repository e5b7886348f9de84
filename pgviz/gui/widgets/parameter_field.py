"""An entry for one declared parameter: text, a choice or a tick, checked by its declaration as it is typed."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from pgviz.errors import UsageError
from pgviz.gui.widgets.parts import CalmComboBox, fault_label, in_words
from pgviz.parameters import Parameter, Value


def describe(parameter: Parameter) -> str:
    """A tool tip that says what a parameter does and what it may be, as rich text."""
    unit = f" {parameter.unit}" if parameter.unit else ""
    facts = f"{parameter.range_text}. Default {parameter.format(parameter.default)}{unit}."
    return f"<p>{escape(parameter.help)}</p><p>{escape(facts[0].upper() + facts[1:])}</p>"


class ParameterField(QWidget):
    """Edits the value of one parameter.

    Parameters
    ----------
    parameter
        Its declaration.
    parent
        The Qt owner.

    Attributes
    ----------
    edited
        Something was typed or chosen; it may not be valid.
    """

    edited = Signal()

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self.editor = self._make_editor()
        self.editor.setToolTip(describe(parameter))
        self.editor.setAccessibleName(parameter.label)
        self.message = fault_label()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.editor)
        column.addWidget(self.message)
        self.set_value(parameter.default)

    def set_value(self, value: Value) -> None:
        """Show a value without saying that it was edited."""
        self.editor.blockSignals(True)
        if isinstance(self.editor, QCheckBox):
            self.editor.setChecked(bool(value))
        elif isinstance(self.editor, QComboBox):
            self.editor.setCurrentIndex(self.editor.findData(value))
        else:
            self.editor.setText(self.parameter.format(value))
        self.editor.blockSignals(False)
        self._check()

    def value(self) -> Value:
        """The value entered.

        Raises
        ------
        UsageError
            Where the declaration rules it out.
        """
        if isinstance(self.editor, QCheckBox):
            return self.editor.isChecked()
        if isinstance(self.editor, QComboBox):
            return self.parameter.validate(self.editor.currentData())
        return self.parameter.parse(self.editor.text())

    @property
    def is_valid(self) -> bool:
        """Whether :meth:`value` can be read."""
        return not self._fault()

    def _make_editor(self) -> QCheckBox | QComboBox | QLineEdit:
        if self.parameter.kind == "flag":
            tick = QCheckBox("On")
            tick.toggled.connect(self._on_edited)
            return tick
        if self.parameter.kind == "choice":
            choice = CalmComboBox(self.parameter.label)
            for word in self.parameter.choices:
                choice.addItem(in_words(word), word)
            choice.currentTextChanged.connect(self._on_edited)
            return choice
        entry = QLineEdit()
        entry.textChanged.connect(self._on_edited)
        return entry

    def _on_edited(self) -> None:
        self._check()
        self.edited.emit()

    def _fault(self) -> str:
        try:
            self.value()
        except UsageError:
            return f"Must be {self.parameter.range_text}."
        return ""

    def _check(self) -> None:
        fault = self._fault()
        self.message.setText(fault)
        self.message.setVisible(bool(fault))
        self.editor.setProperty("invalid", bool(fault))
        self.editor.style().unpolish(self.editor)
        self.editor.style().polish(self.editor)
