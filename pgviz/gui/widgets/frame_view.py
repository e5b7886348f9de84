"""FrameView: the picture that an environment draws of itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized

NO_PICTURE = "No picture: this environment cannot draw itself"
PRESS_PLAY = "Press Play"
# Pictures narrower than this are pixel art, such as Atari's or a grid's: their pixels stay square and sharp.
PIXEL_ART_WIDTH = 256


class FrameView(QWidget):
    """Shows an RGB picture with its aspect kept, as sharp as the screen allows.

    Parameters
    ----------
    theme
        Its colours.
    """

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pixels: NDArray[np.uint8] | None = None
        self._image = QImage()
        self._scaled = QPixmap()
        self._message = PRESS_PLAY
        self.setAccessibleName("Picture of the environment")
        self.setAccessibleDescription(PRESS_PLAY)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        # Every pixel is painted below, so Qt need not clear the background first.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def sizeHint(self) -> QSize:
        """Room for the usual 600 by 400 picture."""
        return QSize(600, 400)

    def set_frame(self, frame: NDArray[np.uint8] | None) -> None:
        """Show a picture, or the message where there is none.

        Parameters
        ----------
        frame
            RGB, ``(H, W, 3)`` uint8. It is not copied, so it must not be written to afterwards.

        Raises
        ------
        ValueError
            For an array of another shape or type.
        """
        if frame is None:
            self._pixels, self._image = None, QImage()
        else:
            self._pixels, self._image = _as_image(frame)
        self._scaled = QPixmap()
        self.update()

    def set_message(self, message: str) -> None:
        """What is written where there is no picture."""
        if message != self._message:
            self._message = message
            self.setAccessibleDescription(message)
            self.update()

    @property
    def message(self) -> str:
        """What is written where there is no picture."""
        return self._message

    @property
    def has_frame(self) -> bool:
        """Whether a picture is shown."""
        return not self._image.isNull()

    def apply_theme(self, theme: Theme) -> None:
        """Change the colours around the picture."""
        self._theme = theme
        self.update()

    def picture_rect(self) -> QRect:
        """Where the picture lies within the widget, in device-independent pixels."""
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        area = QRect(0, 0, size.width(), size.height())
        area.moveCenter(self.rect().center())
        return area

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture, scaled once for each frame and size, or the message."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.base))
        if self._image.isNull():
            self._paint_message(painter)
            return
        area = self.picture_rect()
        painter.drawPixmap(area.topLeft(), self._scaled_to(area.size()))

    def _paint_message(self, painter: QPainter) -> None:
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(sized(self.font(), 1.1))
        inside = self.rect().adjusted(16, 16, -16, -16)
        painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)

    def _scaled_to(self, size: QSize) -> QPixmap:
        ratio = self.devicePixelRatioF()
        wanted = QSize(round(size.width() * ratio), round(size.height() * ratio))
        if self._scaled.size() != wanted or self._scaled.devicePixelRatio() != ratio:
            self._scaled = QPixmap.fromImage(
                self._image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, self._transformation(wanted))
            )
            self._scaled.setDevicePixelRatio(ratio)
        return self._scaled

    def _transformation(self, wanted: QSize) -> Qt.TransformationMode:
        is_pixel_art = self._image.width() <= PIXEL_ART_WIDTH and wanted.width() >= 2 * self._image.width()
        mode = Qt.TransformationMode
        return mode.FastTransformation if is_pixel_art else mode.SmoothTransformation


def _as_image(frame: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], QImage]:
    """An image upon the array's own memory, and the array, which must live as long as the image."""
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
        raise ValueError(f"a frame is an (H, W, 3) array of uint8; got {frame.shape} of {frame.dtype}")
    pixels = np.ascontiguousarray(frame)
    height, width, _ = pixels.shape
    return pixels, QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
