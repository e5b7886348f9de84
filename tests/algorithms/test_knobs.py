"""Changes asked for, and the boundary at which each is applied."""

from __future__ import annotations

import pytest

from pgviz.algorithms.knobs import Knobs
from pgviz.config import RunConfig
from pgviz.errors import UsageError
from tests.algorithms.making import make_algorithm


def _knobs() -> Knobs:
    config = RunConfig.create("CartPole-v1", "ppo", learning_rate=1e-3)
    return Knobs(config.parameters, config.hyperparameters)


def test_that_a_change_waits_for_its_boundary() -> None:
    knobs = _knobs()
    knobs.ask("learning_rate", 2e-3)
    knobs.ask("initial_std", 0.5)
    assert knobs.number("learning_rate") == 1e-3
    assert list(knobs.apply("minibatch")) == [("learning_rate", 1e-3, 2e-3)]
    assert knobs.number("learning_rate") == 2e-3
    assert knobs.number("initial_std") == 1.0
    assert list(knobs.apply("minibatch")) == []
    assert list(knobs.apply("update")) == [("initial_std", 1.0, 0.5)]
    assert knobs.number("initial_std") == 0.5


def test_that_an_update_boundary_is_a_minibatch_boundary_as_well() -> None:
    knobs = _knobs()
    knobs.ask("learning_rate", 2e-3)
    assert list(knobs.apply("update")) == [("learning_rate", 1e-3, 2e-3)]


def test_that_the_last_value_asked_for_counts_and_is_applied_once() -> None:
    knobs = _knobs()
    for value in (2e-3, 3e-3, 4e-3):
        knobs.ask("learning_rate", value)
    assert list(knobs.apply("minibatch")) == [("learning_rate", 1e-3, 4e-3)]
    assert list(knobs.apply("update")) == []


def test_that_an_optional_knob_can_be_switched_off_and_on() -> None:
    knobs = _knobs()
    assert knobs.optional("max_gradient_norm") == 0.5
    knobs.ask("max_gradient_norm", None)
    list(knobs.apply("minibatch"))
    assert knobs.optional("max_gradient_norm") is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", -1.0),
        ("learning_rate", float("nan")),
        ("learning_rate", "fast"),
        ("initial_std", 100.0),
        ("hidden_sizes", (8,)),
        ("rollout_length", 8),
        ("no_such_knob", 1.0),
    ],
)
def test_that_what_cannot_be_asked_for_is_refused_and_changes_nothing(name: str, value: object) -> None:
    knobs = _knobs()
    with pytest.raises(UsageError):
        knobs.ask(name, value)
    assert list(knobs.apply("update")) == []


@pytest.mark.parametrize("remaining", [1.0, 0.75, 0.1, 0.0])
def test_that_a_linear_schedule_scales_the_base_that_the_knob_sets(remaining: float) -> None:
    algorithm = make_algorithm("ppo", learning_rate_schedule="linear", learning_rate=1e-3, clip_range=0.3)
    algorithm.begin_update(remaining)
    assert algorithm.scheduled("learning_rate") == pytest.approx(1e-3 * remaining)
    assert algorithm.scheduled("clip_range") == 0.3
    algorithm.knobs.ask("learning_rate", 8e-3)
    list(algorithm.knobs.apply("minibatch"))
    assert algorithm.scheduled("learning_rate") == pytest.approx(8e-3 * remaining)


def test_that_the_clip_range_follows_its_own_schedule() -> None:
    algorithm = make_algorithm("ppo", clip_range_schedule="linear", clip_range=0.2, learning_rate=1e-3)
    algorithm.begin_update(0.25)
    assert algorithm.scheduled("clip_range") == pytest.approx(0.05)
    assert algorithm.scheduled("learning_rate") == 1e-3
