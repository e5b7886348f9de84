"""PartPlot: a small picture of one part of π(·|s), whatever kind of policy it is."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pgviz.gui.moving import Part
from pgviz.gui.theme import LIGHT, Theme
from pgviz.gui.widgets.bar_distribution import BarDistribution
from pgviz.gui.widgets.bin_distribution import BinDistribution
from pgviz.gui.widgets.density_distribution import DensityDistribution
from pgviz.gui.widgets.distribution_plot import DistributionPlot
from pgviz.training.events import BinnedDecision, CategoricalDecision, Decision, GaussianDecision


class PartPlot(QWidget):
    """Draws one choice, or one real number, of a decision.

    Parameters
    ----------
    height
        Pixels, unless the picture needs more.

    Attributes
    ----------
    plot
        The picture; ``None`` before there is anything to draw.
    """

    def __init__(self, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot: DistributionPlot | None = None
        self._height, self._theme = height, LIGHT
        self._scaled = True
        self._kind: tuple[type[Decision], Part] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setFixedHeight(height)

    def show_part(self, decision: Decision, part: Part) -> None:
        """Draw what a decision is drawn from."""
        own = part.of(decision)
        if (type(own), part) != self._kind:
            self._make(own, part)
        plot, d = self.plot, part.dimension
        if isinstance(own, CategoricalDecision) and isinstance(plot, BarDistribution):
            plot.show_distribution(own.probabilities_A, None, own.mask_A, own.values_A)
        elif isinstance(own, GaussianDecision) and isinstance(plot, DensityDistribution):
            plot.show_density(*own.density(d), float(own.mean_action_D[d]), None)
        elif isinstance(own, BinnedDecision) and isinstance(plot, BinDistribution):
            plot.show_bins(own.centres_DK[d], own.probabilities_DK[d], own.values_DK[d], None)

    def set_scaled(self, *, scaled: bool) -> None:
        """Have the scale at the left, or leave its room to the picture."""
        self._scaled = scaled
        if self.plot is not None:
            self.plot.plot.getPlotItem().showAxis("left", scaled)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        if self.plot is not None:
            self.plot.apply_theme(theme)

    def _make(self, own: Decision, part: Part) -> None:
        if self.plot is not None:
            self._column.removeWidget(self.plot)
            self.plot.deleteLater()
        if isinstance(own, CategoricalDecision):
            bars = BarDistribution()
            bars.begin(part.labels, own.values_A is not None, own.mask_A is not None)
            self.plot = bars
        else:
            real = BinDistribution() if isinstance(own, BinnedDecision) else DensityDistribution()
            real.begin(part.name, part.low, part.high)
            self.plot = real
        self.plot.apply_theme(self._theme)
        self.set_scaled(scaled=self._scaled)
        self.setFixedHeight(max(self._height, self.plot.minimumHeight()))
        self._column.addWidget(self.plot)
        self._kind = (type(own), part)
