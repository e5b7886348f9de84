"""An environment as a person might write one, for ids of the form ``module:Id``; importing this registers it."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

REACH, WIDTH = 1.0, 80
METADATA: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 20}


class Drift(gymnasium.Env[Any, Any]):
    """A boat on a line that wind and rudder move; it pays to stay near the middle."""

    metadata = METADATA

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space = spaces.Box(-np.inf, np.inf, (1,), np.float64)
        self.action_space = spaces.Discrete(2)
        self.place = 0.0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self.place = self.np_random.uniform(-REACH, REACH) / 2
        return np.array([self.place]), {}

    def step(self, action: Any) -> Any:
        self.place += (0.1 if action else -0.1) + self.np_random.normal(scale=0.05)
        return np.array([self.place]), -abs(self.place), abs(self.place) > REACH, False, {}

    def render(self) -> Any:
        picture = np.full((WIDTH // 4, WIDTH, 3), 235, np.uint8)
        middle = round((self.place / REACH + 1) / 2 * (WIDTH - 1))
        picture[4:-4, max(0, middle - 3) : middle + 4] = (40, 90, 200)
        return picture


gymnasium.register("Drift-v0", entry_point=f"{__name__}:Drift", max_episode_steps=50)
