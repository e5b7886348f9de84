"""How an environment is told from which distribution the agent is about to draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import gymnasium
from numpy.typing import ArrayLike


@runtime_checkable
class ObservesPolicy(Protocol):
    """An environment with a part in it, such as an opponent, that may know the agent's policy."""

    @property
    def wants_policy(self) -> bool:
        """Whether anything would be made of the policy."""

    def observe_policy(self, probabilities: ArrayLike) -> None:
        """Take note of π(·|s), the probability of each action, for the next step."""


def policy_observer(environment: gymnasium.Env[Any, Any]) -> Callable[[ArrayLike], None] | None:
    """What to call with π(·|s) before each step of an environment, however it is wrapped.

    Parameters
    ----------
    environment
        Any environment.

    Returns
    -------
    callable or None
        ``None`` where there is nobody who wants to know.
    """
    inner = environment.unwrapped
    return inner.observe_policy if isinstance(inner, ObservesPolicy) and inner.wants_policy else None
