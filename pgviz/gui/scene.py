"""A scene: which part of the window is filmed, and what is written under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from pgviz.errors import UsageError
from pgviz.gui.panels.environment import number
from pgviz.gui.run_model import RunModel

if TYPE_CHECKING:
    from pgviz.gui.main_window import MainWindow

What = Literal["window", "environment", "environment+plots"]
WHATS: tuple[What, ...] = get_args(What)
# A picture smaller than this is enlarged by a whole number: pixel art, whose pixels stay square and sharp.
LEAST_HEIGHT = 320
# The line of numbers, and its smallest letters, in pixels.
LINE_HEIGHT, LEAST_LETTERS = 28, 9
_GROUND = QColor(24, 26, 30)
# The knobs that a demo turns.
_KNOBS = ("learning_rate", "initial_std", "entropy_coefficient")


class Scene:
    """Draws what is filmed.

    Parameters
    ----------
    window
        What is looked at.
    what
        The whole window, the environment's own picture, or that and the plots.
    size
        Width and height of the film, or ``None`` for those that what is filmed has.
    with_numbers
        Whether step, return and knobs are written under it.
    """

    def __init__(self, window: MainWindow, what: What, size: tuple[int, int] | None, with_numbers: bool) -> None:
        self._window, self._with_numbers = window, with_numbers
        self._size = None if size is None else QSize(*size)
        if self._size is not None and with_numbers:
            self._size.setHeight(self._size.height() - LINE_HEIGHT)
        self._what = what
        if what != "environment":
            window.resize(self._size or window.size())
        if what == "environment+plots":
            _leave_plots(window)

    def picture(self) -> NDArray[np.uint8] | None:
        """Return what is to be seen now, RGB, ``(H, W, 3)``, or ``None`` as long as there is nothing.

        Raises
        ------
        UsageError
            Where the environment is filmed and cannot draw itself.
        """
        image = self._environment() if self._what == "environment" else self._whole()
        if image is None:
            return None
        if self._with_numbers:
            image = with_line(image, numbers_of(self._window.model))
        return pixels_of(image)

    def _whole(self) -> QImage | None:
        if self._window.model.started is None:
            return None
        image = self._window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        # A window has a least size, and is drawn smaller than that only as a picture.
        return image if self._size is None else fitted(image, self._size)

    def _environment(self) -> QImage | None:
        model = self._window.model
        if model.environment is not None and not model.environment.renders:
            raise UsageError(f"{model.environment.title} cannot draw itself; film the window instead.")
        detail = model.shown.detail if model.shown else None
        if detail is None or detail.frame is None:
            return None
        image = image_of(detail.frame)
        if self._size is None:
            self._size = _sharp(image.size())
        return fitted(image, self._size)


def _leave_plots(window: MainWindow) -> None:
    """Hide all but the environment and the four plots."""
    for each in (window.menuBar(), window.tool_bar, window.statusBar(), window.docks.timeline, *window.docks.tabs):
        each.hide()


def _sharp(size: QSize) -> QSize:
    return size * max(1, -(-LEAST_HEIGHT // max(size.height(), 1)))


def image_of(frame: NDArray[np.uint8]) -> QImage:
    """Copy an RGB picture, ``(H, W, 3)`` uint8, into an image."""
    height, width, _ = frame.shape
    rows = np.ascontiguousarray(frame)
    return QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888).convertToFormat(
        QImage.Format.Format_RGB32
    )


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """Copy an image out as RGB, ``(H, W, 3)`` uint8."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


def fitted(image: QImage, size: QSize) -> QImage:
    """Scale a picture into a size with its aspect kept, black where it does not reach."""
    if image.size() == size:
        return image
    scaled = image.size().scaled(size, Qt.AspectRatioMode.KeepAspectRatio)
    enlarged = scaled.width() % image.width() == 0 and scaled.height() % image.height() == 0
    mode = Qt.TransformationMode.FastTransformation if enlarged else Qt.TransformationMode.SmoothTransformation
    area = QRect(0, 0, scaled.width(), scaled.height())
    canvas = QImage(size, QImage.Format.Format_RGB32)
    canvas.fill(QColor("black"))
    area.moveCenter(canvas.rect().center())
    painter = QPainter(canvas)
    painter.drawImage(area.topLeft(), image.scaled(scaled, mode=mode))
    painter.end()
    return canvas


def numbers_of(model: RunModel) -> list[str]:
    """Step, return and the knobs of a run, a line each."""
    detail = model.shown.detail if model.shown else None
    lines = [f"step {model.step:,}"]
    if detail is not None:
        lines.append(f"return {number(detail.episode_return)}")
    if model.config is not None:
        declared = model.config.parameters
        for name in _KNOBS:
            value = model.values.get(name)
            if name not in declared or value is None or (name == "initial_std" and not _has_std(model)):
                continue
            lines.append(f"{declared[name].label.lower()} {declared[name].format(value)}")
    return lines


def _has_std(model: RunModel) -> bool:
    return model.policy is not None and model.policy.has_std


def with_line(image: QImage, words: list[str], height: int = LINE_HEIGHT) -> QImage:
    """Write words into one line under a picture, so that nothing of it is covered."""
    canvas = QImage(image.width(), image.height() + height, QImage.Format.Format_RGB32)
    canvas.fill(_GROUND)
    font, text = QFont(), "    ".join(words)
    font.setPixelSize(round(height * 0.55))
    room = canvas.width() - height
    # Narrow pictures get smaller letters before they lose any.
    while QFontMetrics(font).horizontalAdvance(text) > room and font.pixelSize() > LEAST_LETTERS:
        font.setPixelSize(font.pixelSize() - 1)
    text = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
    painter = QPainter(canvas)
    painter.drawImage(0, 0, image)
    painter.setPen(QColor("white"))
    painter.setFont(font)
    painter.drawText(QRect(height // 2, image.height(), room, height), Qt.AlignmentFlag.AlignVCenter, text)
    painter.end()
    return canvas
