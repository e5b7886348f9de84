"""ValueEntry: a field that takes what a parameter's declaration can read."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from pgviz.errors import UsageError
from pgviz.gui.theme import tabular
from pgviz.parameters import Parameter, Value


class ValueEntry(QLineEdit):
    """A line edit that shows an applied value and offers a typed one.

    Parameters
    ----------
    parameter
        Reads and writes the text.

    Attributes
    ----------
    value_typed
        A valid value was confirmed by Return or by leaving the field.
    message_changed
        What is wrong with the text, or empty.
    """

    value_typed = Signal(object)
    message_changed = Signal(str)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self._shown: Value = None
        self.message = ""
        self._hint = ""
        self.setFont(tabular(self.font()))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.textEdited.connect(self._check)
        self.editingFinished.connect(self._finish)

    @property
    def is_being_edited(self) -> bool:
        """Whether a person has typed something that is not confirmed yet."""
        return self.isModified()

    def show_value(self, value: Value) -> None:
        """Show an applied value, unless a person is typing."""
        self._shown = value
        if not self.is_being_edited:
            self.setText(self.parameter.format(value))

    def set_hint(self, hint: str) -> None:
        """What the tool tip says while the text is valid."""
        self._hint = hint
        self.setToolTip(self.message or hint)

    def event(self, event: QEvent) -> bool:
        """Keep Escape from the window's shortcuts while there is something to give up."""
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        gives_up = is_escape and (self.is_being_edited or bool(self.message))
        if gives_up and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives up what was typed."""
        if event.key() == Qt.Key.Key_Escape and (self.is_being_edited or self.message):
            self._revert()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field gives up what cannot be used."""
        super().focusOutEvent(event)
        if self.message and event.reason() != Qt.FocusReason.PopupFocusReason:
            self._revert()

    def _revert(self) -> None:
        self.setText(self.parameter.format(self._shown))
        self._set_message("")

    def _check(self, text: str) -> None:
        try:
            self.parameter.parse(text)
        except UsageError as error:
            self._set_message(str(error))
        else:
            self._set_message("")

    def _finish(self) -> None:
        if not self.is_being_edited or self.message:
            return
        self.setModified(False)
        value = self.parameter.parse(self.text())
        self.setText(self.parameter.format(self._shown))
        self.value_typed.emit(value)

    def _set_message(self, message: str) -> None:
        self.message = message
        self.setToolTip(message or self._hint)
        if self.property("invalid") != bool(message):
            self.setProperty("invalid", bool(message))
            self.style().unpolish(self)
            self.style().polish(self)
            self.message_changed.emit(message)
