"""The menus of all plots, whose export is pgviz's own.

pyqtgraph imports its exporters, a tenth of a second's work, when somebody first exports; so does this.
"""

from __future__ import annotations

from pyqtgraph.GraphicsScene import GraphicsScene

_show = GraphicsScene.showExportDialog


def mend_menus() -> None:
    """Have the export in the menus of all plots offer what :mod:`pgviz.gui.plot_export` has."""
    GraphicsScene.showExportDialog = _show_mended


def _show_mended(scene: GraphicsScene) -> None:
    from pgviz.gui import plot_export

    plot_export.offer()
    _show(scene)
