"""The two small windows of the Help menu."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib import metadata

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QMessageBox, QVBoxLayout, QWidget

import pgviz
from pgviz.gui.theme import set_role

MOUSE = (
    ("A number, then a key", "Repeat: 5 → takes five steps"),
    ("Drag in the timeline", "Look back; the wheel zooms"),
    ("Drag in a plot", "Move it; with the right button, stretch it"),
    ("Wheel in a plot", "Zoom"),
    ("Right-click in a plot", "Auto-range, export and more"),
    ("Double-click a slider", "Back to the default"),
)
ARROWS = {"Right": "→", "Left": "←", "Return": "Enter"}
_PARTS = ("PySide6_Essentials", "pyqtgraph", "torch", "gymnasium", "numpy")


def versions() -> str:
    """Versions of Python and of the libraries used, one a line; nothing is imported to find out."""
    lines = [f"Python {platform.python_version()}"]
    for part in _PARTS:
        try:
            lines.append(f"{part} {metadata.version(part)}")
        except metadata.PackageNotFoundError:
            lines.append(f"{part}: not installed")
    return "\n".join(lines)


def show_about(parent: QWidget) -> QMessageBox:
    """Open the About window."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("About pgviz")
    box.setIconPixmap(parent.windowIcon().pixmap(64, 64))
    box.setText(f"<b>pgviz {pgviz.__version__}</b><p>A desktop debugger for policy-gradient agents.</p>")
    box.setInformativeText(versions())
    box.setModal(False)
    box.show()
    return box


def show_shortcuts(parent: QWidget, actions: Sequence[QAction]) -> QDialog:
    """Open the list of keys and mouse gestures."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Keyboard shortcuts")
    form = QFormLayout()
    form.setHorizontalSpacing(24)
    for action in actions:
        form.addRow(_key(key_text(action)), QLabel(action.text()))
    for gesture, meaning in MOUSE:
        form.addRow(_key(gesture), QLabel(meaning))
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(16, 16, 16, 16)
    column.setSpacing(16)
    column.addLayout(form)
    column.addWidget(buttons)
    dialog.show()
    return dialog


def key_text(action: QAction) -> str:
    """An action's shortcuts as a person reads them."""
    native = [each.toString(QKeySequence.SequenceFormat.NativeText) for each in action.shortcuts()]
    text = " or ".join(native)
    for word, sign in ARROWS.items():
        text = text.replace(word, sign)
    return text


def _key(text: str) -> QLabel:
    label = QLabel(text)
    set_role(label, "muted")
    return label
