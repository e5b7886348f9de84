"""The banner: one sentence across the top of the window when something could not be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from pgviz.gui.widgets.parts import push_button, tool_button


class Banner(QFrame):
    """Shows a fault without taking the window away from the person.

    Attributes
    ----------
    restart_requested
        The run is to be set up again.
    dismissed
        The banner was closed.
    """

    restart_requested = Signal()
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.message = QLabel(wordWrap=True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.details_button = push_button("Details")
        self.details_button.setCheckable(True)
        self.restart_button = push_button("Restart", "Set the same run up again")
        self.dismiss_button = tool_button("✕", "Dismiss")
        self.details = QPlainTextEdit(readOnly=True)
        self.details.setVisible(False)
        self.details.setFixedHeight(180)
        self.details_button.toggled.connect(self.details.setVisible)
        self.restart_button.clicked.connect(self.restart_requested)
        self.dismiss_button.clicked.connect(self.dismissed)
        self._arrange()

    def show_failure(self, message: str, details: str = "", restart: bool = True) -> None:
        """Show a fault.

        Parameters
        ----------
        message
            One sentence that says what to do.
        details
            A traceback, or empty.
        restart
            Whether setting the run up again is offered.
        """
        self.message.setText(message)
        self.details.setPlainText(details)
        self.details_button.setChecked(False)
        self.details_button.setVisible(bool(details))
        self.restart_button.setVisible(restart)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.message, 1)
        for button in (self.details_button, self.restart_button, self.dismiss_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 6, 6)
        column.addLayout(row)
        column.addWidget(self.details)
