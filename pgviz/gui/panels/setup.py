"""The set-up panel: everything that decides the next run, built from the declarations."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from pgviz.config import RUN_PARAMETERS, RunConfig
from pgviz.errors import UsageError
from pgviz.gui.run_control import new_seed
from pgviz.gui.theme import set_role
from pgviz.gui.widgets.environment_field import EnvironmentField
from pgviz.gui.widgets.parameter_field import ParameterField, describe
from pgviz.gui.widgets.parts import CalmComboBox, caption, label, push_button, scrolling, tool_button
from pgviz.hyperparameters import algorithms, declaration
from pgviz.parameters import Group, Parameter
from pgviz.session.notices import EnvironmentsListed

# The headings under which hyperparameters stand, in order.
HEADINGS: dict[Group, str] = {
    "Learning": "Learning",
    "Exploration": "Exploration",
    "Policy": "Policy network",
    "Environment": "Observations and rewards",
    "Teaching": "Teaching",
}
LABEL_WIDTH = 148  # the groups' fields stand under one another


class SetupPanel(QWidget):
    """Edits a :class:`RunConfig`.

    Attributes
    ----------
    start_requested
        A run is wanted: its configuration, and whether it should play at once.
    groups
        The boxes in which the algorithm's own parameters stand, by what they are about.
    """

    start_requested = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.environment = EnvironmentField()
        self.algorithm = CalmComboBox("Algorithm")
        self.summary = QLabel(wordWrap=True)
        self.fields: dict[str, ParameterField] = {}
        self.defaults_button = push_button("Defaults", "Go back to what suits this environment")
        self.prepare_button = push_button("Apply", "Set this run up and wait for Play")
        self.play_button = push_button("Apply and play", "Set this run up and train at once")
        self.groups = {group: QGroupBox(heading) for group, heading in HEADINGS.items()}
        self._offered = ""
        self._fill_algorithms()
        self._inside = QWidget()
        self._arrange()
        self._connect()
        self.show_config(RunConfig.create())

    def show_config(self, config: RunConfig) -> None:
        """Put a configuration into the fields."""
        self._shown = config
        self.environment.set_id(config.environment)
        self.algorithm.blockSignals(True)
        self.algorithm.setCurrentIndex(self.algorithm.findData(config.algorithm))
        self.algorithm.blockSignals(False)
        self._offer_algorithm(config.algorithm)
        for name, field in self.fields.items():
            field.set_value(config.value(name))
        self._allow_start()

    def show_run(self, config: RunConfig) -> None:
        """Put the configuration of a run that has begun into the fields, unless another is being typed there."""
        if not self._is_edited(config):
            self.show_config(config)

    def _is_edited(self, begun: RunConfig) -> bool:
        try:
            return self.config() not in (self._shown, begun)
        except UsageError:
            return True

    def config(self) -> RunConfig:
        """The configuration that the fields describe.

        Raises
        ------
        UsageError
            Where a field is not valid.
        """
        values = {name: field.value() for name, field in self.fields.items()}
        return RunConfig.create(self.environment.id(), self.algorithm.currentData(), **values)

    def set_environments(self, listed: EnvironmentsListed) -> None:
        """Offer what is registered."""
        self.environment.set_environments(listed.environments)
        self._allow_start()

    def load_preset(self) -> None:
        """Fill in what suits the environment and algorithm chosen; the seed stays."""
        seed = self.fields["seed"]
        kept: dict[str, object] = {"seed": seed.value()} if seed.is_valid else {}
        environment = self.environment.id() or RunConfig.create().environment
        self.show_config(RunConfig.create(environment, self.algorithm.currentData(), **kept))

    def _fill_algorithms(self) -> None:
        for each in algorithms():
            self.algorithm.addItem(each.title, each.name)
        set_role(self.summary, "muted")

    def _connect(self) -> None:
        self.environment.chosen.connect(self.load_preset)
        self.environment.combo.editTextChanged.connect(self._allow_start)
        self.algorithm.currentIndexChanged.connect(self.load_preset)
        self.defaults_button.clicked.connect(self.load_preset)
        self.prepare_button.clicked.connect(lambda: self.start_requested.emit(self.config(), False))
        self.play_button.clicked.connect(lambda: self.start_requested.emit(self.config(), True))

    def _offer_algorithm(self, name: str) -> None:
        declared = declaration(name)
        self.summary.setText(declared.summary)
        if self._offered == name:
            return
        self._offered = name
        for group, box in self.groups.items():
            self._empty(box)
            own = [each for each in declared.parameters.values() if each.group == group]
            self._add_fields(_form(box), own)
            box.setVisible(bool(own))
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Have Tab go as the eye does; the algorithm's fields, made last, would be reached after the buttons."""
        fields = [
            each
            for each in self._inside.findChildren(QWidget)  # from the top down, as they were laid out
            if each.focusPolicy() & Qt.FocusPolicy.TabFocus
            and each.focusProxy() is None
            and each.window() is self.window()
        ]
        for before, after in pairwise([*fields, self.defaults_button, self.prepare_button, self.play_button]):
            QWidget.setTabOrder(before, after)

    def _empty(self, group: QGroupBox) -> None:
        for field in group.findChildren(ParameterField):
            self.fields.pop(field.parameter.name, None)
        form = group.layout()
        while form is not None and isinstance(form, QFormLayout) and form.rowCount():
            form.removeRow(0)

    def _add_fields(self, form: QFormLayout, parameters: Iterable[Parameter]) -> None:
        for parameter in parameters:
            field = ParameterField(parameter)
            field.edited.connect(self._allow_start)
            self.fields[parameter.name] = field
            name = label(caption(parameter), describe(parameter))
            name.setBuddy(field.editor)
            name.setMinimumWidth(LABEL_WIDTH)
            form.addRow(name, self._with_dice(field) if parameter.name == "seed" else field)

    def _with_dice(self, field: ParameterField) -> QWidget:
        dice = tool_button("⚄", "Another seed")
        dice.setAccessibleName("Another seed")
        dice.clicked.connect(lambda: field.set_value(new_seed()))
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(field, 1)
        layout.addWidget(dice, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _allow_start(self) -> None:
        valid = self.environment.is_valid and all(field.is_valid for field in self.fields.values())
        self.prepare_button.setEnabled(valid)
        self.play_button.setEnabled(valid)

    def _arrange(self) -> None:
        run_group = QGroupBox("Run")
        form = _form(run_group)
        form.addRow("Environment", self.environment)
        form.addRow("Algorithm", self.algorithm)
        form.addRow(self.summary)
        self._add_fields(form, RUN_PARAMETERS.values())
        column = QVBoxLayout(self._inside)
        for group in (run_group, *self.groups.values()):
            column.addWidget(group)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(self._inside), 1)
        outer.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        set_role(self.play_button, "primary")
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 8)
        row.addWidget(self.defaults_button)
        row.addStretch(1)
        row.addWidget(self.prepare_button)
        row.addWidget(self.play_button)
        return row


def _form(group: QGroupBox) -> QFormLayout:
    """The form of a group, made on first use."""
    form = group.layout()
    if not isinstance(form, QFormLayout):
        form = QFormLayout(group)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
    return form
