"""The same weights, batch and masks give what the masked PPO of sb3-contrib makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import Space, spaces
from numpy.typing import NDArray

from pgviz.action_layout import ActionLayout
from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.algorithms.rollout import Rollout
from tests.algorithms.making import OBSERVATION_SIZE
from tests.algorithms.test_peer import (
    BETA,
    COPIES,
    GAMMA,
    HIDDEN,
    LAMBDA,
    LENGTH,
    RATE,
    VALUE,
    _copy_weights,
    _loss,
    _Nowhere,
    _ours,
    _paired,
)

peers = pytest.importorskip("sb3_contrib")

SPACES = pytest.mark.parametrize(
    "space",
    [spaces.Discrete(4), spaces.MultiDiscrete([2, 3, 9]), spaces.MultiBinary(3)],
    ids=["discrete", "multi-discrete", "multi-binary"],
)


def _peer(space: Space[Any], max_norm: float, epochs: int) -> Any:
    from stable_baselines3.common.logger import Logger
    from stable_baselines3.common.vec_env import DummyVecEnv

    model = peers.MaskablePPO(
        "MlpPolicy",
        DummyVecEnv([lambda: _Nowhere(space)] * COPIES),
        n_steps=LENGTH,
        gamma=GAMMA,
        gae_lambda=LAMBDA,
        ent_coef=BETA,
        vf_coef=VALUE,
        learning_rate=RATE,
        max_grad_norm=max_norm,
        n_epochs=epochs,
        batch_size=LENGTH * COPIES,
        clip_range_vf=0.3,
        device="cpu",
        policy_kwargs={"net_arch": {"pi": list(HIDDEN), "vf": list(HIDDEN)}},
    )
    model.set_logger(Logger(folder=None, output_formats=[]))
    return model


def _masks(space: Space[Any]) -> NDArray[np.bool_]:
    """A mask for each step, the last option of each choice always legal, ``(T, N, A)``."""
    layout = ActionLayout(space)
    masks = np.random.default_rng(3).random((LENGTH, COPIES, layout.option_count)) < 0.5
    masks[..., np.cumsum(layout.counts_F) - 1] = True
    return masks


def _rollout(algorithm: OnPolicyAlgorithm, masks: NDArray[np.bool_]) -> Rollout:
    rng = np.random.default_rng(5)
    rollout = Rollout(COPIES, OBSERVATION_SIZE, LENGTH)
    nothing = np.zeros(COPIES, bool)
    for mask_NA in masks:
        states = rng.normal(size=(COPIES, OBSERVATION_SIZE)).astype(np.float32)
        samples = algorithm.act(states, rng, mask_NA)
        rollout.append(states, samples, rng.normal(size=COPIES), nothing, nothing, None, mask_NA)
    rollout.last_observations_NO = rng.normal(size=(COPIES, OBSERVATION_SIZE)).astype(np.float32)
    return rollout


def _fill(model: Any, rollout: Rollout, masks: NDArray[np.bool_], space: Space[Any]) -> None:
    observations = rollout.observations_BO.reshape(LENGTH, COPIES, -1)
    samples = rollout.samples_B.reshape(LENGTH, COPIES, -1)
    with torch.no_grad():
        for t in range(LENGTH):
            states, taken = torch.from_numpy(observations[t]), torch.from_numpy(samples[t])
            taken = taken.flatten() if isinstance(space, spaces.Discrete) else taken
            values, log_probs, _ = model.policy.evaluate_actions(states, taken, masks[t])
            model.rollout_buffer.add(
                observations[t],
                samples[t],
                rollout.rewards_TN[t],
                np.full(COPIES, t == 0),
                values,
                log_probs,
                action_masks=masks[t],
            )
        last = model.policy.predict_values(torch.from_numpy(rollout.last_observations_NO))
    model.rollout_buffer.compute_returns_and_advantage(last_values=last, dones=np.zeros(COPIES))


def _both(space: Space[Any], epochs: int = 1) -> tuple[OnPolicyAlgorithm, Any, Rollout]:
    algorithm, model, masks = _ours("ppo", space, 1e3, epochs), _peer(space, 1e3, epochs), _masks(space)
    _copy_weights(algorithm, model)
    rollout = _rollout(algorithm, masks)
    _fill(model, rollout, masks, space)
    algorithm.begin_update(1.0)
    return algorithm, model, rollout


@SPACES
def test_that_loss_and_gradient_are_equal(space: Space[Any]) -> None:
    algorithm, model, rollout = _both(space)
    model.train()
    minibatch = next(algorithm.minibatches(rollout))
    assert minibatch.loss == pytest.approx(_loss(model), abs=1e-5)
    gradients = algorithm.policy.named_gradients()
    for name, parameter in _paired(algorithm, model):
        torch.testing.assert_close(gradients[name], parameter.grad, rtol=1e-5, atol=1e-5, msg=name)


@SPACES
def test_that_the_parameters_after_an_update_are_equal(space: Space[Any]) -> None:
    algorithm, model, rollout = _both(space, epochs=4)
    model.train()
    before = algorithm.policy.flat.detach().clone()
    for minibatch in algorithm.minibatches(rollout):
        algorithm.apply(minibatch)
    assert float((algorithm.policy.flat.detach() - before).abs().max()) > 1e-3
    for name, parameter in _paired(algorithm, model):
        ours = algorithm.policy.get_parameter(name)
        torch.testing.assert_close(ours.detach(), parameter.detach(), rtol=0, atol=1e-5, msg=name)


@SPACES
def test_that_the_masks_make_a_difference_to_what_is_learned(space: Space[Any]) -> None:
    algorithm, _, rollout = _both(space)
    heeded = next(algorithm.minibatches(rollout)).loss
    rollout._masks = None
    assert abs(next(algorithm.minibatches(rollout)).loss - heeded) > 1e-3
