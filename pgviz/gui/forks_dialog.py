"""The small window that asks what is to be different in a fork."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from pgviz.gui.moving import Part, parts_of
from pgviz.gui.panels.unavailable import why_not
from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import set_role
from pgviz.gui.what_if import places, span, trial_at
from pgviz.gui.widgets.parameter_field import ParameterField
from pgviz.gui.widgets.parts import CalmComboBox, caption, indented, scrolling
from pgviz.hyperparameters import declaration
from pgviz.parameters import Value
from pgviz.session.commands import Command, Fork, Pause
from pgviz.session.notices import RunState
from pgviz.training.events import Decision, GaussianDecision

AS_DRAWN = "as the policy draws it"
# What people change most stands first.
FIRST = ("learning_rate", "initial_std", "entropy_coefficient")
NOTHING = "Nothing differs: the fork will do what the run does."
HEIGHT = 300


class ForkDialog(QDialog):
    """Asks for another first action, and other hyperparameters; what is left as it is does not differ.

    Parameters
    ----------
    model
        Says where the run is, and what is in force there.
    post
        Given the command.
    parent
        The window.

    Attributes
    ----------
    part, option, number
        Which part of the action, what it is to be, and for a real number its value.
    fields
        The entries of the hyperparameters by name.
    note, buttons
        What the fork will differ in, and the buttons.
    """

    def __init__(self, model: RunModel, post: Callable[[Command], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._model, self._post = model, post
        self._values = _values_at(model)
        self._parts: list[Part] = parts_of(model.environment) if model.environment else []
        self.part, self.option = CalmComboBox("Part of the action"), CalmComboBox("First action")
        self.number = indented(QDoubleSpinBox(decimals=3))
        self.number.setAccessibleName("First action, value")
        self.fields: dict[str, ParameterField] = {}
        self.note = QLabel(wordWrap=True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Fork")
        self._make_fields()
        self._arrange()
        self._connect()
        self._offer_actions()
        self.setWindowTitle(f"Fork at step {self._step:,}")
        self._say()

    def _make_fields(self) -> None:
        model = self._model
        if model.started is None:
            return
        declared = declaration(model.started.config.algorithm).parameters
        live = [name for name, each in declared.items() if each.live]
        for name in sorted(live, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST)):
            if why_not(name, model.started, RunState.PAUSED, self._values):
                continue
            field = ParameterField(declared[name])
            field.set_value(self._values[name])
            field.edited.connect(self._say)
            self.fields[name] = field

    def _arrange(self) -> None:
        inside = QWidget()
        form = QFormLayout(inside)
        form.setContentsMargins(0, 0, 8, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        action = QHBoxLayout()
        action.setSpacing(6)
        for each in (self.part, self.option, self.number):
            action.addWidget(each)
        form.addRow("First action", action)
        for field in self.fields.values():
            form.addRow(caption(field.parameter), field)
        set_role(self.note, "muted")
        self.note.setMinimumHeight(3 * self.note.fontMetrics().lineSpacing())
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        area = scrolling(inside)
        area.setMinimumHeight(HEIGHT)
        area.setMinimumWidth(inside.minimumSizeHint().width() + area.verticalScrollBar().sizeHint().width())
        column.addWidget(area, 1)
        column.addWidget(self.note)
        column.addWidget(self.buttons)
        self.resize(440, 460)

    def _connect(self) -> None:
        self.part.addItems([part.name for part in self._parts])
        self.part.setVisible(len(self._parts) > 1)
        self.part.currentIndexChanged.connect(lambda _: self._offer_actions())
        self.option.currentIndexChanged.connect(lambda _: self._say())
        self.number.valueChanged.connect(lambda _: self._say())
        self.buttons.accepted.connect(self._fork)
        self.buttons.rejected.connect(self.close)

    @property
    def _step(self) -> int:
        cursor = self._model.debug.cursor
        return cursor.step if cursor is not None else self._model.step

    @property
    def _decision(self) -> Decision | None:
        detail = self._model.shown.detail if self._model.shown else None
        return None if detail is None else detail.decision

    @property
    def _part(self) -> Part | None:
        index = self.part.currentIndex()
        return self._parts[index] if 0 <= index < len(self._parts) else None

    def _offer_actions(self) -> None:
        """Offer what the state that is shown allows."""
        part, decision = self._part, self._decision
        self.option.blockSignals(True)
        self.option.clear()
        self.option.addItem(AS_DRAWN, None)
        is_number = part is not None and not part.labels
        self.number.setVisible(is_number)
        if part is not None and decision is not None:
            own = part.of(decision)
            if is_number:
                self.option.addItem("this value", -1.0)
                low, high = span(own, part) if isinstance(own, GaussianDecision) else (part.low, part.high)
                self.number.setRange(low, high)
                self.number.setSingleStep((high - low) / 20)
            else:
                for place in places(own, part):
                    self.option.addItem(part.labels[round(place)], place)
        self.option.blockSignals(False)
        self._say()

    def _sample(self) -> tuple[float, ...] | None:
        """The action to be taken first; ``None`` for what is drawn."""
        part, decision, place = self._part, self._decision, self.option.currentData()
        if place is None or part is None or decision is None:
            return None
        return trial_at(decision, part, self.number.value() if not part.labels else float(place)).sample

    def _changed(self) -> dict[str, Value]:
        """The hyperparameters that were given other values."""
        valid = {name: field.value() for name, field in self.fields.items() if field.is_valid}
        return {name: value for name, value in valid.items() if value != self._values[name]}

    def _say(self) -> None:
        """Say what will differ, and whether that can be done."""
        self.number.setEnabled(self.option.currentData() is not None)
        words = []
        if self.option.currentData() is not None and (part := self._part) is not None:
            chosen = self.option.currentText() if part.labels else f"{part.name} {self.number.value():.3g}"
            words.append(f"the first action ({chosen})")
        for name, value in self._changed().items():
            parameter = self.fields[name].parameter
            change = f"{parameter.format(self._values[name])} → {parameter.format(value)}"
            words.append(f"{parameter.label[0].lower()}{parameter.label[1:]} {change}")
        self.note.setText(f"Differs in {', '.join(words)}." if words else NOTHING)
        valid = all(field.is_valid for field in self.fields.values())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(valid)

    def _fork(self) -> None:
        self._post(Fork(self._sample(), tuple(self._changed().items())))
        self.close()


def ask_what_differs(model: RunModel, post: Callable[[Command], None], window: QWidget) -> ForkDialog:
    """Hold the run, and open the small window."""
    if model.state is RunState.PLAYING:
        post(Pause())
    dialog = ForkDialog(model, post, window)
    dialog.show()
    return dialog


def _values_at(model: RunModel) -> dict[str, Value]:
    """The hyperparameters in force at the moment that is looked at."""
    cursor = model.debug.cursor
    if cursor is None or model.config is None:
        return dict(model.values)
    if cursor.values is not None:
        return dict(cursor.values)
    before = {mark.name: mark.value for mark in model.marks if mark.step < cursor.step}
    return {**model.config.hyperparameters, **before}
