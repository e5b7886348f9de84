"""Small parts that several panels are put together from."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from pgviz.gui.theme import set_role
from pgviz.parameters import Parameter

Box = TypeVar("Box", QSpinBox, QDoubleSpinBox)
INDENT = 6  # pixels, as the style sheet has it for other fields


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


def indented(box: Box) -> Box:
    """Have a number begin as far from the left as the text of other fields; a style sheet cannot say so to Qt."""
    box.lineEdit().setTextMargins(INDENT, 0, 0, 0)
    return box


def spin_box(name: str, value: int, low: int, high: int) -> QSpinBox:
    """A field for a whole number, that says its name."""
    box = indented(QSpinBox(minimum=low, maximum=high, value=value))
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return box


class SteadyLabel(QLabel):
    """A label for text that changes many times a second: it keeps its place, and grows where a text is longer.

    Any other label has the whole window laid out again for each new text.

    Parameters
    ----------
    widest
        A text that there is room for in any case.
    """

    def __init__(self, widest: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widest, self._padding = widest, 0
        self._fit()

    def setText(self, text: str) -> None:
        """Show another text; an empty one gives back the room that earlier ones needed."""
        if text == self.text():
            return
        super().setText(text)
        if not text or self._room(text) > self.minimumWidth():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Take the room that the text needs in another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        # Its own hint, which knows of the style's padding, is never less than the room it was given before.
        self.setMinimumSize(0, 0)
        hint = self.sizeHint()
        self._padding = max(hint.width() - self.fontMetrics().horizontalAdvance(self.text()), 0)
        self.setFixedSize(max(self._room(self.text()), self._room(self._widest)), hint.height())

    def _room(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + self._padding


class Still(QWidget):
    """Gives a label all the width there is, and keeps the window from being laid out again when its text changes.

    Parameters
    ----------
    label
        One line of text; what does not fit is cut off.
    """

    def __init__(self, label: QLabel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        label.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The height of a line."""
        return QSize(10, self._label.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have the label fill it."""
        super().resizeEvent(event)
        self._label.setGeometry(self.rect())


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
