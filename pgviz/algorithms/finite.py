"""Finding the tensor that stopped being finite."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from pgviz.errors import NumericalFault
from pgviz.policies.policy import Policy


def raise_not_finite(policy: Policy, tensors: Mapping[str, Tensor | None]) -> None:
    """Name the first tensor that is not finite: a parameter, then `tensors` in their order, then a gradient.

    Raises
    ------
    NumericalFault
        Always; called once something is known to be wrong, so that the ordinary path checks two scalars only.
    """
    candidates: list[tuple[str, Tensor]] = [
        (f"parameter {name}", parameter) for name, parameter in policy.named_parameters()
    ]
    candidates += [(name, tensor) for name, tensor in tensors.items() if tensor is not None]
    candidates += [(f"gradient of {name}", each) for name, each in policy.named_gradients().items()]
    for name, tensor in candidates:
        if not bool(torch.isfinite(tensor).all()):
            raise _fault(name)
    raise _fault("norm of the gradient")


def _fault(name: str) -> NumericalFault:
    return NumericalFault(
        name,
        f"The {name} stopped being finite, so the update was not applied; "
        "try a smaller learning rate, gradient clipping, or smaller rewards and observations.",
    )


def check_parameters(policy: Policy) -> None:
    """Make sure that every parameter is finite.

    Raises
    ------
    NumericalFault
        Naming the first that is not.
    """
    # NumPy: at this size a call of torch's costs several times as much.
    with np.errstate(invalid="ignore"):
        total = np.add.reduce(policy.flat.detach().numpy())
    if not math.isfinite(total):
        raise_not_finite(policy, {})
