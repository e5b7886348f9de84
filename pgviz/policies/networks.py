"""Networks: multilayer perceptrons with orthogonal initialisation."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

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


class FastForward:
    """The same forward pass as an :func:`mlp`, without the module calls that cost more than its arithmetic.

    It reads the module's own weights, so it is up to date after every optimiser step.
    """

    def __init__(self, network: nn.Sequential) -> None:
        linear = [layer for layer in network if isinstance(layer, nn.Linear)]
        self._layers = [(layer.weight.detach().t(), layer.bias.detach()) for layer in linear[:-1]]
        self._last = (linear[-1].weight.detach().t(), linear[-1].bias.detach())
        self._activate = torch.relu_ if any(isinstance(layer, nn.ReLU) for layer in network) else torch.tanh_

    def __call__(self, x_BI: Tensor) -> Tensor:
        """Return the network's outputs for a batch, without a graph."""
        for weight_IJ, bias_J in self._layers:
            x_BI = self._activate(torch.addmm(bias_J, x_BI, weight_IJ))
        return torch.addmm(self._last[1], x_BI, self._last[0])
