"""Small well-behaved environments; importing this module registers them."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

_DRAWABLE: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 20}
_SILENT: dict[str, Any] = {}


class Counting(gymnasium.Env[Any, Any]):
    """Observes the step's number and a random number; every step is worth one."""

    metadata = _DRAWABLE

    def __init__(self, render_mode: str | None = None, terminate_at: int = 10**9) -> None:
        self.render_mode = render_mode
        self.terminate_at = terminate_at
        self.observation_space: spaces.Space[Any] = spaces.Box(-np.inf, np.inf, (2,), np.float64)
        self.action_space: spaces.Space[Any] = spaces.Discrete(3, start=2)
        self.steps = 0
        self.actions: list[Any] = []
        self.canvas = np.zeros((4, 5, 3), np.uint8)

    def observe(self) -> Any:
        return np.array([self.steps, self.np_random.random()])

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self.steps = 0
        return self.observe(), {}

    def step(self, action: Any) -> Any:
        self.steps += 1
        self.actions.append(action)
        return self.observe(), 1.0, self.steps >= self.terminate_at, False, {}

    def render(self) -> Any:
        self.canvas[:] = self.steps
        return self.canvas


class OneHot(Counting):
    """Observes one of five values, from 5."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.observation_space = spaces.Discrete(5, start=5)

    def observe(self) -> Any:
        return np.int64(5 + self.steps % 5)


class Moody(Counting):
    """What it shows depends on more than its seed and the actions: on how often it was reset."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode, terminate_at=7)
        self.resets = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        self.resets += 1
        return super().reset(seed=seed, options=options)

    def observe(self) -> Any:
        return super().observe() + self.resets


class HalfBounded(Counting):
    """Takes a 2×2 box, bounded below alone, and writes into what it was given."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        high = np.array([[np.inf, 1.0], [np.finfo(np.float32).max, 2.0]], np.float32)
        self.action_space = spaces.Box(np.zeros((2, 2), np.float32), high)

    def step(self, action: Any) -> Any:
        answer = super().step(action.copy())
        action[:] = -1.0
        return answer


class ScalarBox(Counting):
    """Takes and observes numbers that are no vectors."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.action_space = spaces.Box(-1.0, 1.0, (), np.float32)
        self.observation_space = spaces.Box(-np.inf, np.inf, (), np.float32)

    def observe(self) -> Any:
        return np.float32(self.steps)


class DrawsToDraw(Counting):
    """Uses its own generator to draw itself."""

    def render(self) -> Any:
        self.canvas[:] = self.np_random.integers(256)
        return super().render()


class Undrawable(Counting):
    """Cannot draw, although it says that it can."""

    def render(self) -> Any:
        raise OSError("the screen is\nasleep")


class TextOnly(Counting):
    """Returns text where a picture was asked for."""

    def render(self) -> Any:
        return "a picture"


class Pictureless(Counting):
    """Knows of no render mode at all."""

    metadata = _SILENT

    def __init__(self) -> None:
        super().__init__()


class DrawableInVain(Counting):
    """Can be made without pictures only."""

    def __init__(self, render_mode: str | None = None) -> None:
        if render_mode:
            raise RuntimeError("no screen")
        super().__init__(render_mode)


class TextObservation(Counting):
    """Observes what no network can be given."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.observation_space = spaces.Text(3)


class TextAction(Counting):
    """Takes what no policy can give."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.action_space = spaces.Text(3)


def _register(name: str, kind: type[Counting] = Counting, **details: Any) -> None:
    gymnasium.register(f"{name}-v0", entry_point=f"{__name__}:{kind.__name__}", **details)


_register("Counting", max_episode_steps=5, reward_threshold=4)
_register("Ending", kwargs={"terminate_at": 3}, max_episode_steps=5)
_register("EndingAtLimit", kwargs={"terminate_at": 3}, max_episode_steps=3)
for _kind in Counting.__subclasses__():
    _register(_kind.__name__, _kind)
