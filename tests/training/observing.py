"""An environment that observes whatever space it is told to; importing this registers it."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

PICTURE = spaces.Box(0, 255, (36, 38, 3), np.uint8)
KINDS: dict[str, spaces.Space[Any]] = {
    "Numbers": spaces.Box(-100.0, 100.0, (3, 2), np.float64),
    "Value": spaces.Discrete(5, start=2),
    "Choices": spaces.MultiDiscrete([2, 3]),
    "Bits": spaces.MultiBinary((2, 2)),
    "Pair": spaces.Tuple((spaces.Discrete(2), spaces.Box(0.0, 1.0, (1,)))),
    "Parts": spaces.Dict(
        {"b": spaces.MultiBinary(1), "a": spaces.Tuple((spaces.Discrete(3), spaces.Discrete(2)))}
    ),
    "Picture": PICTURE,
    "ColoursFirst": spaces.Box(0, 255, (2, 40, 36), np.uint8),
}


def id_of(kind: str) -> str:
    """The id of the environment that observes one of :data:`KINDS`."""
    return f"{__name__}:Observing{kind}-v0"


class Observing(gymnasium.Env[Any, Any]):
    """Shows samples of a space that depend on the seed alone; every seventh step ends the episode.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    """

    metadata: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, kind: str, render_mode: str | None = None) -> None:
        self.observation_space = KINDS[kind]
        self.action_space: spaces.Space[Any] = spaces.Discrete(2)
        self.steps = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self.observation_space.seed(seed)
        self.steps = 0
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> Any:
        self.steps += 1
        return self.observation_space.sample(), 5.0 * action, self.steps == 7, False, {}


for _kind in KINDS:
    gymnasium.register(
        f"Observing{_kind}-v0", entry_point=f"{__name__}:Observing", kwargs={"kind": _kind}, max_episode_steps=9
    )
