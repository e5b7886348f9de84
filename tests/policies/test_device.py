"""Where networks are computed, as far as it can be told without a GPU."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from pgviz.errors import UsageError
from pgviz.policies.device import LEAST_WEIGHTS, choose_device
from pgviz.policies.networks import mlp
from pgviz.policies.running import ModuleNetwork, size_of
from tests.policies.making import OBSERVATION_SIZE, observations


@pytest.fixture
def with_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that there is one."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", False)
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")


@pytest.fixture
def without_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that there is none."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.mark.usefixtures("without_gpu")
def test_that_without_a_gpu_everything_is_on_the_cpu_and_asking_for_one_is_refused() -> None:
    assert choose_device("cpu", 10**9, pictures=True) == "cpu"
    assert choose_device("auto", 10**9, pictures=True) == "cpu"
    with pytest.raises(UsageError, match=r"device is cuda, but the PyTorch installed here .*; choose cpu or auto"):
        choose_device("cuda", 10, pictures=False)


@pytest.mark.usefixtures("with_gpu")
def test_that_with_a_gpu_only_what_is_large_goes_there_unless_told_otherwise() -> None:
    assert choose_device("auto", LEAST_WEIGHTS - 1, pictures=False) == "cpu"
    assert choose_device("auto", LEAST_WEIGHTS, pictures=False) == "cuda"
    assert choose_device("auto", 100, pictures=True) == "cuda"
    assert choose_device("cuda", 100, pictures=False) == "cuda"
    assert choose_device("cpu", 10**9, pictures=True) == "cpu"
    assert torch.backends.cudnn.deterministic


def test_that_a_copy_elsewhere_has_the_weights_of_the_moment_and_leaves_the_gradient_here() -> None:
    network = mlp((OBSERVATION_SIZE, 7, 2), "tanh", 1.0, torch.Generator().manual_seed(0))
    here, elsewhere = ModuleNetwork(network, 0, "cpu"), ModuleNetwork(network, 0, "cpu")
    elsewhere._here, elsewhere._module = False, copy.deepcopy(network)
    states, slopes = observations(6), np.arange(12, dtype=np.float32).reshape(6, 2)
    for _ in range(2):
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(0.3)
        np.testing.assert_array_equal(here.outputs(states), elsewhere.outputs(states))
        gradients = []
        for each in (here, elsewhere):
            outputs, kept = each.forward(states)
            gradients.append(np.full(size_of(network), np.nan, np.float32))
            each.backward(slopes, kept, gradients[-1])
            np.testing.assert_array_equal(outputs, here.outputs(states))
        np.testing.assert_array_equal(gradients[0], gradients[1])
        assert gradients[0].any()
