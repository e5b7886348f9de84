"""What if another action were taken here: its worth by rollouts, and taking it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from pgviz.gui.moving import Part, parts_of
from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import Theme, set_role, tabular
from pgviz.gui.what_if import Trial, choices, place_of, same, samples, say_forced, trial_at, trials
from pgviz.gui.widgets.parts import CalmComboBox, indented, push_button, spin_box, tool_button
from pgviz.gui.widgets.worth_view import WorthView
from pgviz.session.commands import EstimateValues, Fork, Intervene, Pause
from pgviz.session.notices import RunState, RunWaits, ValuesEstimated
from pgviz.training.events import RunStarted, Shown
from pgviz.training.examination import ActionValues
from pgviz.training.interventions import ForceAction

HOW_TO = (
    "Pause the run to ask what each action is worth in the present state, "
    "or to take one of your own choice in the next step."
)
ROLLOUTS, HORIZON = 16, 200
LEAST_WIDTH = 280  # in which some words are cut short, so that the plots keep their share of a small window


class WhatIfPanel(QWidget):
    """π(·|s) of the present state, Q(s, ·) as played out, and an action to be forced.

    Attributes
    ----------
    asked
        A command for the session.
    view
        The picture.
    estimate, rollouts, horizon
        The button that plays on, how often, and for how many steps at most.
    rows
        The layouts of what asks, and of what is done.
    part, option, number, force, take_back, fork, chip
        Which part of the action is meant, what it is to be, the buttons that force it, take that back, and fork
        the run with it, and what is forced.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[Part] = []
        self._waiting: RunWaits | None = None
        self._playing = False
        self._tried: Sequence[Trial] | None = None  # what was asked for and has not been answered
        self._forced: dict[int, tuple[float, ...]] = {}
        self._drawn: RunWaits | None = None
        self._value_name = "V(s)"
        self.view = WorthView()
        self._make_controls()
        self._arrange()
        self._connect()
        self._say()

    def _make_controls(self) -> None:
        self.estimate = push_button("Estimate Q", "Play on from copies of this state, each action first in turn")
        set_role(self.estimate, "primary")
        self.rollouts = spin_box("Rollouts of each action", ROLLOUTS, 1, 512)
        self.horizon = spin_box("Steps of each rollout at most", HORIZON, 1, 10_000)
        self.part = CalmComboBox("Part of the action")
        self.option, self.number = CalmComboBox("Action to force"), indented(QDoubleSpinBox(decimals=3))
        self.number.setAccessibleName("Action to force")
        self.number.setFont(tabular(self.number.font()))
        self.force = push_button("Force", "Take this action in the next step, whatever is drawn")
        self.fork = push_button("Fork with it", "Begin a second run beside this one, which takes this action")
        self.take_back = tool_button("Take back", "Let the next step take what is drawn after all")
        self.take_back.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.take_back.hide()
        self.chip, self.where, self.notes = QLabel(), QLabel(), QLabel(wordWrap=True)
        set_role(self.chip, "chip-warn")
        set_role(self.notes, "muted")
        self.how_to = QLabel(HOW_TO, wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter, margin=24)
        set_role(self.how_to, "muted")

    def _arrange(self) -> None:
        ask = QHBoxLayout()
        ask.setSpacing(6)
        ask.addWidget(self.estimate)
        ask.addWidget(self.rollouts)
        ask.addWidget(_words("rollouts of"))
        ask.addWidget(self.horizon)
        ask.addWidget(_words("steps"))
        ask.addStretch(1)
        self.entry = QStackedWidget()
        self.entry.addWidget(self.option)
        self.entry.addWidget(self.number)
        self.entry.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        take = QGridLayout()
        take.setHorizontalSpacing(6)
        row = (self.part, _words("next step takes"), self.entry, self.force, self.fork)
        for place, each in enumerate(row):
            take.addWidget(each, 0, place)
        take.setColumnStretch(len(row), 1)
        page = QWidget()
        page.setMinimumWidth(LEAST_WIDTH)
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 6, 8, 6)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(self.where, 1)
        for each in (self.chip, self.take_back):
            head.addWidget(each, 0, Qt.AlignmentFlag.AlignVCenter)
        self.where.setMinimumWidth(10)
        column.addLayout(head)
        column.addLayout(ask)
        column.addWidget(self.view, 1)
        column.addWidget(self.notes)
        column.addLayout(take)
        self.rows = ask, take
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.how_to)
        self.pages.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.pages)
        set_role(self, "panel")

    def _connect(self) -> None:
        self.estimate.clicked.connect(lambda _checked=False: self._estimate())
        self.force.clicked.connect(lambda _checked=False: self._force(self._place()))
        self.take_back.clicked.connect(lambda _checked=False: self._take_back())
        self.fork.clicked.connect(lambda _checked=False: self._fork())
        self.part.currentIndexChanged.connect(lambda _: self._draw(anew=True))
        self.view.picked.connect(self._pick)
        self.view.let_go.connect(self._force)
        self.number.valueChanged.connect(self.view.show_forced)

    def begin(self, started: RunStarted) -> None:
        """Make ready for another run."""
        self._parts = parts_of(started.environment)
        self._value_name = started.policy.value_name
        self.view.begin(self._value_name)
        self.part.blockSignals(True)
        self.part.clear()
        self.part.addItems([part.name for part in self._parts])
        self.part.blockSignals(False)
        self.part.setVisible(len(self._parts) > 1)
        self._waiting = self._drawn = None
        self.forget()

    def forget(self) -> None:
        """Nothing is forced any more, and no answer is waited for."""
        self._tried, self._forced = None, {}
        self._say()

    def show_step(self, event: Shown) -> None:
        """Nothing here follows steps: this is about the state that the run waits in."""

    def refresh(self, model: RunModel) -> None:
        """Nothing here changes with time."""

    def show_waiting(self, event: RunWaits) -> None:
        """The run waits in a state."""
        before, self._waiting = self._waiting, event
        if before is None or _place(before) != _place(event):
            self._tried = None
        self._forced = dict(event.forced)
        self._draw()

    def set_state(self, state: RunState) -> None:
        """The run goes on, waits or ends."""
        if state is not RunState.PAUSED and state is not RunState.PLAYING:
            self._waiting = self._drawn = None
        self._playing = state is RunState.PLAYING
        self._say()

    def show_values(self, event: ValuesEstimated) -> None:
        """Draw what was found, if it is still of the state that is shown."""
        tried, self._tried = self._tried, None
        waiting = self._waiting
        if tried is not None and waiting is not None and _place(waiting) == (event.step, event.environment_index):
            self._draw_worth(tried, event.values, waiting.value)
        self._say()

    def _draw_worth(self, tried: Sequence[Trial], values: ActionValues, critic: float | None) -> None:
        self.view.show_worth(tried, values, critic)
        cut, rest = values.cut_off, self._value_name if critic is not None else "0"
        note = f"{100 * cut:.0f} % of the rollouts had not ended; {rest} stands for what was left."
        self._note(note if cut else "")

    def rejected(self) -> None:
        """Something that was asked for cannot be done."""
        self._tried = None
        self._forced = dict(self._waiting.forced) if self._waiting is not None else {}
        self._mark_forced()
        self._say()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self.view.apply_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what was not drawn while nobody looked."""
        super().showEvent(event)
        self._draw()

    def _part(self) -> Part | None:
        index = self.part.currentIndex()
        return self._parts[index] if 0 <= index < len(self._parts) else None

    def _draw(self, anew: bool = False) -> None:
        """Draw π of the state that the run waits in, where anybody can see it."""
        part, waiting = self._part(), self._waiting
        if waiting is not None and part is not None and self.isVisible() and (anew or self._drawn is not waiting):
            known = self._drawn is not None and _is_same(self._drawn, waiting)
            self._drawn = waiting
            if anew or not known:
                self._draw_part(waiting, part)
            self._mark_forced()
        self._say()

    def _draw_part(self, waiting: RunWaits, part: Part) -> None:
        self._tried = None
        low, high = self.view.show_part(waiting, part)
        self._note("")
        if self.view.is_choice:
            self.option.clear()
            for words, option in choices(part.of(waiting.decision), part):
                self.option.addItem(words, option)
        else:
            self.number.blockSignals(True)
            self.number.setRange(low, high)
            self.number.setSingleStep((high - low) / 100)
            self.number.setValue(self.view.curve.handle.value())
            self.number.blockSignals(False)
        self.entry.setCurrentWidget(self.option if self.view.is_choice else self.number)

    def _note(self, words: str) -> None:
        self.notes.setText(words)
        self.notes.setVisible(bool(words))

    def _estimate(self) -> None:
        part, waiting = self._part(), self._waiting
        if self._tried is not None:
            self.asked.emit(Pause())  # any command ends the rollouts
        elif waiting is not None and part is not None:
            self._tried = trials(waiting.decision, part)
            self.asked.emit(EstimateValues(samples(self._tried), self.rollouts.value(), self.horizon.value()))
        self._say()

    def _pick(self, place: float) -> None:
        if self.view.is_choice:
            self.option.setCurrentIndex(self.option.findData(round(place)))
        else:
            self.number.blockSignals(True)
            self.number.setValue(place)
            self.number.blockSignals(False)

    def _place(self) -> float:
        return float(self.option.currentData()) if self.view.is_choice else self.number.value()

    def _force(self, place: float) -> None:
        part, waiting = self._part(), self._waiting
        if waiting is None or part is None or self._playing:
            return
        sample = trial_at(waiting.decision, part, place).sample
        self._forced[waiting.environment_index] = sample
        self._mark_forced()
        self.asked.emit(Intervene(ForceAction(waiting.environment_index, sample)))
        self._say()

    def _take_back(self) -> None:
        """Take back what is forced on the copy that is shown; where nothing is, what is forced on others."""
        waiting = self._waiting
        if waiting is None:
            return
        index = waiting.environment_index
        for copy in [index] if index in self._forced else sorted(self._forced):
            del self._forced[copy]
            self.asked.emit(Intervene(ForceAction(copy, ())))
        self._mark_forced()
        self._say()

    def _mark_forced(self) -> None:
        """Mark what the next step of the copy that is shown takes, in the part that is shown."""
        part, waiting = self._part(), self._waiting
        if waiting is None or part is None or self._drawn is None:
            return
        sample = self._forced.get(waiting.environment_index)
        place = None if sample is None else place_of(waiting.decision, part, sample)
        self.view.show_forced(place)
        if place is not None:
            self._pick(place)

    def _fork(self) -> None:
        part, waiting = self._part(), self._waiting
        if waiting is not None and part is not None and not self._playing:
            self.asked.emit(Fork(trial_at(waiting.decision, part, self._place()).sample))

    def _say(self) -> None:
        """Say of which state this is, what is forced, and what can be done."""
        waiting, part = self._waiting, self._part()
        self.pages.setCurrentIndex(int(waiting is not None))
        if waiting is None or part is None:
            return
        usable, busy = not self._playing, self._tried is not None
        self.view.setEnabled(usable)
        for each in (self.option, self.number, self.force, self.fork, self.part):
            each.setEnabled(usable)
        for box in (self.rollouts, self.horizon):
            box.setEnabled(usable and not busy)
        self.estimate.setEnabled(usable)
        self.estimate.setText("Stop" if busy else "Estimate Q")
        here = f"Copy {waiting.environment_index + 1} at step {waiting.step:,}"
        self.where.setText(here if usable else f"The run goes on. This was it: {here}")
        forced = say_forced(waiting.decision, part, waiting.environment_index, self._forced)
        self.chip.setText(forced)
        self.chip.setVisible(bool(forced) and usable)
        self.take_back.setVisible(bool(forced) and usable)


def _words(text: str) -> QLabel:
    """A label that gives way in a narrow dock."""
    label = QLabel(text)
    label.setMinimumWidth(10)
    return label


def _place(waiting: RunWaits) -> tuple[int, int]:
    return waiting.step, waiting.environment_index


def _is_same(one: RunWaits, other: RunWaits) -> bool:
    """Whether two states are one, with the same policy in it."""
    return _place(one) == _place(other) and same(one.decision, other.decision)
