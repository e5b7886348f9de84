"""Gradients against finite differences."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

STEP = 1e-5


def gradient_by_differences(
    function: Callable[[Tensor], Tensor], point: Tensor, *, rtol: float = 1e-6, atol: float = 1e-7
) -> None:
    """Assert that autograd's gradient of a scalar function is that of central differences, in float64."""
    leaf = point.clone().requires_grad_()
    (computed,) = torch.autograd.grad(function(leaf), leaf)
    expected = torch.zeros_like(point)
    with torch.no_grad():
        for index in range(point.numel()):
            shift = torch.zeros_like(point)
            shift.view(-1)[index] = STEP
            expected.view(-1)[index] = (function(point + shift) - function(point - shift)) / (2 * STEP)
    torch.testing.assert_close(computed, expected, rtol=rtol, atol=atol)
