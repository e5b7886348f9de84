"""π(a|s) at the state shown."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import LIGHT, Theme, set_role
from pgviz.gui.widgets.bar_distribution import BarDistribution
from pgviz.gui.widgets.bin_distribution import BinDistribution
from pgviz.gui.widgets.density_distribution import DensityDistribution
from pgviz.gui.widgets.factor_grid import FactorGrid
from pgviz.gui.widgets.parts import scrolling
from pgviz.gui.widgets.readout import DASH, Readout
from pgviz.training.events import (
    BinnedDecision,
    CategoricalDecision,
    Decision,
    EnvironmentFacts,
    FactoredDecision,
    GaussianDecision,
    PolicyFacts,
    RunStarted,
    Shown,
)

CAPTIONS = {"probability": "π(a|s)", "log_prob": "ln π(a|s)", "entropy": "Entropy", "value": "V(s)"}
VALUE_CAPTIONS = {"probability": "π(a|s)", "q": "Q(s, a)", "entropy": "Entropy", "value": "V(s)"}
VALUE_KINDS = ("values", "bins")
# Up to so many densities stand one under the other; more stand side by side. Plots of bins are taller.
ONE_COLUMN = {"gaussian": 2, "bins": 1}

DimensionPlot = DensityDistribution | BinDistribution


class PolicyPanel(QWidget):
    """The policy's distribution over actions, and what it thought of its choice.

    Attributes
    ----------
    bars
        Of a policy over finitely many actions.
    densities, bins
        One plot per action dimension: of a Gaussian policy, or of values over bins.
    factors
        Of an action that is made up of several.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.readout = Readout(CAPTIONS)
        self.bars = BarDistribution()
        self.densities: list[DensityDistribution] = []
        self.bins: list[BinDistribution] = []
        self.factors = FactorGrid()
        self._grid = QWidget()
        set_role(self._grid, "panel")
        self._grid_layout = QGridLayout(self._grid)
        self._grid_layout.setContentsMargins(0, 0, 0, 0)
        self._grid_layout.setSpacing(4)
        self._dimensions, self._choices = scrolling(self._grid), scrolling(self.factors)
        self._empty = QLabel("Set up a run to see its policy.")
        set_role(self._empty, "muted")
        self._stack = QStackedWidget()
        for page in (self._empty, self.bars, self._dimensions, self._choices):
            self._stack.addWidget(page)
        self._arrange()

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.setSpacing(4)
        layout.addWidget(self.readout)
        layout.addWidget(self._stack, 1)
        set_role(self, "panel")

    def begin(self, started: RunStarted) -> None:
        """Make ready for another policy."""
        self.readout.set_captions(_captions(started.policy))
        self._stack.setCurrentWidget(self._prepare(started.policy.kind, started.environment))

    def _prepare(self, kind: str, facts: EnvironmentFacts) -> QWidget:
        """Make the plots of this kind of policy ready, and return the page they are on."""
        if kind in ("categorical", "values"):
            self.bars.begin(facts.action_labels, kind == "values", facts.has_masks)
            return self.bars
        if kind == "factored":
            self.factors.begin(facts.factors)
            return self._choices
        self._clear_dimensions()
        bounds = zip(facts.action_labels, facts.action_low, facts.action_high, strict=True)
        if kind == "bins":
            self.bins = [BinDistribution() for _ in facts.action_labels]
            self._place(self.bins, list(bounds), ONE_COLUMN["bins"])
        else:
            self.densities = [DensityDistribution() for _ in facts.action_labels]
            self._place(self.densities, list(bounds), ONE_COLUMN["gaussian"])
        return self._dimensions

    def _clear_dimensions(self) -> None:
        for plot in (*self.densities, *self.bins):
            self._grid_layout.removeWidget(plot)
            plot.deleteLater()
        self.densities, self.bins = [], []

    def _place(
        self, plots: Sequence[DimensionPlot], dimensions: Sequence[tuple[str, float, float]], one_column: int
    ) -> None:
        columns = 1 if len(plots) <= one_column else 2
        for index, plot in enumerate(plots):
            plot.begin(*dimensions[index])
            plot.apply_theme(self._theme)
            self._grid_layout.addWidget(plot, index // columns, index % columns)

    def show_step(self, event: Shown) -> None:
        """Show the distribution at one state."""
        if event.detail is None or not self.isVisible():
            return
        decision = event.detail.decision
        self._read_out(decision)
        if isinstance(decision, CategoricalDecision):
            self.bars.show_distribution(
                decision.probabilities_A, decision.chosen, decision.mask_A, decision.values_A, decision.heeds_mask
            )
        elif isinstance(decision, GaussianDecision):
            self._show_densities(decision)
        elif isinstance(decision, BinnedDecision):
            self._show_bins(decision)
        elif isinstance(decision, FactoredDecision):
            self.factors.show_factors(decision.factors)

    def _read_out(self, decision: Decision) -> None:
        log_prob = decision.log_prob
        texts = {
            "probability": DASH if log_prob is None else chance(log_prob),
            "log_prob": DASH if log_prob is None else f"{log_prob:z.3f}",
            "entropy": f"{decision.entropy:z.3f}",
            "value": DASH if decision.value is None else f"{decision.value:z.2f}",
            "q": _chosen_value(decision),
        }
        for name in self.readout.names:
            self.readout.set(name, texts[name])

    def _show_densities(self, decision: GaussianDecision) -> None:
        means = decision.mean_action_D
        for index, density in enumerate(self.densities):
            if _out_of_sight(density):
                continue
            action = None if decision.action_D is None else float(decision.action_D[index])
            density.show_density(*decision.density(index), float(means[index]), action)

    def _show_bins(self, decision: BinnedDecision) -> None:
        for index, plot in enumerate(self.bins):
            if _out_of_sight(plot):
                continue
            chosen = None if decision.chosen_D is None else int(decision.chosen_D[index])
            plot.show_bins(
                decision.centres_DK[index], decision.probabilities_DK[index], decision.values_DK[index], chosen
            )

    def refresh(self, model: RunModel) -> None:
        """Nothing here changes between two steps shown."""

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.bars.apply_theme(theme)
        self.factors.apply_theme(theme)
        for plot in (*self.densities, *self.bins):
            plot.apply_theme(theme)


def chance(log_prob: float) -> str:
    """A probability (or density) in few digits, however small."""
    probability = math.exp(min(log_prob, 700.0))
    return f"{probability:.3f}" if probability >= 5e-4 or log_prob == -math.inf else f"{probability:.1e}"


def _captions(policy: PolicyFacts) -> dict[str, str]:
    captions = (VALUE_CAPTIONS if policy.kind in VALUE_KINDS else CAPTIONS) | {"value": policy.value_name}
    shows_value = policy.has_value or policy.kind in VALUE_KINDS
    return {name: caption for name, caption in captions.items() if name != "value" or shows_value}


def _chosen_value(decision: Decision) -> str:
    """Q of the action that was taken, where it is known: of several binned dimensions only the best is."""
    if isinstance(decision, CategoricalDecision) and decision.chosen is not None and decision.values_A is not None:
        return f"{decision.values_A[decision.chosen]:z.2f}"
    if isinstance(decision, BinnedDecision) and decision.chosen_D is not None and len(decision.chosen_D) == 1:
        return f"{decision.values_DK[0, decision.chosen_D[0]]:z.2f}"
    return DASH


def _out_of_sight(plot: DimensionPlot) -> bool:
    """Whether a plot is scrolled away; of many dimensions only those in view are drawn."""
    return bool(plot.plot.viewport().visibleRegion().isEmpty())
