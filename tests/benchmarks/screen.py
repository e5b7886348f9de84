"""A screen for the window that is measured, or memory in its place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pgviz.display import has_display

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def application() -> QApplication:
    """The window's application; where there is no display it draws into memory, and says nothing of that."""
    if not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import qInstallMessageHandler

    from pgviz.gui.app import make_application
    from pgviz.gui.sitting import pass_on

    qInstallMessageHandler(pass_on)
    return make_application()
