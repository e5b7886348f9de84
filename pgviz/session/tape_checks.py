"""What has to agree within a recording before it is shown; the reader sees to each event alone.

What a panel draws, it draws by what the run said of itself when it started; a file may have been made to
contradict that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
from pgviz.recording.reader import Recording
from pgviz.recording.schema import Recorded, RecordingError
from pgviz.session.doctor import Evidence
from pgviz.session.forks_state import MOST_FORKS
from pgviz.session.notices import (
    MOST_PROBES,
    BreakpointsListed,
    FindingMade,
    ForksShown,
    MinibatchExamined,
    ProbesShown,
    RunRewound,
    RunWaits,
    SpeedMeasured,
    ValuesEstimated,
)
from pgviz.training.events import (
    ActionFactor,
    EnvironmentFacts,
    EpisodeEnded,
    Event,
    ParameterChanged,
    RunStarted,
    Shown,
    StepDetail,
    UpdateApplied,
)
from pgviz.training.examination import ActionValues, Examination

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
LONGEST_NAME = 1_000  # letters
LARGEST = np.float64(1e100)  # whose square is a number as well


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
    if isinstance(event, Shown):
        if event.detail is not None:
            _require_detail(started, event.detail)
    elif isinstance(event, UpdateApplied):
        dimensions = len(started.environment.action_labels)
        log_std, temperature = event.log_std, event.temperature
        _require(log_std is None or log_std.shape == (dimensions,), "an update is of another policy")
        _require(temperature is None or not temperature < 0, "a temperature is below 0")
    elif isinstance(event, ParameterChanged):
        _require_knobs(started, {event.name: event.value})
    elif isinstance(event, ForksShown):
        _require_forks(started, event)
    elif isinstance(event, EpisodeEnded):
        _require_copy(started, event.environment_index, "an episode")
    elif isinstance(event, FindingMade):
        _require_evidence(event.finding.evidence)
    elif isinstance(event, RunRewound):
        _require_knobs(started, event.values or {})
    elif isinstance(event, BreakpointsListed):
        _require(len(event.breakpoints) == len(event.hits), "breakpoints' hits are not theirs")
    elif isinstance(event, SpeedMeasured):
        numbers = (event.steps_per_second, event.seconds)
        _require(all(map(math.isfinite, numbers)), "a speed is not finite")
    else:
        _require_look(started, event)


def _require_look(started: RunStarted, event: Event) -> None:
    """Check what somebody looked at while the run waited."""
    if isinstance(event, RunWaits):
        _require_decision(started, event.decision, "a wait")
        _require_copy(started, event.environment_index, "a wait")
        _require(event.value is None or math.isfinite(event.value), "the value of a state is not finite")
        for copy, sample in event.forced:
            _require_copy(started, copy, "a forced action")
            _require_sample(event.decision, sample)
        _require_knobs(started, event.asked)
    elif isinstance(event, MinibatchExamined):
        _require_examination(started, event.examination)
    elif isinstance(event, ValuesEstimated):
        _require_copy(started, event.environment_index, "an estimate")
        _require_values(started, event.values)
    elif isinstance(event, ProbesShown):
        _require(len(event.decisions) <= MOST_PROBES, "its pinned states are too many")
        short = all(len(name) <= LONGEST_NAME for name in event.names.values())
        _require(short, "the name of a pinned state is too long")
        for decision in event.decisions.values():
            _require_decision(started, decision, "a pinned state")


def fitting(recording: Recording) -> Iterator[Recorded]:
    """All that is on a recording, each event checked before it is given.

    Raises
    ------
    RecordingError
        Where the file is damaged, or one part of it contradicts another.
    """
    require_consistent(recording.started)
    for recorded in recording.events():
        require_fitting(recording.started, recorded.event)
        yield recorded


def _require_copy(started: RunStarted, index: int, what: str) -> None:
    _require(0 <= index < started.config.environment_count, f"{what} is of no copy")


def _require_decision(started: RunStarted, decision: Decision, what: str) -> None:
    fits = isinstance(decision, DECISIONS[started.policy.kind]) and _fits(decision, started.environment)
    _require(fits, f"{what} is of another policy")


def _require_detail(started: RunStarted, detail: StepDetail) -> None:
    _require_decision(started, detail.decision, "a step")
    _require_copy(started, detail.environment_index, "a step")
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


def _require_knobs(started: RunStarted, values: Mapping[str, Value]) -> None:
    known = declaration(started.config.algorithm).parameters
    _require(all(name in known for name in values), "a knob was turned that the run does not have")
    possible = all(_can_be(known[name], value) for name, value in values.items())
    _require(possible, "a knob was turned to where it cannot be")


def _can_be(parameter: Parameter, *values: Value) -> bool:
    """Whether these may be values of a parameter."""
    try:
        for value in values:
            parameter.validate(value)
    except UsageError:
        return False
    return True


def _require_examination(started: RunStarted, found: Examination) -> None:
    samples, actions = len(found.shares_B), found.actions
    _require(0 < samples == len(actions) and actions.ndim <= 2, "a minibatch's actions are not its samples'")
    _require(len(found.layers) <= MOST_DIMENSIONS, "a policy's layers are too many")
    labels = started.environment.action_labels
    if started.policy.kind == "categorical":
        known = actions.ndim == 1 and actions.dtype.kind in "iu" and _among(actions, len(labels))
        _require(known, "a minibatch's action is not there")
    if found.moves is not None:
        moves = found.moves
        _require(0 <= moves.sample < samples, "what moves is no sample")
        for decision in (moves.before, moves.alone, moves.minibatch, moves.step):
            _require_decision(started, decision, "a sample")
        _require_sample(moves.before, np.ravel(actions[moves.sample]).tolist())


def _require_values(started: RunStarted, values: ActionValues) -> None:
    tried, shape = len(values.samples), values.returns_AR.shape
    _require(0 < tried == shape[0] <= MOST_CHOICES and shape[1] > 0, "estimates are not of what was tried")
    _require(_are_numbers(values.returns_AR), "a return is not finite")
    _require(0.0 <= values.cut_off <= 1.0, "a share is none")
    widths = {len(sample) for sample in values.samples}
    _require(len(widths) == 1, "what was tried is not of one kind")


def require_tried(decision: Decision, values: ActionValues) -> None:
    """Check that what was tried are actions that a decision could have drawn.

    Raises
    ------
    RecordingError
        Where they are not.
    """
    for sample in values.samples:
        _require_sample(decision, sample)


def _require_sample(decision: Decision, entries: Sequence[float]) -> None:
    """Check an action, as it is drawn, against what it is said to be drawn from."""
    finite = all(map(math.isfinite, entries))
    _require(finite and _draws(decision, entries) == len(entries), "an action is not one that could be drawn")


def _draws(decision: Decision, entries: Sequence[float]) -> int:
    """How many entries an action begins with that a decision could have drawn; -1 where they are not its own."""
    if isinstance(decision, FactoredDecision):
        done = 0
        for factor in decision.factors:
            width = _draws(factor, entries[done:])
            if width < 0:
                return -1
            done += width
        return done
    if isinstance(decision, GaussianDecision):
        return len(decision.mean_D)
    if isinstance(decision, BinnedDecision):
        options = decision.centres_DK.shape[1] ** len(decision.centres_DK)
    else:
        assert isinstance(decision, CategoricalDecision)
        options = len(decision.probabilities_A)
    return 1 if entries and 0 <= entries[0] < options else -1


def _require_evidence(evidence: Evidence) -> None:
    names, steps = len(evidence.names), len(evidence.steps)
    fits = evidence.values.shape == (names, steps) and evidence.steps.ndim == 1
    _require(fits and 0 < names <= MOST_DIMENSIONS and steps > 0, "a finding has no evidence")
    spread = steps == 1 or bool(evidence.steps[-1] > evidence.steps[0])
    _require(spread and bool(np.isfinite(evidence.steps).all()), "a finding's steps are not in order")
    _require(evidence.limit is None or math.isfinite(evidence.limit), "a finding's limit is not finite")


def _among(chosen: NDArray[Any], options: int) -> bool:
    """Whether all of these are options."""
    return bool(((chosen >= 0) & (chosen < options)).all())


def _fits(decision: Decision, facts: EnvironmentFacts) -> bool:
    """Whether a decision is about as many actions as there are, and chose one of them."""
    dimensions = len(facts.action_labels)
    if isinstance(decision, CategoricalDecision):
        return len(decision.probabilities_A) == dimensions and _is_choice(decision)
    if isinstance(decision, GaussianDecision):
        return len(decision.mean_D) == dimensions and _is_gaussian(decision)
    if isinstance(decision, BinnedDecision):
        chosen, bins = decision.chosen_D, decision.centres_DK.shape
        numbers = _are_numbers(decision.centres_DK, decision.values_DK, decision.low_D, decision.high_D)
        return (
            bins[0] == dimensions
            and bins[1] > 0
            and (chosen is None or _among(chosen, bins[1]))
            and numbers
            and _are_shares(decision.probabilities_DK)
        )
    assert isinstance(decision, FactoredDecision)
    factors = zip(decision.factors, facts.factors, strict=False)
    return len(decision.factors) == len(facts.factors) and all(_is_factor(*each) for each in factors)


def _is_factor(decision: Decision, factor: ActionFactor) -> bool:
    """Whether a part of a decision is about as many options, or numbers, as that part of the action has."""
    if isinstance(decision, CategoricalDecision):
        return not factor.low and len(decision.probabilities_A) == len(factor.labels) and _is_choice(decision)
    fits = isinstance(decision, GaussianDecision) and len(decision.mean_D) == len(factor.low) > 0
    return fits and isinstance(decision, GaussianDecision) and _is_gaussian(decision)


def _is_choice(decision: CategoricalDecision) -> bool:
    values_A = decision.values_A
    return _are_shares(decision.probabilities_A) and (values_A is None or _are_numbers(values_A))


def _is_gaussian(decision: GaussianDecision) -> bool:
    drawn = [each for each in (decision.sample_D, decision.action_D) if each is not None]
    bounds_known = not (np.isnan(decision.low_D).any() or np.isnan(decision.high_D).any())
    return (
        bounds_known
        and _are_numbers(decision.mean_D, decision.std_D, *drawn)
        and bool((decision.std_D >= 0).all())
    )


def _are_numbers(*arrays: NDArray[Any]) -> bool:
    """Whether all of these are numbers that can be drawn."""
    return all(bool((np.abs(each) <= LARGEST).all()) for each in arrays)


def _are_shares(array: NDArray[Any]) -> bool:
    return bool(((array >= 0.0) & (array <= 1.0 + 1e-3)).all())


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise RecordingError(f"the recording is damaged, or was made to mislead: {what}.")
