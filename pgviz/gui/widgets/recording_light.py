"""The light that says that a recording is being made: a red dot, the word, the size so far and the space left."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from pgviz.session.recorded import RecordingState

DOT = 10  # pixels across
RED = "#e5342b"  # seen on a light and on a dark bar
ALMOST_FULL = 200e6  # bytes; a few minutes of pictures


def size_text(size: float) -> str:
    """Bytes in a unit that fits: ``850 kB``, ``3.2 MB``, ``74.1 GB``."""
    if size < 1e6:
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"


class RecordingLight(QWidget):
    """Hidden unless a recording is being made."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(6)
        row.addWidget(_Dot())
        row.addWidget(self.label)
        self.hide()

    def show_state(self, state: RecordingState) -> None:
        """Show how the recording stands."""
        left = f"{size_text(state.free)} left"
        almost = " (almost full)" if state.free < ALMOST_FULL else ""
        dropped = f", {state.frames_dropped:,} pictures dropped" if state.frames_dropped else ""
        self.label.setText(f"Recording {size_text(state.size)}, {left}{almost}{dropped}")
        tip = f"Recording into {state.path}\nSize so far, and the space that the disk has left. Ctrl+R stops it."
        self.setToolTip(tip)
        self.setVisible(state.active)


class _Dot(QWidget):
    """A red dot."""

    def sizeHint(self) -> QSize:
        return QSize(DOT, DOT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(QColor(RED))
            painter.setPen(QColor(RED))
            area = QRectF(0.5, (self.height() - DOT) / 2 + 0.5, DOT - 1, DOT - 1)
            painter.drawEllipse(area)
