"""The export in the context menu of a plot that draws itself; those of pyqtgraph have one of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QImage, QImageWriter, QPaintDevice, QPainter, QRegion
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from pgviz.export.whole import ExportError, written_whole
from pgviz.gui.theme import Theme
from pgviz.gui.widgets.distribution_plot import Table

# Pixels of the picture for each of the screen's, so that it is sharp in print.
SHARPNESS = 2
MARGIN = 8  # pixels of the screen around it
KINDS = {".png": "Picture (*.png)", ".svg": "Drawing (*.svg)", ".csv": "Table (*.csv)"}


class DrawnExport(QAction):
    """Offers to write a widget as a picture, as lines and letters, or as the numbers that it stands for.

    Parameters
    ----------
    widget
        What is written.
    name
        Of the file that is suggested, without its ending.
    table
        The numbers.
    theme
        The colours in which it is drawn.
    """

    def __init__(self, widget: QWidget, name: str, table: Callable[[], Table], theme: Callable[[], Theme]) -> None:
        super().__init__("Export…", widget)
        self._widget, self._name, self._table, self._theme = widget, name, table, theme
        self.triggered.connect(self._ask)
        widget.addAction(self)
        widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def write(self, path: Path) -> None:
        """Write a file of the kind that its ending says.

        Raises
        ------
        ExportError
            Where it cannot be written.
        """
        with written_whole(path) as part:
            if path.suffix.lower() == ".csv":
                from pgviz.gui.plot_export import write_table  # imports what exports plots

                write_table(part, self._table())
            else:
                draw = self._lines if path.suffix.lower() == ".svg" else self._picture
                part.write_bytes(draw())

    def _ask(self) -> None:
        suggested, kinds = f"{self._name}.png", ";;".join(KINDS.values())
        chosen, kind = QFileDialog.getSaveFileName(self._widget, "Export", suggested, kinds)
        if not chosen:
            return
        path = Path(chosen)
        if path.suffix.lower() not in KINDS:
            path = path.with_name(path.name + next(each for each, words in KINDS.items() if words == kind))
        try:
            if path != Path(chosen) and path.exists():  # the dialog has asked about the name that it was shown
                raise ExportError(f"{path} exists already: choose it by its full name to replace it.")
            self.write(path)
        except ExportError as error:
            QMessageBox.warning(self._widget, "Export", str(error))

    @property
    def _size(self) -> QSize:
        return self._widget.size() + QSize(2 * MARGIN, 2 * MARGIN)

    def _picture(self) -> bytes:
        image = QImage(self._size * SHARPNESS, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(SHARPNESS)
        self._draw(image)
        written = QBuffer()
        QImageWriter(written, QByteArray(b"png")).write(image)
        return bytes(written.data().data())

    def _lines(self) -> bytes:
        from PySide6.QtSvg import QSvgGenerator

        device, written = QSvgGenerator(), QBuffer()
        device.setOutputDevice(written)
        device.setSize(self._size)
        device.setViewBox(QRect(QPoint(), self._size))
        device.setTitle(self._name)
        self._draw(device)
        return bytes(written.data().data())

    def _draw(self, device: QPaintDevice) -> None:
        painter = QPainter(device)
        painter.fillRect(QRect(QPoint(), self._size), QColor(self._theme().panel))
        self._widget.render(painter, QPoint(MARGIN, MARGIN), QRegion(), QWidget.RenderFlag.DrawChildren)
        painter.end()
