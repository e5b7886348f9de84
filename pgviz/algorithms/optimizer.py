"""The optimiser: one step on the one vector that holds all parameters."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pgviz.policies.policy import Policy

# The values that the published configurations use, rather than torch's own.
EPSILON, RMSPROP_DECAY = 1e-5, 0.99


class Optimizer:
    """Adam or RMSprop over a policy's flat parameters.

    Parameters
    ----------
    policy
        What is optimised.
    name
        ``"adam"`` (Kingma & Ba 2015) or ``"rmsprop"`` (Tieleman & Hinton 2012).
    """

    def __init__(self, policy: Policy, name: str) -> None:
        self._policy = policy
        self._gradient = policy.flat_gradient
        self._flat = nn.Parameter(policy.flat)
        self._flat.grad = self._gradient
        self._torch: torch.optim.Optimizer
        if name == "adam":
            self._torch = torch.optim.Adam([self._flat], eps=EPSILON, fused=True)
        else:
            self._torch = torch.optim.RMSprop([self._flat], alpha=RMSPROP_DECAY, eps=EPSILON)

    def backward(self, loss: Tensor) -> float:
        """Compute the gradient of `loss` and return its Euclidean norm."""
        self._gradient.zero_()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(torch.linalg.vector_norm(self._gradient))

    def step(self, learning_rate: float, norm: float, max_norm: float | None) -> None:
        """Shorten the gradient to `max_norm`, given its `norm`, and take one step."""
        if max_norm is not None and norm > max_norm:
            self._gradient.mul_(max_norm / (norm + 1e-6))
        self._torch.param_groups[0]["lr"] = learning_rate
        self._torch.step()

    def forget(self, parameter: Tensor) -> None:
        """Clear the moments of one of the policy's parameters."""
        start = (parameter.data_ptr() - self._policy.flat.data_ptr()) // parameter.element_size()
        for moment in self._torch.state.get(self._flat, {}).values():
            if moment.shape == self._flat.shape:
                moment[start : start + parameter.numel()] = 0.0

    @property
    def learning_rate(self) -> float:
        """The rate of the last step."""
        return float(self._torch.param_groups[0]["lr"])
