"""The table of a minibatch's samples."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from pgviz.gui.theme import LIGHT, Theme, sized
from pgviz.gui.widgets.sample_model import Column, SampleModel

WIDEST = 160  # pixels of a column
PAD = 16
MEASURED = 64  # rows by which the widths of columns are found


class SampleTable(QTableView):
    """Rows that can be sorted by clicking a heading, and of which several can be chosen.

    Attributes
    ----------
    sample_chosen
        The sample in the current row, counted from 0.
    """

    sample_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = SampleModel(self)
        self._shares, self._plain = ShareDelegate(self), QStyledItemDelegate(self)
        self.setModel(self.rows)
        self.setFont(sized(self.font(), 0.92))
        self._set_manners()
        self.setAccessibleName("Samples of the minibatch")

    def _set_manners(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.DescendingOrder)
        rows, heads = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setDefaultSectionSize(QFontMetrics(self.font()).height() + 6)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads.setHighlightSections(False)
        heads.setSortIndicatorClearable(True)
        self.selectionModel().currentRowChanged.connect(self._say_current)

    def minimumSizeHint(self) -> QSize:
        """Less than Qt would take, so that the dock can be narrow."""
        return QSize(120, 80)

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Show other samples; widths stay where the columns do."""
        same = [each.name for each in columns] == [each.name for each in self.rows.columns]
        self.rows.show_columns(columns)
        if not same:
            self._fit_columns(columns)

    def chosen(self) -> tuple[int, ...]:
        """The samples whose rows are selected, in increasing order."""
        return tuple(sorted(self.rows.sample_at(index.row()) for index in self.selectionModel().selectedRows()))

    def choose(self, sample: int) -> None:
        """Make one sample the current one, and the only one selected."""
        index = self.rows.index(self.rows.row_of(sample), 0)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._shares.colour = theme.series[0]
        self.setStyleSheet(
            f"QTableView {{ background: {theme.panel}; color: {theme.text}; border: none; }}"
            f"QTableView:disabled {{ color: {theme.disabled}; }}"
            f"QTableView::item {{ padding: 0 6px; }}"
            f"QTableView::item:selected {{ background: {theme.selection}; color: {theme.text}; }}"
            f"QTableView::item:selected:disabled {{ background: {theme.raised}; color: {theme.disabled}; }}"
            "QAbstractScrollArea::corner { background: transparent; border: none; }"
        )

    def _fit_columns(self, columns: Sequence[Column]) -> None:
        metrics, heads = QFontMetrics(self.font()), QFontMetrics(self.horizontalHeader().font())
        for place, column in enumerate(columns):
            shown = range(min(MEASURED, len(column.values_B)))
            widest = max((metrics.horizontalAdvance(column.text(each)) for each in shown), default=0)
            # The heading needs room for the sign that says which way it is sorted.
            needed = max(widest + PAD, heads.horizontalAdvance(column.title) + PAD + 16)
            self.setColumnWidth(place, min(needed, WIDEST))
            self.setItemDelegateForColumn(place, self._shares if column.name == "shares_B" else self._plain)

    def _say_current(self, current: QModelIndex) -> None:
        if current.isValid():
            self.sample_chosen.emit(self.rows.sample_at(current.row()))


class ShareDelegate(QStyledItemDelegate):
    """Lays a bar over a share of the gradient: to the right of the middle for one that helps, else to the left."""

    colour = LIGHT.series[0]

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the number, and the bar under it in proportion to the largest."""
        super().paint(painter, option, index)
        model = index.model()
        if not isinstance(model, SampleModel):
            return
        values_B = model.columns[index.column()].values_B
        largest = float(abs(values_B).max()) or 1.0
        room = QRectF(option.rect)
        length = float(index.data(Qt.ItemDataRole.UserRole)) / largest * (room.width() / 2 - 4)
        middle = room.center().x()
        bar = QRectF(min(middle, middle + length), room.bottom() - 3, abs(length), 2)
        colour = QColor(self.colour)
        if not option.state & QStyle.StateFlag.State_Enabled:
            colour.setAlphaF(0.35)
        painter.fillRect(bar, colour)
