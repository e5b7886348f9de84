"""Two perceptrons of one shape computed as one, on the same inputs.

Beside the products of matrices, which are as many as of two perceptrons, what costs is calls: for both networks
they are made once. :class:`pgviz.policies.networks.Perceptron` does the same for one network and any gradient.

Shape suffixes: C the two networks, B batch, I inputs and J outputs of a layer, D inputs at the end, P all numbers
of one network.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pgviz.policies.running import Floats, size_of


class TwinPerceptron:
    """Two networks of one output, built alike, that stand one behind the other in a vector.

    Parameters
    ----------
    first
        What :func:`pgviz.policies.networks.mlp` built, its parameters views of one vector. The second network's
        follow behind it at once. The weights are read anew at each call.
    offset
        Where the first one's parameters begin in that vector.
    """

    def __init__(self, first: nn.Sequential, offset: int) -> None:
        self._relu = any(isinstance(layer, nn.ReLU) for layer in first)
        self._size, self._offset = size_of(first), offset
        self._layers: list[_Layer] = []
        start = 0
        for layer in first:
            if isinstance(layer, nn.Linear):
                self._layers.append(self._both(layer, start))
                start = self._layers[-1].bias_place.stop

    def _both(self, layer: nn.Linear, start: int) -> _Layer:
        """One layer of both networks, as views of the vector."""
        weight, bias = layer.weight.detach(), layer.bias.detach()
        outputs, inputs = weight.shape
        weight = weight.as_strided((2, outputs, inputs), (self._size, inputs, 1))
        bias = bias.as_strided((2, 1, outputs), (self._size, outputs, 1))
        middle = start + outputs * inputs
        places = slice(start, middle), slice(middle, middle + outputs)
        return _Layer(weight.numpy(), *places, weight, weight.mT, bias)

    @np.errstate(all="ignore")  # what is not finite is found, named and reported by the algorithm
    def forward(self, x_BI: Floats) -> tuple[Floats, list[Floats]]:
        """Return both networks' outputs, ``(C, B)``, and what each layer was given, for the ways back."""
        x, inputs = torch.from_numpy(x_BI).expand(2, -1, -1), [x_BI]
        for layer in self._layers[:-1]:
            x = torch.baddbmm(layer.bias, x, layer.transposed)
            x = x.relu_() if self._relu else x.tanh_()
            inputs.append(x.numpy())
        last = self._layers[-1]
        return torch.baddbmm(last.bias, x, last.transposed).numpy()[:, :, 0], inputs

    @np.errstate(all="ignore")
    def backward(self, gradient_CB: Floats, inputs: list[Floats], out: Floats) -> None:
        """Write the gradient in all weights and biases of both into their part of the whole vector `out`.

        Parameters
        ----------
        gradient_CB
            Gradient in the outputs.
        inputs
            From :meth:`forward`.
        """
        out_CP = out[self._offset : self._offset + 2 * self._size].reshape(2, -1)
        gradient_CBJ = gradient_CB[:, :, None]
        ones_1B = np.ones((1, gradient_CB.shape[1]), np.float32)
        for layer, given in zip(reversed(self._layers), reversed(inputs), strict=True):
            weights_CJI = out_CP[:, layer.weight_place].reshape(layer.weight_CJI.shape)
            np.matmul(gradient_CBJ.transpose(0, 2, 1), given, out=weights_CJI)
            np.matmul(ones_1B, gradient_CBJ, out=out_CP[:, None, layer.bias_place])
            if given is not inputs[0]:
                gradient_CBJ = _below(layer, gradient_CBJ)
                self._before_activation(gradient_CBJ, given)

    @np.errstate(all="ignore")
    def chosen_gradient(self, first_B: NDArray[np.bool_], inputs: list[Floats], count: int) -> Floats:
        """Return, for each row, the gradient of one of the outputs in the last inputs, ``(B, D)``.

        Rows are sorted by network: each network goes back from its own only.

        Parameters
        ----------
        first_B
            Whose: the first network's where true, the second's where not.
        inputs
            From :meth:`forward`.
        count
            How many inputs D, at the end, are wanted.
        """
        size, firsts = len(first_B), int(np.count_nonzero(first_B))
        rows_B = np.argsort(~first_B, kind="stable")
        places_B = rows_B.copy()
        places_B[firsts:] += size
        gradient_BJ = self._layers[-1].weight_CJI[:, 0].repeat((firsts, size - firsts), 0)
        for layer, given in zip(self._layers[-2::-1], inputs[:0:-1], strict=True):
            self._before_activation(gradient_BJ, given.reshape(-1, given.shape[2]).take(places_B, 0))
            wanted = slice(-count, None) if layer is self._layers[0] else slice(None)
            gradient_BJ = _each(gradient_BJ, layer.weight_CJI[:, :, wanted], firsts)
        gradient_BD = np.empty((size, count), np.float32)
        gradient_BD[rows_B] = gradient_BJ[:, -count:]
        return gradient_BD

    def _before_activation(self, gradient: Floats, given: Floats) -> None:
        """Turn the gradient in what an activation gave into that in what it was given, in place."""
        if self._relu:
            in_place = torch.from_numpy(gradient)
            torch.ops.aten.threshold_backward.grad_input(
                in_place, torch.from_numpy(given), 0.0, grad_input=in_place
            )
        else:
            gradient *= 1.0 - given * given


def _below(layer: _Layer, gradient_CBJ: Floats) -> Floats:
    """Gradient in what a layer was given."""
    if gradient_CBJ.shape[2] == 1:
        # A product with one column is not worth a matrix product's preparations.
        return np.asarray(torch.mul(torch.from_numpy(gradient_CBJ), layer.weight).numpy())
    return np.asarray(np.matmul(gradient_CBJ, layer.weight_CJI))


def _each(gradient_BJ: Floats, weight_CJI: Floats, firsts: int) -> Floats:
    """Gradient in what a layer was given, of the first rows in the first network, of the others in the second."""
    below_BI = np.empty((len(gradient_BJ), weight_CJI.shape[2]), np.float32)
    np.matmul(gradient_BJ[:firsts], weight_CJI[0], out=below_BI[:firsts])
    np.matmul(gradient_BJ[firsts:], weight_CJI[1], out=below_BI[firsts:])
    return below_BI


class _Layer(NamedTuple):
    weight_CJI: Floats
    weight_place: slice
    bias_place: slice
    weight: Tensor
    transposed: Tensor
    bias: Tensor
