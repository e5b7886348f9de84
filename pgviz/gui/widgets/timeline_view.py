"""TimelineView: all steps of a run on one strip, to look back at any of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized
from pgviz.gui.widgets.curve_view import round_end
from pgviz.gui.widgets.thinning import Floats
from pgviz.gui.widgets.timeline_painter import BAND_HEIGHT, FLAG_HEIGHT, MARGIN, Scale, TimelinePainter

Moments = Sequence[tuple[float, str]]

FAR = 100
ZOOM = 1.25
NARROWEST = 20.0  # steps in sight, at least
NEAR = 5  # pixels


@dataclass(slots=True)
class TimelineData:
    """What is drawn.

    Parameters
    ----------
    head
        Steps taken.
    first_held
        The oldest that can be looked back at; ``None`` where there is none.
    cursor
        The step looked at; ``None`` while the present is followed.
    episodes, updates
        Steps at which one ended, or was applied, increasing, ``(N,)``.
    marks, stops
        Knobs that were turned, and breakpoints that were hit: step and words.
    """

    head: int = 0
    first_held: int | None = None
    cursor: int | None = None
    episodes: Floats = field(default_factory=lambda: np.empty(0))
    updates: Floats = field(default_factory=lambda: np.empty(0))
    marks: Moments = ()
    stops: Moments = ()


class TimelineView(QWidget):
    """A strip from the first step to the last; a click or drag asks for a step, the wheel zooms.

    It is painted in one go, and costs the same for a million steps as for a thousand.

    Attributes
    ----------
    step_requested
        A person wants to look at a step.
    move_requested
        A person wants to look so many steps further on, or back.
    follow_requested
        A person wants to look at the present.
    hovered
        What is at the pointer, in words; empty while it is elsewhere.
    """

    step_requested = Signal(int)
    move_requested = Signal(int)
    follow_requested = Signal()
    hovered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.data = TimelineData()
        self._theme = LIGHT
        self._range: tuple[float, float] | None = None
        self._asked: int | None = None
        self._hover: float | None = None
        self._scale = Scale()
        self._has_ring = False
        self.setFont(sized(self.font(), 0.85))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline")
        self.setAccessibleDescription(
            "Page Up and Page Down look 100 steps back or forward, Home at the oldest held, End at the present."
        )

    def sizeHint(self) -> QSize:
        """Room for flags, the strip and its numbers."""
        return QSize(400, FLAG_HEIGHT + BAND_HEIGHT + QFontMetrics(self.font()).height() + 8)

    def minimumSizeHint(self) -> QSize:
        """The same height, in whatever width there is."""
        return QSize(120, self.sizeHint().height())

    def begin(self) -> None:
        """Forget the last run."""
        self._range = self._asked = None
        self.show_data(TimelineData())

    def show_data(self, data: TimelineData) -> None:
        """Draw what is known now."""
        moved = data.cursor is not None and data.cursor != self.data.cursor
        self.data = data
        if moved and self._asked is None:
            self._keep_in_sight(float(data.cursor or 0))
        self.update()

    def arrive(self) -> None:
        """What was asked for has been shown; the cursor is where it is said to be."""
        if self._asked is not None:
            self._asked = None
            self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.update()

    @property
    def range(self) -> tuple[float, float]:
        """The first and last step in sight."""
        return self._range or (0.0, self._whole)

    @property
    def _whole(self) -> float:
        # As the axes of the curves end, so that the strip does not creep with every step.
        return round_end(max(float(self.data.head), NARROWEST))

    def pixel(self, step: float) -> float:
        """Where a step is."""
        first, last = self.range
        return MARGIN + (step - first) / (last - first) * self._band_width

    def step_at(self, x: float) -> float:
        """The step at a pixel."""
        first, last = self.range
        return first + (x - MARGIN) / self._band_width * (last - first)

    @property
    def _band_width(self) -> float:
        return float(max(self.width() - 2 * MARGIN, 1))

    def text_at(self, x: float) -> str:
        """What is at a pixel, in words."""
        data, step = self.data, self.step_at(x)
        near = [text for at, text in (*data.stops, *data.marks) if abs(self.pixel(at) - x) <= NEAR]
        if not 0 <= step <= data.head + NEAR * (step - self.step_at(x - 1)):
            return "; ".join(near)
        number = min(max(round(step), 1), data.head)
        words = [f"Step {number:,}"]
        for name, steps in (("episode", data.episodes), ("update", data.updates)):
            count = int(np.searchsorted(steps, number, "right"))
            words.append(f"{count:,} {name}{'' if count == 1 else 's'} before")
        if self._is_dropped(number):
            words.append("dropped to save memory")
        return " · ".join([*words, *near[:2]])

    def _is_dropped(self, step: float) -> bool:
        return self.data.first_held is None or step < self.data.first_held

    def _ask(self, x: float) -> None:
        data = self.data
        if data.head == 0 or data.first_held is None:
            return
        step = round(self.step_at(x))
        if step > data.head:
            self._asked = None
            self.follow_requested.emit()
            return
        self._asked = max(step, data.first_held, 1)
        self.step_requested.emit(self._asked)
        self.update()

    def _zoom(self, factor: float, x: float) -> None:
        first, last = self.range
        at = self.step_at(x)
        span = max((last - first) * factor, NARROWEST)
        if span >= self._whole:
            self._range = None
        else:
            self._show_from(at - (at - first) / (last - first) * span, span)
        self.update()

    def _show_from(self, first: float, span: float) -> None:
        first = min(max(first, 0.0), self._whole - span)
        self._range = (first, first + span)

    def _keep_in_sight(self, step: float) -> None:
        first, last = self.range
        if self._range is not None and not first <= step <= last:
            self._show_from(step - (last - first) / 2, last - first)

    def _say(self, x: float | None) -> None:
        self._hover = x
        self.hovered.emit("" if x is None else self.text_at(x))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw everything."""
        painter = QPainter(self)
        painter.setFont(self.font())
        cursor = self._asked if self._asked is not None else self.data.cursor
        strip = TimelinePainter(painter, self._theme, self.size(), self.range, self.data, scale=self._scale)
        strip.draw(cursor, self._hover, self._has_ring)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Say in a tool tip what is at the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.text_at(event.pos().x()), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask for the step at the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._ask(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub while the button is down; else say what is here."""
        x = event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._ask(min(max(x, 0.0), self.width()))
        self._say(x)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole run again."""
        self._range = None
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Say no more."""
        super().leaveEvent(event)
        self._say(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; sideways, or with Shift, move along."""
        turned, aside = event.angleDelta().y(), event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            turned, aside = 0, aside or turned
        if turned:
            self._zoom(ZOOM ** (-turned / 120), event.position().x())
        elif aside and self._range is not None:
            first, last = self._range
            self._show_from(first - aside / 120 * (last - first) / 10, last - first)
            self.update()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Look around by keys."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.move_requested.emit(-FAR if key == Qt.Key.Key_PageUp else FAR)
        elif key == Qt.Key.Key_Home and self.data.first_held is not None and self.data.head:
            self.step_requested.emit(max(self.data.first_held, 1))
        elif key == Qt.Key.Key_End:
            self.follow_requested.emit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            at = self.data.head if self.data.cursor is None else self.data.cursor
            self._zoom(1 / ZOOM if key == Qt.Key.Key_Plus else ZOOM, self.pixel(at))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that keys come here, to whoever moves about by keys."""
        super().focusInEvent(event)
        self._has_ring = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keys go elsewhere."""
        super().focusOutEvent(event)
        self._has_ring = False
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw for the new width."""
        super().resizeEvent(event)
        self.update()
