"""ListenedEnvironment: whole episodes as the environment itself told them, before anything is encoded."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import gymnasium
import numpy as np

from pgviz.environments.factory import Environment
from pgviz.environments.vector import VectorEnvironment


@dataclass(slots=True)
class HeardEpisode:
    """One episode of T steps.

    Parameters
    ----------
    seed
        From which it can be rebuilt.
    observations
        What the environment returned, T + 1 of them: that of the reset is the first.
    infos
        The numbers that it returned beside them, T + 1 dictionaries of numbers, arrays and dictionaries.
    actions
        What the environment was sent, T of them.
    rewards, terminations, truncations
        What each step led to.
    """

    seed: int
    observations: list[Any]
    infos: list[dict[str, Any]]
    actions: list[Any] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)
    terminations: list[bool] = field(default_factory=list)
    truncations: list[bool] = field(default_factory=list)


class ListenedEnvironment(VectorEnvironment):
    """Copies of one environment whose episodes are noted as they are played.

    Parameters
    ----------
    id, count, seeds
        As for :class:`pgviz.environments.vector.VectorEnvironment`.
    """

    def __init__(self, id: str, count: int, seeds: np.random.SeedSequence) -> None:
        super().__init__(id, count, seeds, render=False)
        self._listeners = [_Listener(each) for each in self._environments]
        # Whoever reads masks has these very lists.
        self._environments[:] = self._listeners
        self._steps[:] = [each.step for each in self._listeners]

    def last_episode(self, index: int) -> HeardEpisode:
        """The episode that one copy has ended last; to be asked for once, before the next one ends."""
        heard, self._listeners[index].ended = self._listeners[index].ended, None
        assert heard is not None, "that copy has ended no episode"
        return heard


class _Listener(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Notes what goes in and out of one copy; changes nothing of it."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.ended: HeardEpisode | None = None
        self._present: HeardEpisode | None = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        """Begin an episode."""
        result = self.env.reset(seed=seed, options=options)
        observation, info = result
        assert seed is not None
        self._present = HeardEpisode(seed, [deepcopy(observation)], [_numbers(info)])
        return result

    def step(self, action: Any) -> Any:
        """Take a step, and note it."""
        sent = deepcopy(action)  # which the environment may write into
        result = self.env.step(action)
        observation, reward, terminated, truncated, info = result
        heard = self._present
        assert heard is not None
        heard.actions.append(sent)
        heard.observations.append(deepcopy(observation))
        heard.infos.append(_numbers(info))
        heard.rewards.append(float(reward))
        heard.terminations.append(bool(terminated))
        heard.truncations.append(bool(truncated))
        if terminated or truncated:
            self.ended = heard
        return result


def _numbers(info: Any) -> dict[str, Any]:
    """What of an info is numbers, copied; it may hold anything, the environment's own insides too."""
    found: dict[str, Any] = {}
    for name, value in info.items() if isinstance(info, dict) else ():
        if isinstance(value, dict):
            found[str(name)] = _numbers(value)
        elif isinstance(value, bool | int | float | np.number | np.bool_ | np.ndarray):
            number = np.array(value)
            if number.dtype.kind in "biuf":
                found[str(name)] = number
    return found
