"""Networks: multilayer perceptrons with orthogonal initialisation.

Shape suffixes: B batch, I inputs and J outputs of a layer.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Floats = NDArray[np.float32]

_ACTIVATIONS: dict[str, type[nn.Module]] = {"tanh": nn.Tanh, "relu": nn.ReLU}


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """Shape of an actor, and of the critic beside it.

    Parameters
    ----------
    observation_size
        Entries of an encoded observation.
    hidden_sizes, activation
        Of both networks.
    critic
        Whether there is a critic.
    """

    observation_size: int
    hidden_sizes: tuple[int, ...]
    activation: str
    critic: bool

    def build(self, outputs: int, gain: float, generator: torch.Generator) -> nn.Sequential:
        """Build one network with that many outputs."""
        return mlp((self.observation_size, *self.hidden_sizes, outputs), self.activation, gain, generator)


def mlp(
    sizes: Sequence[int],
    activation: str,
    output_gain: float,
    generator: torch.Generator,
) -> nn.Sequential:
    """Build a perceptron with orthogonal weights and zero biases.

    The gain of √2 for hidden layers and a small one for a policy's output (so that it starts near the uniform
    one) are those that Andrychowicz et al. 2021 (arXiv:2006.05990) found to work.

    Parameters
    ----------
    sizes
        Input, hidden and output sizes.
    activation
        ``"tanh"`` or ``"relu"``, between the layers.
    output_gain
        Scale of the last layer's weights.
    generator
        Where the random numbers come from.
    """
    layers: list[nn.Module] = []
    pairs = list(itertools.pairwise(sizes))
    for index, (inputs, outputs) in enumerate(pairs):
        last = index == len(pairs) - 1
        layer = nn.Linear(inputs, outputs)
        nn.init.orthogonal_(layer.weight, output_gain if last else 2.0**0.5, generator=generator)
        nn.init.zeros_(layer.bias)
        layers += [layer] if last else [layer, _ACTIVATIONS[activation]()]
    return nn.Sequential(*layers)


class Perceptron:
    """An :func:`mlp` computed forwards and backwards in NumPy, on the module's own weights.

    For networks of this size the arithmetic is cheap and calls are dear: at 64 units and 64 samples this takes
    about two thirds of the time that the module and autograd take. A test holds it to their results.

    Parameters
    ----------
    network
        What :func:`mlp` built, its parameters views of one vector. The weights are read anew at each call, so
        that it is up to date after every optimiser step.
    offset
        Where the network's parameters begin in that vector.
    """

    def __init__(self, network: nn.Sequential, offset: int) -> None:
        self._relu = any(isinstance(layer, nn.ReLU) for layer in network)
        self._layers: list[_Layer] = []
        for layer in network:
            if isinstance(layer, nn.Linear):
                weight_JI, bias_J = layer.weight.detach().numpy(), layer.bias.detach().numpy()
                middle = offset + weight_JI.size
                end = middle + bias_J.size
                self._layers.append(
                    _Layer(weight_JI, weight_JI.T, bias_J, slice(offset, middle), slice(middle, end))
                )
                offset = end

    @np.errstate(all="ignore")  # what is not finite is found, named and reported by the algorithm
    def forward(self, x_BI: Floats) -> tuple[Floats, list[Floats]]:
        """Return the outputs, and what each layer was given (which :meth:`backward` wants back)."""
        inputs: list[Floats] = []
        for layer in self._layers:
            if inputs:
                np.maximum(x_BI, 0.0, out=x_BI) if self._relu else np.tanh(x_BI, out=x_BI)
            inputs.append(x_BI)
            x_BI = x_BI @ layer.transposed_IJ
            x_BI += layer.bias_J
        return x_BI, inputs

    @np.errstate(all="ignore")
    def backward(self, gradient_BJ: Floats, inputs: list[Floats], out: Floats) -> None:
        """Write the gradient in all weights and biases into `out`.

        Parameters
        ----------
        gradient_BJ
            Gradient in the outputs; not changed.
        inputs
            From :meth:`forward`.
        out
            The whole gradient vector; this network's part of it is overwritten.
        """
        for layer, given_BI in zip(reversed(self._layers), reversed(inputs), strict=True):
            np.matmul(gradient_BJ.T, given_BI, out=out[layer.weight].reshape(layer.weight_JI.shape))
            np.add.reduce(gradient_BJ, 0, out=out[layer.bias])
            if given_BI is not inputs[0]:
                gradient_BJ = gradient_BJ @ layer.weight_JI
                gradient_BJ *= (given_BI > 0.0) if self._relu else 1.0 - given_BI * given_BI


class _Layer(NamedTuple):
    weight_JI: Floats
    transposed_IJ: Floats
    bias_J: Floats
    weight: slice
    bias: slice
