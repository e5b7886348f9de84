"""The same weights, batch and noise give what Stable-Baselines3's SAC makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium import spaces
from torch import Tensor, nn

from pgviz.algorithms.replay_buffer import Transitions
from pgviz.algorithms.sac import SAC
from tests.algorithms.making import BOX, OBSERVATION_SIZE
from tests.algorithms.sac_making import make_sac, random_steps

peers = pytest.importorskip("stable_baselines3")

HIDDEN = (7, 5)
GAMMA, TAU, RATE = 0.97, 0.03, 3e-3
TEMPERATURES = pytest.mark.parametrize(
    "temperature", [{}, {"target_entropy": 0.7}, {"learn_temperature": False, "temperature": 0.3}]
)
STEPS = pytest.mark.parametrize("gradient_steps", [1, 4])


class _Nowhere(gymnasium.Env[Any, Any]):
    """Spaces and nothing else."""

    observation_space = spaces.Box(-np.inf, np.inf, (OBSERVATION_SIZE,), np.float32)
    action_space = BOX


def _peer(temperature: dict[str, Any]) -> Any:
    from stable_baselines3.common.logger import Logger

    learned = temperature.get("learn_temperature", True)
    model = peers.SAC(
        "MlpPolicy",
        _Nowhere(),
        learning_rate=RATE,
        gamma=GAMMA,
        tau=TAU,
        ent_coef="auto" if learned else temperature["temperature"],
        target_entropy=temperature.get("target_entropy", "auto"),
        policy_kwargs={"net_arch": list(HIDDEN)},
        device="cpu",
    )
    model.set_logger(Logger(folder=None, output_formats=[]))
    # It adds this to 1 − tanh², whose logarithm we take in a form that needs no such guard.
    model.actor.action_dist.epsilon = 0.0
    # The actor's loss will leave a gradient of its own in the critics.
    model.critic.optimizer.register_step_pre_hook(lambda *_: _keep_gradients(model))
    return model


def _keep_gradients(model: Any) -> None:
    model.seen = [each.grad.clone() for each in model.critic.parameters()]


def _paired(algorithm: SAC, model: Any) -> Iterator[tuple[Tensor, Tensor]]:
    """Our parameters and the peer's, part by part; the actor's last layer is two layers there."""
    policy, actor = algorithm.policy, model.actor
    mine, size = _linear(policy.actor), policy.dimensions
    yield from _both(mine[:-1], _linear(actor.latent_pi))
    for rows, layer in ((slice(0, size), actor.mu), (slice(size, None), actor.log_std)):
        yield mine[-1].weight[rows], layer.weight
        yield mine[-1].bias[rows], layer.bias
    pairs = [(policy.critics, model.critic), (policy.targets, model.critic_target)]
    for ours, theirs in pairs:
        for critic, network in zip(ours.both, theirs.q_networks, strict=True):
            yield from _both(_linear(critic.perceptron), _linear(network))
    if model.log_ent_coef is not None:
        yield policy.log_temperature, model.log_ent_coef


def _linear(network: Any) -> list[nn.Linear]:
    return [layer for layer in network if isinstance(layer, nn.Linear)]


def _both(mine: list[nn.Linear], theirs: list[nn.Linear]) -> Iterator[tuple[Tensor, Tensor]]:
    for ours, peer in zip(mine, theirs, strict=True):
        yield ours.weight, peer.weight
        yield ours.bias, peer.bias


def _copy_weights(algorithm: SAC, model: Any) -> None:
    with torch.no_grad():
        for mine, theirs in _paired(algorithm, model):
            theirs.copy_(mine)


class _Script:
    """What our algorithm drew, in the order in which the peer asks for it."""

    def __init__(self) -> None:
        self.batches: list[Transitions] = []
        self.noises: list[Tensor] = []

    def note(self, algorithm: SAC) -> None:
        assert algorithm.open_batch is not None
        self.batches.append(algorithm.open_batch)
        self.noises += [torch.from_numpy(noise.copy()) for noise in algorithm._drawn.noise_2BD]

    def play(self, model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have the peer take as many gradient steps."""
        batches, noises = iter(self.batches), iter(self.noises)
        monkeypatch.setattr(model.replay_buffer, "sample", lambda *_, **__: _as_theirs(next(batches)))
        monkeypatch.setattr(torch.distributions.normal, "_standard_normal", lambda *_, **__: next(noises))
        model.train(gradient_steps=len(self.batches), batch_size=len(self.batches[0].rewards_B))
        assert next(noises, None) is None


def _as_theirs(batch: Transitions) -> Any:
    from stable_baselines3.common.type_aliases import ReplayBufferSamples

    columns = (
        batch.observations_BO,
        np.tanh(batch.samples_B),
        batch.next_observations_BO,
        batch.terminated_B[:, None],
        batch.rewards_B[:, None],
    )
    return ReplayBufferSamples(*(torch.from_numpy(column) for column in columns))


def _run(
    temperature: dict[str, Any], gradient_steps: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[SAC, Any, list[float], Tensor]:
    algorithm = make_sac(
        hidden_sizes=HIDDEN, gamma=GAMMA, tau=TAU, learning_rate=RATE, gradient_steps=gradient_steps, **temperature
    )
    model, script, losses = _peer(temperature), _Script(), []
    _copy_weights(algorithm, model)
    before = algorithm.policy.flat.detach().clone()
    algorithm.begin_update(1.0)
    for minibatch in algorithm.minibatches(random_steps()):
        if minibatch.index % 2 == 0:
            script.note(algorithm)
        losses.append(minibatch.loss)
        algorithm.apply(minibatch)
    script.play(model, monkeypatch)
    return algorithm, model, losses, before


@TEMPERATURES
@STEPS
def test_that_the_losses_are_equal(
    temperature: dict[str, Any], gradient_steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, model, losses, _ = _run(temperature, gradient_steps, monkeypatch)
    logged = model.logger.name_to_value
    assert np.mean(losses[::2]) == pytest.approx(logged["train/critic_loss"], abs=1e-5)
    expected = logged["train/actor_loss"] + logged.get("train/ent_coef_loss", 0.0)
    assert np.mean(losses[1::2]) == pytest.approx(expected, abs=1e-5)


@TEMPERATURES
@STEPS
def test_that_all_parameters_after_the_update_are_equal(
    temperature: dict[str, Any], gradient_steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    algorithm, model, _, before = _run(temperature, gradient_steps, monkeypatch)
    moved = (algorithm.policy.flat.detach() - before).abs()
    policy = algorithm.policy
    for part in (policy.actor_part, policy.critic_part, policy.target_part):
        assert float(moved[part].max()) > 1e-3 * TAU
    assert (float(moved[policy.temperature_part].max()) > 1e-3) == temperature.get("learn_temperature", True)
    for mine, theirs in _paired(algorithm, model):
        torch.testing.assert_close(mine.detach(), theirs.detach(), rtol=0, atol=1e-5)


@TEMPERATURES
def test_that_the_gradients_are_equal(temperature: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    algorithm, model, _, _ = _run(temperature, 1, monkeypatch)
    gradients = algorithm.policy.named_gradients()
    actor = [gradients[f"actor.{index}.{kind}"] for index in (0, 2) for kind in ("weight", "bias")]
    expected = [each.grad for each in model.actor.latent_pi.parameters()]
    last = [torch.cat([model.actor.mu.weight.grad, model.actor.log_std.weight.grad])]
    last += [torch.cat([model.actor.mu.bias.grad, model.actor.log_std.bias.grad])]
    _assert_close([*actor, gradients["actor.4.weight"], gradients["actor.4.bias"]], [*expected, *last])
    critics = [gradient for name, gradient in gradients.items() if name.startswith("critics")]
    _assert_close(critics, model.seen)
    if model.log_ent_coef is not None:
        _assert_close([gradients["log_temperature"]], [model.log_ent_coef.grad])


def _assert_close(mine: list[Tensor], theirs: list[Any]) -> None:
    for ours, peer in zip(mine, theirs, strict=True):
        assert float(ours.abs().max()) > 1e-4
        torch.testing.assert_close(ours, peer, rtol=1e-5, atol=1e-6)
