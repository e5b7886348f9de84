"""The same weights and the same batch give what Stable-Baselines3 makes of them.

Its Gaussian is not squashed, so the comparison is with clipped actions.
"""

from __future__ import annotations

import itertools
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium import Space, spaces
from torch import Tensor

from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.algorithms.rollout import Rollout
from tests.algorithms.making import BOX, DISCRETE, OBSERVATION_SIZE, make_algorithm, random_rollout

peers = pytest.importorskip("stable_baselines3")

LENGTH, COPIES, HIDDEN = 12, 4, (7, 5)
GAMMA, LAMBDA, BETA, VALUE, RATE = 0.97, 0.9, 0.02, 0.6, 3e-3
SEVERAL = spaces.MultiDiscrete([2, 3, 9])
SPACES = pytest.mark.parametrize("space", [DISCRETE, BOX, SEVERAL], ids=["discrete", "box", "multi-discrete"])
NAMES = pytest.mark.parametrize("name", ["ppo", "a2c"])


class _Nowhere(gymnasium.Env[Any, Any]):
    """Spaces and nothing else."""

    def __init__(self, action_space: Space[Any]) -> None:
        self.observation_space = spaces.Box(-np.inf, np.inf, (OBSERVATION_SIZE,), np.float32)
        self.action_space = action_space


def _ours(name: str, space: Space[Any], max_norm: float, epochs: int) -> OnPolicyAlgorithm:
    settings: dict[str, Any] = {
        "hidden_sizes": HIDDEN,
        "gamma": GAMMA,
        "gae_lambda": LAMBDA,
        "entropy_coefficient": BETA,
        "value_coefficient": VALUE,
        "learning_rate": RATE,
        "max_gradient_norm": max_norm,
        "action_bounds": "clip",
    }
    if name == "ppo":
        settings |= {"epochs": epochs, "minibatch_size": LENGTH * COPIES, "value_clip_range": 0.3}
    return make_algorithm(name, space, moved=0.2, **settings)


def _peer(name: str, space: Space[Any], max_norm: float, epochs: int) -> Any:
    from stable_baselines3.common.logger import Logger
    from stable_baselines3.common.vec_env import DummyVecEnv

    settings: dict[str, Any] = {
        "n_steps": LENGTH,
        "gamma": GAMMA,
        "gae_lambda": LAMBDA,
        "ent_coef": BETA,
        "vf_coef": VALUE,
        "learning_rate": RATE,
        "max_grad_norm": max_norm,
        "device": "cpu",
        "policy_kwargs": {"net_arch": {"pi": list(HIDDEN), "vf": list(HIDDEN)}},
    }
    if name == "ppo":
        settings |= {"n_epochs": epochs, "batch_size": LENGTH * COPIES, "clip_range_vf": 0.3}
    model = getattr(peers, name.upper())("MlpPolicy", DummyVecEnv([lambda: _Nowhere(space)] * COPIES), **settings)
    model.set_logger(Logger(folder=None, output_formats=[]))
    return model


def _paired(algorithm: OnPolicyAlgorithm, model: Any) -> list[tuple[str, Tensor]]:
    """Our parameter names and the peer's parameters, in the same order."""
    policy = model.policy
    networks = [policy.mlp_extractor.policy_net, policy.action_net]
    networks += [policy.mlp_extractor.value_net, policy.value_net]
    theirs = list(itertools.chain.from_iterable(network.parameters() for network in networks))
    names = [name for name, _ in algorithm.policy.named_parameters() if name != "log_std"]
    pairs = list(zip(names, theirs, strict=True))
    return pairs if algorithm.policy.log_std is None else [*pairs, ("log_std", policy.log_std)]


def _copy_weights(algorithm: OnPolicyAlgorithm, model: Any) -> None:
    with torch.no_grad():
        for name, parameter in _paired(algorithm, model):
            parameter.copy_(algorithm.policy.get_parameter(name))


def _fill(model: Any, rollout: Rollout, space: Space[Any]) -> None:
    """Give the peer's buffer the same steps; it adds the value of a truncated episode's end to the reward."""
    policy, buffer = model.policy, model.rollout_buffer
    observations = rollout.observations_BO.reshape(LENGTH, COPIES, -1)
    samples = rollout.samples_B.reshape(LENGTH, COPIES, -1)
    rewards, ended = rollout.rewards_TN.copy(), rollout.ended_TN
    with torch.no_grad():
        for (t, n), final in rollout.final_observations.items():
            if not rollout.terminated_TN[t, n]:
                rewards[t, n] += GAMMA * float(policy.predict_values(torch.from_numpy(final[None])))
        for t in range(LENGTH):
            states, taken = torch.from_numpy(observations[t]), torch.from_numpy(samples[t])
            taken = taken.flatten() if isinstance(space, spaces.Discrete) else taken
            values, log_probs, _ = policy.evaluate_actions(states, taken)
            starts = ended[t - 1] if t else np.ones(COPIES, bool)
            buffer.add(observations[t], samples[t], rewards[t], starts, values, log_probs)
        last = policy.predict_values(torch.from_numpy(rollout.last_observations_NO))
    buffer.compute_returns_and_advantage(last_values=last, dones=ended[-1])


def _both(
    name: str, space: Space[Any], *, max_norm: float, epochs: int = 1
) -> tuple[OnPolicyAlgorithm, Any, Rollout]:
    algorithm, model = _ours(name, space, max_norm, epochs), _peer(name, space, max_norm, epochs)
    _copy_weights(algorithm, model)
    rollout = random_rollout(algorithm, LENGTH, COPIES)
    _fill(model, rollout, space)
    algorithm.begin_update(1.0)
    return algorithm, model, rollout


def _loss(model: Any) -> float:
    logged = model.logger.name_to_value
    if "train/loss" in logged:
        return float(logged["train/loss"])
    policy, entropy, value = (logged[f"train/{part}"] for part in ("policy_loss", "entropy_loss", "value_loss"))
    return float(policy + BETA * entropy + VALUE * value)


@NAMES
@SPACES
def test_that_advantages_and_returns_are_equal(name: str, space: Space[Any]) -> None:
    algorithm, model, rollout = _both(name, space, max_norm=1e3)
    batch, _ = algorithm._estimate(rollout, gae_lambda=LAMBDA, learning=False)
    np.testing.assert_allclose(batch.advantages_B, model.rollout_buffer.advantages.reshape(-1), atol=1e-5)
    np.testing.assert_allclose(batch.returns_B, model.rollout_buffer.returns.reshape(-1), atol=1e-5)


@NAMES
@SPACES
def test_that_loss_and_gradient_are_equal(name: str, space: Space[Any]) -> None:
    algorithm, model, rollout = _both(name, space, max_norm=1e3)
    model.train()
    minibatch = next(algorithm.minibatches(rollout))
    assert minibatch.loss == pytest.approx(_loss(model), abs=1e-5)
    gradients = algorithm.policy.named_gradients()
    assert float(torch.linalg.vector_norm(torch.cat([each.reshape(-1) for each in gradients.values()]))) > 0.1
    for parameter_name, parameter in _paired(algorithm, model):
        torch.testing.assert_close(
            gradients[parameter_name], parameter.grad, rtol=1e-5, atol=1e-5, msg=parameter_name
        )


@NAMES
@SPACES
@pytest.mark.parametrize("max_norm", [0.05, 1e3])
def test_that_the_parameters_after_an_update_are_equal(name: str, space: Space[Any], max_norm: float) -> None:
    algorithm, model, rollout = _both(name, space, max_norm=max_norm, epochs=4)
    model.train()
    before = algorithm.policy.flat.detach().clone()
    for minibatch in algorithm.minibatches(rollout):
        algorithm.apply(minibatch)
    assert float((algorithm.policy.flat.detach() - before).abs().max()) > 1e-3
    for parameter_name, parameter in _paired(algorithm, model):
        ours = algorithm.policy.get_parameter(parameter_name)
        torch.testing.assert_close(ours.detach(), parameter.detach(), rtol=0, atol=1e-5, msg=parameter_name)
    statistics, logged = algorithm.finish_update(), model.logger.name_to_value
    assert statistics.explained_variance == pytest.approx(logged["train/explained_variance"], abs=1e-4)
