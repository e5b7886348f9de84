"""Environments that say which actions are legal, in every way, well and badly; importing this registers them."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

LENGTH = 4


class Corridor(gymnasium.Env[Any, Any]):
    """Four steps, of which step t allows actions 0 to t alone; remembers the illegal ones that it was sent."""

    metadata: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self) -> None:
        self.observation_space: spaces.Space[Any] = spaces.Discrete(LENGTH + 1)
        self.action_space: spaces.Space[Any] = spaces.Discrete(LENGTH)
        self.time = 0
        self.illegal: list[Any] = []

    def legal(self) -> Any:
        return np.arange(LENGTH) <= self.time

    def info(self) -> dict[str, Any]:
        return {"action_mask": self.legal()}

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self.time = 0
        return self.time, self.info()

    def step(self, action: Any) -> Any:
        if not self.legal_action(action):
            self.illegal.append(action)
        self.time += 1
        return self.time, float(np.sum(action)), self.time == LENGTH, False, self.info()

    def legal_action(self, action: Any) -> bool:
        return bool(np.asarray(self.legal())[action])


class IntegerMask(Corridor):
    """Zeros and ones, as Taxi has them."""

    def legal(self) -> Any:
        return super().legal().astype(np.int8)


class ListMask(Corridor):
    def info(self) -> dict[str, Any]:
        return {"action_mask": self.legal().tolist()}


class SharedMask(Corridor):
    """Writes each mask into the array that it returned before."""

    mask = np.zeros(LENGTH, bool)

    def info(self) -> dict[str, Any]:
        self.mask = self.mask if self.time else np.zeros(LENGTH, bool)
        self.mask[:] = self.legal()
        return {"action_mask": self.mask}


class Method(Corridor):
    """The way of sb3-contrib."""

    def info(self) -> dict[str, Any]:
        return {}

    def action_masks(self) -> Any:
        return self.legal()


class WrappedMethod(gymnasium.Wrapper[Any, Any, Any, Any]):
    """A method that a wrapper brings, within another wrapper."""

    def __init__(self) -> None:
        super().__init__(Silent())

    def action_masks(self) -> Any:
        silent: Any = self.unwrapped
        return silent.legal()


class Silent(Corridor):
    """Does not say what is legal."""

    def info(self) -> dict[str, Any]:
        return {}


class SilentAtTheEnd(Corridor):
    """Has nothing to say of a state in which nothing is chosen any more."""

    def info(self) -> dict[str, Any]:
        return super().info() if self.time < LENGTH else {}


class NothingAtTheEnd(Corridor):
    """Allows nothing in a state in which nothing is chosen any more."""

    def legal(self) -> Any:
        return super().legal() & (self.time < LENGTH)


class Pair(Corridor):
    """Two choices, of two and of three."""

    def __init__(self) -> None:
        super().__init__()
        self.action_space = spaces.MultiDiscrete([2, 3])

    def legal(self) -> Any:
        return np.array([True, self.time > 0, True, self.time > 1, self.time > 2])

    def legal_action(self, action: Any) -> bool:
        return bool(self.legal()[[action[0], 2 + action[1]]].all())


class PairAsTuple(Pair):
    """The same mask as the space's own `sample` takes it."""

    def info(self) -> dict[str, Any]:
        mask = self.legal().astype(np.int8)
        return {"action_mask": (mask[:2], mask[2:])}


class Continuous(Corridor):
    """A mask where there is nothing to choose from."""

    def __init__(self) -> None:
        super().__init__()
        self.action_space = spaces.Box(-1.0, 1.0, (2,))

    def legal_action(self, action: Any) -> bool:
        return True


class Late(Corridor):
    """A mask from step, and none from reset."""

    def info(self) -> dict[str, Any]:
        return super().info() if self.time else {}


class VeryLate(Corridor):
    """A mask from step 3 on."""

    def info(self) -> dict[str, Any]:
        return super().info() if self.time >= 3 else {}


class LaterEpisodes(Corridor):
    """A mask from the second episode on."""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        self.episodes = getattr(self, "episodes", 0) + 1
        return super().reset(seed=seed, options=options)

    def info(self) -> dict[str, Any]:
        return super().info() if self.episodes > 1 else {}


class Forgetful(Corridor):
    """No mask any more from step 2 on."""

    def info(self) -> dict[str, Any]:
        return super().info() if self.time < 2 else {}


class NothingLegal(Corridor):
    def legal(self) -> Any:
        return super().legal() & (self.time != 2)


class NothingLegalAtReset(Corridor):
    def legal(self) -> Any:
        return np.zeros(LENGTH, bool)


class NothingInOneChoice(Pair):
    def legal(self) -> Any:
        return np.array([True, True, self.time != 2, self.time != 2, False])


class WrongLength(Corridor):
    def legal(self) -> Any:
        return np.ones(LENGTH + (self.time == 2), bool)


class WrongNumbers(Corridor):
    def legal(self) -> Any:
        return np.array([1.0, 0.5, 0.0, 0.0]) if self.time == 2 else super().legal()


class Words(Corridor):
    def legal(self) -> Any:
        return ["yes", "no", "no", "no"] if self.time == 2 else super().legal()

    def legal_action(self, action: Any) -> bool:
        return True


class Ragged(Corridor):
    def legal(self) -> Any:
        return [[True], [True, False, True]] if self.time == 2 else super().legal()

    def legal_action(self, action: Any) -> bool:
        return True


class RaisingMethod(Method):
    def action_masks(self) -> Any:
        if self.time == 2:
            raise RuntimeError("the rules\nare lost")
        return super().action_masks()


for _kind in [*Corridor.__subclasses__(), *Pair.__subclasses__(), *Method.__subclasses__(), Corridor]:
    gymnasium.register(f"{_kind.__name__}-v0", entry_point=f"{__name__}:{_kind.__name__}")
gymnasium.register("WrappedMethod-v0", entry_point=f"{__name__}:WrappedMethod", max_episode_steps=50)
gymnasium.register("CutOff-v0", entry_point=f"{__name__}:Corridor", max_episode_steps=2)
