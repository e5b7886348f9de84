"""What a checkup measures is what can be worked out another way, and measuring changes nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from pgviz.algorithms.checkup import idle_units, is_due, updates_between
from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.algorithms.vitals import Vitals
from pgviz.session.session import Session, environment_steps, updates
from pgviz.training.events import UpdateApplied
from tests.algorithms.making import ALGORITHMS, BOX, DISCRETE, make_algorithm, random_rollout
from tests.environments import masking
from tests.training.driving import fingerprint, short_config

LONG_LAYER: dict[str, Any] = {"hidden_sizes": (40,)}


def _checked(algorithm: OnPolicyAlgorithm, seed: int = 5) -> Vitals:
    algorithm.checks_up = True
    rollout = random_rollout(algorithm, seed=seed)
    algorithm.begin_update(1.0)
    for minibatch in algorithm.minibatches(rollout):
        algorithm.apply(minibatch)
    vitals = algorithm.finish_update().vitals
    assert vitals is not None
    return vitals


def _by_torch(algorithm: OnPolicyAlgorithm, weights: torch.Tensor) -> torch.Tensor:
    """ln π of the open batch under some weights, by the modules and autograd's own distribution."""
    batch = algorithm.open_batch
    assert batch is not None
    flat = algorithm.policy.flat.detach()
    now = flat.clone()
    flat.copy_(weights)
    with torch.no_grad():
        distribution = algorithm.policy.distribution(torch.from_numpy(batch.observations_BO))
        log_probs = distribution.log_prob(torch.from_numpy(batch.samples_B)).double()
    flat.copy_(now)
    return log_probs


@pytest.mark.parametrize("space", [DISCRETE, BOX], ids=["choices", "real"])
def test_that_the_change_of_ln_pi_is_that_of_the_step(space: Any) -> None:
    algorithm = make_algorithm("a2c", space, normalize_advantage=True)
    before = algorithm.policy.flat.detach().clone()
    vitals = _checked(algorithm)
    batch = algorithm.open_batch
    assert batch is not None
    assert len(batch) <= 128, "all samples are looked at here"
    change = (_by_torch(algorithm, algorithm.policy.flat.detach().clone()) - _by_torch(algorithm, before)).numpy()
    weights = algorithm.weighed_advantages(batch).astype(float)
    expected = weights @ change / math.sqrt((weights @ weights) * (change @ change))
    assert vitals.ascent == pytest.approx(expected, rel=1e-3)
    assert vitals.rise_of_good == pytest.approx(change[weights > 0].mean(), rel=2e-3, abs=1e-7)
    assert vitals.rise_of_bad == pytest.approx(change[weights < 0].mean(), rel=2e-3, abs=1e-7)
    assert vitals.kl == pytest.approx((np.exp(change) - 1 - change).mean(), rel=2e-2, abs=1e-9)


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize("space", [DISCRETE, BOX], ids=["choices", "real"])
def test_that_the_gradient_agrees_with_the_advantages_unless_the_sign_is_flipped(name: str, space: Any) -> None:
    assert _checked(make_algorithm(name, space)).agreement == pytest.approx(1.0, abs=1e-4)
    assert _checked(make_algorithm(name, space, mistake="flipped_sign")).agreement == pytest.approx(-1.0, abs=1e-4)


def test_that_a_gradient_turned_by_hand_disagrees() -> None:
    algorithm = make_algorithm("a2c")
    algorithm.checks_up = True
    algorithm.begin_update(1.0)
    (minibatch,) = algorithm.minibatches(random_rollout(algorithm))
    algorithm.apply(algorithm.flipped(minibatch))
    vitals = algorithm.finish_update().vitals
    assert vitals is not None
    assert vitals.agreement == pytest.approx(-1.0, abs=1e-4)
    assert vitals.ascent < 0.0


def test_that_ln_pi_of_a_squashed_action_is_its_density_unless_the_correction_is_left_out() -> None:
    cases: tuple[dict[str, Any], ...] = ({}, {"std_kind": "state"})
    for settings in cases:
        right = _checked(make_algorithm("a2c", BOX, **settings))
        wrong = _checked(make_algorithm("a2c", BOX, mistake="no_tanh_correction", **settings))
        assert right.density_gap is not None
        assert wrong.density_gap is not None
        assert right.density_gap < 1e-4
        assert wrong.density_gap > 0.1
    assert _checked(make_algorithm("a2c", BOX, action_bounds="clip")).density_gap is None


def test_that_samples_beyond_the_bounds_are_counted() -> None:
    algorithm = make_algorithm("a2c", BOX, action_bounds="clip", initial_std=3.0)
    vitals = _checked(algorithm)
    batch = algorithm.open_batch
    assert batch is not None
    assert vitals.beyond_bounds_D is not None
    samples = batch.samples_B.astype(float)
    outside = (samples < BOX.low) | (samples > BOX.high)
    np.testing.assert_allclose(vitals.beyond_bounds_D, outside.mean(0))


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_that_units_count_as_idle_where_no_state_moves_them(activation: str) -> None:
    policy = make_algorithm("a2c", activation=activation, **LONG_LAYER).policy
    observations = np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32)
    assert idle_units(policy, observations) == (0.0,)
    with torch.no_grad():
        next(each for name, each in policy.named_parameters() if name == "actor.0.bias")[:10] = -100.0
    assert idle_units(policy, observations) == (0.25,)


def test_that_truncated_episodes_are_bootstrapped_unless_taken_for_terminated() -> None:
    for mistake, goes_on in (("none", True), ("truncation_as_termination", False)):
        algorithm = make_algorithm("a2c", mistake=mistake)
        algorithm.checks_up = True
        rollout = random_rollout(algorithm)
        algorithm.begin_update(1.0)
        for minibatch in algorithm.minibatches(rollout):
            algorithm.apply(minibatch)
        seen = algorithm.finish_update().truncations
        assert seen is not None
        assert seen.count == 2
        assert (seen.bootstrap > 1e-3) is goes_on
        assert seen.value > 0.0


def test_that_checkups_are_seldom_where_updates_are_short() -> None:
    short, long = updates_between(1, 40, 5), updates_between(640, 64, 1024)
    assert long == 1
    assert 100 < short < 600
    assert [update for update in range(1, 301) if is_due(update, 100)] == [*range(1, 9), 100, 200, 300]


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_that_checking_up_changes_nothing_that_is_learned(name: str, environment: str) -> None:
    seen: list[object] = []

    def check_up(trainer: Any, event: object) -> None:
        trainer.algorithm.checks_up = True
        if isinstance(event, UpdateApplied):
            seen.append(event.vitals)

    config = short_config(environment, name, steps=900)
    assert fingerprint(config) == fingerprint(config, meddle=check_up)
    assert any(seen)


@pytest.mark.parametrize("name", ["Corridor", "Pair"])
def test_that_the_entropy_of_an_even_choice_is_over_what_is_legal(name: str) -> None:
    # Copies that begin together and episodes of one length: a rollout has each of these states as often.
    settings: dict[str, Any] = {"rollout_length": masking.LENGTH, "environment_count": 4}
    with Session(short_config(f"tests.environments.masking:{name}-v0", "a2c", steps=1000, **settings)) as session:
        session.trainer.algorithm.checks_up = True
        event = session.pull_until(updates())
        assert isinstance(event, UpdateApplied)
        assert event.vitals is not None
        legal = [session.trainer.state_of(0)[1]]
        while len(legal) < masking.LENGTH:
            session.pull_until(environment_steps())
            legal.append(session.trainer.state_of(0)[1])
    parts = [[mask] if name == "Corridor" else [mask[:2], mask[2:]] for mask in legal if mask is not None]
    expected = np.mean([math.log(math.prod(part.sum() for part in each)) for each in parts])
    assert event.vitals.uniform_entropy == pytest.approx(expected)
