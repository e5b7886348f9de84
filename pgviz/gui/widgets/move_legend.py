"""What the four distributions of the microscope are, and what each makes of the action that was done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized
from pgviz.gui.widgets.move_plot import FADED, draw_bar, pen_of

TITLES = (
    "π as it is",
    "after the sample's gradient alone",
    "after the whole minibatch's gradient",
    "after the step",
)
SHORT = ("π as it is", "sample alone", "minibatch", "optimiser's step")
SAMPLE = 20.0
GAP = 12.0
LINE = 3  # pixels between two rows


class MoveLegend(QWidget):
    """Four rows: a sample of the bar or line, what it is, and numbers under their headings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._headings: Sequence[str] = ()
        self._rows: Sequence[Sequence[str]] = ((), (), (), ())
        self._lines = False
        self.setFont(sized(self.font(), 0.9))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Four distributions")

    def show_rows(self, headings: Sequence[str], rows: Sequence[Sequence[str]], lines: bool) -> None:
        """Show these numbers, a row for each distribution; with samples of lines rather than of bars."""
        self._headings, self._rows, self._lines = headings, rows, lines
        told = [f"{name}: {', '.join(row)}" for name, row in zip(SHORT, rows, strict=True)]
        self.setAccessibleDescription(f"{', '.join(headings)}. {'; '.join(told)}")
        self.setToolTip("\n".join(TITLES))
        self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Five rows of text."""
        return QSize(220, 5 * (self.fontMetrics().height() + LINE))

    def minimumSizeHint(self) -> QSize:
        """As high as that, however narrow."""
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw headings and rows; columns that there is no room for are left out from the right."""
        painter = QPainter(self)
        painter.setOpacity(1.0 if self.isEnabled() else FADED)
        metrics, height = QFontMetricsF(self.font()), self.fontMetrics().height() + LINE
        names = max(metrics.horizontalAdvance(name) for name in SHORT) + SAMPLE + 2 * GAP
        lefts = self._columns(metrics, names)
        right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
        middle = Qt.AlignmentFlag.AlignVCenter
        for column, (begin, width) in enumerate(lefts):
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(QRectF(begin, 0, width, height), right | middle, self._headings[column])
            painter.setPen(QColor(self._theme.text))
            for row, texts in enumerate(self._rows):
                painter.drawText(QRectF(begin, (row + 1) * height, width, height), right | middle, texts[column])
        for row, name in enumerate(SHORT):
            y = (row + 1) * height
            self._draw_sample(painter, QRectF(2, y, SAMPLE, height), row)
            painter.setPen(QColor(self._theme.text))
            painter.drawText(QRectF(SAMPLE + GAP, y, names, height), left | middle, name)
        painter.end()

    def _columns(self, metrics: QFontMetricsF, begin: float) -> list[tuple[float, float]]:
        found = []
        for column, heading in enumerate(self._headings):
            texts = [heading, *(row[column] for row in self._rows if len(row) > column)]
            width = max(metrics.horizontalAdvance(text) for text in texts) + 2
            if begin + width > self.width():
                break
            found.append((begin, width))
            begin += width + GAP
        return found

    def _draw_sample(self, painter: QPainter, room: QRectF, row: int) -> None:
        if self._lines:
            painter.setPen(pen_of(row, self._theme))
            painter.drawLine(QLineF(room.left(), room.center().y(), room.right(), room.center().y()))
        else:
            draw_bar(painter, room.adjusted(3, 3, -3, -4), row, self._theme)
