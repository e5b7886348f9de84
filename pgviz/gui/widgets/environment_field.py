"""An entry for an environment id, completed over what is registered."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QCompleter, QVBoxLayout, QWidget

from pgviz.gui.widgets.parts import CalmComboBox, fault_label
from pgviz.parameters import unknown
from pgviz.training.events import EnvironmentListing


class EnvironmentField(QWidget):
    """Chooses an environment; one that cannot run yet is shown faint, with the reason.

    Attributes
    ----------
    chosen
        Another id was picked, or typed and confirmed.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reasons: dict[str, str] = {}
        self._announced = ""
        self._items = QStandardItemModel(self)
        self.combo = self._make_combo()
        self._confirm_when_left()
        self.message = fault_label()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.combo)
        column.addWidget(self.message)
        self.setFocusProxy(self.combo)

    def id(self) -> str:
        """The id as it stands in the entry."""
        return self.combo.currentText().strip()

    @property
    def is_valid(self) -> bool:
        """Whether an id stands there that may be one, as far as is known yet."""
        return bool(self.id()) and not why_not(self.id(), self._reasons)

    def set_id(self, environment: str) -> None:
        """Show an id without saying that it was chosen."""
        self._announced = environment
        self.combo.setEditText(environment)
        self._explain()

    def set_environments(self, environments: tuple[EnvironmentListing, ...]) -> None:
        """Offer these; those that can run come first."""
        current = self.combo.currentText()
        self._reasons = {each.id: "" if each.available else each.reason for each in environments}
        self.combo.blockSignals(True)
        self._items.clear()
        for each in sorted(environments, key=lambda each: (not each.available, each.id.lower())):
            item = QStandardItem(each.id)
            item.setEnabled(each.available)
            item.setToolTip(each.reason)
            self._items.appendRow(item)
        self.combo.setCurrentIndex(-1)
        self.combo.setEditText(current)
        self.combo.blockSignals(False)
        self._explain()

    def _make_combo(self) -> QComboBox:
        combo = CalmComboBox("Environment")
        combo.setEditable(True)
        combo.setModel(self._items)
        combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(12)
        combo.setToolTip("A Gymnasium id, such as CartPole-v1, or module:Id for one that a module registers.")
        completer = QCompleter(self._items, combo)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        combo.setCompleter(completer)
        combo.activated.connect(self._announce)
        completer.activated.connect(self._announce)
        combo.editTextChanged.connect(self._explain)
        return combo

    def _confirm_when_left(self) -> None:
        entry = self.combo.lineEdit()
        if entry is not None:
            entry.editingFinished.connect(self._announce)

    def _announce(self) -> None:
        environment = self.id()
        if environment and environment != self._announced:
            self._announced = environment
            self.chosen.emit(environment)

    def _explain(self) -> None:
        reason = why_not(self.id(), self._reasons)
        self.message.setText(reason)
        self.message.setVisible(bool(reason))


def why_not(environment: str, listed: Mapping[str, str]) -> str:
    """Why no run can be made of an id, such as that there is no such environment; empty where one perhaps can.

    Parameters
    ----------
    environment
        What was typed. An id that names its module is left to whoever imports that.
    listed
        The newest version of each environment, and why it cannot run; nothing where they are not known yet.
    """
    if not environment or not listed or ":" in environment:
        return ""
    if environment in listed:
        return listed[environment]
    name, version = _parted(environment)
    newer = [each for each in listed if _parted(each)[0] == name and _parted(each)[1] > version >= 0]
    if newer:  # an old version is not listed and may be there
        return listed[newer[0]]
    namespace, slash, _ = name.rpartition("/")
    family = [reason for each, reason in listed.items() if slash and each.startswith(namespace + slash)]
    if family and all(family):  # of a family whose package is missing a few are listed for all
        return family[0]
    return unknown("environment", environment, listed)


def _parted(environment: str) -> tuple[str, int]:
    """Name and version; −1 where there is none."""
    match = re.fullmatch(r"(.+)-v(\d+)", environment)
    return (match[1], int(match[2])) if match else (environment, -1)
