"""Readable names: of environments, and of what their actions do."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces


def title(id: str) -> str:
    """A name to show for an environment."""
    return id


def action_labels(id: str, space: spaces.Space[Any]) -> tuple[str, ...]:
    """A name for each discrete action, or for each dimension of a continuous one."""
    if isinstance(space, spaces.Discrete):
        return tuple(str(int(space.start) + index) for index in range(int(space.n)))
    return tuple(f"a[{index}]" for index in range(int(np.prod(space.shape or (), dtype=int))))
