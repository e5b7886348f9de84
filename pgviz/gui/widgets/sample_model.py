"""The samples of a minibatch as rows that can be sorted by any of their numbers.

Shape suffix: B samples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pgviz.gui.widgets.step_axis import MINUS
from pgviz.training.examination import Examination

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


@dataclass(frozen=True, slots=True)
class Column:
    """One fact about each sample.

    Parameters
    ----------
    name
        Names the column in code.
    title, tip
        Its heading, and what it means.
    values_B
        By what it is sorted.
    text
        Writes the entry of one sample, counted from 0.
    """

    name: str
    title: str
    tip: str
    values_B: NDArray[Any]
    text: Callable[[int], str]


class SampleModel(QAbstractTableModel):
    """Rows of a table over NumPy columns; sorting moves indices, not data.

    Attributes
    ----------
    columns
        What is shown of each sample.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: Sequence[Column] = ()
        self._order_B: NDArray[np.int64] = np.zeros(0, np.int64)
        self._sorted: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Show other samples, sorted as the last ones were where the columns are the same."""
        same = [each.name for each in columns] == [each.name for each in self.columns]
        self.beginResetModel()
        self.columns = columns
        self._order_B = np.arange(len(columns[0].values_B) if columns else 0)
        if columns and same and self._sorted[0] >= 0:
            self._order_B = self._sort(*self._sorted)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  an empty index is immutable
        """Samples in all."""
        return 0 if parent.isValid() else len(self._order_B)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Facts about each."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """The entry of one cell."""
        if role == Role.DisplayRole:
            return self.columns[index.column()].text(int(self._order_B[index.row()]))
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Role.UserRole:
            return float(self.columns[index.column()].values_B[self._order_B[index.row()]])
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """The heading of a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Role.DisplayRole:
            return self.columns[section].title
        if role == Role.ToolTipRole:
            return self.columns[section].tip
        return Qt.AlignmentFlag.AlignRight if role == Role.TextAlignmentRole else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by one column, equal ones in the order of the minibatch, those without a number last."""
        self._sorted = (column, order)
        if not self.columns or column < 0:
            return
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        samples = [self.sample_at(index.row()) for index in kept]
        self._order_B = self._sort(column, order)
        rows_B = np.argsort(self._order_B)
        moved = [self.index(int(rows_B[s]), each.column()) for s, each in zip(samples, kept, strict=True)]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def sample_at(self, row: int) -> int:
        """Which sample is in a row."""
        return int(self._order_B[row])

    def row_of(self, sample: int) -> int:
        """In which row a sample is."""
        return int(np.flatnonzero(self._order_B == sample)[0])

    def place(self, name: str) -> int:
        """Which column has a name, or −1."""
        return next((index for index, each in enumerate(self.columns) if each.name == name), -1)

    def _sort(self, column: int, order: Qt.SortOrder) -> NDArray[np.int64]:
        keys_B = self.columns[column].values_B.astype(float)
        keys_B = keys_B if order == Qt.SortOrder.AscendingOrder else -keys_B
        return np.argsort(keys_B, kind="stable")


def columns_of(examination: Examination, labels: Sequence[str]) -> list[Column]:
    """What there is to say of each sample, the most telling first.

    Parameters
    ----------
    examination
        Of a minibatch; facts that its algorithm does not have are left out.
    labels
        A name for each of finitely many actions; empty where there are others.
    """
    count = len(examination.advantages_B)
    found = [Column("sample", "#", "Number in the minibatch, from 0", np.arange(count), lambda b: f"{b}")]
    found.append(_action(examination.actions, labels))
    for name, title, tip, digits in _NUMBERS:
        values_B = getattr(examination, name)
        if values_B is not None:
            found.append(Column(name, title, tip, values_B, _number(values_B, digits)))
    if (clipped_B := examination.clipped_B) is not None:
        told = "Whether clipping has cut its pull off: its policy gradient is 0"
        at = [each.name for each in found].index("ratios_B") + 1
        found.insert(at, Column("clipped", "Clipped", told, clipped_B, lambda b: "yes" if clipped_B[b] else ""))
    ago_B, copies_B = examination.steps_ago_B, examination.copies_B
    episodes_B = examination.episodes_B
    found.append(
        Column("episode", "Episode", "Number over all copies", episodes_B, lambda b: f"{episodes_B[b]:,}")
    )
    ago = "Steps of all copies before the end of the rollout; 0 is the last"
    found.append(Column("copy", "Copy", "Which copy of the environment", copies_B, lambda b: f"{copies_B[b] + 1}"))
    found.append(Column("steps_ago", "Steps ago", ago, ago_B, lambda b: f"{ago_B[b]:,}"))
    return found


_NUMBERS = (
    (
        "shares_B",
        "Share",
        "What it adds to the whole gradient along its direction: g·G / G·G; all add up to 100 %",
        -1,
    ),
    ("advantages_B", "Advantage", "As it weighs in the loss: after normalisation", 3),
    ("cosines_B", "cos", "Cosine of the angle between its gradient and the minibatch's", 2),
    ("gradient_norms_B", "‖g‖", "Length of its own part of the minibatch's gradient", 0),
    ("ratios_B", "Ratio", "π(a|s) now, by π(a|s) when it was done", 3),
    ("log_probs_B", "ln π", "ln π(a|s) now", 3),
    ("old_log_probs_B", "ln π old", "ln π(a|s) when it was done", 3),
    ("returns_B", "Return", "What V(s) should have said", 2),
    ("values_B", "V(s)", "What the critic says now", 2),
)


def _number(values_B: NDArray[Any], digits: int) -> Callable[[int], str]:
    """A writer of numbers: so many decimals, three significant digits for 0, per cent for −1."""

    def text(sample: int) -> str:
        value = float(values_B[sample])
        if digits < 0:
            value, unit, form = 100 * value, " %", ".2f"
        else:
            unit, form = "", f".{digits}f" if digits else ".3g"
        written = f"{value:{form}}{unit}"
        return written.replace("-", MINUS)

    return text


def _action(actions: NDArray[Any], labels: Sequence[str]) -> Column:
    tip = "What was drawn, before squashing or clipping"
    if actions.ndim == 1 and actions.dtype.kind in "iu" and labels:
        return Column("action", "Action", "What was done", actions, lambda b: labels[int(actions[b])])
    rows_BD = actions.reshape(len(actions), -1)

    def text(sample: int) -> str:
        entries = ", ".join(f"{entry:.3g}" for entry in rows_BD[sample].tolist())
        return entries.replace("-", MINUS)

    return Column("action", "Action", tip, rows_BD[:, 0], text)
