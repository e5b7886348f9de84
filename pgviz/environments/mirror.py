"""Mirror: pictures of states of the past, drawn by an environment of its own.

Shape suffixes: O numbers in an encoded observation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pgviz.environments.action_log import LoggedStep
from pgviz.environments.vector import VectorEnvironment
from pgviz.errors import PgvizError


class Mirror:
    """Plays an episode again, from its seed and its actions, up to the state to be drawn.

    Moving forward within an episode costs the steps in between; moving back, the episode from its beginning.

    Parameters
    ----------
    id
        The environment's id.
    """

    def __init__(self, id: str) -> None:
        self._environment = VectorEnvironment(id, 1, np.random.SeedSequence(0), render=True)
        self._seed: int | None = None
        self._played: list[LoggedStep] = []
        self._true = True
        # Filled in at each step and read by nobody.
        self._unused = (np.zeros(1), np.zeros(1, bool), np.zeros(1, bool))

    def draw(self, seed: int, steps: Sequence[LoggedStep], copy: int) -> NDArray[np.uint8] | None:
        """Draw the state after some steps of an episode.

        Parameters
        ----------
        seed
            The episode's.
        steps
            Those taken in it before the state; in each, `copy` is the one that is drawn.

        Returns
        -------
        numpy.ndarray or None
            ``(H, W, 3)`` uint8; ``None`` where nothing can be drawn, or what was seen on the way is not what was
            seen then.
        """
        done = len(self._played)
        if (
            seed != self._seed
            or done > len(steps)
            or any(a is not b for a, b in zip(self._played, steps, strict=False))
        ):
            if not self._reset(seed):
                return None
            done = 0
        for step in steps[done:]:
            if not self._step(step, copy):
                return None
        return self._environment.render(0) if self._true else None

    def close(self) -> None:
        """Close the environment."""
        self._environment.close()

    def _reset(self, seed: int) -> bool:
        self._seed, self._played, self._true = seed, [], True
        try:
            self._environment._reset_one(0, seed)
        except PgvizError:
            self._seed = None
        return self._seed is not None

    def _step(self, step: LoggedStep, copy: int) -> bool:
        if step.told_NA is not None:
            self._environment.tell(step.told_NA[copy : copy + 1])
        try:
            seen, done = self._environment._step_each([0], step.actions[copy : copy + 1], *self._unused)
            saw_O = self._environment.encoder.encode(seen[0])
        except PgvizError:
            self._seed = None
            return False
        self._played.append(step)
        # Bit by bit, which takes a tenth of the time of comparing numbers.
        self._true = self._true and (bool(done) or saw_O.tobytes() == step.result.observations[copy].tobytes())
        return True
