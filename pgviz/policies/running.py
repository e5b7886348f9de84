"""Computing a network with PyTorch, on any device, behind the same two calls as in NumPy.

Weights, gradients and the optimiser stay on the CPU, where everything else is: a GPU is sent weights and inputs,
and sends back outputs and gradients. A network that is worth a GPU takes much longer to compute than to send, and
no other part of pgviz needs to ask where its numbers are.

Shape suffixes: B batch, I inputs and J outputs of a network.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Floats = NDArray[np.float32]
# A batch is computed in parts of this many, so that the memory taken does not grow with it.
PART = 256


class Network(Protocol):
    """What can be computed forwards and backwards; :class:`pgviz.policies.networks.Perceptron` says more."""

    def outputs(self, x_BI: Any) -> Floats:
        """Return the outputs alone, ``(B, J)``."""

    def forward(self, x_BI: Any) -> tuple[Floats, Any]:
        """Return the outputs, and what :meth:`backward` wants back."""

    def backward(self, gradient_BJ: Floats, inputs: Any, out: Floats, *, to_input: bool = False) -> Floats | None:
        """Write the gradient in the weights into its part of `out`; return that in the inputs where wanted."""

    def input_gradient(self, gradient_BJ: Floats, inputs: Any) -> Floats:
        """Return the gradient in the inputs alone, ``(B, I)``."""


def size_of(network: nn.Module) -> int:
    """Return how many numbers are learned in a network."""
    return sum(parameter.numel() for parameter in network.parameters())


class ModuleNetwork:
    """A module computed by itself and by autograd.

    Parameters
    ----------
    network
        The module; its weights are read anew at each call.
    offset
        Where its parameters begin in the vector of all.
    device
        Where it is computed.
    """

    def __init__(self, network: nn.Module, offset: int, device: str) -> None:
        self._source = network
        self._device = torch.device(device)
        self._here = self._device.type == "cpu"
        self._module = network if self._here else copy.deepcopy(network).to(self._device)
        self._slices = []
        for parameter in network.parameters():
            self._slices.append(slice(offset, offset + parameter.numel()))
            offset += parameter.numel()

    def outputs(self, x_BI: NDArray[np.generic]) -> Floats:
        """Return the outputs alone, ``(B, J)``."""
        self._bring_weights()
        with torch.no_grad():
            parts = [self._module(self._tensor(part)).cpu() for part in _parts(x_BI)]
        return np.asarray((parts[0] if len(parts) == 1 else torch.cat(parts)).numpy())

    def forward(self, x_BI: NDArray[np.generic]) -> tuple[Floats, _Kept]:
        """Return the outputs, and what :meth:`backward` wants back.

        Of a batch that is computed in parts the inputs alone are kept, and :meth:`backward` computes it again.
        """
        if len(x_BI) > PART:
            return self.outputs(x_BI), _Kept(x_BI)
        self._bring_weights()
        x, y = self._graph(x_BI)
        return np.asarray(y.detach().cpu().numpy()), _Kept(x_BI, x, y)

    def backward(
        self, gradient_BJ: Floats, inputs: _Kept, out: Floats, *, to_input: bool = False
    ) -> Floats | None:
        """Write the gradient in the weights into its part of `out`; return that in the inputs where wanted."""
        for place in self._slices:
            out[place] = 0.0
        rows = len(gradient_BJ)
        if inputs.y is not None:
            to_inputs = [self._add_gradient(inputs.x, inputs.y[:rows], gradient_BJ, out)]
        else:
            to_inputs = [
                self._add_gradient(*self._graph(x), gradient, out)
                for x, gradient in zip(_parts(inputs.x_BI[:rows]), _parts(gradient_BJ), strict=True)
            ]
        return np.concatenate([each for each in to_inputs if each is not None]) if to_input else None

    def input_gradient(self, gradient_BJ: Floats, inputs: _Kept) -> Floats:
        """Return the gradient in the inputs alone, ``(B, I)``."""
        if inputs.y is not None and inputs.x is not None:
            pairs = [(inputs.x, inputs.y)]
        else:
            pairs = [self._graph(part) for part in _parts(inputs.x_BI)]
        gradients = [
            torch.autograd.grad(y, x, torch.from_numpy(gradient).to(self._device))[0].cpu().numpy()
            for (x, y), gradient in zip(pairs, _parts(gradient_BJ), strict=True)
        ]
        return np.concatenate(gradients)

    def _graph(self, x_BI: NDArray[np.generic]) -> tuple[Tensor, Tensor]:
        """Inputs and outputs as tensors that autograd can go back from one to the other."""
        x = self._tensor(x_BI)
        x.requires_grad_(x.is_floating_point())
        with torch.enable_grad():
            return x, self._module(x)

    def _add_gradient(self, x: Tensor | None, y: Tensor, gradient_BJ: Floats, out: Floats) -> Floats | None:
        assert x is not None
        wanted = [*self._module.parameters(), *([x] if x.requires_grad else [])]
        gradients = torch.autograd.grad(y, wanted, torch.from_numpy(gradient_BJ).to(self._device))
        for place, gradient in zip(self._slices, gradients, strict=False):
            out[place] += gradient.reshape(-1).cpu().numpy()
        return np.asarray(gradients[-1].cpu().numpy()) if x.requires_grad else None

    def _tensor(self, x_BI: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(x_BI).to(self._device).detach()

    @torch.no_grad()
    def _bring_weights(self) -> None:
        if self._here:
            return
        for mine, theirs in zip(self._module.parameters(), self._source.parameters(), strict=True):
            mine.copy_(theirs)


class _Kept(NamedTuple):
    """What a pass forwards keeps for the one backwards: the inputs and, where there is one, the graph."""

    x_BI: NDArray[np.generic]
    x: Tensor | None = None
    y: Tensor | None = None


class Stacked:
    """One network on top of another, which may be under a second one too.

    Parameters
    ----------
    below, above
        The outputs of the one are the inputs of the other.
    """

    def __init__(self, below: Network, above: Network) -> None:
        self.below = below
        self.above = above

    def outputs(self, x_BI: NDArray[np.generic]) -> Floats:
        """Return the outputs alone, ``(B, J)``."""
        return self.above.outputs(self.below.outputs(x_BI))

    def forward(self, x_BI: NDArray[np.generic]) -> tuple[Floats, Any]:
        """Return the outputs, and what :meth:`backward` wants back."""
        features, kept_below = self.below.forward(x_BI)
        outputs_BJ, kept_above = self.above.forward(features)
        return outputs_BJ, (kept_below, kept_above)

    def backward(self, gradient_BJ: Floats, inputs: Any, out: Floats, *, to_input: bool = False) -> Floats | None:
        """Write the gradient in the weights of both into their parts of `out`."""
        kept_below, kept_above = inputs
        gradient = self.above.backward(gradient_BJ, kept_above, out, to_input=True)
        assert gradient is not None
        return self.below.backward(gradient, kept_below, out, to_input=to_input)

    def input_gradient(self, gradient_BJ: Floats, inputs: Any) -> Floats:
        """Return the gradient in the inputs alone, ``(B, I)``."""
        kept_below, kept_above = inputs
        return self.below.input_gradient(self.above.input_gradient(gradient_BJ, kept_above), kept_below)


class ActorCritic:
    """Actor and critic in one pass, what is below both of them computed once.

    Parameters
    ----------
    actor, critic
        Either both of them :class:`Stacked` on the same network, or none; there need not be a critic.
    """

    def __init__(self, actor: Network, critic: Network | None) -> None:
        self._below = actor.below if isinstance(actor, Stacked) else None
        self._actor = actor.above if isinstance(actor, Stacked) else actor
        self._critic = critic.above if isinstance(critic, Stacked) else critic

    def forward(self, x_BI: Any, *, learning: bool) -> tuple[Floats, Floats | None, Any]:
        """Return the outputs of both, and what :meth:`backward` wants back, for which `learning` must be true."""
        below, actor, critic = self._below, self._actor, self._critic
        if not learning:
            given = x_BI if below is None else below.outputs(x_BI)
            return actor.outputs(given), None if critic is None else critic.outputs(given), None
        kept_below = None
        if below is not None:
            x_BI, kept_below = below.forward(x_BI)
        outputs_BJ, kept_actor = actor.forward(x_BI)
        if critic is None:
            return outputs_BJ, None, (kept_below, kept_actor, None)
        values_B1, kept_critic = critic.forward(x_BI)
        return outputs_BJ, values_B1, (kept_below, kept_actor, kept_critic)

    def backward(self, outputs_BJ: Floats | None, values_B1: Floats | None, kept: Any, out: Floats) -> None:
        """Write the gradient in all weights into `out`, given those in the outputs, where there are any."""
        kept_below, kept_actor, kept_critic = kept
        shared = self._below is not None
        above: Floats | None = None
        if outputs_BJ is not None:
            above = self._actor.backward(outputs_BJ, kept_actor, out, to_input=shared)
        if values_B1 is not None and self._critic is not None:
            given = self._critic.backward(values_B1, kept_critic, out, to_input=shared)
            above = given if above is None or given is None else above + given
        if self._below is not None and above is not None:
            self._below.backward(above, kept_below, out)


def _parts(rows: NDArray[Any]) -> list[NDArray[Any]]:
    return [rows] if len(rows) <= PART else [rows[start : start + PART] for start in range(0, len(rows), PART)]
