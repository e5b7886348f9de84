"""Small parts that several panels are put together from."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from pgviz.gui.theme import set_role
from pgviz.parameters import Parameter


class CalmComboBox(QComboBox):
    """A choice that the wheel changes only when it has the focus, so that a panel can be scrolled past it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel unless focused."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def push_button(text: str, tip: str = "") -> QPushButton:
    """A button with a tool tip."""
    button = QPushButton(text)
    button.setToolTip(tip)
    return button


def tool_button(text: str, tip: str = "") -> QToolButton:
    """A flat button with a tool tip."""
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    return button


def label(text: str = "", tip: str = "") -> QLabel:
    """A label with a tool tip."""
    result = QLabel(text)
    result.setToolTip(tip)
    return result


def caption(parameter: Parameter) -> str:
    """The label of a parameter, with the field's letter for it where the label does not have it already."""
    lettered = parameter.symbol and parameter.symbol not in parameter.label.split()
    return f"{parameter.label}  {parameter.symbol}" if lettered else parameter.label


def in_words(choice: str) -> str:
    """A declared choice as a person reads it."""
    return choice.replace("_", "-")


def in_sight(widget: QWidget) -> bool:
    """Whether anything of a widget can be seen; what is behind another tab, or scrolled away, cannot."""
    return widget.isVisible() and not widget.visibleRegion().isEmpty()


def scrolling(content: QWidget) -> QScrollArea:
    """Let `content` scroll up and down where there is too little room, without a frame."""
    area = QScrollArea(widgetResizable=True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    return area


def fault_label() -> QLabel:
    """A label under an entry, out of sight until the entry holds something wrong."""
    result = QLabel(wordWrap=True)
    result.setVisible(False)
    set_role(result, "error")
    return result
