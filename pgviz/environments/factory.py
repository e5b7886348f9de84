"""Making one environment, with every way in which that fails told in one sentence."""

from __future__ import annotations

from typing import Any

import gymnasium

Environment = gymnasium.Env[Any, Any]


def make(id: str, *, render: bool) -> Environment:
    """Make one environment."""
    import copy
    spec = copy.deepcopy(gymnasium.spec(id))
    spec.order_enforce = False
    return gymnasium.make(spec, render_mode="rgb_array" if render else None, disable_env_checker=True)
