"""The doctor's panel: common mistakes that were seen in this run, each with its evidence."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStackedLayout, QVBoxLayout, QWidget

from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import LIGHT, SPACING, Theme, set_role, sized
from pgviz.gui.widgets.finding_card import FindingCard
from pgviz.gui.widgets.parts import scrolling
from pgviz.hyperparameters import declaration
from pgviz.session.doctor import Finding, watching
from pgviz.training.events import RunStarted, Shown

DOCTOR = "Doctor"
WELL = "Nothing amiss so far"
WATCHING = "In this run the doctor watches"
NOTHING = "The doctor knows the common mistakes of PPO, A2C and REINFORCE; in {} it has nothing to watch."


class DoctorPanel(QWidget):
    """A card for each finding, the newest first; until there is one, what is being watched.

    Attributes
    ----------
    look_requested
        A step is to be looked back at.
    count_changed
        There are so many findings now.
    """

    look_requested = Signal(int)
    count_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._findings: tuple[Finding, ...] = ()
        self.cards: list[FindingCard] = []
        self.heading, self.watched = QLabel(WELL), QLabel(wordWrap=True)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(SPACING // 2, SPACING // 2, SPACING // 2, SPACING // 2)
        self._column.addStretch(1)
        self._arrange()

    def _arrange(self) -> None:
        self.heading.setFont(sized(self.heading.font(), 1.15, bold=True))
        set_role(self.watched, "muted")
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.setContentsMargins(2 * SPACING, SPACING, 2 * SPACING, SPACING)
        column.addWidget(self.heading)
        column.addWidget(self.watched)
        column.addStretch(1)
        self._empty, self._filled = scrolling(empty), scrolling(self._list)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._filled)
        for widget in (self, empty, self._list):
            set_role(widget, "panel")

    def begin(self, started: RunStarted) -> None:
        """Say what is watched in another run."""
        watched = [check.watched for check in watching(started)]
        self.heading.setVisible(bool(watched))
        self.watched.setTextFormat(Qt.TextFormat.RichText if watched else Qt.TextFormat.PlainText)
        if watched:
            items = "".join(f"<li>{words}</li>" for words in watched)
            self.watched.setText(f"{WATCHING}<ul style='margin-left: -20px'>{items}</ul>")
        else:
            self.watched.setText(NOTHING.format(declaration(started.config.algorithm).title))
        self._show(())

    def show_step(self, event: Shown) -> None:
        """Steps are of no interest here."""

    def refresh(self, model: RunModel) -> None:
        """Show what has been found since."""
        if model.debug.findings != self._findings:
            self._show(model.debug.findings)

    def apply_theme(self, theme: Theme) -> None:
        """Draw the evidence in a theme's colours."""
        self._theme = theme
        for card in self.cards:
            card.apply_theme(theme)

    def _show(self, findings: tuple[Finding, ...]) -> None:
        changed = len(findings) != len(self._findings)
        for card in self.cards:
            self._column.removeWidget(card)
            card.deleteLater()
        self._findings, self.cards = findings, [self._card(finding) for finding in reversed(findings)]
        for index, card in enumerate(self.cards):
            self._column.insertWidget(index, card)
        self._stack.setCurrentWidget(self._filled if findings else self._empty)
        if changed:
            self.count_changed.emit(len(findings))

    def _card(self, finding: Finding) -> FindingCard:
        card = FindingCard(finding)
        card.apply_theme(self._theme)
        card.look_requested.connect(self.look_requested)
        return card


def badged(title: str, count: int) -> str:
    """A tab's title with the number of findings, where there are some: first, for where tabs are cut short."""
    return f"{count} · {title}" if count else title
