"""The breakpoints: conditions at which the run stops, or says something and goes on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pgviz.gui.debug_model import MOST_LOGGED, DebugModel
from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import Theme, set_role
from pgviz.gui.widgets.breakpoint_form import BreakpointForm
from pgviz.gui.widgets.breakpoint_table import BreakpointTable
from pgviz.gui.widgets.parts import in_sight, tool_button
from pgviz.session.ready_breakpoints import READY_BREAKPOINTS
from pgviz.training.events import RunStarted, Shown

NONE = "No breakpoints yet. Write a condition above, or take a ready-made one."
LOG_HEIGHT = 60


class BreakpointsPanel(QWidget):
    """The breakpoints that are set, a form for new ones, ready-made ones, and what logpoints have said.

    Attributes
    ----------
    put_requested
        A breakpoint to add, or to take the place of the one with its number.
    remove_requested
        The number of a breakpoint.
    """

    put_requested = Signal(object)
    remove_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._logged = 0
        self.form, self.table = BreakpointForm(), BreakpointTable()
        self.ready = tool_button("Ready-made", "Breakpoints that one wants in almost any run")
        self.change_button = tool_button("Change", "Change the selected breakpoint (Enter, or a double click)")
        self.remove_button = tool_button("Remove", "Remove the selected breakpoint (Del)")
        self.log = QPlainTextEdit(readOnly=True, maximumBlockCount=MOST_LOGGED)
        self._none = QLabel(NONE, wordWrap=True)
        self._make_ready_menu()
        self._arrange()
        self._connect()
        self._allow()

    def _make_ready_menu(self) -> None:
        menu = QMenu(self.ready)
        menu.setToolTipsVisible(True)
        for each in READY_BREAKPOINTS:
            action = menu.addAction(each.title)
            action.setToolTip(f"<p><b>{each.title}</b></p><p>{each.explanation}</p>")
            action.triggered.connect(lambda _checked=False, each=each: self.put_requested.emit(each.breakpoint()))
        self.ready.setMenu(menu)
        self.ready.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.ready.setText("Ready-made ▾")

    def _arrange(self) -> None:
        set_role(self._none, "muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.log.setAccessibleName("What logpoints have said")
        self.log.setFixedHeight(LOG_HEIGHT)
        self.log.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addWidget(self.ready)
        buttons.addStretch(1)
        buttons.addWidget(self.change_button)
        buttons.addWidget(self.remove_button)
        listed = QWidget()
        self._stack = QStackedLayout(listed)
        self._stack.addWidget(self._none)
        self._stack.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addWidget(self.form)
        column.addLayout(buttons)
        column.addWidget(listed, 1)
        column.addWidget(self.log)
        set_role(self, "panel")

    def _connect(self) -> None:
        self.form.submitted.connect(self.put_requested)
        self.table.rows.toggled.connect(self.put_requested)
        self.table.remove_requested.connect(self.remove_requested)
        self.table.change_requested.connect(self.form.change)
        self.table.selectionModel().selectionChanged.connect(self._allow)
        self.table.rows.modelReset.connect(self._allow)
        self.change_button.clicked.connect(self.table.change_selected)
        self.remove_button.clicked.connect(self.table.remove_selected)

    def begin(self, started: RunStarted) -> None:
        """Make ready for another run; the breakpoints stay."""
        self._logged = 0
        self.log.clear()
        self.log.hide()

    def show_step(self, event: Shown) -> None:
        """Nothing here changes with a single step."""

    def refresh(self, model: RunModel) -> None:
        """Show the breakpoints as they are now, where anybody can see them."""
        if not in_sight(self):
            return
        debug = model.debug
        self._stack.setCurrentWidget(self.table if debug.breakpoints else self._none)
        # Those at which a recorded run stopped are not these, whatever their numbers.
        stopped = set() if model.recording else {stop.hit.breakpoint.id for stop in debug.stopped}
        self.table.show_breakpoints(debug.breakpoints, debug.hits, stopped)
        if debug.logged != self._logged:
            self._show_log(debug)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self.form.apply_theme(theme)
        self.table.rows.apply_theme(theme)

    def _show_log(self, debug: DebugModel) -> None:
        new = min(debug.logged - self._logged, len(debug.log))
        self._logged = debug.logged
        lines = [f"step {stop.step:,}:  {stop.hit.message}" for stop in list(debug.log)[-new:]]
        self.log.show()
        bar = self.log.verticalScrollBar()
        follows = bar.value() == bar.maximum()
        self.log.appendPlainText("\n".join(lines))
        if follows:
            bar.setValue(bar.maximum())

    def _allow(self) -> None:
        is_selected = self.table.selected is not None
        self.change_button.setEnabled(is_selected)
        self.remove_button.setEnabled(is_selected)
