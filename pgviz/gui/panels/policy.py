"""π(a|s) at the state shown."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import LIGHT, Theme, set_role
from pgviz.gui.widgets.distribution_plot import BarDistribution, DensityDistribution
from pgviz.gui.widgets.parts import scrolling
from pgviz.gui.widgets.readout import DASH, Readout
from pgviz.training.events import CategoricalDecision, GaussianDecision, RunStarted, Shown

CAPTIONS = {"probability": "π(a|s)", "log_prob": "ln π(a|s)", "entropy": "Entropy", "value": "V(s)"}
# Up to so many action dimensions stand side by side.
COLUMNS = 2


class PolicyPanel(QWidget):
    """The policy's distribution over actions, and what it thought of its choice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.readout = Readout(CAPTIONS)
        self.bars = BarDistribution()
        self.densities: list[DensityDistribution] = []
        self._grid = QWidget()
        set_role(self._grid, "panel")
        self._grid_layout = QGridLayout(self._grid)
        self._grid_layout.setContentsMargins(0, 0, 0, 0)
        self._grid_layout.setSpacing(4)
        self._scroll: QScrollArea = scrolling(self._grid)
        self._empty = QLabel("Set up a run to see its policy.")
        set_role(self._empty, "muted")
        self._stack = QStackedWidget()
        for page in (self._empty, self.bars, self._scroll):
            self._stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.setSpacing(4)
        layout.addWidget(self.readout)
        layout.addWidget(self._stack, 1)
        set_role(self, "panel")

    def begin(self, started: RunStarted) -> None:
        """Make ready for another policy."""
        self.readout.clear()
        facts = started.environment
        if started.policy.kind == "categorical":
            self.bars.begin(facts.action_labels)
            self._stack.setCurrentWidget(self.bars)
        else:
            self._make_densities(facts.action_labels, facts.action_low, facts.action_high)
            self._stack.setCurrentWidget(self._scroll)

    def _make_densities(self, labels: tuple[str, ...], low: tuple[float, ...], high: tuple[float, ...]) -> None:
        for density in self.densities:
            self._grid_layout.removeWidget(density)
            density.deleteLater()
        columns = 1 if len(labels) <= COLUMNS else COLUMNS
        self.densities = [DensityDistribution() for _ in labels]
        for index, density in enumerate(self.densities):
            density.begin(labels[index], low[index], high[index])
            density.apply_theme(self._theme)
            self._grid_layout.addWidget(density, index // columns, index % columns)

    def show_step(self, event: Shown) -> None:
        """Show the distribution at one state."""
        if event.detail is None or not self.isVisible():
            return
        decision = event.detail.decision
        log_prob = decision.log_prob
        chance = DASH if log_prob is None else f"{math.exp(min(log_prob, 700.0)):.3f}"
        self.readout.set("probability", chance)
        self.readout.set("log_prob", DASH if log_prob is None else f"{log_prob:.3f}")
        self.readout.set("entropy", f"{decision.entropy:.3f}")
        self.readout.set("value", DASH if decision.value is None else f"{decision.value:.2f}")
        if isinstance(decision, CategoricalDecision):
            self.bars.show_distribution(decision.probabilities_A, decision.chosen)
        elif isinstance(decision, GaussianDecision):
            self._show_densities(decision)

    def _show_densities(self, decision: GaussianDecision) -> None:
        means = decision.mean_action_D
        for index, density in enumerate(self.densities):
            # Of many dimensions only those scrolled into view are drawn.
            if density.plot.viewport().visibleRegion().isEmpty():
                continue
            action = None if decision.action_D is None else float(decision.action_D[index])
            density.show_density(*decision.density(index), float(means[index]), action)

    def refresh(self, model: RunModel) -> None:
        """Nothing here changes between two steps shown."""

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.readout.apply_theme(theme)
        self.bars.apply_theme(theme)
        for density in self.densities:
            density.apply_theme(theme)
