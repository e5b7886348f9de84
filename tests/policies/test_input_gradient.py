"""The gradient of a network's outputs in its inputs, by each way of computing it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pgviz.policies.networks import NetworkShape, Perceptron, mlp
from pgviz.policies.running import ModuleNetwork, Network, Stacked, size_of

INPUTS, OUTPUTS, BATCH = 5, 2, 9
IMAGE = (36, 36, 3)


def _network(activation: str, outputs: int, hidden: tuple[int, ...] = (8, 6)) -> torch.nn.Sequential:
    network = mlp((INPUTS, *hidden, outputs), activation, 1.0, torch.Generator().manual_seed(0))
    weights = torch.cat([each.detach().reshape(-1) for each in network.parameters()])
    offset = 0
    for parameter in network.parameters():
        parameter.data = weights[offset : offset + parameter.numel()].view(parameter.shape)
        offset += parameter.numel()
    return network


def _runner(kind: str, network: torch.nn.Sequential) -> Network:
    if kind == "numpy":
        return Perceptron(network, 0)
    if kind == "modules":
        return ModuleNetwork(network, 0, "cpu")
    layers = list(network)
    below, above = torch.nn.Sequential(*layers[:2]), torch.nn.Sequential(*layers[2:])
    return Stacked(ModuleNetwork(below, 0, "cpu"), Perceptron(above, size_of(below)))


def _given(outputs: int, rows: int = BATCH) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x_BI = rng.normal(size=(rows, INPUTS)).astype(np.float32)
    gradient_BJ = rng.normal(size=(rows, outputs)).astype(np.float32)
    # As of the smaller of two critics: some rows have none.
    gradient_BJ[::3] = 0.0
    return x_BI, gradient_BJ


@pytest.mark.parametrize("kind", ["numpy", "modules", "stacked"])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("outputs", [1, OUTPUTS])
@pytest.mark.parametrize("rows", [BATCH, 300])
def test_that_it_is_that_of_finite_differences(kind: str, activation: str, outputs: int, rows: int) -> None:
    network = _network(activation, outputs)
    x_BI, gradient_BJ = _given(outputs, rows)
    runner = _runner(kind, network)
    computed = runner.input_gradient(gradient_BJ, runner.forward(x_BI)[1])

    exact, step = network.double(), 1e-6
    x, weights = torch.from_numpy(x_BI).double(), torch.from_numpy(gradient_BJ).double()
    expected = torch.zeros_like(x)
    with torch.no_grad():
        for column in range(INPUTS):
            shift = torch.zeros(INPUTS, dtype=torch.float64)
            shift[column] = step
            expected[:, column] = ((exact(x + shift) - exact(x - shift)) * weights).sum(1) / (2 * step)
    np.testing.assert_allclose(computed, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["numpy", "modules", "stacked"])
def test_that_it_is_the_one_that_comes_with_the_gradient_in_the_weights(kind: str) -> None:
    network = _network("relu", OUTPUTS)
    x_BI, gradient_BJ = _given(OUTPUTS)
    runner = _runner(kind, network)
    out = np.zeros(size_of(network), np.float32)
    together = runner.backward(gradient_BJ, runner.forward(x_BI)[1], out, to_input=True)
    assert together is not None
    alone = runner.input_gradient(gradient_BJ, runner.forward(x_BI)[1])
    np.testing.assert_allclose(alone, together, rtol=1e-5, atol=1e-6)


def test_that_where_nothing_has_a_gradient_neither_has_the_input() -> None:
    runner = _runner("numpy", _network("relu", 1))
    x_BI, gradient_B1 = _given(1)
    kept = runner.forward(x_BI)[1]
    assert not runner.input_gradient(np.zeros_like(gradient_B1), kept).any()


def test_that_it_goes_through_convolutions_as_well() -> None:
    shape = NetworkShape(int(np.prod(IMAGE)), (6,), "relu", critic=False, image=IMAGE)
    network = shape.build(1, 1.0, torch.Generator().manual_seed(0))
    runner = shape.runner(network, 0)
    pixels = np.random.default_rng(0).uniform(0, 255, (2, shape.observation_size)).astype(np.float32)
    ones = np.ones((2, 1), np.float32)
    computed = runner.input_gradient(ones, runner.forward(pixels)[1])
    leaf = torch.from_numpy(pixels).requires_grad_()
    (expected,) = torch.autograd.grad(network(leaf).sum(), leaf)
    np.testing.assert_allclose(computed, expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("outputs", [1, OUTPUTS])
@pytest.mark.parametrize("hidden", [(130,), (130, 140), (140, 6, 150)])
def test_that_wide_layers_give_the_outputs_and_gradients_of_the_module(
    activation: str, outputs: int, hidden: tuple[int, ...]
) -> None:
    network = _network(activation, outputs, hidden)
    x_BI, gradient_BJ = _given(outputs)
    runner, out = Perceptron(network, 0), np.zeros(size_of(network), np.float32)
    outputs_BJ, kept = runner.forward(x_BI)
    in_inputs = runner.backward(gradient_BJ, kept, out, to_input=True)
    leaf = torch.from_numpy(x_BI).requires_grad_()
    assert in_inputs is not None
    y = network(leaf)
    np.testing.assert_allclose(outputs_BJ, y.detach(), rtol=1e-5, atol=1e-5)
    *expected, expected_in = torch.autograd.grad(y, [*network.parameters(), leaf], torch.from_numpy(gradient_BJ))
    flat = torch.cat([each.reshape(-1) for each in expected])
    np.testing.assert_allclose(out, flat, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(in_inputs, expected_in, rtol=1e-4, atol=1e-5)
    alone = runner.input_gradient(gradient_BJ, runner.forward(x_BI)[1])
    np.testing.assert_allclose(alone, expected_in, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["numpy", "modules", "stacked"])
@pytest.mark.parametrize("rows", [BATCH, 300])
def test_that_a_gradient_of_the_first_rows_alone_is_one_that_is_0_in_the_others(kind: str, rows: int) -> None:
    network = _network("relu", OUTPUTS)
    x_BI, gradient_BJ = _given(OUTPUTS, rows)
    runner, first = _runner(kind, network), rows // 2
    outs = [np.zeros(size_of(network), np.float32) for _ in range(2)]
    shorter = runner.backward(gradient_BJ[:first], runner.forward(x_BI)[1], outs[0], to_input=True)
    gradient_BJ[first:] = 0.0
    longer = runner.backward(gradient_BJ, runner.forward(x_BI)[1], outs[1], to_input=True)
    np.testing.assert_allclose(outs[0], outs[1], rtol=1e-4, atol=1e-5)
    assert shorter is not None
    assert longer is not None
    np.testing.assert_allclose(shorter[:first], longer[:first], rtol=1e-4, atol=1e-6)
