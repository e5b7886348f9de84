"""One finding of the doctor's: what was seen, what to do, and the evidence beside it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pgviz.gui.theme import SPACING, Theme, set_role, sized
from pgviz.gui.widgets.evidence_plot import EvidencePlot
from pgviz.gui.widgets.parts import tool_button
from pgviz.session.doctor import Finding

NARROW = 400
# Told apart by their words as well as by their colours.
WORDS = {"error": ("mistake", "chip-error"), "warning": ("warning", "chip-warn")}


class FindingCard(QFrame):
    """Title, sentence, advice and evidence.

    Parameters
    ----------
    finding
        What is shown.

    Attributes
    ----------
    look_requested
        The step at which it was found is to be looked back at.
    """

    look_requested = Signal(int)

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding
        self.plot = EvidencePlot(finding.evidence)
        self.look_button = tool_button(
            f"Look at step {finding.step:,}",
            f"Look back at the end of update {finding.update:,}",
        )
        self.look_button.clicked.connect(lambda: self.look_requested.emit(finding.step))
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        self._row.setSpacing(2 * SPACING)
        self._row.addLayout(self._words(), 3)
        self._row.addWidget(self.plot, 2)

    def minimumSizeHint(self) -> QSize:
        """Less than words and evidence take side by side: they can stand one below the other."""
        return QSize(NARROW // 2, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the evidence below the words where there is no room beside them."""
        super().resizeEvent(event)
        narrow = event.size().width() < NARROW
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def _words(self) -> QVBoxLayout:
        title = QLabel(self.finding.title, wordWrap=True)
        title.setFont(sized(title.font(), 1.05, bold=True))
        seen, advice = QLabel(self.finding.sentence, wordWrap=True), QLabel(self.finding.advice, wordWrap=True)
        set_role(advice, "muted")
        column = QVBoxLayout()
        column.setSpacing(SPACING // 2)
        column.addLayout(self._head())
        column.addWidget(title)
        for label in (seen, advice):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        column.addStretch(1)
        return column

    def _head(self) -> QHBoxLayout:
        word, role = WORDS[self.finding.severity]
        chip = QLabel(word)
        set_role(chip, role)
        head = QHBoxLayout()
        head.addWidget(chip, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        head.addWidget(self.look_button)
        return head

    def apply_theme(self, theme: Theme) -> None:
        """Draw the evidence in a theme's colours."""
        self.plot.apply_theme(theme)
