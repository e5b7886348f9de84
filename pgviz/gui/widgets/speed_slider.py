"""The speed at which steps are shown: notches from a quarter of real time to as fast as it goes."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from pgviz.gui.theme import set_role, tabular
from pgviz.gui.widgets.value_slider import ValueSlider

# The last notch, None, does not wait for the clock at all.
SPEEDS: tuple[float | None, ...] = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, None)
WORDS = ("¼ × real time", "½ × real time", "real time", "2 ×", "4 ×", "8 ×", "16 ×", "as fast as it goes")


class SpeedSlider(QWidget):
    """Chooses one of :data:`SPEEDS`.

    Attributes
    ----------
    speed_requested
        A person chose a speed: a multiple of real time, or ``None``.
    """

    speed_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = ValueSlider(self)
        self.slider.setRange(0, len(SPEEDS) - 1)
        self.slider.setSingleStep(1)
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.NoTicks)
        self.slider.setAccessibleName("Speed")
        self.words = QLabel(self)
        self.words.setFont(tabular(self.words.font()))
        set_role(self.words, "muted")
        self.setToolTip(
            "<p>How fast steps are shown, as a multiple of the environment's own real time. "
            "At the right end training does not wait at all.</p>"
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.addWidget(QLabel("Speed"), 0, 0)
        grid.addWidget(self.words, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.slider, 1, 0, 1, 2)
        self.slider.valueChanged.connect(self._on_moved)
        self.slider.reset_requested.connect(lambda: self.slider.setValue(len(SPEEDS) - 1))
        self.set_speed(None)

    @property
    def speed(self) -> float | None:
        """The speed chosen."""
        return SPEEDS[self.slider.value()]

    def set_speed(self, speed: float | None) -> None:
        """Show a speed, or the nearest notch below it, without asking for it."""
        below = [notch for notch in SPEEDS if notch is not None and speed is not None and notch <= speed]
        with QSignalBlocker(self.slider):
            self.slider.setValue(len(SPEEDS) - 1 if speed is None else max(len(below) - 1, 0))
        self._say()

    def _on_moved(self) -> None:
        self._say()
        self.speed_requested.emit(self.speed)

    def _say(self) -> None:
        self.words.setText(WORDS[self.slider.value()])
