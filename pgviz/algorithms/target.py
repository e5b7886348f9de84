"""TargetNetwork: a copy of a network that follows it slowly, to bootstrap from (Mnih et al. 2015).

Shape suffixes: B batch, I inputs, J outputs, P parameters.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from pgviz.policies.networks import NetworkShape, Perceptron

Floats = NDArray[np.float32]


class TargetNetwork:
    """A second set of weights for a network.

    Parameters
    ----------
    network
        What :meth:`pgviz.policies.networks.NetworkShape.build` built.
    shape
        Of what it was built; a plain perceptron where ``None``.

    Attributes
    ----------
    weights_P
        The copy's weights, as one vector in the order of the network's parameters.
    """

    def __init__(self, network: nn.Sequential, shape: NetworkShape | None = None) -> None:
        twin = copy.deepcopy(network)
        parameters = list(twin.parameters())
        flat = torch.cat([parameter.detach().reshape(-1) for parameter in parameters])
        parts = torch.split(flat, [parameter.numel() for parameter in parameters])
        for parameter, part in zip(parameters, parts, strict=True):
            parameter.data = part.view(parameter.shape)
        self.weights_P: Floats = flat.numpy()
        self._runner = Perceptron(twin, 0) if shape is None else shape.runner(twin, 0)

    def forward(self, x_BI: NDArray[Any]) -> Floats:
        """Return the outputs for a batch, ``(B, J)``."""
        return self._runner.outputs(x_BI)

    def follow(self, weights_P: Floats, rate: float) -> None:
        """Move the weights by the share `rate` of the way towards `weights_P`; 1 copies them to the bit."""
        if rate >= 1.0:
            np.copyto(self.weights_P, weights_P)
        else:
            self.weights_P += np.float32(rate) * (weights_P - self.weights_P)
