"""Losses and their gradients, against the same written out and against finite differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import Space

from pgviz.algorithms.algorithm import Minibatch
from pgviz.algorithms.batch import Batch
from pgviz.algorithms.objective import Sloped, descend
from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from tests.algorithms.making import BOX, DISCRETE, OBSERVATION_SIZE, actor_gradient, make_algorithm
from tests.algorithms.written_out import Floats, Outputs, a2c_loss, normalised, outputs, ppo_loss

SIZE, HIDDEN, STEP = 24, 6, 1e-5
WEIGHTS: dict[str, Any] = {"entropy_coefficient": 0.05, "value_coefficient": 0.7}
KINDS = pytest.mark.parametrize(
    ("kind", "space"), [("discrete", DISCRETE), ("clip", BOX), ("squash", BOX)], ids=["discrete", "clip", "squash"]
)


def _make(name: str, space: Space[Any], kind: str, **settings: object) -> OnPolicyAlgorithm:
    chosen: dict[str, Any] = (
        WEIGHTS | settings | ({} if kind == "discrete" else {"action_bounds": kind, "initial_std": 0.7})
    )
    algorithm = make_algorithm(name, space, **chosen)
    algorithm.begin_update(1.0)
    return algorithm


def _batch(algorithm: OnPolicyAlgorithm, *, drift: float = 0.2) -> Batch:
    """A batch whose actions were drawn by a policy somewhat different from the present one."""
    rng = np.random.default_rng(3)
    observations_BO = rng.normal(size=(SIZE, OBSERVATION_SIZE)).astype(np.float32)
    samples = algorithm.policy.act(observations_BO, rng)
    said = algorithm.policy.assess(observations_BO, samples)
    log_probs, values = said.score.log_probs_B, said.values_B
    assert values is not None
    noise = rng.normal(size=(4, SIZE)).astype(np.float32)
    return Batch(
        observations_BO,
        samples,
        advantages_B=2.0 * noise[0] + 0.5,
        returns_B=values + noise[1],
        old_log_probs_B=log_probs + drift * noise[2],
        old_values_B=values + drift * noise[3],
    )


def _compute(algorithm: OnPolicyAlgorithm, batch: Batch) -> Minibatch:
    return algorithm._compute(batch, 0, algorithm._assess(batch))


def _said(algorithm: OnPolicyAlgorithm, batch: Batch, kind: str) -> Callable[[Floats], Outputs]:
    observations_BO, samples = batch.observations_BO.astype(float), batch.samples_B
    actions = 3 if kind == "discrete" else 2
    return lambda flat: outputs(flat, observations_BO, samples, hidden=HIDDEN, actions=actions, kind=kind)


def _assert_agreement(algorithm: OnPolicyAlgorithm, minibatch: Minibatch, loss: Callable[[Floats], float]) -> None:
    """Loss and every entry of the gradient, the latter by central differences of the loss written out."""
    flat = algorithm.policy.flat.detach().double().numpy()
    gradient = algorithm.policy.flat.grad
    assert gradient is not None
    assert minibatch.loss == pytest.approx(loss(flat), rel=1e-5, abs=1e-6)
    expected = np.zeros(len(flat))
    for index in range(len(flat)):
        shift = np.zeros(len(flat))
        shift[index] = STEP
        expected[index] = (loss(flat + shift) - loss(flat - shift)) / (2 * STEP)
    np.testing.assert_allclose(gradient.numpy(), expected, rtol=2e-4, atol=5e-6)
    assert minibatch.gradient_norm == pytest.approx(float(np.linalg.norm(expected)), rel=1e-4)


@KINDS
@pytest.mark.parametrize("normalize", [True, False])
def test_that_the_loss_of_a2c_and_its_gradient_are_those_written_out(
    kind: str, space: Space[Any], normalize: bool
) -> None:
    algorithm = _make("a2c", space, kind, normalize_advantage=normalize)
    batch = _batch(algorithm)
    said = _said(algorithm, batch, kind)
    advantages = batch.advantages_B.astype(float)
    advantages = normalised(advantages) if normalize else advantages
    returns = batch.returns_B.astype(float)
    _assert_agreement(
        algorithm,
        _compute(algorithm, batch),
        lambda flat: a2c_loss(said(flat), advantages, returns, beta=0.05, value=0.7),
    )


@KINDS
@pytest.mark.parametrize("value_clip", [None, 0.1])
def test_that_the_loss_of_ppo_and_its_gradient_are_those_written_out(
    kind: str, space: Space[Any], value_clip: float | None
) -> None:
    algorithm = _make("ppo", space, kind, clip_range=0.15, value_clip_range=value_clip)
    batch = _batch(algorithm)
    said = _said(algorithm, batch, kind)
    assert batch.old_log_probs_B is not None
    assert batch.old_values_B is not None
    old = (batch.old_log_probs_B.astype(float), batch.old_values_B.astype(float))
    advantages, returns = normalised(batch.advantages_B.astype(float)), batch.returns_B.astype(float)
    minibatch = _compute(algorithm, batch)
    ratios = np.exp(said(algorithm.policy.flat.detach().double().numpy()).log_probs_B - old[0])
    assert 0 < np.count_nonzero(np.abs(ratios - 1) > 0.15) < SIZE  # some are clipped, some are not
    _assert_agreement(
        algorithm,
        minibatch,
        lambda flat: ppo_loss(
            said(flat), old, advantages, returns, clip=0.15, value_clip=value_clip, beta=0.05, value=0.7
        ),
    )


def test_that_the_loss_of_reinforce_without_a_baseline_is_minus_the_weighed_log_probability() -> None:
    algorithm = make_algorithm("reinforce", baseline=False, normalize_advantage=False)
    algorithm.begin_update(1.0)
    batch = _batch(make_algorithm("a2c"))
    states, samples = torch.from_numpy(batch.observations_BO), torch.from_numpy(batch.samples_B)
    log_probs = algorithm.policy.distribution(states).log_prob(samples).detach().numpy()
    expected = -(log_probs * batch.advantages_B).mean()
    assert _compute(algorithm, batch).loss == pytest.approx(float(expected), rel=1e-5)


def _one_sample(algorithm: OnPolicyAlgorithm, *, log_ratio: float, advantage: float) -> Batch:
    batch = _batch(algorithm, drift=0.0).select(slice(0, 1))
    assert batch.old_log_probs_B is not None
    advantages_B = np.array([advantage], np.float32)
    return replace(batch, advantages_B=advantages_B, old_log_probs_B=batch.old_log_probs_B - np.float32(log_ratio))


@pytest.mark.parametrize(
    ("log_ratio", "advantage", "pulls"),
    [(0.5, 1.0, False), (-0.5, -1.0, False), (0.5, -1.0, True), (-0.5, 1.0, True), (0.01, 1.0, True)],
)
def test_that_a_clipped_sample_stops_pulling_and_one_that_went_astray_does_not(
    log_ratio: float, advantage: float, pulls: bool
) -> None:
    algorithm = make_algorithm("ppo", clip_range=0.2)
    algorithm.begin_update(1.0)
    _compute(algorithm, _one_sample(algorithm, log_ratio=log_ratio, advantage=advantage))
    assert bool(actor_gradient(algorithm).any()) == pulls
    statistics = algorithm.finish_update()
    assert statistics.clip_fraction == float(abs(np.exp(log_ratio) - 1) > 0.2)
    assert statistics.kl == pytest.approx(np.exp(log_ratio) - 1 - log_ratio, abs=1e-6)


@pytest.mark.parametrize(("moved", "pulls"), [(0.05, True), (0.5, False), (-0.5, False)])
def test_that_a_clipped_value_stops_pulling(moved: float, pulls: bool) -> None:
    algorithm = make_algorithm("ppo", value_clip_range=0.1)
    algorithm.begin_update(1.0)
    batch = _batch(algorithm, drift=0.0)
    assert batch.old_values_B is not None
    _compute(algorithm, replace(batch, old_values_B=batch.old_values_B - moved, returns_B=batch.returns_B + 50.0))
    critic = algorithm.policy.named_gradients()["critic.0.weight"]
    assert bool(critic.any()) == pulls


def test_that_descending_the_loss_ascends_objective_and_entropy_and_descends_the_value_error() -> None:
    slopes = np.array([[1.0, -2.0], [3.0, 4.0], [-5.0, 6.0]], np.float32)
    objective, entropy, error = (Sloped(value, each) for value, each in zip((2.0, 3.0, 5.0), slopes, strict=True))
    descent = descend(
        objective, entropy=entropy, entropy_coefficient=0.1, value_error=error, value_coefficient=0.5
    )
    assert descent.loss == pytest.approx(-2.0 - 0.3 + 2.5)
    for found, expected in zip(descent.slopes, ([-1.0, 2.0], [-0.3, -0.4], [-2.5, 3.0]), strict=True):
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-6)
    alone = descend(objective)
    assert alone.loss == -2.0
    assert alone.slopes[1:] == (None, None)


def test_that_the_advantages_of_a_single_sample_are_not_normalised() -> None:
    algorithm = make_algorithm("ppo")
    batch = _batch(algorithm).select(slice(0, 1))
    assert np.array_equal(algorithm.weighed_advantages(batch), batch.advantages_B)


def test_that_equal_advantages_normalise_to_nothing() -> None:
    algorithm = make_algorithm("ppo")
    batch = replace(_batch(algorithm), advantages_B=np.full(SIZE, 1.7, np.float32))
    assert not algorithm.weighed_advantages(batch).any()
