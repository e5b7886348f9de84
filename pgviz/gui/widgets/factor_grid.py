"""Many small distributions, one for each of the choices that make up an action.

Shape suffixes: A options of one factor, X points of a curve.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from pgviz.gui.theme import LIGHT, Theme, set_role, sized
from pgviz.gui.widgets.distribution_plot import Table
from pgviz.gui.widgets.drawn_export import DrawnExport
from pgviz.gui.widgets.factor_cells import COLUMNS, Cell, DensityCell, OptionsCell
from pgviz.training.events import ActionFactor, Decision

LEAST_WIDTH, LEAST_HEIGHT, MOST_HEIGHT = 104, 66, 220
GAP = 14  # pixels between two columns


class FactorGrid(QWidget):
    """A cell per factor, or per dimension of a real vector: as many side by side as there is room for.

    It paints all of them itself: a plot each would cost more than the rest of the window. What does not fit is
    scrolled to; only cells in sight are drawn.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.cells: list[Cell] = []
        self._columns = 1
        set_role(self, "panel")
        DrawnExport(self, "factors", self.table, lambda: self._theme)

    def table(self) -> Table:
        """What is drawn, as columns: a row for each option of a choice, and for each point of a density."""
        rows = [row for cell in self.cells for row in cell.rows()]
        return {name: [row.get(name) for row in rows] for name in COLUMNS if any(name in row for row in rows)}

    def begin(self, factors: Sequence[ActionFactor]) -> None:
        """Make ready for a policy over these factors."""
        self.cells = [cell for index, factor in enumerate(factors) for cell in _cells(index, factor)]
        self.setAccessibleName(f"Distribution of each of {len(self.cells)} parts of the action")
        self._arrange()

    def show_factors(self, factors: Sequence[Decision]) -> None:
        """Draw what each factor chose, and out of what."""
        for cell in self.cells:
            cell.show(factors[cell.factor])
        self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand as many side by side as there is room for."""
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells in sight."""
        painter = QPainter(self)
        painter.setFont(sized(self.font(), 0.85))
        for index, cell in enumerate(self.cells):
            at = self.place(index)
            if at.intersects(event.rect()):
                cell.draw(painter, QRectF(at), self._theme)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Say what is under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.describe(event.pos()), self)
            return True
        return super().event(event)

    def describe(self, at: QPoint) -> str:
        """What there is at one point, in words; empty where there is nothing."""
        for index, cell in enumerate(self.cells):
            if (place := self.place(index)).contains(at):
                return cell.describe((at.x() - place.x()) / max(place.width(), 1))
        return ""

    def place(self, index: int) -> QRect:
        """Where a cell is, in pixels."""
        width = (self.width() - (self._columns - 1) * GAP) / self._columns
        height = min(self.height() / self._rows(), MOST_HEIGHT)
        row, column = divmod(index, self._columns)
        top, bottom = round(row * height), round((row + 1) * height)
        return QRect(round(column * (width + GAP)), top, round(width), bottom - top)

    def _rows(self) -> int:
        return max(-(-len(self.cells) // self._columns), 1)

    def _arrange(self) -> None:
        needed = max((cell.width_wanted() for cell in self.cells), default=0)
        room = max(LEAST_WIDTH, needed) + GAP
        self._columns = min(max((self.width() + GAP) // room, 1), max(len(self.cells), 1))
        # No more than it takes for so few rows, so that the last row is not left half empty.
        self._columns = max(-(-len(self.cells) // self._rows()), 1)
        self.setMinimumHeight(self._rows() * LEAST_HEIGHT if self.cells else 0)
        self.update()


def _cells(index: int, factor: ActionFactor) -> list[Cell]:
    if not factor.low:
        return [OptionsCell(index, factor.name, factor.labels)]
    return [
        DensityCell(index, label, dimension, factor.low[dimension], factor.high[dimension])
        for dimension, label in enumerate(factor.labels)
    ]
