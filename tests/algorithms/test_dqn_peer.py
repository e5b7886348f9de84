"""The same weights and the same remembered steps give what Stable-Baselines3's DQN makes of them."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium import spaces

from pgviz.algorithms.dqn import DQN
from pgviz.algorithms.rollout import Rollout
from tests.algorithms.making import make_rollout
from tests.algorithms.making_dqn import OBSERVATION_SIZE, make_dqn

peers = pytest.importorskip("stable_baselines3")

LENGTH, HIDDEN, GAMMA, RATE, STEPS = 40, (7, 5), 0.97, 3e-3, 6
ENDS = {"terminated": ((4, 0), (17, 0)), "truncated": ((11, 0), (39, 0))}


class _Nowhere(gymnasium.Env[Any, Any]):
    """Spaces and nothing else."""

    observation_space = spaces.Box(-np.inf, np.inf, (OBSERVATION_SIZE,), np.float32)
    action_space = spaces.Discrete(3)


def _peer(**settings: Any) -> Any:
    from stable_baselines3.common.logger import Logger

    common = {"learning_rate": RATE, "gamma": GAMMA, "buffer_size": 100, "device": "cpu"}
    model = peers.DQN("MlpPolicy", _Nowhere(), policy_kwargs={"net_arch": list(HIDDEN)}, **(common | settings))
    model.set_logger(Logger(folder=None, output_formats=[]))
    return model


def _vector(network: Any) -> Any:
    return torch.cat([parameter.detach().reshape(-1) for parameter in network.parameters()]).numpy()


def _copy_weights(algorithm: DQN, model: Any) -> None:
    ours = (algorithm.policy.flat.detach().numpy(), algorithm.target.weights_P)
    for vector, network in zip(ours, (model.q_net, model.q_net_target), strict=True):
        torch.nn.utils.vector_to_parameters(torch.from_numpy(vector.copy()), network.parameters())


def _rollout() -> Rollout:
    rng = np.random.default_rng(2)
    finals = {
        place: rng.normal(size=OBSERVATION_SIZE).astype(np.float32) for each in ENDS.values() for place in each
    }
    return make_rollout(
        rng.normal(size=(LENGTH, 1, OBSERVATION_SIZE)).astype(np.float32),
        rng.integers(0, 3, (LENGTH, 1)),
        2.0 * rng.normal(size=(LENGTH, 1)),
        finals=finals,
        last_NO=rng.normal(size=(1, OBSERVATION_SIZE)).astype(np.float32),
        **ENDS,
    )


def _fill(model: Any, rollout: Rollout) -> None:
    """Give the peer the same steps, told in its own way, where an episode's end is `done` for either reason."""
    following = rollout.next_observations_BO
    for t in range(LENGTH):
        truncated = (t, 0) in ENDS["truncated"]
        model.replay_buffer.add(
            rollout.observations_BO[t : t + 1],
            following[t : t + 1],
            rollout.samples_B[t : t + 1],
            rollout.rewards_TN[t],
            rollout.ended_TN[t],
            [{"TimeLimit.truncated": truncated}],
        )


def _both(**settings: Any) -> tuple[DQN, Any]:
    """Both with the same weights, the same steps, and the same batches to be drawn from them."""
    ours: dict[str, Any] = {
        "gamma": GAMMA,
        "learning_rate": RATE,
        "hidden_sizes": HIDDEN,
        "target_update_interval": 1000,
    }
    algorithm = make_dqn(**ours, gradient_steps=STEPS, batch_size=16, **settings)
    model = _peer(max_grad_norm=settings.get("max_gradient_norm", 10.0))
    _copy_weights(algorithm, model)
    _fill(model, _rollout())
    rng = np.random.default_rng(0)
    buffer = model.replay_buffer
    buffer.sample = lambda size, env=None: buffer._get_samples(rng.integers(0, LENGTH, size))
    return algorithm, model


def test_that_targets_and_values_are_equal() -> None:
    algorithm, model = _both()
    algorithm.replay.add(_rollout())
    drawn = algorithm.replay.sample(80, np.random.default_rng(0))
    theirs = model.replay_buffer.sample(80)
    np.testing.assert_array_equal(drawn.observations_BO, theirs.observations)
    np.testing.assert_array_equal(drawn.terminated_B, theirs.dones[:, 0])
    assert 0 < drawn.terminated_B.sum() < 40
    with torch.no_grad():
        following = model.q_net_target(theirs.next_observations).max(1).values
        expected = theirs.rewards[:, 0] + (1 - theirs.dones[:, 0]) * GAMMA * following
        values = model.q_net(theirs.observations)
    np.testing.assert_allclose(algorithm.targets(drawn), expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(algorithm.policy.action_values(drawn.observations_BO), values, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("max_norm", [0.05, 10.0])
def test_that_loss_and_parameters_after_each_step_are_equal(max_norm: float) -> None:
    algorithm, model = _both(max_gradient_norm=max_norm)
    before = algorithm.policy.flat.detach().clone()
    clipped = 0
    for minibatch in algorithm.minibatches(_rollout()):
        model.train(gradient_steps=1, batch_size=16)
        assert minibatch.loss == pytest.approx(model.logger.name_to_value["train/loss"], abs=1e-5)
        clipped += minibatch.gradient_norm > max_norm
        algorithm.apply(minibatch)
        np.testing.assert_allclose(algorithm.policy.flat.detach(), _vector(model.q_net), rtol=0, atol=1e-5)
    assert clipped == (STEPS if max_norm < 1.0 else 0)
    assert float((algorithm.policy.flat.detach() - before).abs().max()) > 1e-2


def test_that_gradients_are_equal() -> None:
    algorithm, model = _both()
    next(algorithm.minibatches(_rollout()))
    model.train(gradient_steps=1, batch_size=16)
    theirs = torch.cat([parameter.grad.reshape(-1) for parameter in model.q_net.parameters()])
    gradient = algorithm.policy.flat.grad
    assert gradient is not None
    torch.testing.assert_close(gradient, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("interval", "tau"), [(10, 1.0), (10, 0.3), (1, 0.05)])
def test_that_the_target_network_moves_at_the_same_steps_and_as_far(interval: int, tau: float) -> None:
    algorithm = make_dqn(hidden_sizes=HIDDEN, target_update_interval=interval, tau=tau, gradient_steps=0)
    model = _peer(target_update_interval=interval, tau=tau)
    _copy_weights(algorithm, model)
    network = algorithm.policy.flat.detach().numpy()
    for round_ in range(4):
        rollout = _rollout()
        rollout.length = 7 + round_
        rollout.final_observations = {}
        for _ in range(rollout.length):
            model._on_step()
        list(algorithm.minibatches(rollout))
        np.testing.assert_allclose(algorithm.target.weights_P, _vector(model.q_net_target), rtol=0, atol=1e-5)
        network += 0.1
        torch.nn.utils.vector_to_parameters(torch.from_numpy(network.copy()), model.q_net.parameters())


def test_that_epsilon_follows_the_same_schedule() -> None:
    schedule: dict[str, Any] = {"initial_epsilon": 0.9, "final_epsilon": 0.07, "exploration_fraction": 0.3}
    algorithm = make_dqn(steps=200, **schedule)
    model = _peer(exploration_initial_eps=0.9, exploration_final_eps=0.07, exploration_fraction=0.3)
    for step in range(200):
        assert algorithm.epsilon == pytest.approx(model.exploration_schedule(1.0 - step / 200))
        algorithm.act(np.zeros((1, OBSERVATION_SIZE), np.float32), np.random.default_rng(0))
