"""The three plots that grow with the run: log_std, entropy and return."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pgviz.gui.forks import Curve, KnownFork
from pgviz.gui.forks_looks import look_of
from pgviz.gui.run_model import Mark, RunModel
from pgviz.gui.series import Floats, Series
from pgviz.gui.theme import Theme
from pgviz.gui.widgets.curve_trace import Look
from pgviz.gui.widgets.live_curve import LiveCurve
from pgviz.gui.widgets.step_axis import MINUS
from pgviz.hyperparameters import declaration
from pgviz.parameters import ParameterSet, Value
from pgviz.training.events import PastShown, PolicyFacts, RunStarted, Shown

NO_LOG_STD = {
    "categorical": "A softmax policy has no log_std; this is the probability of its likeliest action.",
    "factored": "Choices have no log_std; this is the probability of the likeliest option, a mean over the parts.",
    "values": "Values have no log_std; this is the probability of the likeliest action, and ε.",
    "bins": "Values of bins have no log_std; this is the probability of the likeliest bins, and ε.",
}
STATE_LOG_STD = "The network gives one log_std per state; this is their mean over the update's states."
MEAN_OF_FORKS = "Of a fork, their mean is drawn."
WHOSE_ENTROPY = {
    "factored": "Of all parts of the action together.",
    "values": "Of what it does, exploration included.",
    "bins": "Of what it does, exploration included.",
}
WEIGHED = "α is the temperature, by which the entropy is weighed against reward."
VALUE_KINDS = ("values", "bins")
ENTROPY, TEMPERATURE, LIKELIEST, EPSILON = "entropy", "α (right)", "likeliest action", "ε"
EPISODE, AVERAGE = "episode", "mean of 100"
SMALL_RETURN = 10.0  # of a smaller one the hundredths matter
ALL_DIGITS = 1e9  # smaller numbers are written with all digits before the point


class CurvePanel(QWidget):
    """A plot over the run's steps, with the knobs that were turned; the base of the three below.

    Parameters
    ----------
    name
        What is plotted.
    empty_text
        Shown until there is something to plot.
    of_forks
        Which curve of the forks belongs beside it: ``"entropy"``, ``"mean"`` or ``"log_std"``.
    """

    def __init__(self, name: str, empty_text: str, of_forks: Curve, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._of_forks, self._forks = of_forks, tuple[int, ...]()
        self.curve = LiveCurve(name, empty_text)
        self._parameters = ParameterSet(())
        self._rewinds = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.curve)

    def begin(self, started: RunStarted) -> None:
        """Forget the last run."""
        self._parameters = declaration(started.config.algorithm).parameters
        self._rewinds, self._forks = 0, ()
        self._prepare(started)

    def show_step(self, event: Shown) -> None:
        """Move the cursor to the step looked back at."""
        if self.isVisible():
            self.curve.set_cursor(event.step if isinstance(event, PastShown) else None)

    def refresh(self, model: RunModel) -> None:
        """Draw what has come, where anybody can see it."""
        if self.isVisible() and model.started is not None:
            if model.debug.rewinds != self._rewinds:
                self._rewinds = model.debug.rewinds
                self.curve.take_back()
            self._show_forks(model)
            self._draw(model)
            if not model.debug.looks_back:
                self.curve.set_cursor(None)
            if len(model.marks) != len(self.curve.notes.marks):
                self.curve.set_marks([(mark.step, self._text(mark)) for mark in model.marks])

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self.curve.apply_theme(theme)

    def _prepare(self, started: RunStarted) -> None:
        self.curve.begin(())

    def _draw(self, model: RunModel) -> None:
        """Hand the model's numbers to the plot."""

    def _show_forks(self, model: RunModel) -> None:
        """Draw the forks' curves beside the run's, where there are any."""
        known = model.forks.known
        if tuple(known) != self._forks:
            self._forks = tuple(known)
            self.curve.set_beside(())  # a new one may have the look of one that has gone
            strong = self._of_forks == "mean"
            self.curve.set_beside([look_of(fork, strong=strong) for fork in known.values()])
        if known:
            self.curve.set_data({fork.name: self._curve_of(fork) for fork in known.values()})

    def _curve_of(self, fork: KnownFork) -> tuple[Floats, Floats]:
        return fork.curve(self._of_forks)

    def _text(self, mark: Mark) -> str:
        parameter = self._parameters[mark.name]
        values = f"{parameter.format(mark.previous)} → {parameter.format(mark.value)}"
        return f"{parameter.symbol or parameter.label} {values}"


class EntropyPanel(CurvePanel):
    """Mean entropy of π in each update, beside that of the uniform policy.

    Where the weight α of the entropy is learned, it is drawn as well, and so is the entropy that it is to hold.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Entropy", "Entropy appears after the first update", "entropy", parent)
        self._has_temperature = self._has_masks = False
        self._now = self._weight = ""

    def _prepare(self, started: RunStarted) -> None:
        self._now = self._weight = ""
        self._has_temperature = "temperature" in self._parameters
        self._has_masks = started.environment.has_masks
        temperature = [Look(TEMPERATURE, 1, right=True)] if self._has_temperature else []
        self.curve.begin([Look(ENTROPY), *temperature])
        self.curve.set_caption(WEIGHED if self._has_temperature else WHOSE_ENTROPY.get(started.policy.kind, ""))
        self.curve.set_references(_references(started, started.config.hyperparameters))

    def _draw(self, model: RunModel) -> None:
        steps, entropy = model.updates.column(0), model.updates.column(1)
        if self._has_temperature and model.started is not None:
            self.curve.set_data({ENTROPY: (steps, entropy), TEMPERATURE: (steps, model.updates.column(7))})
        else:
            self.curve.set_data({ENTROPY: (steps, entropy)})
        if model.started is not None and (self._has_temperature or self._has_masks):
            self.curve.set_references(_references(model.started, model.values))
        if self._has_temperature and len(model.updates):
            self._weight = f"  ·  α {10.0 ** model.updates.column(7)[-1]:.3g}"
        self._say()

    def show_step(self, event: Shown) -> None:
        """Say the entropy in the state that is shown, at the same moment as the other panels."""
        super().show_step(event)
        if event.detail is not None:
            word = "then" if isinstance(event, PastShown) else "now"
            self._now = f"{word} {_decimal(event.detail.decision.entropy)} nats"
            self._say()

    def _say(self) -> None:
        if self._now:
            self.curve.set_value(self._now + self._weight)


class LogStdPanel(CurvePanel):
    """log_std per action dimension; the probability of the likeliest action where a policy has none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("log_std", "log_std appears after the first update", "log_std", parent)
        self._labels: tuple[str, ...] = ()
        self._caption = ""
        self._has_epsilon = False
        # Choices that an action is made up of: of all of them together the probability is too small to be seen.
        self._parts = 1

    def _prepare(self, started: RunStarted) -> None:
        self._labels = _distinct(started.environment.action_labels) if started.policy.has_std else ()
        if self._labels:
            self.curve.empty.setText("log_std appears after the first update")
            self.curve.begin([Look(label, index) for index, label in enumerate(self._labels)])
            of_the_state = started.config.hyperparameters.get("std_kind", "state") == "state"
            self._caption = STATE_LOG_STD if of_the_state else ""
            self.curve.set_caption(self._caption)
            return
        self._has_epsilon = started.policy.kind in VALUE_KINDS
        self._parts = max(len(started.environment.factors), 1)
        self.curve.empty.setText("It appears after the first update")
        self.curve.begin([Look(LIKELIEST), Look(EPSILON, 1)] if self._has_epsilon else [Look(LIKELIEST)])
        self.curve.set_caption(NO_LOG_STD.get(started.policy.kind, NO_LOG_STD["categorical"]))
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
        steps, likeliest, epsilon = (model.updates.column(index) for index in (0, 2, 6))
        likeliest = self._per_part(likeliest)
        if self._has_epsilon:
            self.curve.set_data({LIKELIEST: (steps, likeliest), EPSILON: (steps, epsilon)})
        else:
            self.curve.set_data({LIKELIEST: (steps, likeliest)})
        values = [("max π", likeliest), ("ε", epsilon)]
        texts = [
            f"{name} {column[-1]:.2f}" for name, column in values if len(column) and math.isfinite(column[-1])
        ]
        self.curve.set_value("  ·  ".join(texts))

    def _curve_of(self, fork: KnownFork) -> tuple[Floats, Floats]:
        steps, values = super()._curve_of(fork)
        return steps, values if self._labels else self._per_part(values)

    def _show_forks(self, model: RunModel) -> None:
        super()._show_forks(model)
        if len(self._labels) > 1:
            self.curve.set_caption(f"{self._caption} {MEAN_OF_FORKS}".strip() if self._forks else self._caption)

    def _per_part(self, likeliest: Floats) -> Floats:
        """The geometric mean over the parts of an action of how probable the likeliest choice is."""
        return likeliest ** (1 / self._parts) if self._parts > 1 else likeliest


class ReturnPanel(CurvePanel):
    """Each episode's return as a dot, and the mean of the last hundred as a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Return", "Returns appear when the first episode ends", "mean", parent)

    def _prepare(self, started: RunStarted) -> None:
        self.curve.begin([Look(EPISODE, dots=True), Look(AVERAGE, strong=True)])
        threshold = started.environment.reward_threshold
        if threshold is not None:
            self.curve.set_references([(threshold, f"solved: {threshold:g}".replace("-", MINUS))])

    def _draw(self, model: RunModel) -> None:
        steps, average = model.episodes.column(0), model.episodes.column(3)
        self.curve.set_data({EPISODE: (steps, model.episodes.column(1)), AVERAGE: (steps, average)})
        if len(average):
            self.curve.set_value(f"mean {_return(average[-1])}".replace("-", MINUS))


def _return(value: float) -> str:
    """A mean return; a huge one without all of its digits, for which the window would have to grow."""
    decimals = 2 if abs(value) < SMALL_RETURN else 1
    return f"{value:,.{decimals}f}" if abs(value) < ALL_DIGITS else f"{value:.3g}"


def _references(started: RunStarted, values: Mapping[str, Value]) -> list[tuple[float, str]]:
    """The entropies beside which that of π is seen: the uniform policy's, and the one that is aimed at."""
    policy, facts = started.policy, started.environment
    # With what is illegal ruled out, an even policy is so over less, in each state another number.
    over = "over all" if facts.has_masks and values.get("action_mask") is True else ""
    references = [] if policy.uniform_entropy is None else [(policy.uniform_entropy, _uniform(policy, over))]
    if values.get("learn_temperature") is True:
        dimensions, target = len(facts.action_low), values.get("target_entropy")
        aimed = -float(dimensions) if not isinstance(target, int | float) else float(target)
        # The target is that of an action between -1 and 1; what is drawn is in the environment's units.
        aimed += sum(
            math.log((high - low) / 2 if high > low else 1.0)
            for low, high in zip(facts.action_low, facts.action_high, strict=True)
        )
        references += [(aimed, f"target: {_decimal(aimed)}")] if math.isfinite(aimed) else []
    return references


def _uniform(policy: PolicyFacts, over: str) -> str:
    """The reference in words; `over` says of what choices, where that is not plain."""
    entropy = policy.uniform_entropy or 0.0
    if policy.kind == "gaussian":
        return f"uniform over the bounds: {_decimal(entropy)}"
    if policy.kind == "factored":
        return f"uniform in every part{over and f', {over}'}: {_decimal(entropy)}"
    return f"uniform{over and f' {over}'}: ln {round(math.exp(entropy)):,} = {entropy:.3f}"


def _decimal(number: float) -> str:
    return f"{number:z.2f}".replace("-", MINUS)


def _distinct(labels: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(labels)) == len(labels):
        return labels
    return tuple(f"{label} {index}" for index, label in enumerate(labels))
