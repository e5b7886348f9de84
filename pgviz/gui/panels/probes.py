"""Probes: what the policy would do here, and here, and here, while it learns.

Shape suffix: O observation entries.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from pgviz.gui.moving import Part, parts_of
from pgviz.gui.probe_trail import Floats, RecordedTrails
from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import LIGHT, Theme, set_role
from pgviz.gui.widgets.parts import CalmComboBox, push_button, scrolling
from pgviz.gui.widgets.probe_card import ProbeCard
from pgviz.session.commands import PutProbe, RemoveProbe
from pgviz.session.notices import MOST_PROBES, ProbesShown
from pgviz.training.events import (
    CategoricalDecision,
    Decision,
    EnvironmentFacts,
    PastShown,
    RunStarted,
    Shown,
)

HOW_TO = (
    "Nothing is pinned yet. Pin the state that is shown, now or while looking back, "
    "and see what the policy would do in it after every update."
)
OF_RECORDING = "No state was pinned at this moment of the recording."
PIN = "Watch what the policy would do in the state that is shown"
CANNOT_PIN = "This is a recording; take over from it (Ctrl+T) to pin states and go on live."
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
        self._past = RecordedTrails()
        self._expected = self._recorded = False
        self._own: dict[int, ProbeCard] = {}  # a person's, while those of a recording are shown
        self._pinned_in = ""
        self.cards: dict[int, ProbeCard] = {}
        self.pin = push_button("Pin this state", PIN)
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
        recorded, self._expected = self._expected, False
        self._set_recorded(recorded=recorded)
        if recorded or self._pinned_in != started.environment.id:
            for id in tuple(self.cards):
                self._drop(id)
            self._low_O, self._high_O = np.zeros(0), np.zeros(0)
        self._pinned_in = self._pinned_in if recorded else started.environment.id
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

    def expect_recording(self) -> None:
        """The run that is begun next is a recording's: it has states of its own pinned."""
        self._expected = True

    def go_live(self) -> None:
        """The recording was taken over: what was pinned in it goes on being watched."""
        if not self._recorded or self._facts is None:
            return
        for card in self._own.values():
            card.deleteLater()
        self._own, self._recorded, self._pinned_in = {}, False, self._facts.id
        self._numbers = max((self._numbers, *self.cards))
        for id, card in self.cards.items():
            card.set_changeable(changeable=True)
            self._put(id)
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
        if self._recorded:
            self._show_pinned(event)
        for id, decision in event.decisions.items():
            if card := self.cards.get(id):
                card.trail.add(event.update, decision)
                self._stale = True

    def forget_after(self, update: int) -> None:
        """Later updates never happened."""
        self._past.forget_after(update)
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
        for card in (*self.cards.values(), *self._own.values()):
            card.apply_theme(theme)

    def _set_recorded(self, *, recorded: bool) -> None:
        """Put a person's own pinned states aside for those of a recording, or bring them back."""
        if recorded:
            self._past = RecordedTrails()
        if recorded == self._recorded:
            return
        self._recorded = recorded
        for card in self.cards.values():
            self._grid.removeWidget(card)
            card.hide()
            if not recorded:
                card.deleteLater()
        self.cards, self._own = self._own, self.cards if recorded else {}
        for card in self.cards.values():
            card.show()
        self._place()

    def _show_pinned(self, shown: ProbesShown) -> None:
        """Have a card for each of the states that were pinned, and for no others."""
        for id in self.cards.keys() - shown.decisions.keys():
            self._drop(id)
        for id, decision in shown.decisions.items():
            if id not in self.cards:
                self._add(id, "", decision)
            card = self.cards[id]
            card.set_changeable(changeable=False)
            card.observation, card.legal = tuple(decision.observation.ravel().tolist()), _legal(decision)
            card.trail = self._past.of(id, card.observation)
            card.name.setText(shown.names.get(id) or f"State {id}")
        self._place()
        self._say()

    def _pin(self) -> None:
        if self._state is None or self._state.detail is None:
            return
        decision, copy = self._state.detail.decision, self._state.detail.environment_index + 1
        self._numbers += 1
        id, when = self._numbers, "past step" if isinstance(self._state, PastShown) else "step"
        self._add(id, f"Copy {copy}, {when} {self._state.step:,}", decision)
        self._place()
        self._say()
        self._put(id)

    def _add(self, id: int, name: str, decision: Decision) -> None:
        card = ProbeCard(name, decision.observation.ravel().tolist(), _legal(decision))
        card.apply_theme(self._theme)
        card.removed.connect(lambda: self._remove(id))
        card.changed.connect(lambda: self._put(id))
        card.renamed.connect(lambda: self._put(id))
        card.edit.toggled.connect(lambda shown: self._edit(id, shown))
        self.cards[id] = card

    def _put(self, id: int) -> None:
        card = self.cards[id]
        self.asked.emit(PutProbe(id, card.observation, card.legal, card.name.text()))

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
        can_pin = self._state is not None and len(self.cards) < MOST_PROBES
        self.pin.setEnabled(can_pin and not self._recorded)
        self.pin.setToolTip(CANNOT_PIN if self._recorded else PIN)
        self.how_to.setText(OF_RECORDING if self._recorded else HOW_TO)
        self.part.setVisible(len(self._parts) > 1 and bool(self.cards))
        self.pages.setCurrentIndex(int(bool(self.cards)))


def _legal(decision: Decision) -> tuple[bool, ...] | None:
    """Which options are legal in a state that is pinned."""
    if not isinstance(decision, CategoricalDecision) or decision.mask_A is None:
        return None
    return tuple(bool(legal) for legal in decision.mask_A)
