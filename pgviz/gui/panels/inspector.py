"""The inspector: all that is known of the step that is looked at."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedLayout, QVBoxLayout, QWidget

from pgviz.gui.inspection import inspect
from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import Theme, set_role, tabular
from pgviz.gui.widgets.parts import in_sight, tool_button
from pgviz.gui.widgets.section_tree import SectionTree
from pgviz.training.events import EnvironmentFacts, PastShown, RunStarted, Shown, StateShown

EMPTY = "Take a step, or look back, to see all that is known of it here."
MOST_COPIED = 100_000  # entries of an observation


class InspectorPanel(QWidget):
    """Observation, distribution, action, value, reward and, once an update has made them, advantage and return.

    It does nothing while it is out of sight.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: EnvironmentFacts | None = None
        self._copies, self._value_name = 1, "V(s)"
        self._shown: Shown | None = None
        self.moment, self.tree = QLabel(), SectionTree()
        self.copy_button = tool_button("Copy", "Copy the selected rows, or all of them (Ctrl+C)")
        self._empty = QLabel(EMPTY, wordWrap=True)
        self.copy_button.clicked.connect(self.tree.copy_selected)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(lambda at: self._open_menu().popup(self.tree.mapToGlobal(at)))
        self._arrange()

    def _arrange(self) -> None:
        self.moment.setFont(tabular(self.moment.font()))
        for label in (self.moment, self._empty):
            set_role(label, "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(24, 0, 24, 0)
        self.tree.setAccessibleName("What is known of the step")
        header = QHBoxLayout()
        header.setContentsMargins(12, 4, 8, 4)
        header.addWidget(self.moment, 1)
        header.addWidget(self.copy_button)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(header)
        column.addWidget(self.tree, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(filled)
        self._filled = filled
        set_role(self, "panel")

    def begin(self, started: RunStarted) -> None:
        """Make ready for another run."""
        self._facts, self._copies = started.environment, started.config.environment_count
        self._value_name = started.policy.value_name
        self._shown = None
        self._stack.setCurrentWidget(self._empty)

    def show_step(self, event: Shown) -> None:
        """Show one step, where anybody can see it."""
        if in_sight(self):
            self._show(event)

    def refresh(self, model: RunModel) -> None:
        """Show what has been missed while out of sight."""
        if model.shown is not None and model.shown is not self._shown and in_sight(self):
            self._show(model.shown)

    def apply_theme(self, theme: Theme) -> None:
        """Nothing here has colours of its own."""

    def _show(self, event: Shown) -> None:
        self._shown = event
        if event.detail is None:
            return
        self.moment.setText(_moment(event))
        self.tree.set_sections(inspect(event, self._facts, self._copies, self._value_name))
        self._stack.setCurrentWidget(self._filled)

    def _open_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy", self.tree.copy_selected)
        menu.addAction("Copy the observation as a Python list", self._copy_observation)
        return menu

    def _copy_observation(self) -> None:
        if self._shown is not None and self._shown.detail is not None:
            entries = self._shown.detail.decision.observation.ravel()[:MOST_COPIED].tolist()
            QGuiApplication.clipboard().setText(repr(entries))


def _moment(event: Shown) -> str:
    if isinstance(event, PastShown):
        return f"Step {event.step:,} of {event.head:,}"
    if isinstance(event, StateShown):
        return f"The present state, after step {event.step:,}"
    return f"Step {event.step:,}"
