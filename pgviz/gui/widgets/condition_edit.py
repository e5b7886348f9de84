"""ConditionEdit: one line for a breakpoint's condition, with completion, and its mistakes underlined."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QStandardItem,
    QStandardItemModel,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QAbstractItemView, QPlainTextEdit, QTextEdit, QTreeView, QWidget

from pgviz.gui.theme import LIGHT, Theme
from pgviz.session.expressions import Candidate, Expression, ExpressionError, complete

_MODIFIER = Qt.KeyboardModifier
LEFT_TO_WINDOW = _MODIFIER.ControlModifier | _MODIFIER.AltModifier | _MODIFIER.MetaModifier
MOST_ROWS = 9
ROW_PADDING = 4


class CompletionList(QTreeView):
    """What could be written at the cursor, each with one line of help; it never takes the focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.ToolTip)
        self.candidates: list[Candidate] = []
        self._items = QStandardItemModel(0, 2, self)
        self.setModel(self._items)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def offer(self, candidates: list[Candidate], below: QPoint) -> None:
        """Show these under a point of the screen, or nothing where there are none."""
        self.candidates = candidates
        self._items.clear()
        for each in candidates:
            self._items.appendRow([QStandardItem(each.label), QStandardItem(each.help)])
        if not candidates:
            self.hide()
            return
        self.setCurrentIndex(self._items.index(0, 0))
        self.resizeColumnToContents(0)
        self.resizeColumnToContents(1)
        width = self.columnWidth(0) + self.columnWidth(1) + 24
        height = min(len(candidates), MOST_ROWS) * (self.sizeHintForRow(0) or 18) + ROW_PADDING
        self.resize(width, height)
        area = self.screen().availableGeometry()
        self.move(max(min(below.x(), area.right() - width), area.left()), below.y())
        self.show()

    def move_by(self, rows: int) -> None:
        """Choose another candidate."""
        row = (self.currentIndex().row() + rows) % len(self.candidates)
        self.setCurrentIndex(self._items.index(row, 0))

    @property
    def chosen(self) -> Candidate:
        """The candidate that is highlighted."""
        return self.candidates[max(self.currentIndex().row(), 0)]


class ConditionEdit(QPlainTextEdit):
    """A line of text that is read as a condition at each change.

    Attributes
    ----------
    submitted
        Return was pressed.
    abandoned
        Escape was pressed while no completion was offered.
    read
        The text was read again: the fault in it, or ``None``.
    fault
        What is wrong with the text; ``None`` where nothing is, or it is empty.
    condition
        The text as it was read; ``None`` where it is wrong, or empty.
    """

    submitted = Signal()
    abandoned = Signal()
    read = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fault: ExpressionError | None = None
        self.condition: Expression | None = None
        self._theme = LIGHT
        self._typing = False
        self.setProperty("role", "entry")
        self.setAccessibleName("Condition")
        self.setPlaceholderText("entropy < 0.1 * ln(n_actions)")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(5)
        self.setFixedHeight(self.fontMetrics().height() + 14)
        self.offers = CompletionList(self)
        self.offers.clicked.connect(self._take_index)
        self.textChanged.connect(self._read)

    @property
    def text(self) -> str:
        """What is written."""
        return self.toPlainText()

    def set_text(self, text: str) -> None:
        """Write something else."""
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)
        self.offers.hide()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self._underline()

    def event(self, event: QEvent) -> bool:
        """Keep plain keys from the window's shortcuts; function keys and those with Ctrl stay the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_function = Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
            if not is_function and not event.modifiers() & LEFT_TO_WINDOW:
                event.accept()
                return True
        return super().event(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        """Let Tab take a completion while there is one."""
        return super().focusNextPrevChild(next) if self.offers.isHidden() else False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose among completions, submit, abandon; else type."""
        key = event.key()
        asks = key == Qt.Key.Key_Space and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if asks:
            self._offer(asked=True)
        elif not self.offers.isHidden() and self._choose(key):
            return
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submitted.emit()
        elif key == Qt.Key.Key_Escape:
            self.abandoned.emit()
        else:
            self._typing = bool(event.text())
            super().keyPressEvent(event)
            if self._typing:
                self._offer()
            else:
                self.offers.hide()
            self._typing = False

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Offer nothing to somebody who has gone elsewhere."""
        super().focusOutEvent(event)
        self.offers.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        """Take the offers along."""
        self.offers.hide()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste text as one line."""
        self.insertPlainText(" ".join(source.text().split()))

    def _choose(self, key: int) -> bool:
        """Let a key act on the completions; says whether it did."""
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.offers.move_by(-1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self._take(self.offers.chosen)
        elif key == Qt.Key.Key_Escape:
            self.offers.hide()
        else:
            return False
        return True

    def _offer(self, *, asked: bool = False) -> None:
        """Offer completions for the word at the cursor, or, where asked, whatever could stand there."""
        cursor = self.textCursor().position()
        candidates = complete(self.text, cursor)
        word = self.text[candidates[0].start : cursor] if candidates else ""
        if not asked and (not word or candidates[0].text.strip(" (") == word):
            candidates = []
        below = self.viewport().mapToGlobal(self.cursorRect().bottomLeft() + QPoint(0, 6))
        self.offers.offer(candidates, below)

    def _take_index(self, index: QModelIndex) -> None:
        self._take(self.offers.candidates[index.row()])

    def _take(self, candidate: Candidate) -> None:
        cursor = self.textCursor()
        cursor.setPosition(candidate.start)
        cursor.setPosition(candidate.end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(candidate.text)
        self.setTextCursor(cursor)
        self.offers.hide()

    def _read(self) -> None:
        self.fault = self.condition = None
        if self.text.strip():
            try:
                self.condition = Expression.condition(self.text)
            except ExpressionError as fault:
                self.fault = fault
        self._underline()
        self.read.emit(self.fault)

    def _underline(self) -> None:
        """Underline what the fault is about, the last character where something is missing behind it."""
        marked = []
        if self.fault is not None and self.text:
            start = min(self.fault.start, len(self.text) - 1)
            selection = QTextEdit.ExtraSelection()
            selection.cursor = QTextCursor(self.document())
            selection.cursor.setPosition(start)
            end = min(max(self.fault.end, start + 1), len(self.text))
            selection.cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            style = QTextCharFormat()
            style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            style.setUnderlineColor(QColor(self._theme.error))
            selection.format = style
            marked = [selection]
        self.setExtraSelections(marked)
