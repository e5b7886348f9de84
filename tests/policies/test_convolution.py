"""How pictures are looked at: as Stable-Baselines3's convolutions do, whatever the order of a picture's sides."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from gymnasium import spaces
from torch import nn

from pgviz.policies.convolution import FEATURES, Convolutions, ImageShape


def _convolutions(image: ImageShape, *, orthogonal: bool = True) -> Convolutions:
    return Convolutions(image, orthogonal, torch.Generator().manual_seed(0))


def _pictures(image: ImageShape, count: int = 4) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, size=(count, *image), dtype=np.uint8)


@pytest.mark.parametrize("image", [(3, 40, 52), (1, 36, 36), (4, 84, 84)])
def test_that_the_features_are_those_of_the_peer(image: ImageShape) -> None:
    peer = pytest.importorskip("stable_baselines3.common.torch_layers")
    theirs = peer.NatureCNN(spaces.Box(0, 255, image, np.uint8), FEATURES)
    ours = _convolutions(image)
    with torch.no_grad():
        for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            mine.copy_(other)
    pictures = torch.from_numpy(_pictures(image))
    expected = theirs(pictures.float() / 255.0)
    torch.testing.assert_close(ours(pictures.reshape(4, -1)), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("order", [(1, 2, 0), (1, 0, 2)])
def test_that_the_colours_may_come_first_last_or_in_the_middle(order: tuple[int, int, int]) -> None:
    first = _pictures((3, 40, 52))
    other = np.moveaxis(first, (1, 2, 3), tuple(1 + order.index(axis) for axis in range(3)))
    image: ImageShape = (other.shape[1], other.shape[2], other.shape[3])
    rows = [torch.from_numpy(np.ascontiguousarray(each).reshape(4, -1)) for each in (first, other)]
    torch.testing.assert_close(_convolutions(image)(rows[1]), _convolutions((3, 40, 52))(rows[0]))


def test_that_pixels_may_come_as_any_numbers() -> None:
    convolutions, rows = _convolutions((36, 36, 3)), torch.from_numpy(_pictures((36, 36, 3)).reshape(4, -1))
    torch.testing.assert_close(convolutions(rows.float()), convolutions(rows))


def test_that_the_smallest_picture_is_enough() -> None:
    assert _convolutions((36, 36, 1))(torch.zeros(2, 36 * 36)).shape == (2, FEATURES)


def test_that_orthogonal_layers_keep_lengths_but_for_the_gain() -> None:
    for layer in _convolutions((44, 44, 3)):
        if isinstance(layer, nn.Conv2d | nn.Linear):
            weight = layer.weight.detach().flatten(1)
            rows = weight @ weight.T if len(weight) <= weight.shape[1] else weight.T @ weight
            torch.testing.assert_close(rows, 2.0 * torch.eye(len(rows)), rtol=1e-4, atol=1e-4)
            assert layer.bias is not None
            assert not layer.bias.any()


def test_that_other_layers_begin_uniform_as_wide_as_pytorch_has_them() -> None:
    for layer in _convolutions((44, 44, 3), orthogonal=False):
        if isinstance(layer, nn.Conv2d | nn.Linear):
            bound = layer.weight[0].numel() ** -0.5
            assert layer.bias is not None
            for values in (layer.weight.detach(), layer.bias.detach()):
                assert float(values.abs().max()) <= bound
            assert float(layer.weight.detach().std()) == pytest.approx(bound / 3**0.5, rel=0.05)
            layer.reset_parameters()
            assert float(layer.weight.detach().abs().max()) == pytest.approx(bound, rel=0.01)
