"""SectionTree: many named values under headings, cheap to change all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from pgviz.gui.inspection import Section
from pgviz.gui.theme import sized, tabular
from pgviz.gui.widgets.step_axis import MINUS

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Name", "Value")
# Pixels: of the names, of names and values where three columns of numbers are beside them, and of one of these.
NAMES, NARROW_NAMES, VALUES, NUMBERS = 240, 164, 96, 74
TOP = 0  # the internal id of headings; that of a row is one more than its section's number


class SectionModel(QAbstractItemModel):
    """Sections and their rows; only what is looked at is put into words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sections: Sequence[Section] = ()
        self.captions: tuple[str, ...] = COLUMNS
        self._orders: list[Sequence[int]] = []
        self._sorting = (0, Qt.SortOrder.AscendingOrder)

    def set_sections(self, sections: Sequence[Section]) -> bool:
        """Show these; says whether there are other headings, columns or numbers of rows than before."""
        same = [_outline(each) for each in sections] == [_outline(each) for each in self.sections]
        if not same:
            self.beginResetModel()
        self.sections = sections
        widest = max((each.beside for each in sections), key=len, default=())
        self.captions = (*COLUMNS, *(caption for caption, _ in widest))
        self._orders = [self._order(each) for each in sections]
        if not same:
            self.endResetModel()
            return True
        for place, section in enumerate(sections):
            parent = self.index(place, 0)
            if section.values is not None and len(section.values):
                self.dataChanged.emit(
                    self.index(0, 0, parent), self.index(len(section.values) - 1, len(self.captions) - 1, parent)
                )
        return False

    def entry(self, index: Index) -> tuple[str, ...] | None:
        """Name and value of a row, in words, and what belongs beside it; ``None`` for a heading."""
        if index.internalId() == TOP:
            return None
        place = index.internalId() - 1
        section, row = self.sections[place], self._orders[place][index.row()]
        beside = (text_of(values[row], 4) for _, values in section.beside)
        return section.name(row), text_of(section.values[row]), *beside

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Qt's handle of a heading or row."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else TOP)

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """The heading that a row is under."""
        if not index.isValid() or index.internalId() == TOP:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, TOP)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many headings, or rows under one."""
        if not parent.isValid():
            return len(self.sections)
        is_heading = parent.internalId() == TOP and parent.column() == 0
        return len(self.sections[parent.row()].values) if is_heading else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Name and value, and what any section has beside them."""
        return len(self.captions)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What Qt asks of one cell."""
        if role == Qt.ItemDataRole.DisplayRole:
            entry = self.entry(index)
            if entry is None:
                return self.sections[index.row()].title if index.column() == 0 else ""
            return entry[index.column()] if index.column() < len(entry) else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.data(index)
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, QFontMetrics(QGuiApplication.font()).height() + 5)
        if role == Qt.ItemDataRole.FontRole:
            font = QGuiApplication.font()
            return sized(font, 1.0, bold=True) if index.internalId() == TOP else tabular(font)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The columns' captions."""
        return self.captions[section] if role == Qt.ItemDataRole.DisplayRole else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the rows under each heading: by place, or by value where those are numbers."""
        self._sorting = (column, order)
        self.layoutAboutToBeChanged.emit()
        self._orders = [self._order(each) for each in self.sections]
        self.layoutChanged.emit()

    def _order(self, section: Section) -> Sequence[int]:
        column, order = self._sorting
        columns = [section.values, *(values for _, values in section.beside)]
        count, values = len(section.values), columns[min(max(column, 1), len(columns)) - 1]
        ascending = order == Qt.SortOrder.AscendingOrder
        if column == 0 or not all(isinstance(each, float | int | np.number) for each in values[:1]):
            return range(count) if ascending else range(count - 1, -1, -1)
        try:
            places = np.argsort(np.asarray(values, float), kind="stable")
        except ValueError:  # words among the numbers
            return range(count)
        return [int(each) for each in (places if ascending else places[::-1])]


class SectionTree(QTreeView):
    """Sections that fold, with rows that can be sorted and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sections = SectionModel(self)
        self.setModel(self.sections)
        self._folded: set[str] = set()
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setIndentation(14)
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.resizeSection(0, NAMES)
        # Elsewhere the arrow is at the left, beside captions that are at the right.
        header.setStyleSheet(
            "QHeaderView::up-arrow, QHeaderView::down-arrow { subcontrol-position: center right; left: -4px; }"
        )
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.collapsed.connect(lambda index: self._folded.add(index.data()))
        self.expanded.connect(lambda index: self._folded.discard(index.data()))

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Show these; what a person has folded stays folded."""
        if not self.sections.set_sections(sections):
            return
        self._fit_columns()
        folded = set(self._folded)
        for place, section in enumerate(sections):
            index = self.sections.index(place, 0)
            self.setFirstColumnSpanned(place, QModelIndex(), True)
            self.setExpanded(index, section.title not in folded)

    def _fit_columns(self) -> None:
        """Leave room for numbers beside the values, where there are some."""
        further = self.sections.columnCount() - len(COLUMNS)
        header = self.header()
        header.resizeSection(0, NARROW_NAMES if further else NAMES)
        for column in range(1, 1 + further):  # the last one takes what is left
            header.resizeSection(column, VALUES if column == 1 else NUMBERS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy what is selected."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selected()
        else:
            super().keyPressEvent(event)

    def copy_selected(self) -> None:
        """Put the selected rows on the clipboard, or all of them where none is."""
        selected = self.selectionModel().selectedRows()
        indexes: Iterable[QModelIndex] = sorted(selected, key=_place) if selected else self._all_rows()
        entries = [entry for index in indexes if (entry := self.sections.entry(index)) is not None]
        QGuiApplication.clipboard().setText("\n".join("\t".join(entry) for entry in entries))

    def _all_rows(self) -> Iterable[QModelIndex]:
        for place in range(self.sections.rowCount()):
            parent = self.sections.index(place, 0)
            for row in range(self.sections.rowCount(parent)):
                yield self.sections.index(row, 0, parent)


def text_of(value: Any, digits: int = 5) -> str:
    """A value in few letters: a number with so many significant digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}".replace("-", MINUS)
    return f"{float(value):.{digits}g}".replace("-", MINUS)


def _outline(section: Section) -> tuple[str, int, tuple[str, ...]]:
    """What must be laid out anew where it changes."""
    return section.title, len(section.values), tuple(caption for caption, _ in section.beside)


def _place(index: QModelIndex) -> tuple[int, int]:
    return (index.internalId(), index.row())
