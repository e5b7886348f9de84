"""The three plots that grow with the run: log_std, entropy and return."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pgviz.gui.run_model import Mark, RunModel, Series
from pgviz.gui.theme import Theme
from pgviz.gui.widgets.curve_trace import Look
from pgviz.gui.widgets.live_curve import LiveCurve
from pgviz.gui.widgets.step_axis import MINUS
from pgviz.hyperparameters import declaration
from pgviz.parameters import ParameterSet
from pgviz.training.events import PolicyFacts, RunStarted, Shown

NO_LOG_STD = "A softmax policy has no log_std; this is the probability of its likeliest action."
ENTROPY, LIKELIEST = "entropy", "likeliest action"
EPISODE, AVERAGE = "episode", "mean of 100"


class CurvePanel(QWidget):
    """A plot over the run's steps, with the knobs that were turned; the base of the three below.

    Parameters
    ----------
    name
        What is plotted.
    empty_text
        Shown until there is something to plot.
    """

    def __init__(self, name: str, empty_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curve = LiveCurve(name, empty_text)
        self._parameters = ParameterSet(())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.curve)

    def begin(self, started: RunStarted) -> None:
        """Forget the last run."""
        self._parameters = declaration(started.config.algorithm).parameters
        self._prepare(started)

    def show_step(self, event: Shown) -> None:
        """Nothing here changes with a single step."""

    def refresh(self, model: RunModel) -> None:
        """Draw what has come, where anybody can see it."""
        if self.isVisible() and model.started is not None:
            self._draw(model)
            if len(model.marks) != len(self.curve.notes.marks):
                self.curve.set_marks([(mark.step, self._text(mark)) for mark in model.marks])

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self.curve.apply_theme(theme)

    def _prepare(self, started: RunStarted) -> None:
        self.curve.begin(())

    def _draw(self, model: RunModel) -> None:
        """Hand the model's numbers to the plot."""

    def _text(self, mark: Mark) -> str:
        parameter = self._parameters[mark.name]
        values = f"{parameter.format(mark.previous)} → {parameter.format(mark.value)}"
        return f"{parameter.symbol or parameter.label} {values}"


class EntropyPanel(CurvePanel):
    """Mean entropy of π over each rollout, beside that of the uniform policy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Entropy", "Entropy appears after the first update", parent)

    def _prepare(self, started: RunStarted) -> None:
        self.curve.begin([Look(ENTROPY)])
        if started.policy.uniform_entropy is not None:
            self.curve.set_reference(started.policy.uniform_entropy, _uniform(started.policy))

    def _draw(self, model: RunModel) -> None:
        self.curve.set_data({ENTROPY: (model.updates.column(0), model.updates.column(1))})
        detail = model.shown.detail if model.shown else None
        if detail is not None:
            self.curve.set_value(f"now {_decimal(detail.decision.entropy)} nats")


class LogStdPanel(CurvePanel):
    """log_std per action dimension; the probability of the likeliest action where a policy has none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("log_std", "log_std appears after the first update", parent)
        self._labels: tuple[str, ...] = ()

    def _prepare(self, started: RunStarted) -> None:
        self._labels = _distinct(started.environment.action_labels) if started.policy.has_std else ()
        if self._labels:
            self.curve.empty.setText("log_std appears after the first update")
            self.curve.begin([Look(label, index) for index, label in enumerate(self._labels)])
            return
        self.curve.empty.setText("It appears after the first update")
        self.curve.begin([Look(LIKELIEST)])
        self.curve.set_caption(NO_LOG_STD)
        self.curve.set_y_range(0.0, 1.0)

    def _draw(self, model: RunModel) -> None:
        if not self._labels:
            self._draw_likeliest(model)
        elif model.log_std is not None:
            self._draw_log_std(model.log_std)

    def _draw_log_std(self, log_std: Series) -> None:
        columns = {label: log_std.column(index) for index, label in enumerate(self._labels, start=1)}
        self.curve.set_data({label: (log_std.column(0), column) for label, column in columns.items()})
        if len(log_std):
            mean = "mean " if len(columns) > 1 else ""
            self.curve.set_value(f"{mean}σ {np.exp([column[-1] for column in columns.values()]).mean():.3g}")

    def _draw_likeliest(self, model: RunModel) -> None:
        likeliest = model.updates.column(2)
        self.curve.set_data({LIKELIEST: (model.updates.column(0), likeliest)})
        if len(likeliest) and math.isfinite(likeliest[-1]):
            self.curve.set_value(f"max π {likeliest[-1]:.2f}")


class ReturnPanel(CurvePanel):
    """Each episode's return as a dot, and the mean of the last hundred as a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Return", "Returns appear when the first episode ends", parent)

    def _prepare(self, started: RunStarted) -> None:
        self.curve.begin([Look(EPISODE, dots=True), Look(AVERAGE, strong=True)])
        threshold = started.environment.reward_threshold
        if threshold is not None:
            self.curve.set_reference(threshold, f"solved: {threshold:g}".replace("-", MINUS))

    def _draw(self, model: RunModel) -> None:
        steps, average = model.episodes.column(0), model.episodes.column(3)
        self.curve.set_data({EPISODE: (steps, model.episodes.column(1)), AVERAGE: (steps, average)})
        if len(average):
            self.curve.set_value(f"mean {average[-1]:,.1f}".replace("-", MINUS))


def _uniform(policy: PolicyFacts) -> str:
    entropy = policy.uniform_entropy or 0.0
    if policy.kind == "categorical":
        return f"uniform: ln {round(math.exp(entropy))} = {entropy:.3f}"
    return f"uniform over the bounds: {_decimal(entropy)}"


def _decimal(number: float) -> str:
    return f"{number:.2f}".replace("-", MINUS)


def _distinct(labels: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(labels)) == len(labels):
        return labels
    return tuple(f"{label} {index}" for index, label in enumerate(labels))
