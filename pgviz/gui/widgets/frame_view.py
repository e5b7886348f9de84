"""FrameView: the picture that an environment draws of itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized

NO_PICTURE = "No picture: this environment cannot draw itself"
PRESS_PLAY = "Press Play"
# Pictures narrower than this are pixel art, such as Atari's or a grid's: their pixels stay square and sharp.
PIXEL_ART_WIDTH = 256
PIXEL_ART_ENLARGED = 2.0


class FrameView(QWidget):
    """Shows an RGB picture with its aspect kept, as sharp as the screen allows.

    A label of Qt's own paints the picture: what is painted in Python takes Python's lock from the trainer.

    Parameters
    ----------
    theme
        Its colours.
    """

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pixels = np.empty((0, 0, 4), np.uint8)
        self._image = QImage()
        self._message = PRESS_PLAY
        self._picture = QLabel(self)
        # Averages where the picture is drawn smaller; the painter's own smoothing would leave thin lines out.
        self._picture.setScaledContents(True)
        self._picture.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._picture.hide()
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
            RGB, ``(H, W, 3)`` uint8.

        Raises
        ------
        ValueError
            For an array of another shape or type.
        """
        if frame is None:
            self._image = QImage()
            self._picture.hide()
            self.update()
        else:
            self._take(frame)
            self._show()

    def _take(self, frame: NDArray[np.uint8]) -> None:
        """Copy a frame into the image's own memory, in the format that Qt draws fastest: blue, green, red, 255.

        Channel by channel this takes a fifth of the time of one copy, whatever the order of the frame's axes.
        """
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise ValueError(f"a frame is an (H, W, 3) array of uint8; got {frame.shape} of {frame.dtype}")
        height, width, _ = frame.shape
        if self._pixels.shape[:2] != (height, width):
            self._pixels = np.full((height, width, 4), 255, np.uint8)
        for channel in range(3):
            self._pixels[..., 2 - channel] = frame[..., channel]
        # Another image each time, or the label would take it for the one it shows.
        self._image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the picture in the middle."""
        super().resizeEvent(event)
        if self.has_frame:
            self._show()

    def _show(self) -> None:
        area = self.picture_rect()
        image = self._image
        if self._is_pixel_art(area):
            image = image.scaled(area.size() * self.devicePixelRatioF())
        if self._picture.geometry() != area:
            self._picture.setGeometry(area)
        self._picture.setPixmap(QPixmap.fromImage(image))
        if self._picture.isHidden():
            self._picture.show()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is around the picture, or the message."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.base))
        if self._image.isNull():
            self._paint_message(painter)
        painter.end()

    def _paint_message(self, painter: QPainter) -> None:
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(sized(self.font(), 1.1))
        inside = self.rect().adjusted(16, 16, -16, -16)
        painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)

    def _is_pixel_art(self, area: QRect) -> bool:
        enlarged = area.width() * self.devicePixelRatioF() / self._image.width()
        return self._image.width() <= PIXEL_ART_WIDTH and enlarged >= PIXEL_ART_ENLARGED
