"""Convolutions: how a network looks at pictures.

Shape suffixes: B batch, O pixels of a flattened picture, C colours, H height, W width, F features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pgviz.policies.weights import initialize

ImageShape = tuple[int, int, int]

FEATURES = 512
# Filters, their width, and the step between two places where they are applied.
_LAYERS = ((32, 8, 4), (64, 4, 2), (64, 3, 1))
_GAIN = 2.0**0.5


class Convolutions(nn.Sequential):
    """The convolutional network of Mnih et al. 2015 (doi:10.1038/nature14236), up to its 512 features.

    ===========  ==============================
    layer        filters, width, step
    ===========  ==============================
    1            32, 8×8, 4, ReLU
    2            64, 4×4, 2, ReLU
    3            64, 3×3, 1, ReLU
    4            512 units, ReLU
    ===========  ==============================

    Parameters
    ----------
    image
        The three sides of a picture, the shortest of them the colours; rows of ``(B, O)`` are in its order.
    orthogonal
        Whether weights begin orthogonal, with gain √2.
    generator
        Where the random numbers come from.
    """

    def __init__(self, image: ImageShape, orthogonal: bool, generator: torch.Generator) -> None:
        colours_axis = image.index(min(image))
        channels = image[colours_axis]
        height, width = (side for axis, side in enumerate(image) if axis != colours_axis)
        layers: list[nn.Module] = [_Pixels(image, colours_axis)]
        for filters, size, stride in _LAYERS:
            layers += [nn.Conv2d(channels, filters, size, stride), nn.ReLU()]
            channels, height, width = filters, _places(height, size, stride), _places(width, size, stride)
        layers += [nn.Flatten(), nn.Linear(channels * height * width, FEATURES), nn.ReLU()]
        for layer in layers:
            if isinstance(layer, nn.Conv2d | nn.Linear):
                initialize(layer, _GAIN, generator, orthogonal=orthogonal)
        super().__init__(*layers)


class _Pixels(nn.Module):
    """From rows of numbers up to 255 to pictures of numbers up to 1."""

    def __init__(self, image: ImageShape, colours_axis: int) -> None:
        super().__init__()
        self._image = image
        self._order = (0, 1 + colours_axis, *(1 + axis for axis in range(3) if axis != colours_axis))

    def forward(self, pixels_BO: Tensor) -> Tensor:
        """Return the pictures, ``(B, C, H, W)``."""
        pictures_BCHW = pixels_BO.reshape(-1, *self._image).permute(self._order)
        # Left in the order of the colours in memory, in which the convolutions are faster.
        return pictures_BCHW.to(torch.float32) / 255.0


def _places(side: int, size: int, stride: int) -> int:
    """At how many places along a side a filter fits."""
    return (side - size) // stride + 1
