"""Environments that go wrong, one way each; importing this module registers them.

Ids such as ``tests.environments.faulty:RaisesInStep-v0`` work wherever an id is asked for. All but those that fail
in reset do well until their third step.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

_DRAWABLE: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 20}

FAULTY_STEP = 3


class Faulty(gymnasium.Env[Any, Any]):
    """A vector of three numbers, two actions, and a fault in step 3."""

    metadata = _DRAWABLE

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space: spaces.Space[Any] = spaces.Box(-1.0, 1.0, (3,), np.float32)
        self.action_space = spaces.Discrete(2)
        self.steps = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self.steps = 0
        return np.zeros(3, np.float32), {}

    def step(self, action: Any) -> Any:
        self.steps += 1
        if self.steps == FAULTY_STEP:
            return self.fail()
        return np.zeros(3, np.float32), 1.0, False, False, {}

    def fail(self) -> Any:
        """What step 3 returns."""
        return np.zeros(3, np.float32), 1.0, False, False, {}

    def render(self) -> Any:
        return np.zeros((8, 8, 3), np.uint8)


class RaisesInStep(Faulty):
    def fail(self) -> Any:
        raise ValueError("the motor is\non fire")


class ExitsInStep(Faulty):
    def fail(self) -> Any:
        raise SystemExit(3)


class ExitsInReset(Faulty):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        raise SystemExit


class ExitsInConstructor(Faulty):
    def __init__(self, render_mode: str | None = None) -> None:
        raise SystemExit("no licence")


class ExitsInDrawing(Faulty):
    def fail(self) -> Any:
        return np.zeros(3, np.float32), 1.0, True, False, {}

    def render(self) -> Any:
        raise SystemExit

    def close(self) -> None:
        raise SystemExit


class RaisesInReset(Faulty):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        raise KeyError("key lost")


class RaisesInConstructor(Faulty):
    def __init__(self, render_mode: str | None = None) -> None:
        raise FileNotFoundError("no level 7")


class RaisesInClose(Faulty):
    def close(self) -> None:
        raise OSError("the door is stuck")


class NanObservation(Faulty):
    def fail(self) -> Any:
        return np.array([0.0, np.nan, 0.0], np.float32), 1.0, False, False, {}


class InfiniteObservation(Faulty):
    def fail(self) -> Any:
        # Finite in its own type, and beyond float32.
        return np.array([0.0, 0.0, 1e300]), 1.0, False, False, {}


class NanReward(Faulty):
    def fail(self) -> Any:
        return np.zeros(3, np.float32), float("nan"), False, False, {}


class NoReward(Faulty):
    def fail(self) -> Any:
        return np.zeros(3, np.float32), None, False, False, {}


class TextReward(Faulty):
    def fail(self) -> Any:
        return np.zeros(3, np.float32), "much", False, False, {}


class ArrayFlags(Faulty):
    def fail(self) -> Any:
        return np.zeros(3, np.float32), 0.0, np.array([True, False]), False, {}


class WrongShape(Faulty):
    def fail(self) -> Any:
        return np.zeros(4, np.float32), 1.0, False, False, {}


class NoArray(Faulty):
    def fail(self) -> Any:
        return {"position": 1}, 1.0, False, False, {}


class FourValues(Faulty):
    def fail(self) -> Any:
        return np.zeros(3, np.float32), 1.0, False, {}


class NothingReturned(Faulty):
    def fail(self) -> Any:
        return None


class ResetWithoutInfo(Faulty):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        return super().reset(seed=seed)[0]


class NanInReset(Faulty):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        return np.full(3, np.nan), {}


class WrongShapeInReset(Faulty):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        return np.zeros((3, 1)), {}


class OutsideDiscrete(Faulty):
    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.observation_space = spaces.Discrete(4)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        return 4, {}


class Spaceless(Faulty):
    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        del self.action_space


class MissingPackage(Faulty):
    def __init__(self, render_mode: str | None = None) -> None:
        raise gymnasium.error.DependencyNotInstalled("robotics is not installed")


for _fault in Faulty.__subclasses__():
    gymnasium.register(f"{_fault.__name__}-v0", entry_point=f"{__name__}:{_fault.__name__}")
gymnasium.register("ElsewherePackage-v0", entry_point="package_that_is_nowhere.robots:Robot")
