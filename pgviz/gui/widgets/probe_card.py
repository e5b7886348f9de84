"""One pinned state: its name, π(·|s) now, and how it got there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from pgviz.gui.moving import Part
from pgviz.gui.probe_trail import Trail
from pgviz.gui.theme import Theme
from pgviz.gui.widgets.observation_editor import ObservationEditor
from pgviz.gui.widgets.part_plot import PartPlot
from pgviz.gui.widgets.parts import tool_button
from pgviz.gui.widgets.trail_view import TrailView

HEIGHT = 118


class ProbeCard(QFrame):
    """A pinned state.

    Parameters
    ----------
    name
        What it is called at first.
    observation, mask
        The state, and which options are legal in it.

    Attributes
    ----------
    changed
        The observation was edited.
    renamed
        It was called something else.
    removed
        It is to go.
    name, edit, remove
        Its entry and its buttons.
    trail
        What is known of it.
    editor
        The entries of the observation, while they are shown.
    """

    changed = Signal()
    renamed = Signal()
    removed = Signal()

    def __init__(
        self, name: str, observation: Sequence[float], mask: tuple[bool, ...] | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("probe")
        self.observation, self.legal = tuple(float(entry) for entry in observation), mask
        self.trail, self.view = Trail(), TrailView()
        self.plot = PartPlot(HEIGHT)
        self.editor: ObservationEditor | None = None
        self.name = QLineEdit(name)
        self.name.setAccessibleName("Name of the pinned state")
        self.name.editingFinished.connect(self._rename)
        self.edit = _button("Edit", f"Change the entries of {name}", checkable=True)
        self.remove = _button("Remove", f"Unpin {name}")
        self.remove.clicked.connect(lambda _checked=False: self.removed.emit())
        self._plots = QHBoxLayout()
        self._plots.setSpacing(4)
        self._plots.addWidget(self.plot, 1)
        self._plots.addWidget(self.view, 1)
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self.edit)
        head.addWidget(self.remove)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 4, 8, 4)
        self._column.setSpacing(2)
        self._column.addLayout(head)
        self._column.addLayout(self._plots)

    def set_changeable(self, *, changeable: bool) -> None:
        """Let it be renamed, edited and unpinned, or only looked at."""
        self.name.setReadOnly(not changeable)
        for button in (self.edit, self.remove):
            button.setVisible(changeable)

    def show_editor(self, labels: Sequence[str], low: Sequence[float], high: Sequence[float]) -> None:
        """Show the entries of the observation, with sliders over these ranges."""
        self.hide_editor()
        self.editor = ObservationEditor(self.observation, labels, low, high)
        self.editor.edited.connect(self._take)
        self._column.addWidget(self.editor)

    def hide_editor(self) -> None:
        """Show them no more."""
        if self.editor is not None:
            self._column.removeWidget(self.editor)
            self.editor.deleteLater()
            self.editor = None

    def draw(self, part: Part) -> None:
        """Draw what is known of one part of the action."""
        decision = self.trail.newest
        if decision is None:
            return
        self.plot.show_part(decision, part)
        self.view.setFixedHeight(self.plot.height())
        ends = (0.0, 1.0) if part.labels else (part.low, part.high)
        bounds = ends if np.isfinite(ends).all() else None
        self.view.show_trail(self.trail.updates, self.trail.series(part), part.labels, bounds)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self.setStyleSheet(f"#probe {{ border: 1px solid {theme.border}; border-radius: 6px; }}")
        self.view.apply_theme(theme)
        self.plot.apply_theme(theme)

    def _rename(self) -> None:
        if self.name.isModified():
            self.name.setModified(False)
            self.renamed.emit()

    def _take(self, observation: tuple[float, ...]) -> None:
        self.observation = observation
        # What the policy did elsewhere is not how it got to what it does here.
        self.trail.clear()
        self.changed.emit()


def _button(text: str, tip: str, checkable: bool = False) -> QToolButton:
    button = tool_button(text, tip)
    button.setCheckable(checkable)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
