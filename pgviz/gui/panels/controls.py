"""The controls: the knobs that can be turned while a run goes on."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pgviz.gui.panels.unavailable import RECORDED, absent, why_not
from pgviz.gui.run_model import RunModel
from pgviz.gui.widgets.missing_knob import MissingKnob
from pgviz.gui.widgets.parameter_choice import ParameterChoice
from pgviz.gui.widgets.parameter_slider import ParameterSlider
from pgviz.gui.widgets.parameter_switch import ON_OFF, ParameterSwitch
from pgviz.gui.widgets.parts import scrolling, tool_button
from pgviz.gui.widgets.speed_slider import SpeedSlider
from pgviz.hyperparameters import declaration, shared
from pgviz.parameters import Parameter, Value
from pgviz.session.notices import RunRewound, RunState, RunWaits
from pgviz.training.events import RunStarted, Shown

Knob = ParameterSlider | ParameterSwitch | ParameterChoice

# Always in sight, in this order, or, where the algorithm has no such knob, a line that says so.
FIRST = {each.name: each for each in (shared.LEARNING_RATE, shared.INITIAL_STD, shared.ENTROPY_COEFFICIENT)}

# Knobs of exploration that only count in the first part of a run.
LATER = ("initial_epsilon", "exploration_fraction")

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

# What is said beside a switch that is on, and beside one that is off.
WORDS = {"action_mask": ("heeded", "ignored")}


class ControlsPanel(QWidget):
    """Sliders, switches and choices for the live parameters, and a slider for the speed.

    Those that decide how much the policy explores stand first; "More" shows the others.

    Attributes
    ----------
    change_requested
        A knob was turned: the parameter's name and the value wanted.
    knobs
        The control of each live parameter of the algorithm, by name.
    missing
        The lines about those of the first knobs that the algorithm does not have, by name.
    """

    change_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.knobs: dict[str, Knob] = {}
        self.missing: dict[str, MissingKnob] = {}
        self.speed = SpeedSlider()
        self.more = tool_button("More", "Every other knob that can be turned during a run")
        self.more.setCheckable(True)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._first, self._rest = QWidget(), QWidget(visible=False)
        self._offered: tuple[str, bool] | None = None
        self._generation = self._marks_shown = -1
        self._started: RunStarted | None = None
        self._values: Mapping[str, Value] = {}
        self._state = RunState.EMPTY
        self._recorded = False
        self._arrange()
        self.more.toggled.connect(self._show_more)
        self._offer("ppo", False)

    @property
    def sliders(self) -> dict[str, ParameterSlider]:
        """Those of the knobs that are sliders."""
        return {name: knob for name, knob in self.knobs.items() if isinstance(knob, ParameterSlider)}

    def begin(self, started: RunStarted) -> None:
        """Offer the knobs of another run, at the values that it starts with."""
        self._started, self._values = started, started.config.hyperparameters
        self._offer(started.config.algorithm, started.environment.has_masks)
        for name, knob in self.knobs.items():
            knob.cancel_request()
            knob.set_applied(started.config.hyperparameters[name])
        self._allow()

    def show_step(self, event: Shown) -> None:
        """Take no notice of single steps; knobs move when a change is applied."""

    def refresh(self, model: RunModel) -> None:
        """Show what has been applied."""
        if len(model.marks) != self._marks_shown or model.generation != self._generation:
            self._marks_shown, self._generation = len(model.marks), model.generation
            for name, knob in self.knobs.items():
                if name in model.values:
                    knob.set_applied(model.values[name])
            self._values = model.values
            self._allow()
        recorded = model.recording is not None
        if model.state is not self._state or recorded != self._recorded:
            self._state, self._recorded = model.state, recorded
            self._allow()

    def rewind(self, event: RunRewound) -> None:
        """Forget changes that will not be applied, and show what is in force where the run has gone back to."""
        self.cancel_requests()
        for name, value in (event.values or {}).items():
            if name in self.knobs:
                self.knobs[name].set_applied(value)

    def show_waiting(self, event: RunWaits) -> None:
        """Show which knobs wait for their boundary where the run has come to, such as after going back."""
        for name, wanted in event.asked.items():
            if name in self.knobs and not self.knobs[name].is_pending:
                self.knobs[name].show_request(wanted)

    def cancel_requests(self) -> None:
        """Forget changes that will not be applied."""
        for knob in self.knobs.values():
            knob.cancel_request()

    def _offer(self, algorithm: str, has_masks: bool) -> None:
        if (algorithm, has_masks) == self._offered:
            return
        self._offered = (algorithm, has_masks)
        for old in (*self.knobs.values(), *self.missing.values()):
            old.setParent(None)
            old.deleteLater()
        declared = declaration(algorithm)
        live = {name: each for name, each in declared.parameters.items() if each.live}
        self.knobs = {name: self._make_knob(each) for name, each in live.items()}
        self.missing = {
            name: MissingKnob(each, declared.title, absent(name, algorithm))
            for name, each in FIRST.items()
            if name not in live
        }
        first = _in_sight(live, has_masks)
        for name in first:
            _column(self._first).addWidget(self.knobs[name])
        for line in self.missing.values():
            _column(self._first).addWidget(line)
        for name, knob in self.knobs.items():
            if name not in first:
                _column(self._rest).addWidget(knob)
        self._allow()

    def _make_knob(self, parameter: Parameter) -> Knob:
        knob: Knob
        if parameter.kind == "flag":
            knob = ParameterSwitch(parameter, WORDS.get(parameter.name, ON_OFF))
        elif parameter.kind == "choice":
            knob = ParameterChoice(parameter)
        else:
            knob = ParameterSlider(parameter, *PRACTICAL.get(parameter.name, (None, None)))
        knob.value_requested.connect(lambda value: self.change_requested.emit(parameter.name, value))
        return knob

    def _allow(self) -> None:
        for name, knob in self.knobs.items():
            why = RECORDED if self._recorded else why_not(name, self._started, self._state, self._values)
            knob.set_available(not why, why)

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


def _in_sight(live: Mapping[str, Parameter], has_masks: bool) -> list[str]:
    """Which knobs stand first, in order: how fast it learns, and what makes it explore."""
    first = [name for name in FIRST if name in live]
    exploring = [name for name, each in live.items() if each.group == "Exploration"]
    first += [name for name in exploring if name not in (*FIRST, *LATER)]
    return first + (["action_mask"] if has_masks and "action_mask" in live else [])


def _column(owner: QWidget) -> QVBoxLayout:
    """The column of a widget, made on first use."""
    column = owner.layout()
    if not isinstance(column, QVBoxLayout):
        column = QVBoxLayout(owner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
    return column
