"""What the knobs without a slider have in common: a name, a small editor, and the change that is waited for."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from pgviz.gui.theme import set_role
from pgviz.gui.widgets.parameter_slider import PENDING_TIP
from pgviz.gui.widgets.parts import caption
from pgviz.parameters import Parameter, Value


class PlainKnob(QWidget):
    """A control in one row that shows what was applied and asks for what is wanted.

    It behaves like a :class:`~pgviz.gui.widgets.parameter_slider.ParameterSlider`. A subclass makes its editor,
    has it call :meth:`ask`, and says how a value is shown in it.

    Parameters
    ----------
    parameter
        The declaration.
    editor
        What a person turns.

    Attributes
    ----------
    value_requested
        A person asked for a value; never emitted by :meth:`set_applied`.
    """

    value_requested = Signal(object)

    def __init__(self, parameter: Parameter, editor: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter, self._editor = parameter, editor
        self._applied: Value = parameter.default
        self._requested: Value = None
        self.is_pending = False
        self.label = QLabel(caption(parameter), self)
        self.pending = QLabel(self)
        self._lay_out()
        self.set_available(True)
        self.set_applied(parameter.default)

    @abstractmethod
    def word(self, value: Value) -> str:
        """How a value is written."""

    @abstractmethod
    def _put(self, wanted: Value) -> None:
        """Show a value in the editor, whose signals are blocked."""

    @property
    def applied(self) -> Value:
        """The value last applied."""
        return self._applied

    def ask(self, wanted: Value) -> None:
        """Ask for a value, as a person does."""
        self._requested = wanted
        self.is_pending = wanted != self._applied
        self._show()
        self.value_requested.emit(wanted)

    def set_applied(self, value: Value) -> None:
        """Show a value as applied, unless another is being waited for; emits nothing."""
        self._applied = value
        if self.is_pending and value == self._requested:
            self.is_pending = False
        self._show()

    def show_request(self, wanted: Value) -> None:
        """Show what is waited for, asked for earlier; emits nothing."""
        self._requested, self.is_pending = wanted, wanted != self._applied
        self._show()

    def cancel_request(self) -> None:
        """Forget a change that will not be applied, because it was rejected or the run has ended."""
        self.is_pending = False
        self._show()

    def set_available(self, available: bool, why: str = "") -> None:
        """Enable or disable the control; `why` is what the tool tip then says."""
        for part in (self.label, self._editor):
            part.setEnabled(available)
        if not available:
            self.cancel_request()
        text = f"<p>{self.parameter.help}</p>" if available else why
        for each in (self, self.label, self._editor):
            each.setToolTip(text)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.label)
        row.addStretch(1)
        row.addWidget(self.pending)
        row.addWidget(self._editor)
        set_role(self.pending, "mark")
        self.label.setBuddy(self._editor)
        self.setObjectName(f"parameter-{self.parameter.name}")
        self._editor.setAccessibleName(self.parameter.label)
        self._editor.setAccessibleDescription(self.parameter.help)

    def _show(self) -> None:
        with QSignalBlocker(self._editor):
            self._put(self._requested if self.is_pending else self._applied)
        self.pending.setText(f"→ {self.word(self._requested)}" if self.is_pending else "")
        boundary = f"at the next {self.parameter.live}" if self.parameter.live else "soon"
        self.pending.setToolTip(PENDING_TIP.format(boundary) if self.is_pending else "")
