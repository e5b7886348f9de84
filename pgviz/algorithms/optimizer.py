"""The optimiser: one step on the one vector that holds all parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.optim.rmsprop import rmsprop

# The values that the published configurations use, rather than torch's own.
EPSILON, RMSPROP_DECAY = 1e-5, 0.99
ADAM_DECAY = (0.9, 0.999)


class Optimizer:
    """Adam (Kingma & Ba 2015) or RMSprop (Tieleman & Hinton 2012) over a flat vector of parameters.

    The arithmetic is torch's; its optimiser objects are left out, for on one small vector their bookkeeping costs
    several times the step itself.

    Parameters
    ----------
    flat
        The leaf in which losses are differentiated; stepped in place.
    name
        ``"adam"`` or ``"rmsprop"``.
    epsilon
        Added to the root of the mean square.

    Attributes
    ----------
    learning_rate
        The rate of the last step.
    """

    def __init__(self, flat: Tensor, name: str, epsilon: float = EPSILON) -> None:
        self.learning_rate = 0.0
        self._leaf = flat
        self._flat = flat.detach()
        self._received_P = np.zeros(0, np.float32)
        self._gradient = torch.from_numpy(self._received_P)
        self._epsilon = epsilon
        self._adam = name == "adam"
        self._mean = torch.zeros_like(self._flat)
        self._square = torch.zeros_like(self._flat)
        self._steps = torch.zeros(())

    def receive(self, gradient_P: NDArray[np.float32]) -> float:
        """Take over the gradient of a loss, and return its Euclidean norm."""
        if gradient_P is not self._received_P:
            self._received_P, self._gradient = gradient_P, torch.from_numpy(gradient_P)
            self._leaf.grad = self._gradient
        return float(np.sqrt(np.dot(gradient_P, gradient_P)))

    def step(self, learning_rate: float, norm: float, max_norm: float | None) -> None:
        """Shorten the gradient to `max_norm`, given its `norm`, and take one step."""
        gradient = self._gradient
        if max_norm is not None and norm > max_norm:
            gradient.mul_(max_norm / (norm + 1e-6))
        self.learning_rate = learning_rate
        if self._adam:
            self._step_adam(gradient)
        else:
            self._step_rmsprop(gradient)

    def _step_adam(self, gradient: Tensor) -> None:
        # What torch's own optimiser calls, less what it looks up on the way there.
        self._steps.add_(1)
        torch._fused_adam_(
            [self._flat],
            [gradient],
            [self._mean],
            [self._square],
            [],
            [self._steps],
            amsgrad=False,
            beta1=ADAM_DECAY[0],
            beta2=ADAM_DECAY[1],
            lr=self.learning_rate,
            weight_decay=0.0,
            eps=self._epsilon,
            maximize=False,
        )

    def _step_rmsprop(self, gradient: Tensor) -> None:
        rmsprop(
            [self._flat],
            [gradient],
            [self._square],
            [],
            [],
            [self._steps],
            foreach=False,
            lr=self.learning_rate,
            alpha=RMSPROP_DECAY,
            eps=self._epsilon,
            weight_decay=0.0,
            momentum=0.0,
            centered=False,
            maximize=False,
        )

    def capture(self) -> dict[str, Any]:
        """Copy the moments and the number of steps taken."""
        return {
            "mean": self._mean.numpy().copy(),
            "square": self._square.numpy().copy(),
            "steps": float(self._steps),
            "learning_rate": self.learning_rate,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`capture` returned."""
        self._mean.copy_(torch.from_numpy(state["mean"]))
        self._square.copy_(torch.from_numpy(state["square"]))
        self._steps.fill_(state["steps"])
        self.learning_rate = state["learning_rate"]

    def forget(self, parameter: Tensor) -> None:
        """Clear the moments of one of the policy's parameters."""
        start = parameter.storage_offset() - self._flat.storage_offset()
        for moment in (self._mean, self._square):
            moment[start : start + parameter.numel()] = 0.0
