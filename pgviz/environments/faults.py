"""What an environment did wrong, and where, in one sentence."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pgviz.environments.spaces import ObservationMismatch
from pgviz.errors import EnvironmentFault


class FaultReporter:
    """Words the faults of one environment.

    In every method `episode` is the number of the episode and `step` the step in it, from 1; 0 is its reset.

    Parameters
    ----------
    id
        The environment's id.
    """

    def __init__(self, id: str) -> None:
        self._id = id

    def raised(self, error: Exception, episode: int, step: int) -> EnvironmentFault:
        """The environment raised."""
        detail = " ".join(str(error).split())
        said = f": {detail}" if detail else ""
        return EnvironmentFault(f"{self._id} raised {type(error).__name__} in {_where(episode, step)}{said}")

    def malformed(self, result: object, episode: int, step: int) -> EnvironmentFault:
        """`result` is not the tuple that Gymnasium asks for, or its reward is not a number."""
        wanted = 5 if step else 2
        if isinstance(result, tuple) and len(result) == wanted:
            problem = f"a reward that is not one number ({result[1]!r})"
        else:
            names = "(observation, reward, terminated, truncated, info)" if step else "(observation, info)"
            got = f"{len(result)} values" if isinstance(result, tuple) else f"a {type(result).__name__}"
            problem = f"{got} where Gymnasium asks for the {wanted} values {names}"
        return self._returned(problem, episode, step)

    def mismatch(self, mismatch: ObservationMismatch, episode: int, step: int) -> EnvironmentFault:
        """An observation does not fit its space."""
        return self._returned(f"an observation {mismatch}", episode, step)

    def require_finite(self, observation_O: NDArray[np.float32], reward: float, episode: int, step: int) -> None:
        """Make sure that an encoded observation and a reward are finite.

        Raises
        ------
        EnvironmentFault
            Naming the number that is not.
        """
        bad = np.flatnonzero(~np.isfinite(observation_O))
        if bad.size:
            entry = int(bad[0])
            raise self._returned(f"{observation_O[entry]} in entry {entry} of its observation", episode, step)
        if not math.isfinite(reward):
            raise self._returned(f"the reward {float(reward)}", episode, step)

    def _returned(self, problem: str, episode: int, step: int) -> EnvironmentFault:
        return EnvironmentFault(f"{self._id} returned {problem} in {_where(episode, step)}.")


def _where(episode: int, step: int) -> str:
    return f"step {step} of episode {episode}" if step else f"the reset of episode {episode}"
