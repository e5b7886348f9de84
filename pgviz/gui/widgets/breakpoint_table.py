"""BreakpointTable: the breakpoints that are set, which of them are enabled, and how often they were hit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized, tabular
from pgviz.session.breakpoints import Breakpoint

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Breakpoint", "Hits")
BREAKPOINT, HITS = range(len(COLUMNS))


class BreakpointModel(QAbstractTableModel):
    """One row per breakpoint.

    Attributes
    ----------
    stopped
        The numbers of those at which the run stands.
    toggled
        A breakpoint as a person wants it: enabled, or not any more.
    """

    toggled = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.breakpoints: Sequence[Breakpoint] = ()
        self._hits: Mapping[int, int] = {}
        self.stopped: Set[int] = frozenset()
        self._theme = LIGHT

    def show(self, breakpoints: Sequence[Breakpoint], hits: Mapping[int, int], stopped: Set[int]) -> None:
        """Show these; the run stands at those whose numbers are in `stopped`."""
        if [each.id for each in breakpoints] != [each.id for each in self.breakpoints]:
            self.beginResetModel()
            self.breakpoints, self._hits, self.stopped = breakpoints, dict(hits), stopped
            self.endResetModel()
        elif (breakpoints, hits, stopped) != (self.breakpoints, self._hits, self.stopped):
            self.breakpoints, self._hits, self.stopped = breakpoints, dict(hits), stopped
            self.dataChanged.emit(self.index(0, 0), self.index(len(breakpoints) - 1, len(COLUMNS) - 1))

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many breakpoints."""
        return 0 if parent.isValid() else len(self.breakpoints)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """The breakpoint, and its hits."""
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The columns' captions."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return (Qt.AlignmentFlag.AlignRight if section == HITS else Qt.AlignmentFlag.AlignLeft).value
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Each can be selected, and switched on and off."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == BREAKPOINT else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What Qt asks of one cell."""
        shown = self.breakpoints[index.row()]
        is_stopped = shown.id in self.stopped
        is_hits = index.column() == HITS
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{self._hits.get(shown.id, 0):,}" if is_hits else words(shown)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{words(shown)}\nThe run stands here." if is_stopped else words(shown)
        if role == Qt.ItemDataRole.CheckStateRole and not is_hits:
            return Qt.CheckState.Checked if shown.enabled else Qt.CheckState.Unchecked
        return self._look(role, is_stopped, shown.enabled, is_hits)

    def _look(self, role: int, is_stopped: bool, is_enabled: bool, is_hits: bool) -> Any:
        if role == Qt.ItemDataRole.BackgroundRole and is_stopped:
            return QColor(self._theme.selection)
        if role == Qt.ItemDataRole.ForegroundRole and not is_enabled and not is_stopped:
            return QColor(self._theme.disabled)
        if role == Qt.ItemDataRole.FontRole:
            font = QGuiApplication.font()
            return sized(font, 1.0, bold=True) if is_stopped else tabular(font)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if is_hits else Qt.AlignmentFlag.AlignLeft
            return (side | Qt.AlignmentFlag.AlignVCenter).value
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for a breakpoint to be switched on or off; it is shown once it is."""
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        shown = self.breakpoints[index.row()]
        self.toggled.emit(replace(shown, enabled=not shown.enabled))
        return True


class BreakpointTable(QTableView):
    """The table of breakpoints.

    Attributes
    ----------
    change_requested
        A breakpoint is to be changed.
    remove_requested
        The number of a breakpoint that is to be removed.
    """

    change_requested = Signal(object)
    remove_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = BreakpointModel(self)
        self.setModel(self.rows)
        self.setAccessibleName("Breakpoints")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(BREAKPOINT, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(HITS, QHeaderView.ResizeMode.Fixed)
        self.setColumnWidth(HITS, self.fontMetrics().horizontalAdvance("1,000,000") + 16)
        self.doubleClicked.connect(lambda _: self.change_selected())

    def show_breakpoints(
        self, breakpoints: Sequence[Breakpoint], hits: Mapping[int, int], stopped: Set[int]
    ) -> None:
        """Show these, and bring the first of those at which the run has just stopped into sight."""
        has_stopped = stopped and stopped != self.rows.stopped
        self.rows.show(breakpoints, hits, stopped)
        places = [row for row, each in enumerate(breakpoints) if each.id in stopped]
        if has_stopped and places:
            self.scrollTo(self.rows.index(places[0], BREAKPOINT))

    @property
    def selected(self) -> Breakpoint | None:
        """The breakpoint of the row that is selected."""
        rows = self.selectionModel().selectedRows()
        return self.rows.breakpoints[rows[0].row()] if rows else None

    def change_selected(self) -> None:
        """Ask for the selected breakpoint to be changed."""
        if self.selected is not None:
            self.change_requested.emit(self.selected)

    def remove_selected(self) -> None:
        """Ask for the selected breakpoint to be removed."""
        if self.selected is not None:
            self.remove_requested.emit(self.selected.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes and Return changes the selected breakpoint."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_selected()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.change_selected()
        else:
            super().keyPressEvent(event)


def words(breakpoint: Breakpoint) -> str:
    """A breakpoint in one line."""
    parts = [breakpoint.title] if breakpoint.title else []
    parts.append(breakpoint.condition)
    if breakpoint.after_hits:
        parts.append(f"after {breakpoint.after_hits:,} hits")
    if breakpoint.one_shot:
        parts.append("once")
    if breakpoint.log_message is not None:
        parts.append(f"logs “{breakpoint.log_message}”")
    return "  ·  ".join(parts)
