"""The export in a plot's own menu, mended: pyqtgraph 0.14 fails at each path that Qt closes with a ``Z``."""

from __future__ import annotations

import sys
from typing import Any

from pyqtgraph import exporters
from pyqtgraph.exporters.Exporter import Exporter


class DrawingExporter(exporters.SVGExporter):  # type: ignore[misc]
    """Writes a plot as SVG, under the name that the menu has for it."""

    def export(self, *args: Any, **options: Any) -> Any:
        """As pyqtgraph does it, its paths left open; Qt draws them back to their beginning anyway."""
        module = sys.modules[exporters.SVGExporter.__module__]
        correct = module.correctCoordinates

        def opened(node: Any, *rest: Any) -> Any:
            for path in node.getElementsByTagName("path"):
                path.setAttribute("d", " ".join(path.getAttribute("d").replace("Z", " ").split()))
            return correct(node, *rest)

        module.correctCoordinates = opened  # type: ignore[attr-defined]
        try:
            return super().export(*args, **options)
        finally:
            module.correctCoordinates = correct  # type: ignore[attr-defined]


def mend_menus() -> None:
    """Have the menus of all plots offer it in place of pyqtgraph's own."""
    offered = Exporter.Exporters
    if exporters.SVGExporter in offered:
        offered[offered.index(exporters.SVGExporter)] = DrawingExporter
