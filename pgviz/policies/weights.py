"""Initial weights, drawn from a generator that is handed in."""

from __future__ import annotations

import math

import torch
from torch import nn


def initialize(layer: nn.Linear | nn.Conv2d, gain: float, generator: torch.Generator, *, orthogonal: bool) -> None:
    """Draw the initial weights and biases of one layer.

    Parameters
    ----------
    layer
        Whose weights are overwritten.
    gain
        Scale of orthogonal weights (Saxe et al. 2014, arXiv:1312.6120); their biases begin at 0.
    generator
        Where the random numbers come from.
    orthogonal
        Without it, weights and biases are uniform within ±1/√n, with n the inputs that each unit has, as PyTorch's
        layers have them by themselves.
    """
    assert layer.bias is not None
    if orthogonal:
        nn.init.orthogonal_(layer.weight, gain, generator=generator)
        nn.init.zeros_(layer.bias)
        return
    bound = 1.0 / math.sqrt(layer.weight[0].numel())
    nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
    nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
