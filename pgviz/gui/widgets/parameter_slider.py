"""ParameterSlider: one knob, with its name, a slider and a typed entry."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QWidget

from pgviz.gui.theme import set_role, tabular
from pgviz.gui.widgets.parts import caption, fault_label
from pgviz.gui.widgets.slider_scale import SliderScale
from pgviz.gui.widgets.value_entry import ValueEntry
from pgviz.gui.widgets.value_slider import ValueSlider
from pgviz.parameters import Parameter, Value

INTERVAL_MS = 50  # at most twenty requests a second while the handle is dragged
PENDING_TIP = "Asked for; it will be applied {}."


class ParameterSlider(QWidget):
    """A control for one numeric parameter that shows what was applied and asks for what is wanted.

    Parameters
    ----------
    parameter
        The declaration; its kind must be ``"float"`` or ``"integer"``.
    slider_low, slider_high
        A practical part of the range for the slider to cover; the entry takes the whole range.

    Attributes
    ----------
    value_requested
        A person asked for a value (slider, keys, entry or reset); never emitted by :meth:`set_applied`.
    """

    value_requested = Signal(object)

    def __init__(
        self,
        parameter: Parameter,
        slider_low: float | None = None,
        slider_high: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self._scale = SliderScale.of(parameter, slider_low, slider_high)
        self._applied: Value = parameter.default
        self._waiting = False
        self._requested: Value = None
        self._unsent = False
        self._why = ""
        self.label = QLabel(caption(parameter), self)
        self.pending = QLabel(self)
        self.entry = ValueEntry(parameter, self)
        self.slider = ValueSlider(self)
        self.fault = fault_label()
        self._throttle = QTimer(self, singleShot=True, interval=INTERVAL_MS)
        self._lay_out()
        self._connect()
        self._name()
        self.set_applied(parameter.default)

    @property
    def applied(self) -> Value:
        """The value last applied."""
        return self._applied

    @property
    def is_pending(self) -> bool:
        """Whether a change was asked for and has not been applied."""
        return self._waiting

    def set_applied(self, value: Value) -> None:
        """Show a value as applied; emits nothing and leaves a handle that is being dragged alone."""
        self._applied = value
        if self._waiting and value == self._requested:
            self._waiting = False
        self.entry.show_value(value)
        if not self.slider.isSliderDown() and not self._waiting:
            self._move_handle(value)
        self._show_pending()

    def show_request(self, wanted: Value) -> None:
        """Show what is waited for, asked for earlier; emits nothing and leaves a handle that is being dragged."""
        if not self.slider.isSliderDown():
            self._set_requested(wanted)
            self._move_handle(wanted)

    def cancel_request(self) -> None:
        """Forget a change that will not be applied, because it was rejected or the run has ended."""
        self._waiting = False
        self.set_applied(self._applied)

    def set_available(self, available: bool, why: str = "") -> None:
        """Enable or disable the control; `why` is what the tool tip then says."""
        self._why = "" if available else why
        for part in (self.label, self.slider, self.entry):
            part.setEnabled(available)
        if not available:
            self._throttle.stop()
            self._unsent = self._waiting = False
            self._move_handle(self._applied)
        self._show_pending()
        self._show_tool_tips()

    def reset(self) -> None:
        """Ask for the declared default, as the person's double-click does."""
        self._request(self.parameter.default)
        self._move_handle(self.parameter.default)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.pending, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.entry, 0, 2)
        grid.addWidget(self.slider, 1, 0, 1, 3)
        grid.addWidget(self.fault, 2, 0, 1, 3)
        grid.setColumnStretch(1, 1)
        self.pending.setFont(tabular(self.pending.font()))
        set_role(self.pending, "mark")
        self.entry.setFixedWidth(QFontMetrics(self.entry.font()).horizontalAdvance("0.0000000") + 24)
        self.label.setBuddy(self.entry)

    def _connect(self) -> None:
        self.slider.valueChanged.connect(self._slide)
        self.slider.sliderReleased.connect(self._release)
        self.slider.reset_requested.connect(self.reset)
        self.entry.value_typed.connect(self._type)
        self.entry.message_changed.connect(self._show_fault)
        self._throttle.timeout.connect(self._flush)
        for part in (self, self.slider, self.label):
            part.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            part.customContextMenuRequested.connect(self._open_menu)

    def _name(self) -> None:
        self.setObjectName(f"parameter-{self.parameter.name}")
        self.slider.setAccessibleName(f"{self.parameter.label}, slider")
        self.entry.setAccessibleName(f"{self.parameter.label}, value")
        for part in (self.slider, self.entry):
            part.setAccessibleDescription(self.parameter.help)
        self._show_tool_tips()

    def _show_tool_tips(self) -> None:
        unit = f" {self.parameter.unit}" if self.parameter.unit else ""
        text = self._why or f"<p>{self.parameter.help}</p><p>Enter {self.parameter.range_text}{unit}.</p>"
        for part in (self, self.label, self.slider):
            part.setToolTip(text)
        self.entry.set_hint(text)

    def _move_handle(self, value: Value) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(self._scale.position(value) if isinstance(value, int | float) else 0)

    def _slide(self, position: int) -> None:
        value = self._scale.value(position)
        self._set_requested(value)
        if self._throttle.isActive():
            self._unsent = True
        else:
            self._send()

    def _release(self) -> None:
        self._flush()
        if not self._waiting:
            self._move_handle(self._applied)

    def _type(self, value: Value) -> None:
        self._request(value)
        self._move_handle(value)

    def _show_fault(self, message: str) -> None:
        self.fault.setText(f"Must be {self.parameter.range_text}." if message else "")
        self.fault.setVisible(bool(message))

    def _request(self, value: Value) -> None:
        self._set_requested(value)
        self._send()

    def _set_requested(self, value: Value) -> None:
        self._requested = value
        self._waiting = value != self._applied
        self._show_pending()

    def _flush(self) -> None:
        if self._unsent:
            self._send()

    def _send(self) -> None:
        self._unsent = False
        self._throttle.start()
        self.value_requested.emit(self._requested)

    def _show_pending(self) -> None:
        text = f"→ {self.parameter.format(self._requested)}" if self._waiting else ""
        if text != self.pending.text():
            self.pending.setText(text)
            boundary = f"at the next {self.parameter.live}" if self.parameter.live else "soon"
            self.pending.setToolTip(PENDING_TIP.format(boundary) if text else "")

    def _open_menu(self, position: QPoint) -> None:
        menu = self._menu()
        sender = self.sender()
        menu.popup((sender if isinstance(sender, QWidget) else self).mapToGlobal(position))

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        action = menu.addAction(f"Reset to default ({self.parameter.format(self.parameter.default)})")
        action.setEnabled(self.slider.isEnabled())
        action.triggered.connect(self.reset)
        return menu
