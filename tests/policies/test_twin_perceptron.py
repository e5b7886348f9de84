"""Two perceptrons computed as one, against their modules and autograd in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from pgviz.policies.networks import mlp
from pgviz.policies.running import size_of
from pgviz.policies.twin_perceptron import TwinPerceptron

INPUTS, BATCH, OFFSET, LAST = 5, 9, 3, 2
SHAPES = pytest.mark.parametrize("hidden", [(), (8,), (8, 6), (8, 1, 6), (130, 129)])
ACTIVATIONS = pytest.mark.parametrize("activation", ["relu", "tanh"])


def _networks(hidden: tuple[int, ...], activation: str) -> tuple[torch.Tensor, list[nn.Sequential]]:
    """Two networks whose parameters are views of a vector, the one's behind the other's, from `OFFSET` on."""
    generator = torch.Generator().manual_seed(0)
    networks = [mlp((INPUTS, *hidden, 1), activation, 1.0, generator, orthogonal=False) for _ in range(2)]
    flat, place = torch.full((OFFSET + 2 * size_of(networks[0]) + 1,), 7.0), OFFSET
    for parameter in [parameter for network in networks for parameter in network.parameters()]:
        part = flat[place : place + parameter.numel()].view(parameter.shape)
        parameter.data, place = part.copy_(parameter.detach()), place + parameter.numel()
    return flat, networks


def _inputs() -> Any:
    return np.random.default_rng(1).normal(size=(BATCH, INPUTS)).astype(np.float32)


def _exact(networks: list[nn.Sequential], x: torch.Tensor) -> torch.Tensor:
    return torch.stack([network.double()(x)[:, 0] for network in networks])


@SHAPES
@ACTIVATIONS
def test_that_outputs_and_gradients_are_those_of_the_modules(hidden: tuple[int, ...], activation: str) -> None:
    flat, networks = _networks(hidden, activation)
    twin, x_BI = TwinPerceptron(networks[0], OFFSET), _inputs()
    gradient_CB = np.random.default_rng(2).normal(size=(2, BATCH)).astype(np.float32)
    outputs_CB, kept = twin.forward(x_BI)
    out = np.full(len(flat), 3.0, np.float32)
    twin.backward(gradient_CB, kept, out)

    exact_CB = _exact(networks, torch.from_numpy(x_BI).double())
    np.testing.assert_allclose(outputs_CB, exact_CB.detach(), rtol=1e-5, atol=1e-6)
    weights = [parameter for network in networks for parameter in network.parameters()]
    expected = torch.autograd.grad(exact_CB, weights, torch.from_numpy(gradient_CB).double())
    together = torch.cat([each.reshape(-1) for each in expected])
    np.testing.assert_allclose(out[OFFSET:-1], together, rtol=1e-4, atol=1e-6)
    assert (out[:OFFSET] == 3.0).all()
    assert out[-1] == 3.0


@SHAPES
@ACTIVATIONS
@pytest.mark.parametrize("firsts", ["none", "some", "all"])
def test_that_each_row_goes_back_through_the_network_that_was_chosen_for_it(
    hidden: tuple[int, ...], activation: str, firsts: str
) -> None:
    _, networks = _networks(hidden, activation)
    twin, x_BI = TwinPerceptron(networks[0], OFFSET), _inputs()
    first_B = {"none": np.zeros(BATCH, bool), "all": np.ones(BATCH, bool)}.get(firsts, np.arange(BATCH) % 3 > 0)
    computed = twin.chosen_gradient(first_B, twin.forward(x_BI)[1], LAST)

    leaf = torch.from_numpy(x_BI).double().requires_grad_()
    first, second = _exact(networks, leaf)
    chosen = torch.where(torch.from_numpy(first_B), first, second).sum()
    (expected,) = torch.autograd.grad(chosen, leaf)
    np.testing.assert_allclose(computed, expected[:, -LAST:], rtol=1e-4, atol=1e-6)


def test_that_weights_are_read_anew_and_what_was_kept_stays() -> None:
    flat, networks = _networks((8, 6), "relu")
    twin, x_BI = TwinPerceptron(networks[0], OFFSET), _inputs()
    before_CB, kept = twin.forward(x_BI)
    said, copies = before_CB.copy(), [each.copy() for each in kept]
    flat.mul_(1.5)
    after_CB, _ = twin.forward(x_BI)
    np.testing.assert_allclose(after_CB, _exact(networks, torch.from_numpy(x_BI).double()).detach(), rtol=1e-5)
    assert not np.array_equal(after_CB, said)
    np.testing.assert_array_equal(before_CB, said)
    for each, copied in zip(kept, copies, strict=True):
        np.testing.assert_array_equal(each, copied)
