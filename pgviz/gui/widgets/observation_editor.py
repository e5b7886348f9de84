"""An observation to be changed entry by entry, on a slider or by typing.

Shape suffix: O observation entries.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QWidget

from pgviz.gui.theme import set_role, tabular
from pgviz.gui.widgets.slider_scale import POSITIONS
from pgviz.gui.widgets.value_slider import ValueSlider

MOST_ENTRIES = 64
TOO_MANY = "An observation of {:,} entries is not edited by hand."
LARGEST = 1e9


class ObservationEditor(QWidget):
    """A row for each entry: its name, a slider over the range that has been seen, and a field for any number.

    Attributes
    ----------
    edited
        The whole observation, as a tuple.
    fields, sliders
        One per entry.
    """

    edited = Signal(object)

    def __init__(
        self,
        observation: Sequence[float],
        labels: Sequence[str],
        low: Sequence[float],
        high: Sequence[float],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.fields: list[QDoubleSpinBox] = []
        self.sliders: list[ValueSlider] = []
        self._ranges: list[tuple[float, float]] = []
        self._values = [float(entry) for entry in observation]
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(4, 0, 4, 4)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        if len(observation) > MOST_ENTRIES:
            note = QLabel(TOO_MANY.format(len(observation)), wordWrap=True)
            set_role(note, "muted")
            self._grid.addWidget(note, 0, 0)
            return
        for index, value in enumerate(self._values):
            name = labels[index] if index < len(labels) else f"s[{index}]"
            self._add_row(index, name, _range(value, low[index], high[index]))

    def _add_row(self, index: int, name: str, ends: tuple[float, float]) -> None:
        slider, field = ValueSlider(), QDoubleSpinBox(decimals=4)
        self._ranges.append(ends)
        slider.setAccessibleName(f"{name}, slider")
        field.setAccessibleName(name)
        field.setFont(tabular(field.font()))
        field.setRange(-LARGEST, LARGEST)
        field.setSingleStep((ends[1] - ends[0]) / 100)
        field.setKeyboardTracking(False)
        field.setFixedWidth(104)
        field.setValue(self._values[index])
        slider.setValue(self._position(index))
        slider.valueChanged.connect(lambda position: self._slide(index, position))
        field.valueChanged.connect(lambda value: self._type(index, value))
        for column, each in enumerate((QLabel(name), slider, field)):
            self._grid.addWidget(each, index, column)
        self.fields.append(field)
        self.sliders.append(slider)

    def _position(self, index: int) -> int:
        low, high = self._ranges[index]
        share = (self._values[index] - low) / (high - low)
        return round(min(max(share, 0.0), 1.0) * POSITIONS)

    def _slide(self, index: int, position: int) -> None:
        low, high = self._ranges[index]
        self._set(index, low + (high - low) * position / POSITIONS)
        field = self.fields[index]
        field.blockSignals(True)
        field.setValue(self._values[index])
        field.blockSignals(False)

    def _type(self, index: int, value: float) -> None:
        self._set(index, value)
        slider = self.sliders[index]
        slider.blockSignals(True)
        slider.setValue(self._position(index))
        slider.blockSignals(False)

    def _set(self, index: int, value: float) -> None:
        self._values[index] = value
        self.edited.emit(tuple(self._values))


def _range(value: float, low: float, high: float) -> tuple[float, float]:
    """What has been seen and a quarter more on either side, the value itself within."""
    low, high = min(low, value), max(high, value)
    margin = 0.25 * (high - low) if high > low else max(abs(value), 1.0)
    return low - margin, high + margin
