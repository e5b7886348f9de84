"""Finding the tensor that stopped being finite."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.errors import NumericalFault
from pgviz.policies.policy import Policy


def raise_not_finite(policy: Policy, arrays: Mapping[str, NDArray[Any] | None]) -> None:
    """Name the first tensor that is not finite: a parameter, then `arrays` in their order, then a gradient.

    Raises
    ------
    NumericalFault
        Always; called once something is known to be wrong, so that the ordinary path checks two scalars only.
    """
    candidates: list[tuple[str, NDArray[Any]]] = [
        (f"parameter {name}", parameter.detach().numpy()) for name, parameter in policy.named_parameters()
    ]
    candidates += [(name, array) for name, array in arrays.items() if array is not None]
    candidates += [(f"gradient of {name}", each.numpy()) for name, each in policy.named_gradients().items()]
    for name, array in candidates:
        if not np.isfinite(array).all():
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
