"""The banner: one sentence across the top of the window when something could not be done."""

from __future__ import annotations

import qtawesome
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from pgviz.gui.theme import Theme
from pgviz.gui.widgets.parts import push_button, tool_button

# Characters; an environment may say anything at any length, and the window has to stay a window.
LONGEST_MESSAGE = 500
DETAILS_HEIGHT = 180  # pixels


class _Sentence(QLabel):
    """Wrapped text that is always as tall as it needs at its width; a tool bar does not ask for that."""

    def __init__(self) -> None:
        super().__init__(wordWrap=True)
        # What an environment says is no markup.
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    def fit(self) -> None:
        """Take the height of the text."""
        # A label never asks for less than its minimum: without this it would keep the tallest height it ever had.
        self.setMinimumHeight(0)
        self.setFixedHeight(max(self.heightForWidth(self.width()), 20))


class _Details(QPlainTextEdit):
    """Text that hangs from the banner over the panels, so that no small window has to grow for it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, readOnly=True, tabChangesFocus=True)
        self.setAccessibleName("Details of the fault")
        self.hide()

    def hang_from(self, banner: QWidget) -> None:
        """Take the place below the banner, in front of all else."""
        window = banner.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        corner = banner.mapTo(window, banner.rect().bottomLeft())
        self.setGeometry(corner.x(), corner.y() + 1, banner.width(), DETAILS_HEIGHT)
        self.raise_()
        self.show()


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
        self.sign = QLabel()
        self.message = _Sentence()
        self.details_button = push_button("Details")
        self.details_button.setCheckable(True)
        self.restart_button = push_button("Restart", "Set the same run up again")
        self.dismiss_button = tool_button("✕", "Dismiss")
        self.details = _Details(self)
        self.details_button.toggled.connect(self._place_details)
        self.restart_button.clicked.connect(self.restart_requested)
        self.dismiss_button.clicked.connect(self.dismissed)
        self._arrange()

    def show_failure(self, message: str, details: str = "", restart: bool = True) -> None:
        """Show a fault.

        Parameters
        ----------
        message
            One sentence that says what to do; the end of a very long one is found in the details.
        details
            A traceback, or empty.
        restart
            Whether setting the run up again is offered.
        """
        if len(message) > LONGEST_MESSAGE:
            details = f"{message}\n\n{details}".rstrip()
            message = f"{message[:LONGEST_MESSAGE]} …"
        self.message.setText(message)
        self.message.fit()
        self.details.setPlainText(details)
        self.details_button.setChecked(False)
        self.details_button.setVisible(bool(details))
        self.restart_button.setVisible(restart)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have the details as wide."""
        super().resizeEvent(event)
        self._place_details()

    def hideEvent(self, event: QHideEvent) -> None:
        """Take the details away as well."""
        super().hideEvent(event)
        self.details_button.setChecked(False)

    def _place_details(self) -> None:
        if self.details_button.isChecked() and self.isVisible():
            self.details.hang_from(self)
            QWidget.setTabOrder(self.details_button, self.details)
        else:
            self.details.hide()

    def apply_theme(self, theme: Theme) -> None:
        """Take on a theme's colours."""
        self.sign.setPixmap(qtawesome.icon("mdi6.alert-circle", color=theme.error).pixmap(20, 20))
        self.setStyleSheet(
            f"#banner {{ background: {theme.panel}; border: 1px solid {theme.border};"
            f" border-left: 4px solid {theme.error}; border-radius: 4px; }}"
        )

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.sign)
        row.addWidget(self.message, 1)
        for button in (self.details_button, self.restart_button, self.dismiss_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 6, 6)
        column.addLayout(row)
