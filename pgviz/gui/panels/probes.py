"""Probes: what the policy would do here, and here, and here, while it learns.

Shape suffix: O observation entries.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from pgviz.gui.moving import Part, parts_of
from pgviz.gui.probe_trail import Floats
from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import LIGHT, Theme, set_role
from pgviz.gui.widgets.parts import CalmComboBox, push_button, scrolling
from pgviz.gui.widgets.probe_card import ProbeCard
from pgviz.session.commands import PutProbe, RemoveProbe
from pgviz.session.notices import ProbesShown
from pgviz.training.events import CategoricalDecision, EnvironmentFacts, PastShown, RunStarted, Shown

HOW_TO = (
    "Nothing is pinned yet. Pin the state that is shown, now or while looking back, "
    "and see what the policy would do in it after every update."
)
MOST = 24
CARD_WIDTH = 400  # pixels that a card is wide at least, where two stand side by side


class ProbesPanel(QWidget):
    """Pinned states, each with π(·|s) as it is now and its trail.

    Attributes
    ----------
    asked
        A command for the session.
    pin, part
        The button that pins what is shown, and which part of the action is drawn.
    cards
        The pinned states by number.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._parts = LIGHT, list[Part]()
        self._facts: EnvironmentFacts | None = None
        self._state: Shown | None = None
        self._low_O: Floats = np.zeros(0)
        self._high_O: Floats = np.zeros(0)
        self._numbers, self._stale = 0, False
        self.cards: dict[int, ProbeCard] = {}
        self.pin = push_button("Pin this state", "Watch what the policy would do in the state that is shown")
        self.part = CalmComboBox("Part of the action")
        self.part.hide()
        self.how_to = QLabel(HOW_TO, wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter, margin=24)
        set_role(self.how_to, "muted")
        self.pin.clicked.connect(lambda _checked=False: self._pin())
        self.part.currentIndexChanged.connect(lambda _: self._draw())
        self._arrange()
        self._say()

    def _arrange(self) -> None:
        inside = QWidget()
        set_role(inside, "panel")
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 4, 0)
        self._grid.setSpacing(6)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.how_to)
        self.pages.addWidget(scrolling(inside))
        head = QHBoxLayout()
        head.addWidget(self.pin)
        head.addWidget(self.part)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 6)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.pages, 1)
        set_role(self, "panel")

    def begin(self, started: RunStarted) -> None:
        """Make ready for another run; states of the same environment stay pinned."""
        if self._facts is None or self._facts.id != started.environment.id:
            for id in tuple(self.cards):
                self._drop(id)
            self._low_O, self._high_O = np.zeros(0), np.zeros(0)
        self._facts, self._state = started.environment, None
        self._parts = parts_of(started.environment)
        self.part.blockSignals(True)
        self.part.clear()
        self.part.addItems([part.name for part in self._parts])
        self.part.blockSignals(False)
        for id, card in self.cards.items():
            card.trail.clear()
            self._put(id)  # a session that has crashed is followed by one that knows of none
        self._say()

    def show_step(self, event: Shown) -> None:
        """Remember the state shown, and the range of what has been seen, for the sliders."""
        if event.detail is None:
            return
        observation_O = np.asarray(event.detail.decision.observation, float)
        if self._low_O.shape != observation_O.shape:
            self._low_O, self._high_O = observation_O, observation_O
        self._low_O = np.minimum(self._low_O, observation_O)
        self._high_O = np.maximum(self._high_O, observation_O)
        had, self._state = self._state, event
        if had is None:
            self._say()

    def show_probes(self, event: ProbesShown) -> None:
        """Take over what the policy would do by now; it is drawn with the curves."""
        for id, decision in event.decisions.items():
            if card := self.cards.get(id):
                card.trail.add(event.update, decision)
                self._stale = True

    def forget_after(self, update: int) -> None:
        """Later updates never happened."""
        for card in self.cards.values():
            card.trail.forget_after(update)
        self._stale = True

    def refresh(self, model: RunModel) -> None:
        """Draw what is new, where anybody can see it."""
        if self._stale and self.isVisible():
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what was not drawn while nobody looked."""
        super().showEvent(event)
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand two abreast where there is room for it."""
        super().resizeEvent(event)
        self._place()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        for card in self.cards.values():
            card.apply_theme(theme)

    def _pin(self) -> None:
        if self._state is None or self._state.detail is None:
            return
        decision, copy = self._state.detail.decision, self._state.detail.environment_index + 1
        mask = None
        if isinstance(decision, CategoricalDecision) and decision.mask_A is not None:
            mask = tuple(bool(legal) for legal in decision.mask_A)
        self._numbers += 1
        id, when = self._numbers, "past step" if isinstance(self._state, PastShown) else "step"
        card = ProbeCard(f"Copy {copy}, {when} {self._state.step:,}", decision.observation.tolist(), mask)
        card.apply_theme(self._theme)
        card.removed.connect(lambda: self._remove(id))
        card.changed.connect(lambda: self._put(id))
        card.edit.toggled.connect(lambda shown: self._edit(id, shown))
        self.cards[id] = card
        self._place()
        self._say()
        self._put(id)

    def _put(self, id: int) -> None:
        card = self.cards[id]
        self.asked.emit(PutProbe(id, card.observation, card.legal))

    def _edit(self, id: int, shown: bool) -> None:
        card = self.cards[id]
        if shown:
            labels = self._facts.observation_labels if self._facts else ()
            card.show_editor(labels, self._low_O.tolist(), self._high_O.tolist())
        else:
            card.hide_editor()

    def _remove(self, id: int) -> None:
        self._drop(id)
        self.asked.emit(RemoveProbe(id))
        self._place()
        self._say()

    def _drop(self, id: int) -> None:
        card = self.cards.pop(id)
        self._grid.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _place(self) -> None:
        columns = max(min(self.width() // CARD_WIDTH, 2), 1)
        for index, card in enumerate(self.cards.values()):
            self._grid.addWidget(card, index // columns, index % columns)

    def _draw(self) -> None:
        index = self.part.currentIndex()
        if not self.isVisible() or not 0 <= index < len(self._parts):
            return
        self._stale = False
        for card in self.cards.values():
            card.draw(self._parts[index])

    def _say(self) -> None:
        self.pin.setEnabled(self._state is not None and len(self.cards) < MOST)
        self.part.setVisible(len(self._parts) > 1 and bool(self.cards))
        self.pages.setCurrentIndex(int(bool(self.cards)))
