"""ParameterSwitch: one knob that is either on or off."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QWidget

from pgviz.gui.theme import set_role
from pgviz.gui.widgets.parameter_slider import PENDING_TIP
from pgviz.parameters import Parameter, Value

ON_OFF = ("on", "off")


class ParameterSwitch(QWidget):
    """A control for one flag that shows what was applied and asks for what is wanted.

    It behaves like a :class:`~pgviz.gui.widgets.parameter_slider.ParameterSlider`.

    Parameters
    ----------
    parameter
        The declaration; its kind must be ``"flag"``.
    words
        What is shown beside the box while it is ticked, and while it is not.

    Attributes
    ----------
    value_requested
        A person asked for a value; never emitted by :meth:`set_applied`.
    """

    value_requested = Signal(object)

    def __init__(
        self, parameter: Parameter, words: tuple[str, str] = ON_OFF, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        if parameter.kind != "flag":
            raise ValueError(f"{parameter.name} is no flag, so it can have no switch")
        self.parameter, self._words = parameter, words
        self._applied: Value = parameter.default
        self._requested: Value = None
        self.is_pending = False
        self.label = QLabel(parameter.label, self)
        self.pending = QLabel(self)
        self.box = QCheckBox(self)
        self._lay_out()
        self.box.toggled.connect(self._ask)
        self.set_available(True)
        self.set_applied(parameter.default)

    @property
    def applied(self) -> Value:
        """The value last applied."""
        return self._applied

    def set_applied(self, value: Value) -> None:
        """Show a value as applied, unless another is being waited for; emits nothing."""
        self._applied = value
        if self.is_pending and value == self._requested:
            self.is_pending = False
        self._show()

    def cancel_request(self) -> None:
        """Forget a change that will not be applied, because it was rejected or the run has ended."""
        self.is_pending = False
        self._show()

    def set_available(self, available: bool, why: str = "") -> None:
        """Enable or disable the control; `why` is what the tool tip then says."""
        for part in (self.label, self.box):
            part.setEnabled(available)
        if not available:
            self.cancel_request()
        text = f"<p>{self.parameter.help}</p>" if available else why
        for each in (self, self.label, self.box):
            each.setToolTip(text)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(8)
        row.addWidget(self.label)
        row.addStretch(1)
        row.addWidget(self.pending)
        row.addWidget(self.box)
        set_role(self.pending, "mark")
        self.label.setBuddy(self.box)
        self.setObjectName(f"parameter-{self.parameter.name}")
        self.box.setAccessibleName(self.parameter.label)
        self.box.setAccessibleDescription(self.parameter.help)

    def _ask(self, wanted: bool) -> None:
        self._requested = wanted
        self.is_pending = wanted != self._applied
        self._show()
        self.value_requested.emit(wanted)

    def _show(self) -> None:
        with QSignalBlocker(self.box):
            self.box.setChecked(bool(self._requested if self.is_pending else self._applied))
        self.box.setText(self._word(self._applied))
        self.pending.setText(f"→ {self._word(self._requested)}" if self.is_pending else "")
        boundary = f"at the next {self.parameter.live}" if self.parameter.live else "soon"
        self.pending.setToolTip(PENDING_TIP.format(boundary) if self.is_pending else "")

    def _word(self, value: Value) -> str:
        return self._words[0] if value else self._words[1]
