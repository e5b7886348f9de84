"""The export in a plot's own menu, mended: pyqtgraph 0.14 fails at some paths, and knows its own curves alone.

Imported when somebody first asks for it, see :mod:`pgviz.gui.plot_menus`.
"""

from __future__ import annotations

import csv
import math
import sys
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.dom import minidom

import numpy as np
from pyqtgraph import exporters
from pyqtgraph.exporters.Exporter import Exporter
from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtWidgets import QApplication

from pgviz.gui.widgets.distribution_plot import Table


class DrawingExporter(exporters.SVGExporter):  # type: ignore[misc]
    """Writes a plot as SVG, under the name that the menu has for it."""

    def export(self, fileName: str | None = None, toBytes: bool = False, copy: bool = False) -> bytes | None:
        """As pyqtgraph does it, so that every program can draw it."""
        if fileName is None and not toBytes and not copy:
            super().export()  # asks for a file, and comes back with it
            return None
        drawn = _mended(self._drawn(), self.params["width"], self.params["height"])
        if fileName is not None:
            Path(fileName).write_bytes(drawn)
        if copy:
            data = QMimeData()
            data.setData("image/svg+xml", QByteArray(drawn))
            QApplication.clipboard().setMimeData(data)
        return drawn if toBytes else None

    def _drawn(self) -> bytes:
        """The drawing, its paths left open: pyqtgraph cannot read the ``Z`` with which Qt closes some.

        Qt draws them back to their beginning anyway.
        """
        module = sys.modules[exporters.SVGExporter.__module__]
        correct = module.correctCoordinates

        def opened(node: Any, *rest: Any) -> Any:
            for path in node.getElementsByTagName("path"):
                path.setAttribute("d", " ".join(path.getAttribute("d").replace("Z", " ").split()))
            return correct(node, *rest)

        module.correctCoordinates = opened  # type: ignore[attr-defined]
        try:
            drawn: bytes = super().export(toBytes=True)
            return drawn
        finally:
            module.correctCoordinates = correct  # type: ignore[attr-defined]


def _mended(drawn: bytes, width: float, height: float) -> bytes:
    """Have a drawing look the same in programs that know SVG Tiny alone, such as those made with Qt.

    These draw what only says where to clip, with the black line that it inherits: a frame around the plot. And of
    a ground that is to be as wide as the picture they draw a hundred pixels.
    """
    document = minidom.parseString(drawn)
    for clip in document.getElementsByTagName("clipPath"):
        for path in clip.getElementsByTagName("path"):
            path.setAttribute("stroke", "none")
    for ground in document.getElementsByTagName("rect"):
        if ground.getAttribute("width") == "100%":
            ground.setAttribute("width", f"{width:g}")
            ground.setAttribute("height", f"{height:g}")
    return document.toxml("utf-8")


class TableExporter(exporters.CSVExporter):  # type: ignore[misc]
    """Writes the numbers of a plot, also of one that draws them itself and says them in its ``table()``."""

    def export(self, fileName: str | None = None) -> None:
        """Write a column for each thing that is known of what is drawn; a cell is empty where nothing is."""
        table: Table = self.item.table() if hasattr(self.item, "table") else {}
        if fileName is None or not table:
            super().export(fileName)
            return
        delimiter = "," if self.params["separator"] == "comma" else "\t"
        write_table(Path(fileName), table, delimiter, self.params["precision"])


def write_table(path: Path, table: Table, delimiter: str = ",", precision: int = 10) -> None:
    """Write columns of numbers, or words; a cell is empty where nothing is, or nothing finite."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(table)
        for row in zip_longest(*table.values(), fillvalue=""):
            writer.writerow([_cell(each, precision) for each in row])


def _cell(value: object, precision: int) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return f"{value:.{precision}g}" if math.isfinite(value) else ""
    return "" if value is None else str(value)


def offer() -> None:
    """Have the dialog that exports plots offer these in place of pyqtgraph's own."""
    offered = Exporter.Exporters
    for own, mended in ((exporters.SVGExporter, DrawingExporter), (exporters.CSVExporter, TableExporter)):
        if own in offered:
            offered[offered.index(own)] = mended
