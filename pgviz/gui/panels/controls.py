"""The controls: the knobs that can be turned while a run goes on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pgviz.gui.run_control import GOING
from pgviz.gui.run_model import RunModel
from pgviz.gui.widgets.parameter_slider import ParameterSlider
from pgviz.gui.widgets.parts import scrolling, tool_button
from pgviz.gui.widgets.speed_slider import SpeedSlider
from pgviz.hyperparameters import declaration
from pgviz.parameters import Parameter
from pgviz.session.notices import RunState
from pgviz.training.events import PolicyFacts, RunStarted, Shown

# Always in sight; every other live parameter is under "More".
FIRST = ("learning_rate", "initial_std", "entropy_coefficient")

# The part of a declared range that a slider covers usefully; the entry beside it takes the whole range.
PRACTICAL = {
    "learning_rate": (1e-5, 1e-1),
    "clip_range": (0.01, 1.0),
    "gamma": (0.8, 1.0),
    "gae_lambda": (0.5, 1.0),
    "max_gradient_norm": (0.01, 100.0),
    "target_kl": (1e-3, 1.0),
    "value_clip_range": (0.01, 100.0),
}

NO_RUN = "There is no run yet; set one up first."
ENDED = "The run has ended; restart it to turn this knob."
NO_STD = (
    "A softmax policy has no standard deviation: its randomness lies in the action probabilities. "
    "The entropy coefficient is the knob that keeps it exploring."
)


class ControlsPanel(QWidget):
    """Sliders for the live parameters, and for the speed.

    Attributes
    ----------
    change_requested
        A knob was turned: the parameter's name and the value wanted.
    """

    change_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sliders: dict[str, ParameterSlider] = {}
        self.speed = SpeedSlider()
        self.more = tool_button("More", "Every other knob that can be turned during a run")
        self.more.setCheckable(True)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._first, self._rest = QWidget(), QWidget(visible=False)
        self._algorithm = ""
        self._generation = self._marks_shown = -1
        self._policy: PolicyFacts | None = None
        self._state = RunState.EMPTY
        self._arrange()
        self.more.toggled.connect(self._show_more)
        self._offer("ppo")

    def begin(self, started: RunStarted) -> None:
        """Offer the knobs of another run, at the values that it starts with."""
        self._policy = started.policy
        self._offer(started.config.algorithm)
        for name, slider in self.sliders.items():
            slider.cancel_request()
            slider.set_applied(started.config.hyperparameters[name])
        self._allow()

    def show_step(self, event: Shown) -> None:
        """Take no notice of single steps; knobs move when a change is applied."""

    def refresh(self, model: RunModel) -> None:
        """Show what has been applied."""
        if len(model.marks) != self._marks_shown or model.generation != self._generation:
            self._marks_shown, self._generation = len(model.marks), model.generation
            for name, slider in self.sliders.items():
                if name in model.values:
                    slider.set_applied(model.values[name])
        if model.state is not self._state:
            self._state = model.state
            self._allow()

    def cancel_requests(self) -> None:
        """Forget changes that will not be applied."""
        for slider in self.sliders.values():
            slider.cancel_request()

    def _offer(self, algorithm: str) -> None:
        if algorithm == self._algorithm:
            return
        self._algorithm = algorithm
        for slider in self.sliders.values():
            slider.setParent(None)
            slider.deleteLater()
        live = [each for each in declaration(algorithm).parameters.values() if each.live]
        self.sliders = {each.name: self._make_slider(each) for each in live}
        for name in FIRST:
            _column(self._first).addWidget(self.sliders[name])
        for name, slider in self.sliders.items():
            if name not in FIRST:
                _column(self._rest).addWidget(slider)
        self._allow()

    def _make_slider(self, parameter: Parameter) -> ParameterSlider:
        slider = ParameterSlider(parameter, *PRACTICAL.get(parameter.name, (None, None)))
        slider.value_requested.connect(lambda value: self.change_requested.emit(parameter.name, value))
        return slider

    def _allow(self) -> None:
        for name, slider in self.sliders.items():
            why = self._why_not(name)
            slider.set_available(not why, why)

    def _why_not(self, name: str) -> str:
        if self._policy is None:
            return NO_RUN
        if name == "initial_std" and not self._policy.has_std:
            return NO_STD
        return "" if self._state in GOING else ENDED

    def _show_more(self, shown: bool) -> None:
        self.more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._rest.setVisible(shown)

    def _arrange(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        for part in (self._first, self.speed, self.more, self._rest):
            column.addWidget(part)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(inside))


def _column(owner: QWidget) -> QVBoxLayout:
    """The column of a widget, made on first use."""
    column = owner.layout()
    if not isinstance(column, QVBoxLayout):
        column = QVBoxLayout(owner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
    return column
