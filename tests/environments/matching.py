"""Environments with one step each, in which every number of an action should match what is seen.

There is one for each kind of action space that is made up of several; importing this registers them.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from pgviz.action_layout import ActionLayout

CONTEXTS = 3


class Matching(gymnasium.Env[Any, Any]):
    """In context c, the best option of choice k is c + k (modulo their number), the best real one (c − 1) / 2."""

    metadata: dict[str, Any] = {}  # noqa: RUF012
    space: spaces.Space[Any] = spaces.MultiDiscrete([3, 2, 4], start=[0, 5, -1])

    def __init__(self) -> None:
        self.observation_space: spaces.Space[Any] = spaces.Discrete(CONTEXTS)
        self.action_space = self.space
        self.layout = ActionLayout(self.space)
        self.context = 0
        self.received: list[Any] = []

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self.context = int(self.np_random.integers(CONTEXTS))
        return self.context, {}

    def step(self, action: Any) -> Any:
        assert self.action_space.contains(action), action
        self.received.append(action)
        return self.context, self.reward(np.array(numbers(action, self.space))), True, False, {}

    def reward(self, row: Any) -> float:
        """Mean over all numbers: 1 for the best option, 0 for another; 1 less the distance for a real number."""
        layout = self.layout
        choice = np.arange(len(layout.counts_F))
        best = (self.context + choice) % layout.counts_F + layout.starts_F
        right = row[layout.choice_columns_F] == best
        near = 1.0 - np.abs(row[layout.real_columns_D] - (self.context - 1) / 2)
        return float(np.concatenate([right, near]).mean())


def numbers(action: Any, space: spaces.Space[Any]) -> list[float]:
    """The numbers of an action in the order of its space."""
    if isinstance(space, spaces.Dict):
        return [number for key, each in space.spaces.items() for number in numbers(action[key], each)]
    if isinstance(space, spaces.Tuple):
        parts = zip(action, space.spaces, strict=True)
        return [number for part, each in parts for number in numbers(part, each)]
    return list(np.asarray(action, float).reshape(-1))


class Several(Matching):
    """A MultiDiscrete space."""


class Bits(Matching):
    space = spaces.MultiBinary(4)


class Integers(Matching):
    space = spaces.Box(-1, 1, (2, 2), np.int16)


class Pair(Matching):
    space = spaces.Tuple((spaces.Discrete(3), spaces.Box(-1.0, 1.0, (2,), np.float32)))


class Nested(Matching):
    space = spaces.Dict(
        {
            "rest": spaces.Tuple((spaces.MultiBinary(2), spaces.Box(-1.0, 1.0, (1,), np.float64))),
            "mode": spaces.Discrete(3, start=1),
        }
    )


KINDS = (Several, Bits, Integers, Pair, Nested)
IDS = tuple(f"{__name__}:Matching{kind.__name__}-v0" for kind in KINDS)
for _kind in KINDS:
    gymnasium.register(f"Matching{_kind.__name__}-v0", entry_point=f"{__name__}:{_kind.__name__}")
