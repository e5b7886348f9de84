"""Networks: multilayer perceptrons, for pictures behind convolutions, and how each is computed.

Shape suffixes: B batch, I inputs and J outputs of a layer.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from pgviz.policies.convolution import FEATURES, Convolutions, ImageShape
from pgviz.policies.running import Floats, ModuleNetwork, Network, Stacked, size_of
from pgviz.policies.weights import initialize

_ACTIVATIONS: dict[str, type[nn.Module]] = {"tanh": nn.Tanh, "relu": nn.ReLU}
# From so many units on PyTorch's calls, which cost more, save more than that.
_WIDE = 128


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
    image
        Shape of the observation where it is a picture, which convolutions then look at first.
    orthogonal
        Whether weights begin orthogonal, see :func:`mlp`.
    device
        Where the networks are computed: ``"cpu"`` or ``"cuda"``.
    modules
        Whether PyTorch's modules and autograd compute the networks also where NumPy could.
    """

    observation_size: int
    hidden_sizes: tuple[int, ...]
    activation: str
    critic: bool
    image: ImageShape | None = None
    orthogonal: bool = True
    device: str = "cpu"
    modules: bool = False

    @property
    def plain(self) -> bool:
        """Whether a network is but a perceptron, to be computed here."""
        return self.image is None and self.device == "cpu" and not self.modules

    def build(
        self, outputs: int, gain: float, generator: torch.Generator, beside: nn.Sequential | None = None
    ) -> nn.Sequential:
        """Build one network with that many outputs; it looks at pictures through the convolutions of `beside`."""
        if self.image is None:
            return self._perceptron(self.observation_size, outputs, gain, generator)
        convolutions = Convolutions(self.image, self.orthogonal, generator) if beside is None else beside[0]
        return nn.Sequential(convolutions, *self._perceptron(FEATURES, outputs, gain, generator))

    def runner(self, network: nn.Sequential, offset: int, beside: Network | None = None) -> Network:
        """Return what computes a network that :meth:`build` built.

        Parameters
        ----------
        network
            Its parameters are views of one vector.
        offset
            Where they begin in that vector; those of shared convolutions left out.
        beside
            The runner of the network whose convolutions this one shares.
        """
        if self.image is None:
            return self._plain_runner(network, offset)
        convolutions, *layers = network
        perceptron = nn.Sequential(*layers)
        if isinstance(beside, Stacked):
            return Stacked(beside.below, self._plain_runner(perceptron, offset))
        below = ModuleNetwork(convolutions, offset, self.device)
        return Stacked(below, self._plain_runner(perceptron, offset + size_of(convolutions)))

    def _perceptron(self, inputs: int, outputs: int, gain: float, generator: torch.Generator) -> nn.Sequential:
        sizes = (inputs, *self.hidden_sizes, outputs)
        return mlp(sizes, self.activation, gain, generator, orthogonal=self.orthogonal)

    def _plain_runner(self, network: nn.Sequential, offset: int) -> Network:
        if self.modules or self.device != "cpu":
            return ModuleNetwork(network, offset, self.device)
        return Perceptron(network, offset)


def mlp(
    sizes: Sequence[int],
    activation: str,
    output_gain: float,
    generator: torch.Generator,
    *,
    orthogonal: bool = True,
) -> nn.Sequential:
    """Build a perceptron with orthogonal weights and zero biases, or with PyTorch's usual ones.

    The gain of √2 for hidden layers and a small one for a policy's output (so that it starts near the uniform
    one) are those that Andrychowicz et al. 2021 (arXiv:2006.05990) found to work. PyTorch's usual weights and
    biases are uniform within ±1/√inputs; a policy's output then starts wherever they lead.

    Parameters
    ----------
    sizes
        Input, hidden and output sizes.
    activation
        ``"tanh"`` or ``"relu"``, between the layers.
    output_gain
        Scale of the last layer's weights, where they are orthogonal.
    generator
        Where the random numbers come from.
    orthogonal
        Whether weights are orthogonal.
    """
    layers: list[nn.Module] = []
    pairs = list(itertools.pairwise(sizes))
    for index, (inputs, outputs) in enumerate(pairs):
        last = index == len(pairs) - 1
        layer = nn.Linear(inputs, outputs)
        initialize(layer, output_gain if last else 2.0**0.5, generator, orthogonal=orthogonal)
        layers += [layer] if last else [layer, _ACTIVATIONS[activation]()]
    return nn.Sequential(*layers)


class Perceptron:
    """An :func:`mlp` computed forwards and backwards in NumPy, on the module's own weights.

    For small networks the arithmetic is cheap and calls are dear: at 64 units and 64 samples this takes about two
    thirds of the time that the module and autograd take. In wide ones nearly all the time goes into the products
    of matrices, and what little stands between them counts. A test holds it to the module's results.

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
                    _Layer(
                        weight_JI,
                        weight_JI.T,
                        bias_J,
                        slice(offset, middle),
                        slice(middle, end),
                        layer.weight.detach(),
                        layer.weight.detach().t(),
                        layer.bias.detach(),
                        wide=bool(self._layers) and min(weight_JI.shape) >= _WIDE,
                    )
                )
                offset = end

    @np.errstate(all="ignore")  # what is not finite is found, named and reported by the algorithm
    def forward(self, x_BI: Floats) -> tuple[Floats, list[Floats]]:
        """Return the outputs, and what each layer was given (which :meth:`backward` wants back)."""
        inputs: list[Floats] = []
        for layer in self._layers[:-1]:
            inputs.append(x_BI)
            if layer.wide:
                x = torch.addmm(layer.bias, torch.from_numpy(x_BI), layer.transposed)
                x_BI = x.relu_().numpy() if self._relu else x.tanh_().numpy()
                continue
            x_BI = x_BI @ layer.transposed_IJ
            x_BI += layer.bias_J
            # PyTorch's ReLU takes a fifth of the time of NumPy's maximum on wide layers.
            torch.from_numpy(x_BI).relu_() if self._relu else np.tanh(x_BI, out=x_BI)
        inputs.append(x_BI)
        x_BI = x_BI @ self._layers[-1].transposed_IJ
        x_BI += self._layers[-1].bias_J
        return x_BI, inputs

    def outputs(self, x_BI: Floats) -> Floats:
        """Return the outputs alone."""
        return self.forward(x_BI)[0]

    @np.errstate(all="ignore")
    def backward(
        self, gradient_BJ: Floats, inputs: list[Floats], out: Floats, *, to_input: bool = False
    ) -> Floats | None:
        """Write the gradient in all weights and biases into `out`.

        Parameters
        ----------
        gradient_BJ
            Gradient in the outputs; not changed. Where it has fewer rows than there were, the later ones had none.
        inputs
            From :meth:`forward`.
        out
            The whole gradient vector; this network's part of it is overwritten.
        to_input
            Whether the gradient in the inputs is wanted too.

        Returns
        -------
        numpy.ndarray or None
            The gradient in the inputs, ``(B, I)``, where it is wanted.
        """
        rows = len(gradient_BJ)
        # A product with ones takes half the time of a sum over rows.
        ones_B = np.ones(rows, np.float32)
        for layer, given in zip(reversed(self._layers), reversed(inputs), strict=True):
            given_BI = given[:rows]
            np.matmul(gradient_BJ.T, given_BI, out=out[layer.weight_place].reshape(layer.weight_JI.shape))
            np.matmul(ones_B, gradient_BJ, out=out[layer.bias_place])
            if given is not inputs[0]:
                gradient_BJ = self._through(layer, gradient_BJ, given_BI)
        return gradient_BJ @ self._layers[0].weight_JI if to_input else None

    @np.errstate(all="ignore")
    def input_gradient(self, gradient_BJ: Floats, inputs: list[Floats]) -> Floats:
        """Return the gradient in the inputs alone, ``(B, I)``; a row whose gradient is 0 costs nothing.

        Parameters
        ----------
        gradient_BJ, inputs
            As in :meth:`backward`.
        """
        rows = np.flatnonzero(gradient_BJ.any(1))
        gradient_RJ = gradient_BJ[rows]
        for layer, given_BI in zip(self._layers[:0:-1], inputs[:0:-1], strict=True):
            gradient_RJ = self._through(layer, gradient_RJ, given_BI[rows])
        gradient_BI = np.zeros((len(gradient_BJ), inputs[0].shape[1]), np.float32)
        gradient_BI[rows] = gradient_RJ @ self._layers[0].weight_JI
        return gradient_BI

    def _through(self, layer: _Layer, gradient_BJ: Floats, given_BI: Floats) -> Floats:
        """Gradient in what the layer below gave, before its activation."""
        if len(layer.weight_JI) == 1:
            # A product with one column is not worth a matrix product's preparations.
            below_BI = torch.mul(torch.from_numpy(gradient_BJ), layer.weight).numpy()
        else:
            below_BI = gradient_BJ @ layer.weight_JI
        if self._relu and given_BI.shape[1] >= _WIDE:
            below, given = torch.from_numpy(below_BI), torch.from_numpy(given_BI)
            torch.ops.aten.threshold_backward.grad_input(below, given, 0.0, grad_input=below)
        else:
            below_BI *= (given_BI > 0.0) if self._relu else 1.0 - given_BI * given_BI
        return below_BI


class _Layer(NamedTuple):
    weight_JI: Floats
    transposed_IJ: Floats
    bias_J: Floats
    weight_place: slice
    bias_place: slice
    weight: Tensor
    transposed: Tensor
    bias: Tensor
    wide: bool
