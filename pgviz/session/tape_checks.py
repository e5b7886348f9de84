"""What has to agree within a recording before it is shown; the reader sees to each event alone.

What a panel draws, it draws by what the run said of itself when it started; a file may have been made to
contradict that.
"""

from __future__ import annotations

import math

from pgviz.errors import UsageError
from pgviz.hyperparameters import declaration
from pgviz.parameters import Parameter, Value
from pgviz.policies.decision import (
    BinnedDecision,
    CategoricalDecision,
    Decision,
    FactoredDecision,
    GaussianDecision,
)
from pgviz.recording.schema import RecordingError
from pgviz.session.forks_state import MOST_FORKS
from pgviz.session.notices import ForksShown
from pgviz.training.events import (
    EnvironmentFacts,
    EpisodeEnded,
    Event,
    ParameterChanged,
    RunStarted,
    StepDetail,
    StepTaken,
    UpdateApplied,
)

DECISIONS: dict[str, type[Decision]] = {
    "categorical": CategoricalDecision,
    "values": CategoricalDecision,
    "gaussian": GaussianDecision,
    "bins": BinnedDecision,
    "factored": FactoredDecision,
}
# More than these have a widget each, or a line in a list, in a window.
MOST_DIMENSIONS = 1_000
MOST_CHOICES = 100_000
MOST_COPIES = 100_000


def require_consistent(started: RunStarted) -> None:
    """Check what a run says of itself.

    Raises
    ------
    RecordingError
        Where one part contradicts another.
    """
    facts, kind = started.environment, started.policy.kind
    dimensions = len(facts.action_labels)
    _require(kind in DECISIONS, "its kind of policy is not known")
    _require(dimensions <= MOST_CHOICES, "its actions are too many")
    _require(started.config.environment_count <= MOST_COPIES, "its copies are too many")
    _require(math.isfinite(facts.frames_per_second) and facts.frames_per_second > 0, "its time does not pass")
    if kind in ("gaussian", "bins"):
        _require(0 < dimensions <= MOST_DIMENSIONS, "its actions are too many")
        _require(
            len(facts.action_low) == len(facts.action_high) == dimensions, "its actions' bounds are not theirs"
        )
    if kind == "factored":
        _require(0 < len(facts.factors) <= MOST_DIMENSIONS, "its actions' parts are not theirs")
    if started.policy.has_std:
        _require("initial_std" in started.config.hyperparameters, "its policy has no initial std")


def require_fitting(started: RunStarted, event: Event) -> None:
    """Check an event against what the run said of itself.

    Raises
    ------
    RecordingError
        Where it is of another run.
    """
    if isinstance(event, StepTaken):
        if event.detail is not None:
            _require_detail(started, event.detail)
    elif isinstance(event, UpdateApplied):
        dimensions = len(started.environment.action_labels)
        log_std, temperature = event.log_std, event.temperature
        _require(log_std is None or log_std.shape == (dimensions,), "an update is of another policy")
        _require(temperature is None or not temperature < 0, "a temperature is below 0")
    elif isinstance(event, ParameterChanged):
        known = declaration(started.config.algorithm).parameters
        _require(event.name in known, "a knob was turned that the run does not have")
    elif isinstance(event, ForksShown):
        _require_forks(started, event)
    elif isinstance(event, EpisodeEnded):
        _require(0 <= event.environment_index < started.config.environment_count, "an episode is of no copy")


def _require_detail(started: RunStarted, detail: StepDetail) -> None:
    facts = started.environment
    fits = isinstance(detail.decision, DECISIONS[started.policy.kind]) and _fits(detail.decision, facts)
    _require(fits, "a step was taken by another policy")
    _require(0 <= detail.environment_index < started.config.environment_count, "a step is of no copy")
    numbers = (detail.episode_return, detail.reward or 0.0)
    _require(all(map(math.isfinite, numbers)), "a reward is not finite")


def _require_forks(started: RunStarted, shown: ForksShown) -> None:
    _require(len(shown.forks) <= MOST_FORKS, "its forks are too many")
    known = declaration(started.config.algorithm).parameters
    for detail in (shown.base, *(each.detail for each in shown.forks)):
        if detail is not None:
            _require_detail(started, detail)
    for fork in shown.forks:
        _require(all(map(math.isfinite, fork.sample or ())), "a fork's first action is not finite")
        _require(all(each.name in known for each in fork.changes), "a fork differs in what the run does not have")
        for each in fork.changes:
            _require(_can_be(known[each.name], each.previous, each.value), "a fork differs in what cannot be")


def _can_be(parameter: Parameter, *values: Value) -> bool:
    """Whether these may be values of a parameter."""
    try:
        for value in values:
            parameter.validate(value)
    except UsageError:
        return False
    return True


def _fits(decision: Decision, facts: EnvironmentFacts) -> bool:
    """Whether a decision is about as many actions as there are, and chose one of them."""
    dimensions = len(facts.action_labels)
    if isinstance(decision, CategoricalDecision):
        return decision.chosen is None or 0 <= decision.chosen < len(decision.probabilities_A)
    if isinstance(decision, GaussianDecision):
        return len(decision.mean_D) == dimensions
    if isinstance(decision, BinnedDecision):
        chosen, bins = decision.chosen_D, decision.centres_DK.shape
        return bins[0] == dimensions and (chosen is None or bool(((chosen >= 0) & (chosen < bins[1])).all()))
    if isinstance(decision, FactoredDecision):
        factors = decision.factors
        return len(factors) == len(facts.factors) and all(
            not isinstance(each, CategoricalDecision) or _fits(each, facts) for each in factors
        )
    return True


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise RecordingError(f"the recording is damaged, or was made to mislead: {what}.")
