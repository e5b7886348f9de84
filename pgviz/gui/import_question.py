"""The question before a module is imported that only a file has named: importing one runs its code."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from pgviz.session.agreement import module_of

LONGEST = 200  # characters of a name; a file may say anything


def ask_to_import(window: QWidget, environment: str, named_by: str, agreed: Callable[[], None]) -> None:
    """Ask whether the module of an environment's id may be imported.

    Parameters
    ----------
    window
        Before which to ask.
    environment
        An id of the form ``module:Id``.
    named_by
        What names it, such as "The recording".
    agreed
        Called where a person agrees.
    """
    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Import a module?")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(f"{named_by} names the environment {environment[:LONGEST]}.")
    box.setInformativeText(
        f"To run it, the Python module “{module_of(environment)[:LONGEST]}” is imported, which runs its code on"
        " this machine. Agree only if you know where it comes from."
    )
    yes = box.addButton("Import it and go on", QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    yes.clicked.connect(agreed)
    box.open()
