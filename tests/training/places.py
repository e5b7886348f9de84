"""Environments in which a trainer may go wrong; importing this registers them."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces


def _id(name: str) -> str:
    return f"{__name__}:{name}-v0"


AT_ONCE, SEEDED_LENGTH, SHAPED, ONE_SIDED, SCALAR = (
    _id(name) for name in ("AtOnce", "SeededLength", "Shaped", "OneSided", "Scalar")
)
FIXED, HALF, HALF_UNBOUNDED, LAVISH, BOUNDLESS, UTMOST = (
    _id(name) for name in ("Fixed", "Half", "HalfUnbounded", "Lavish", "Boundless", "Utmost")
)


def length_of(seed: int) -> int:
    """How long the episode of a seed is in SeededLength, from 1 to 6."""
    return 1 + seed % 6


class AtOnce(gymnasium.Env[Any, Any]):
    """Every episode terminates at its first step."""

    metadata: dict[str, Any] = {}  # noqa: RUF012
    action_space: spaces.Space[Any] = spaces.Discrete(2)
    observation_space: spaces.Space[Any] = spaces.Box(-1.0, 1.0, (2,), np.float32)

    def __init__(self) -> None:
        self.steps, self.length = 0, 1

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self.steps = 0
        return self.observation_space.sample() * 0, {}

    def step(self, action: Any) -> Any:
        assert self.action_space.contains(action)
        self.steps += 1
        return self.observation_space.sample() * 0, 1.0, self.steps >= self.length, False, {}


class SeededLength(AtOnce):
    """An episode's length, and so its return, is decided by its seed."""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        assert seed is not None
        self.length = length_of(seed)
        return super().reset(seed=seed, options=options)


class Shaped(SeededLength):
    """Takes and observes arrays of two axes; actions in float64."""

    action_space = spaces.Box(-1.0, 4.0, (2, 3), np.float64)
    observation_space = spaces.Box(-1.0, 1.0, (3, 2), np.float64)


class OneSided(SeededLength):
    """Takes actions bounded on one side, on the other, and on none."""

    action_space = spaces.Box(
        np.array([0.0, -np.inf, -np.inf], np.float32), np.array([np.inf, 1.0, np.inf], np.float32)
    )


class Scalar(SeededLength):
    """Takes a number that is no vector."""

    action_space = spaces.Box(-1.0, 1.0, (), np.float32)


class Fixed(SeededLength):
    """One of its two numbers can only be 0.5."""

    action_space = spaces.Box(np.array([-1.0, 0.5], np.float32), np.array([1.0, 0.5], np.float32))


class Half(SeededLength):
    """Takes numbers of half precision."""

    action_space = spaces.Box(-1.0, 1.0, (2,), np.float16)


class HalfUnbounded(SeededLength):
    """Takes numbers of half precision without bounds."""

    action_space = spaces.Box(-np.inf, np.inf, (2,), np.float16)


class Lavish(SeededLength):
    """Gives rewards for which there is a float64, but no float32."""

    reward = 1e39

    def step(self, action: Any) -> Any:
        observation, _, *rest = super().step(action)
        return observation, self.reward, *rest


class Boundless(Lavish):
    """Gives rewards whose square is no number."""

    reward = 1e200


class Utmost(Lavish):
    """Gives rewards of which no two can be added up."""

    reward = float(np.finfo(np.float64).max)


_PLAIN = (AtOnce, SeededLength, Shaped, OneSided, Scalar, Fixed)
for _kind in (*_PLAIN, Half, HalfUnbounded, Lavish, Boundless, Utmost):
    gymnasium.register(f"{_kind.__name__}-v0", entry_point=f"{__name__}:{_kind.__name__}")
