"""π(·|s) of one part of the action, what its actions are worth, and which is picked to be forced."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from pgviz.gui.moving import Part
from pgviz.gui.theme import Theme
from pgviz.gui.what_if import Trial, span
from pgviz.gui.widgets.worth_bars import WorthBars
from pgviz.gui.widgets.worth_curve import WorthCurve
from pgviz.session.notices import RunWaits
from pgviz.training.events import BinnedDecision, CategoricalDecision, GaussianDecision
from pgviz.training.examination import ActionValues


class WorthView(QWidget):
    """Bars for a choice among options, a curve for a real number.

    Attributes
    ----------
    picked, let_go
        A place on the axis: while it is dragged, and where that ended.
    bars, curve
        The two plots.
    """

    picked = Signal(float)
    let_go = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars, self.curve = WorthBars(), WorthCurve()
        self.stack = QStackedWidget()
        for page in (self.bars, self.curve):
            self.stack.addWidget(page)
        for signal in (self.bars.picked, self.curve.let_go):
            signal.connect(self.let_go)
        for signal in (self.bars.picked, self.curve.picked):
            signal.connect(self.picked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)

    @property
    def is_choice(self) -> bool:
        """Whether a choice among options is shown, rather than a real number."""
        return self.stack.currentWidget() is self.bars

    def begin(self, value_name: str) -> None:
        """Make ready for another policy, whose value of a state is this."""
        self.bars.critic_name = self.curve.critic_name = value_name

    def forbid_picking(self) -> None:
        """Show only; nothing can be picked any more."""
        self.bars.can_be_picked = False
        self.bars.plot.viewport().unsetCursor()
        self.curve.handle.setMovable(False)

    def show_part(self, waiting: RunWaits, part: Part) -> tuple[float, float]:
        """Draw π of one part, and nothing of worth yet; returns the range that can be picked from."""
        own = part.of(waiting.decision)
        if isinstance(own, CategoricalDecision):
            self.stack.setCurrentWidget(self.bars)
            self.bars.begin(part.labels, False, own.mask_A is not None)
            self.bars.show_distribution(own.probabilities_A, None, own.mask_A, heeds_mask=own.heeds_mask)
            return 0.0, len(part.labels) - 1.0
        self.stack.setCurrentWidget(self.curve)
        if isinstance(own, BinnedDecision):
            low, high = float(own.low_D[part.dimension]), float(own.high_D[part.dimension])
            self.curve.begin(part.name, low, high)
            best = int(own.values_DK[part.dimension].argmax())
            centres_K = own.centres_DK[part.dimension]
            self.curve.show_density(
                centres_K, own.probabilities_DK[part.dimension], float(centres_K[best]), binned=True
            )
            return low, high
        assert isinstance(own, GaussianDecision)
        low, high = span(own, part)
        self.curve.begin(part.name, low, high)
        self.curve.show_density(*own.density(part.dimension), float(own.mean_action_D[part.dimension]))
        return low, high

    def show_worth(self, tried: Sequence[Trial], values: ActionValues, critic: float | None) -> None:
        """Draw what was found of some actions."""
        if self.is_choice:
            count = len(self.bars.probabilities_A)
            means_A, errors_A = np.full(count, np.nan), np.zeros(count)
            options = [round(trial.place) for trial in tried]
            means_A[options], errors_A[options] = values.means_A, values.errors_A
            self.bars.show_worth(means_A, errors_A, critic)
        else:
            places_A = np.array([trial.place for trial in tried])
            self.curve.show_worth(places_A, values.means_A, values.errors_A, critic)

    def show_forced(self, place: float | None) -> None:
        """Mark what the next step takes."""
        if self.is_choice:
            self.bars.chosen = None if place is None else round(place)
            self.bars.redraw()
            return
        self.curve.handle.setVisible(self.curve.handle.movable or place is not None)
        if place is not None:
            self.curve.place_handle(place)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self.bars.apply_theme(theme)
        self.curve.apply_theme(theme)
