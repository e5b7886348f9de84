"""BreakpointForm: where a breakpoint is written, or changed."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pgviz.gui.theme import Theme, set_role
from pgviz.gui.widgets.condition_edit import ConditionEdit
from pgviz.gui.widgets.parts import indented, push_button
from pgviz.session.breakpoints import Breakpoint
from pgviz.session.expressions import FUNCTIONS, NAMES, Expression, ExpressionError, Template

HINT = "The run stops where this holds. Ctrl+Space lists what can be written."
WHEN = {
    "step": "every step",
    "episode": "the end of every episode",
    "minibatch": "every minibatch, before its step is taken",
    "update": "every update",
}


class BreakpointForm(QWidget):
    """A condition, after how many hits it counts, whether once only, and what to log instead of stopping.

    Attributes
    ----------
    submitted
        A breakpoint that can be read, to be added or to take the place of the one that is being changed.
    """

    submitted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.condition = ConditionEdit()
        self.after = indented(QSpinBox(minimum=0, maximum=1_000_000_000))
        self.after.setPrefix("after ")
        self.after.setSuffix(" hits")
        self.after.setSpecialValueText("at the first hit")
        self.after.setToolTip("So many hits are counted and passed over; the next one stops.")
        self.after.setAccessibleName("Hits to pass over")
        self.once = QCheckBox("once")
        self.once.setToolTip("Switch it off when it has stopped the run")
        self.log = QLineEdit(placeholderText="log instead of stopping: entropy {entropy:.3f}")
        self.log.setToolTip("A message to log instead of stopping, with {expression} or {expression:.3f} in it")
        self.log.setAccessibleName("Message to log")
        self.hint = QLabel(wordWrap=True)
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.add_button = push_button("Add", "Set this breakpoint (Enter)")
        self._changed: Breakpoint | None = None
        self._arrange()
        self._connect()
        self.clear()

    def _arrange(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.condition, 1)
        first.addWidget(self.add_button)
        for part in (self.after, self.once):
            second.addWidget(part)
        second.addWidget(self.log, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(first)
        column.addWidget(self.hint)
        column.addLayout(second)
        self.hint.setMinimumHeight(2 * self.hint.fontMetrics().lineSpacing())

    def _connect(self) -> None:
        self.condition.read.connect(lambda _: self._say())
        self.condition.cursorPositionChanged.connect(self._say)
        self.condition.submitted.connect(self.submit)
        self.condition.abandoned.connect(self._abandon)
        self.log.textEdited.connect(lambda _: self._say())
        self.log.returnPressed.connect(self.submit)
        self.add_button.clicked.connect(self.submit)

    def clear(self) -> None:
        """Make ready for a new breakpoint."""
        self._fill(Breakpoint(""), None)

    def change(self, breakpoint: Breakpoint) -> None:
        """Show a breakpoint, to be changed."""
        self._fill(breakpoint, breakpoint)
        self.condition.setFocus()

    def _abandon(self) -> None:
        """Leave a breakpoint as it is; a new one's text is nobody's to throw away."""
        if self._changed is not None:
            self.clear()

    def submit(self) -> None:
        """Hand the breakpoint over where it can be read; else say what is wrong."""
        fault = self._fault()
        if fault is not None or not self.condition.text.strip():
            self._show_hint(fault or "Write a condition first, for example: kl > 0.05", is_fault=True)
            return
        before = self._changed or Breakpoint("")
        condition = self.condition.text.strip()
        written = replace(
            before,
            condition=condition,
            after_hits=self.after.value(),
            one_shot=self.once.isChecked(),
            log_message=self.log.text().strip() or None,
            # A ready-made title would tell a lie of another condition.
            title=before.title if condition == before.condition else "",
        )
        self.clear()
        self.submitted.emit(written)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self.condition.apply_theme(theme)

    def _fill(self, shown: Breakpoint, changed: Breakpoint | None) -> None:
        self._changed = changed
        self.condition.set_text(shown.condition)
        self.after.setValue(shown.after_hits)
        self.once.setChecked(shown.one_shot)
        self.log.setText(shown.log_message or "")
        self.add_button.setText("Save" if changed else "Add")
        self._say()

    def _fault(self) -> str | None:
        """What is wrong with the condition or the message; ``None`` where nothing is."""
        if self.condition.fault is not None:
            return str(self.condition.fault)
        try:
            Template(self.log.text())
        except ExpressionError as fault:
            return f"In the message: {fault}"
        return None

    def _say(self) -> None:
        """Explain the word at the cursor; else say what is wrong, or when the condition is checked."""
        fault, text, condition = self._fault(), self.condition.text, self.condition.condition
        word = _word_at(text, self.condition.textCursor().position())
        if fault is not None and (self.condition.fault is None or not self.condition.hasFocus()):
            self._show_hint(fault, is_fault=True)
        elif word in NAMES:
            self._show_hint(f"{word}: {NAMES[word].help}.")
        elif word in FUNCTIONS:
            self._show_hint(f"{FUNCTIONS[word].usage}: {FUNCTIONS[word].help}.")
        elif fault is not None:
            self._show_hint(fault)
        else:
            self._show_hint(HINT if condition is None else _when(condition))

    def _show_hint(self, text: str, *, is_fault: bool = False) -> None:
        self.hint.setText(text)
        set_role(self.hint, "error" if is_fault else "muted")


def _when(condition: Expression) -> str:
    kinds = [said for kind, said in WHEN.items() if kind in condition.kinds]
    return f"Checked at {' and at '.join(kinds)}." if kinds else HINT


def _word_at(text: str, position: int) -> str:
    start = end = min(position, len(text))
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return text[start:end]
