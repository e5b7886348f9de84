"""Q(s, a) of a real action, and how it is computed forwards and backwards.

Shape suffixes: B batch, O observation entries, D action dimensions, I inputs of the perceptron.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pgviz.policies.convolution import FEATURES, Convolutions
from pgviz.policies.networks import NetworkShape
from pgviz.policies.running import Floats, ModuleNetwork, Network, size_of

GAIN = 1.0


class StateActionValue(nn.Module):
    """A perceptron on the observation beside the action; a picture is looked at through convolutions first.

    The modules are the definition. :meth:`values` and the two calls that go back from it compute the same on the
    fast path, once :meth:`prepare` was told where the weights are.

    Parameters
    ----------
    shape
        Of a network that looks at the same observations.
    dimensions
        Entries D of the action.
    generator
        Where the initial weights come from.
    """

    def __init__(self, shape: NetworkShape, dimensions: int, generator: torch.Generator) -> None:
        super().__init__()
        self._dimensions = dimensions
        features = shape.observation_size if shape.image is None else FEATURES
        self._shape = replace(shape, critic=False, image=None, observation_size=features + dimensions)
        self.convolutions = None if shape.image is None else Convolutions(shape.image, shape.orthogonal, generator)
        self.perceptron = self._shape.build(1, GAIN, generator)
        self._below: Network | None = None
        self._above: Network | None = None

    def forward(self, observations_BO: Tensor, actions_BD: Tensor) -> Tensor:
        """Return Q(s, a), ``(B,)``, by the modules themselves."""
        features = observations_BO if self.convolutions is None else self.convolutions(observations_BO)
        value_B1: Tensor = self.perceptron(torch.cat([features, actions_BD], 1))
        return value_B1.squeeze(1)

    def prepare(self, offset: int) -> int:
        """Take note that the weights are views of a vector and begin at `offset`; return where they end."""
        if self.convolutions is not None:
            self._below = ModuleNetwork(self.convolutions, offset, self._shape.device)
            offset += size_of(self.convolutions)
        self._above = self._shape.runner(self.perceptron, offset)
        return offset + size_of(self.perceptron)

    def values(self, observations_BO: NDArray[np.generic], actions_BD: Floats) -> tuple[Floats, Kept]:
        """Return Q(s, a), ``(B,)``, and what the way back wants."""
        assert self._above is not None
        features, below = observations_BO, None
        if self._below is not None:
            features, below = self._below.forward(observations_BO)
        values_B1, above = self._above.forward(np.concatenate([features, actions_BD], 1, dtype=np.float32))
        return values_B1[:, 0], Kept(below, above)

    def backward(self, gradient_B: Floats, kept: Kept, out: Floats) -> None:
        """Write the gradient in the weights into their part of `out`."""
        assert self._above is not None
        wanted = self._below is not None
        inputs_BI = self._above.backward(gradient_B[:, None], kept.above, out, to_input=wanted)
        if self._below is not None and inputs_BI is not None:
            self._below.backward(np.ascontiguousarray(inputs_BI[:, : -self._dimensions]), kept.below, out)

    def action_gradient(self, gradient_B: Floats, kept: Kept) -> Floats:
        """Return the gradient in the actions, ``(B, D)``; a row whose gradient is 0 costs nothing."""
        assert self._above is not None
        return self._above.input_gradient(gradient_B[:, None], kept.above)[:, -self._dimensions :]


class Kept(NamedTuple):
    """What a pass forwards keeps for the one backwards."""

    below: object
    above: object
