"""ValueSlider: a horizontal slider with the manners of good desktop software."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

from pgviz.gui.widgets.slider_scale import POSITIONS


class ValueSlider(QSlider):
    """A slider whose handle jumps to the pointer, and which the wheel moves only when it has the focus.

    Attributes
    ----------
    reset_requested
        The slider was double-clicked.
    """

    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, POSITIONS)
        self.setSingleStep(POSITIONS // 100)
        self.setPageStep(POSITIONS // 10)
        # Not WheelFocus: scrolling the panel past a slider must not turn the knob.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(24)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Bring the handle under the pointer, then let Qt begin the drag."""
        if event.button() == Qt.MouseButton.LeftButton and not self._handle_is_at(event.position().toPoint()):
            self.setValue(self._position_at(event.position().toPoint()))
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the default value."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_requested.emit()
            event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move only when focused; else let the panel scroll."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _option(self) -> QStyleOptionSlider:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return option

    def _sub_control(self, control: QStyle.SubControl) -> tuple[int, int, int]:
        """Left edge, width and right edge of a part of the slider."""
        area = self.style().subControlRect(QStyle.ComplexControl.CC_Slider, self._option(), control, self)
        return area.left(), area.width(), area.right()

    def _handle_is_at(self, point: QPoint) -> bool:
        left, _, right = self._sub_control(QStyle.SubControl.SC_SliderHandle)
        return left <= point.x() <= right

    def _position_at(self, point: QPoint) -> int:
        left, width, _ = self._sub_control(QStyle.SubControl.SC_SliderGroove)
        handle = self._sub_control(QStyle.SubControl.SC_SliderHandle)[1]
        return QStyle.sliderValueFromPosition(
            self.minimum(), self.maximum(), point.x() - left - handle // 2, width - handle
        )
