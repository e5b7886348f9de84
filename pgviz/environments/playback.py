"""PlaybackEnvironment: what an environment did, told again from the log of those who saw it.

Shape suffixes: N copies, O numbers in an encoded observation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.environments import rebuild
from pgviz.environments.action_log import ActionLog, LoggedBeginning, LoggedStep
from pgviz.environments.state import EnvironmentState
from pgviz.environments.step import VectorStep, add_rewards
from pgviz.environments.vector import VectorEnvironment


class PlaybackEnvironment(VectorEnvironment):
    """Gives what the original gave, whatever its insides are: nothing is stepped.

    So a moment of the past can be shown also of an environment that is slow, or that cannot be rebuilt exactly.

    Parameters
    ----------
    original
        Whose spaces, facts and numbering it takes over.
    log
        Its log, whose tape is played.

    Attributes
    ----------
    told
        The step that was told last.
    seeds_before
        The seeds of the episodes in which it was taken, by copy.
    """

    def __init__(self, original: VectorEnvironment, log: ActionLog) -> None:
        self._tape = log
        self._at = 0
        self.log = None
        self.id = original.id
        self.count, self._all = original.count, original._all
        self.facts = original.facts
        self.observation_space, self.action_space = original.observation_space, original.action_space
        self.encoder = original.encoder
        self._seeds, self._masks = original._seeds, original._masks
        self._environments, self._observers, self._steps = [], [], []
        self._told_NA = None
        self._clear()
        self.told: LoggedStep | None = None
        self.seeds_before: tuple[int, ...] = ()

    def restore(self, state: EnvironmentState) -> None:
        """Go to where `state` was captured."""
        rebuild.adopt(self, state)
        self._at = state.tape_position

    def reset(self) -> NDArray[np.float32]:
        """Not to be called: a tape begins after the first reset."""
        raise AssertionError("a playback begins with a state to restore")

    def step(
        self, actions: NDArray[Any], active: NDArray[np.bool_] | None = None, *, autoreset: bool = True
    ) -> VectorStep:
        """Tell the next step of the tape; `actions` are those that were taken then."""
        logged = self._next()
        assert isinstance(logged, LoggedStep)
        result = logged.result
        self.told, self.seeds_before = logged, tuple(self.episode_seeds.tolist())
        self.episode_lengths += 1 if active is None else active
        add_rewards(self.episode_returns, result.rewards)
        for ended in result.ended:
            if autoreset:
                self._begin(ended.environment_index)
            else:
                self._waiting.add(ended.environment_index)
        self.masks_NA = logged.masks_NA
        self._observations = result.observations.copy()
        return result._replace(observations=self._observations)

    def begin_episode(self, index: int) -> NDArray[np.float32]:
        """Tell the first observation of the episode that was begun here."""
        logged = self._next()
        assert isinstance(logged, LoggedBeginning)
        assert logged.which == index
        self._begin(index)
        self._observations = self._observations.copy()
        self._observations[index] = logged.observation_O
        self.masks_NA = logged.masks_NA
        return logged.observation_O

    def render(self, index: int) -> None:
        """Nothing is drawn: there is nothing inside."""

    def _reset_one(self, index: int, seed: int) -> NDArray[np.float32]:
        observation_O: NDArray[np.float32] = self._observations[index]
        return observation_O

    def _next(self) -> LoggedStep | LoggedBeginning:
        place = self._at - self._tape.tape_start
        self._at += 1
        return self._tape.tape[place]
