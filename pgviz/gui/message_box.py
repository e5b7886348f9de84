"""A message in a box of its own, for what goes wrong before there is a window to show it in."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox

from pgviz.gui.app import make_application


def show_error(message: str) -> None:
    """Show `message` and wait until it is read."""
    make_application()
    QMessageBox.critical(None, "pgviz", message)
