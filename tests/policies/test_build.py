"""What a configuration says of the networks is what is built."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces
from torch import nn

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.build import build_policy
from pgviz.policies.convolution import Convolutions, ImageShape
from pgviz.policies.policy import Policy

SIZE = 300


def _built(image: ImageShape | None = None, seed: int = 0, **settings: Any) -> Policy:
    config = RunConfig.create("Any-v0", "ppo", **settings)
    size = SIZE if image is None else int(np.prod(image))
    generator = torch.Generator().manual_seed(seed)
    return build_policy(spaces.Discrete(3), size, config, critic=True, generator=generator, image=image)


def _layers(policy: Policy) -> list[nn.Linear]:
    return [layer for layer in policy.modules() if isinstance(layer, nn.Linear)]


def test_that_weights_begin_orthogonal_where_asked_for_and_uniform_otherwise() -> None:
    for layer in _layers(_built()):
        assert layer.bias is not None
        assert not layer.bias.any()
    policy = _built(orthogonal_initialization=False)
    for layer in _layers(policy):
        bound = layer.in_features**-0.5
        assert layer.bias is not None
        assert 0.0 < float(layer.bias.detach().abs().max()) <= bound
        assert 0.9 * bound < float(layer.weight.detach().abs().max()) <= bound
    assert policy.weights_sha256() == _built(orthogonal_initialization=False).weights_sha256()
    assert policy.weights_sha256() != _built(orthogonal_initialization=False, seed=1).weights_sha256()


@pytest.mark.parametrize("observations", [True, False])
@pytest.mark.parametrize("rewards", [True, False])
def test_that_what_is_normalised_is_what_was_asked_for(observations: bool, rewards: bool) -> None:
    normalization = _built(normalize_observation=observations, normalize_reward=rewards).normalization
    assert (normalization.observations is not None) == observations
    assert (normalization.returns is not None) == rewards
    if normalization.observations is not None:
        assert normalization.observations.mean.shape == (SIZE,)


def test_that_pictures_are_looked_at_through_convolutions_that_actor_and_critic_share() -> None:
    policy = _built(image=(3, 40, 36), orthogonal_initialization=False)
    assert policy.critic is not None
    assert isinstance(policy.actor[0], Convolutions)
    assert policy.actor[0] is policy.critic[0]
    biases = [layer.bias for layer in policy.actor[0] if isinstance(layer, nn.Conv2d)]
    assert all(bias is not None and bias.detach().any() for bias in biases)


def test_that_a_gpu_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UsageError, match="device is cuda"):
        _built(device="cuda")
    assert _built(device="auto").facts.device == "cpu"


def test_that_the_device_is_chosen_by_what_there_is_to_compute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int, bool]] = []

    def choose(wanted: str, weights: int, *, pictures: bool) -> str:
        asked.append((wanted, weights, pictures))
        return "cpu"

    monkeypatch.setattr("pgviz.policies.build.choose_device", choose)
    _built(hidden_sizes=(10, 20))
    _built(image=(36, 36, 1), hidden_sizes=(10,), device="cpu")
    assert asked == [("auto", 2 * (SIZE * 10 + 10 * 20), False), ("cpu", 2 * 512 * 10, True)]
