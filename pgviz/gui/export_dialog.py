"""The small window that asks what of a recording is to be exported, and shows how far that is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pgviz.gui.export_wish import KINDS, ExportWish, Kind
from pgviz.gui.scene import LINE_HEIGHT, What
from pgviz.gui.settings import ThemeChoice
from pgviz.gui.theme import set_role
from pgviz.gui.widgets.parts import CalmComboBox, indented

WHATS: tuple[tuple[str, What], ...] = (
    ("The whole window", "window"),
    ("The environment", "environment"),
    ("The environment and the plots", "environment+plots"),
)
SIZES = ((1280, 720), (1920, 1080), (1080, 1080), (640, 480))
AS_DRAWN, OTHER = "As it is drawn", "Other…"
LEAST_SIDE, LARGEST_SIDE = 64, 7680
WIDTH = 460


class ExportDialog(QDialog):
    """Asks what to export; stays while that is done.

    Parameters
    ----------
    path, seconds
        The recording, and how long it is.
    theme
        Which the window wears, and the film is to.
    wish
        What was asked for the last time.
    parent
        The window.

    Attributes
    ----------
    kind, what, size, width_, height_, fps, speed, first, last, numbers
        The entries.
    note
        What it will come to, or what stands in the way.
    bar, buttons
        How far it is, and the buttons.

    Signals
    -------
    export_requested
        A wish is to be fulfilled.
    cancel_requested
        What is being exported is not wanted any more.
    """

    export_requested = Signal(object)
    cancel_requested = Signal()

    def __init__(
        self,
        path: Path,
        seconds: float,
        theme: ThemeChoice,
        wish: ExportWish | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Export {path.name}")
        self._seconds, self._theme, self._going = seconds, theme, False
        self._make_choices()
        self._make_numbers()
        self.note = QLabel(wordWrap=True)
        self.bar = QProgressBar(textVisible=False, maximum=100)
        self.bar.setAccessibleName("How far the export is")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Export…")
        self._arrange()
        self._connect()
        if wish is not None:
            self._show_wish(wish)
        self._heed_kind()
        self.show_progress(None)

    # What it is made of ------------------------------------------------------------------------------------------

    def _make_choices(self) -> None:
        self.kind, self.what, self.size_ = (
            CalmComboBox("What to write"),
            CalmComboBox("What is seen"),
            CalmComboBox("Size"),
        )
        self.kind.addItems([each.title for each in KINDS])
        for title, what in WHATS:
            self.what.addItem(title, what)
        self.size_.addItem(AS_DRAWN, None)
        for width, height in SIZES:
            self.size_.addItem(f"{width} × {height}", (width, height))
        self.size_.addItem(OTHER, None)
        self.numbers = QCheckBox("Step, return and knobs under the picture")

    def _make_numbers(self) -> None:
        self.width_, self.height_ = _side("Width", 1280), _side("Height", 720)
        self.fps = indented(QSpinBox(minimum=1, maximum=60, value=30))
        self.fps.setAccessibleName("Pictures per second")
        self.speed = indented(QDoubleSpinBox(minimum=0.25, maximum=16.0, value=1.0, singleStep=0.25, suffix=" ×"))
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("Seconds of the recording in a second of the film")
        self.first, self.last = _moment("From", self._seconds), _moment("Until", self._seconds)
        self.last.setValue(self.last.maximum())

    def _arrange(self) -> None:
        self._of_film = QWidget()
        form = QFormLayout(self._of_film)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        form.addRow("Shows", self.what)
        form.addRow("Size", _row(self.size_, self.width_, self.height_))
        form.addRow("Pictures per second", _row(self.fps, QLabel("at speed"), self.speed))
        form.addRow("From", _row(self.first, QLabel("until"), self.last))
        form.addRow("", self.numbers)
        set_role(self.note, "muted")
        self.note.setMinimumHeight(2 * self.note.fontMetrics().lineSpacing())
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        for each in (self.kind, self._of_film, self.note, self.bar):
            column.addWidget(each)
        column.addStretch(1)
        column.addWidget(self.buttons)
        self.setMinimumWidth(WIDTH)

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(lambda _: self._on_kind())
        for choice in (self.what, self.size_):
            choice.currentIndexChanged.connect(lambda _: self._say())
        for number in (self.width_, self.height_, self.fps, self.speed, self.first, self.last):
            number.valueChanged.connect(lambda _: self._say())
        self.numbers.toggled.connect(lambda _: self._say())
        self.buttons.accepted.connect(lambda: self.export_requested.emit(self.wish()))
        self.buttons.rejected.connect(self.reject)

    # What was asked for ------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> Kind:
        """The kind of file."""
        return KINDS[self.kind.currentIndex()]

    def wish(self) -> ExportWish:
        """What the entries say."""
        first, last = self.first.value(), self.last.value()
        return ExportWish(
            self.chosen,
            self.what.currentData(),
            self._size(),
            self.fps.value(),
            self.speed.value(),
            first if first > 0.0 else None,
            last if last < self.last.maximum() else None,
            self.numbers.isChecked(),
            self._theme,
        )

    def _size(self) -> tuple[int, int] | None:
        if self.size_.currentText() == OTHER:
            return self.width_.value() // 2 * 2, self.height_.value() // 2 * 2  # as encoders need them
        size: tuple[int, int] | None = self.size_.currentData()
        return None if size is None else (size[0], size[1])

    def _show_wish(self, wish: ExportWish) -> None:
        self.kind.setCurrentIndex(KINDS.index(wish.kind))
        self.what.setCurrentIndex(self.what.findData(wish.what))
        if wish.size is not None:
            place = SIZES.index(wish.size) + 1 if wish.size in SIZES else len(SIZES) + 1
            self.size_.setCurrentIndex(place)
            self.width_.setValue(wish.size[0])
            self.height_.setValue(wish.size[1])
        self.fps.setValue(wish.fps)
        self.speed.setValue(wish.speed)
        self.numbers.setChecked(wish.with_numbers)

    # What is shown -----------------------------------------------------------------------------------------------

    def show_progress(self, done: float | None) -> None:
        """Show how far the export is, from 0 to 1; ``None`` where there is none."""
        going = done is not None
        self.bar.setVisible(going)
        self.bar.setValue(round(100 * (done or 0.0)))
        for each in (self.kind, self._of_film):
            each.setEnabled(not going)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setVisible(not going)
        self._going = going
        self._say()

    def reject(self) -> None:
        """Cancel what is being exported, or else close."""
        if self._going:
            self.cancel_requested.emit()
        else:
            super().reject()

    def _on_kind(self) -> None:
        self.fps.setValue(self.chosen.fps)
        self._heed_kind()
        self._say()

    def _heed_kind(self) -> None:
        self._of_film.setVisible(self.chosen.is_film)
        self.adjustSize()

    def _say(self) -> None:
        """Say what it will come to, or what stands in the way."""
        other = self.size_.currentText() == OTHER
        for side in (self.width_, self.height_):
            side.setVisible(other)
        fault = self._fault()
        set_role(self.note, "error" if fault else "muted")
        self.note.setText(fault or self._comes_to())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not fault)

    def _fault(self) -> str:
        if missing := self.chosen.missing:
            return missing
        if self.chosen.is_film and self.first.value() >= self.last.value():
            return "There is nothing to film: choose an end after the beginning."
        return ""

    def _comes_to(self) -> str:
        if self._going:
            return "Exporting. The window can be used meanwhile."
        if not self.chosen.is_film:
            return self.chosen.holds
        seconds = (self.last.value() - self.first.value()) / self.speed.value()
        pictures = max(1, round(seconds * self.fps.value()))
        return f"{seconds:,.1f} s, about {pictures:,} pictures{self._room()}."

    def _room(self) -> str:
        if not self.numbers.isChecked() or self._size() is None:
            return ""
        return f", of whose height {LINE_HEIGHT} pixels are for the numbers"


def _side(name: str, value: int) -> QSpinBox:
    side = QSpinBox(minimum=LEAST_SIDE, maximum=LARGEST_SIDE, singleStep=2, value=value)
    side.setAccessibleName(name)
    return indented(side)


def _moment(name: str, seconds: float) -> QDoubleSpinBox:
    moment = QDoubleSpinBox(minimum=0.0, maximum=max(seconds, 0.01), decimals=2, suffix=" s")
    moment.setAccessibleName(name)
    return indented(moment)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for each in widgets:
        row.addWidget(each, 0 if isinstance(each, QLabel) else 1)
    return row
