"""What names mean at an event."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.environments.facts import EnvironmentFacts
from pgviz.policies.decision import (
    BinnedDecision,
    CategoricalDecision,
    Decision,
    FactoredDecision,
    GaussianDecision,
)
from pgviz.session.event_values import READERS, EventValues
from pgviz.session.expressions import KINDS, NAMES, Expression, Kind
from pgviz.session.notices import SpeedMeasured
from pgviz.session.session import Session
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    MinibatchComputed,
    PolicyFacts,
    RunFinished,
    RunStarted,
    StateShown,
    StepDetail,
    StepTaken,
    UpdateApplied,
)

CHOICE = CategoricalDecision(
    observation=np.array([0.5, -1.0], np.float32),
    log_prob=math.log(0.75),
    entropy=0.56,
    value=2.0,
    probabilities_A=np.array([0.25, 0.75], np.float32),
    logits_A=np.array([0.0, 1.1], np.float32),
    chosen=1,
    start=3,
)
REAL = GaussianDecision(
    observation=np.array([0.5]),
    log_prob=-1.2,
    entropy=1.4,
    value=None,
    mean_D=np.array([0.1, 0.2]),
    std_D=np.array([1.0, math.e]),
    sample_D=np.array([3.0, 0.0]),
    action_D=np.array([2.0, 0.0]),
    low_D=np.array([-2.0, -2.0]),
    high_D=np.array([2.0, 2.0]),
    squashed=False,
)
BINNED = BinnedDecision(
    observation=np.array([0.5]),
    log_prob=math.log(0.4),
    entropy=0.5,
    value=None,
    centres_DK=np.array([[-1.0, 0.0, 1.0]]),
    probabilities_DK=np.array([[0.4, 0.3, 0.3]]),
    values_DK=np.array([[5.0, 6.0, 7.0]]),
    chosen_D=np.array([2]),
    low_D=np.array([-1.5]),
    high_D=np.array([1.5]),
)
FACTORED = FactoredDecision(
    observation=np.array([0.5]),
    log_prob=math.log(0.375),
    entropy=1.0,
    value=0.0,
    factors=(CHOICE, replace(CHOICE, probabilities_A=np.array([0.5, 0.5]), chosen=0, start=0)),
)
UPDATE = UpdateApplied(
    step=64,
    update=2,
    learning_rate=3e-4,
    entropy=0.6,
    max_probability=0.7,
    log_std=np.array([0.0, -1.0]),
    objective=0.01,
    value_loss=4.0,
    explained_variance=0.2,
    kl=0.003,
    clip_fraction=0.1,
    gradient_norm=1.5,
    minibatches=4,
)
MINIBATCH = MinibatchComputed(step=64, update=2, minibatch=3, loss=1.25, gradient_norm=2.5, learning_rate=2e-4)
EPISODE = EpisodeEnded(96, 0, 5, 123, 20.0, 19, True, False)


def taken(decision: Decision, **given: Any) -> StepTaken:
    values: dict[str, Any] = {
        "reward": 1.0,
        "terminated": False,
        "truncated": False,
        "episode_return": 7.0,
    } | given
    return StepTaken(8, StepDetail(0, episode=2, episode_step=6, decision=decision, frame=None, **values))


def at(*events: Event) -> EventValues:
    values = EventValues()
    for event in events:
        values.take(event)
    return values


def started(environment: EnvironmentFacts, policy: PolicyFacts) -> RunStarted:
    return RunStarted(0, RunConfig.create("CartPole-v1"), environment, policy)


def test_that_every_name_has_a_reader_at_each_event_that_brings_it_and_no_reader_lacks_a_name() -> None:
    for kind in KINDS:
        assert set(READERS[kind]) == {name.name for name in NAMES.values() if kind in name.kinds}


def test_that_each_event_says_what_is_to_be_checked() -> None:
    values = EventValues()
    kinds = [values.take(event) for event in (StepTaken(8), EPISODE, MINIBATCH, UPDATE, RunFinished(9))]
    assert kinds == ["step", "episode", "minibatch", "update", None]
    detail = taken(CHOICE).detail
    assert detail is not None
    assert values.take(StateShown(8, detail)) is None


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            EPISODE,
            {
                "step": 96,
                "episode": 5,
                "episode_return": 20,
                "episode_length": 19,
                "terminated": True,
                "truncated": False,
            },
        ),
        (
            MINIBATCH,
            {"step": 64, "update": 2, "minibatch": 3, "loss": 1.25, "grad_norm": 2.5, "learning_rate": 2e-4},
        ),
        (
            UPDATE,
            {
                "step": 64,
                "update": 2,
                "entropy": 0.6,
                "max_probability": 0.7,
                "grad_norm": 1.5,
                "learning_rate": 3e-4,
                "objective": 0.01,
                "value_loss": 4.0,
                "explained_variance": 0.2,
                "kl": 0.003,
                "clip_fraction": 0.1,
                "epsilon": None,
            },
        ),
        (
            taken(CHOICE),
            {
                "step": 8,
                "episode": 2,
                "episode_step": 6,
                "episode_return": 7.0,
                "reward": 1.0,
                "terminated": False,
                "action": 4,
                "probability": 0.75,
                "log_prob": math.log(0.75),
                "max_probability": 0.75,
                "entropy": 0.56,
                "value": 2.0,
                "mask_count": 2,
                "mu": None,
                "std": None,
            },
        ),
        (taken(replace(CHOICE, value=None)), {"value": None}),
        (taken(REAL), {"probability": None, "max_probability": None, "mask_count": None, "logits": None}),
        (taken(BINNED), {"probability": 0.4, "mask_count": None}),
        (taken(FACTORED), {"probability": 0.375, "max_probability": 0.375, "mask_count": 2}),
        (StepTaken(8), {"step": 8, "reward": None, "episode": None, "action": None}),
    ],
)
def test_that_names_have_the_event_s_values(event: Event, expected: dict[str, object]) -> None:
    values = at(event)
    for name, value in expected.items():
        assert values[name] == (pytest.approx(value) if isinstance(value, float) else value), name
        assert not isinstance(values[name], int) or isinstance(value, bool), name  # counts come as floats


@pytest.mark.parametrize(
    ("event", "name", "entries"),
    [
        (taken(CHOICE), "observation", [0.5, -1.0]),
        (taken(CHOICE), "probabilities", [0.25, 0.75]),
        (taken(CHOICE), "logits", [0.0, 1.1]),
        (taken(REAL), "action", [2.0, 0.0]),
        (taken(REAL), "sample", [3.0, 0.0]),
        (taken(REAL), "mu", [0.1, 0.2]),
        (taken(REAL), "std", [1.0, math.e]),
        (taken(REAL), "log_std", [0.0, 1.0]),
        (taken(BINNED), "action", [1.0]),
        (taken(BINNED), "q_values", [5.0, 6.0, 7.0]),
        (taken(FACTORED), "action", [4.0, 0.0]),
        (taken(FACTORED), "probabilities", [0.25, 0.75, 0.5, 0.5]),
        (UPDATE, "log_std", [0.0, -1.0]),
        (UPDATE, "std", [1.0, math.exp(-1.0)]),
    ],
)
def test_that_names_with_entries_have_the_event_s(event: Event, name: str, entries: list[float]) -> None:
    value = at(event)[name]
    assert isinstance(value, np.ndarray)
    np.testing.assert_allclose(value, entries, rtol=1e-6)


def test_that_a_mask_counts_its_legal_actions() -> None:
    masked = replace(CHOICE, mask_A=np.array([False, True]))
    assert at(taken(masked))["mask_count"] == 1.0
    assert at(taken(replace(CHOICE, mask_A=np.zeros(2, bool))))["mask_count"] == 0.0
    assert at(taken(replace(FACTORED, factors=(CHOICE, masked))))["mask_count"] == 1.0


def test_that_a_state_in_which_nothing_was_chosen_has_no_action() -> None:
    for decision in (
        replace(CHOICE, chosen=None, log_prob=None),
        replace(REAL, sample_D=None, action_D=None, log_prob=None),
        replace(BINNED, chosen_D=None, log_prob=None),
        replace(FACTORED, factors=(replace(CHOICE, chosen=None),), log_prob=None),
    ):
        values = at(taken(decision))
        assert (values["action"], values["probability"]) == (None, None)


def test_that_a_name_that_the_event_does_not_tell_of_has_its_last_value() -> None:
    values = at(taken(CHOICE), UPDATE, EPISODE)
    assert values["kl"] == 0.003
    assert values["reward"] == 1.0
    assert values["loss"] is None
    assert values["entropy"] == 0.6  # the curve's, rather than that of the last step seen
    assert values["step"] == 96


def test_that_a_step_without_details_has_no_values_of_its_own_and_hides_none_of_the_others() -> None:
    values = at(UPDATE, taken(CHOICE), StepTaken(16))
    assert values["reward"] is None
    assert values["entropy"] is None  # at a step this is that of the step's state
    assert values["kl"] == 0.003
    values.take(EPISODE)
    assert values["reward"] == 1.0


def test_that_another_run_knows_nothing_of_the_last() -> None:
    facts = EnvironmentFacts("a", "A", "box", "discrete", ("left", "right"))
    run = started(facts, PolicyFacts("categorical", 1, False, True, math.log(2)))
    values = at(UPDATE, SpeedMeasured(0, 900.0, 1.0), run, EPISODE)
    assert values["kl"] is None
    assert values["steps_per_second"] is None
    assert values["n_actions"] == 2.0


@pytest.mark.parametrize(
    ("kind", "low", "uniform", "count"),
    [
        ("categorical", (), math.log(6), 6.0),
        ("factored", (), 20 * math.log(2), 2.0**20),
        ("factored", (), 1e4, math.inf),
        ("bins", (-2.0,), math.log(11), 11.0),
        ("gaussian", (-2.0,), math.log(4), None),
        ("gaussian", (-math.inf,), None, None),
    ],
)
def test_that_discrete_actions_are_counted(
    kind: str, low: tuple[float, ...], uniform: float | None, count: float | None
) -> None:
    high = tuple(-each for each in low)
    facts = EnvironmentFacts("a", "A", "box", "words", ("x",), low, high, reward_threshold=200.0)
    values = at(started(facts, PolicyFacts(kind, 1, False, True, uniform)), EPISODE)
    assert values["n_actions"] == count
    assert values["reward_threshold"] == 200.0
    assert values["uniform_entropy"] == uniform
    assert values["episode_step_limit"] is None
    np.testing.assert_array_equal(values["high"], high if high else None)


def test_that_the_speed_is_the_one_last_measured() -> None:
    values = at(EPISODE)
    assert values["steps_per_second"] is None
    for speed in (900.0, 1000.0):
        assert values.take(SpeedMeasured(0, speed, 1.0)) is None
        assert values["steps_per_second"] == speed


def test_that_nothing_is_computed_before_it_is_asked_for_and_nothing_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    def count(event: UpdateApplied) -> float:
        read.append("kl")
        return 0.5

    monkeypatch.setitem(READERS["update"], "kl", count)
    values = at(UPDATE)
    condition = Expression.condition("entropy < 0 and kl > 0.1 or kl > 0.2 and kl > 0.3")
    assert read == []
    assert condition.evaluate(values) is True
    assert read == ["kl"]


def test_that_before_the_first_event_nothing_is_known() -> None:
    values = EventValues()
    known = {name: values[name] for name in NAMES if values[name] is not None}
    assert known == {"step": 0.0}


def test_that_a_name_that_does_not_exist_is_not_made_up() -> None:
    with pytest.raises(KeyError):
        at(UPDATE)["nonsense"]


@pytest.mark.parametrize(
    ("environment", "unknown"),
    [
        ("CartPole-v1", {"low", "high", "log_std", "std", "mu", "sample", "q_values", "epsilon", "temperature"}),
        (
            "Pendulum-v1",
            {
                *("n_actions", "reward_threshold", "max_probability", "probability", "probabilities", "logits"),
                *("q_values", "epsilon", "temperature", "mask_count"),
            },
        ),
    ],
)
def test_that_a_real_run_gives_every_name_a_value_that_it_can_have(environment: str, unknown: set[str]) -> None:
    config = RunConfig.create(
        environment, "ppo", steps=600, environment_count=2, rollout_length=16, minibatch_size=16, epochs=1
    )
    seen: dict[Kind, set[str]] = {kind: set() for kind in KINDS}
    values = EventValues()
    with Session(config) as session:
        session.trainer.watch.wanted = True
        while (event := session.pull()) is not None:
            kind = values.take(event)
            if kind is not None:
                seen[kind] |= {name for name in READERS[kind] if values[name] is not None}
        whole_run = {name.name for name in NAMES.values() if not name.kinds and values[name.name] is not None}
    assert {*NAMES} - set().union(*seen.values()) - whole_run == unknown | {"steps_per_second"}
