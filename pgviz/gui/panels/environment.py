"""The environment as it is drawn, and what is happening in it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import Theme, set_role
from pgviz.gui.widgets.frame_view import FrameView
from pgviz.gui.widgets.parts import CalmComboBox
from pgviz.gui.widgets.readout import DASH, Readout
from pgviz.training.events import (
    BinnedDecision,
    CategoricalDecision,
    Decision,
    EnvironmentFacts,
    FactoredDecision,
    GaussianDecision,
    RunStarted,
    Shown,
    StepDetail,
)

CAPTIONS = {"episode": "Episode", "step": "Step", "action": "Action", "reward": "Reward", "return": "Return"}
SHARES = {"episode": 3, "step": 4, "action": 5, "reward": 3, "return": 3}
MOST_PARTS = 12  # of an action made up of several; there is no room for more
NO_RUN = "Set up a run to see its environment."
NO_PICTURE = "This environment cannot draw itself;\nthe numbers below are live."


class EnvironmentPanel(QWidget):
    """The watched copy of the environment: its frame, and under it episode, step, action and reward.

    Signals
    -------
    watch_requested
        Index of the copy that a person wants to see.
    """

    watch_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: EnvironmentFacts | None = None
        self.frame_view = FrameView()
        self.frame_view.set_message(NO_RUN)
        self.readout = Readout(CAPTIONS, SHARES)
        self.title = QLabel("Environment")
        self.ending = QLabel()
        self.copies = CalmComboBox("Watched copy")
        self.copies.setToolTip("Which copy of the environment is shown; all of them are learned from.")
        self.copies.activated.connect(self.watch_requested)
        self._arrange()
        self.copies.hide()

    def _arrange(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(12, 6, 8, 6)
        header.setSpacing(8)
        set_role(self.title, "title")
        header.addWidget(self.title, 1)
        header.addWidget(self.ending)
        header.addWidget(self.copies)
        self.copies.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.readout.setContentsMargins(12, 8, 12, 8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(self.frame_view, 1)
        layout.addWidget(self.readout)
        set_role(self, "panel")

    def begin(self, started: RunStarted) -> None:
        """Make ready for another run."""
        self._facts = started.environment
        self.title.setText(started.environment.title)
        self.frame_view.set_frame(None)
        self.frame_view.set_message("" if started.environment.renders else NO_PICTURE)
        self.readout.clear()
        self._set_ending("")
        count = started.config.environment_count
        watched = max(self.copies.currentIndex(), 0)
        self.copies.clear()
        self.copies.addItems([f"Copy {index + 1} of {count}" for index in range(count)])
        self.copies.setCurrentIndex(min(watched, count - 1))
        self.copies.setVisible(count > 1)

    def show_frame(self, event: Shown) -> None:
        """Show the picture of one state."""
        if event.detail is None or not self.isVisible():
            return
        if event.detail.frame is None:
            self.frame_view.set_message(NO_PICTURE)
        self.frame_view.set_frame(event.detail.frame)

    def show_step(self, event: Shown) -> None:
        """Show the numbers of one state, and of the step taken in it."""
        detail = event.detail
        if detail is None or not self.isVisible():
            return
        if not self.copies.isEnabled():  # of a recording, which says itself which copy there is
            self.copies.setCurrentIndex(detail.environment_index)
        self.readout.set("episode", f"{detail.episode:,}")
        self.readout.set("step", self._step(detail))
        self.readout.set("action", action_text(detail.decision, self._facts))
        self.readout.set("reward", DASH if detail.reward is None else number(detail.reward))
        self.readout.set("return", number(detail.episode_return))
        self._set_ending("terminated" if detail.terminated else "truncated" if detail.truncated else "")

    def refresh(self, model: RunModel) -> None:
        """Nothing here changes between two steps shown."""

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self.frame_view.apply_theme(theme)

    def _step(self, detail: StepDetail) -> str:
        limit = self._facts.episode_step_limit if self._facts else None
        return f"{detail.episode_step:,}" if limit is None else f"{detail.episode_step:,} / {limit:,}"

    def _set_ending(self, word: str) -> None:
        if self.ending.text() != word:
            self.ending.setText(word)
            set_role(self.ending, {"terminated": "chip-warn", "truncated": "chip"}.get(word, ""))


def action_text(decision: Decision, facts: EnvironmentFacts | None) -> str:
    """The action that was taken, in few words; a dash where none has been."""
    if isinstance(decision, CategoricalDecision):
        return _choice(decision, facts.action_labels if facts else ())
    if isinstance(decision, GaussianDecision | BinnedDecision):
        return (
            DASH if decision.action_D is None else _listed([f"{each:+z.2f}" for each in decision.action_D[:4]], 3)
        )
    if isinstance(decision, FactoredDecision):
        labels = [factor.labels for factor in facts.factors] if facts else []
        known = labels if len(labels) == len(decision.factors) else [()] * len(decision.factors)
        parts = [_part(*each) for each in zip(decision.factors[: MOST_PARTS + 1], known, strict=False)]
        return DASH if DASH in parts else _listed(parts, MOST_PARTS)
    return DASH


def _part(factor: Decision, labels: tuple[str, ...]) -> str:
    """One part of an action: the name of a choice, or the numbers of a real vector."""
    if isinstance(factor, CategoricalDecision):
        return _choice(factor, labels)
    text = action_text(factor, None)
    return f"({text})" if "," in text else text


def _choice(decision: CategoricalDecision, labels: tuple[str, ...]) -> str:
    if decision.chosen is None:
        return DASH
    return labels[decision.chosen] if decision.chosen < len(labels) else str(decision.action)


def _listed(parts: list[str], most: int) -> str:
    return ", ".join(parts[:most]) + (", …" if len(parts) > most else "")


def number(value: float) -> str:
    """A reward or return in few digits: whole numbers as such."""
    if abs(value) < 1e9 and value == int(value):  # what has overflowed is no whole number
        return f"{int(value):,}"
    decimals = 2 if abs(value) < 1e3 else 1
    return f"{value:,.{decimals}f}" if abs(value) < 1e6 else f"{value:.3g}"
