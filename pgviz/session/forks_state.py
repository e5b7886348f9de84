"""What is told of a fork."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pgviz.parameters import Value
from pgviz.training.events import StepDetail

MOST_FORKS = 4
ForkPace = Literal["in step", "behind", "ahead", "failed"]


@dataclass(frozen=True, slots=True)
class ForkChange:
    """A hyperparameter that is another in a fork."""

    name: str
    previous: Value
    value: Value


@dataclass(frozen=True, slots=True)
class ForkReturns:
    """What has come of one of two runs since they parted; all returns are undiscounted.

    Parameters
    ----------
    episodes, mean
        Episodes that have ended since, in all copies, and the mean of their returns (``None`` for no episodes).
    first
        Return of the episode that was under way in the watched copy then, so far.
    first_over
        Whether that episode has ended.
    """

    episodes: int
    mean: float | None
    first: float
    first_over: bool


@dataclass(frozen=True, slots=True)
class ForkUpdate:
    """What an update of a fork adds to its curves.

    Parameters
    ----------
    step
        Environment steps that the fork had taken.
    entropy, max_probability
        As in :class:`pgviz.training.events.UpdateApplied`.
    log_std
        Mean of it over the action's dimensions; ``None`` where there is none.
    """

    step: int
    entropy: float
    max_probability: float | None
    log_std: float | None


@dataclass(frozen=True, slots=True)
class ForkState:
    """What has become of a fork.

    Parameters
    ----------
    id
        Its number.
    began
        Environment steps that had been taken where it left the base run.
    copy
        The copy that was watched then.
    sample, changes
        What is different: the action that the copy took first, and the hyperparameters.
    step, update
        Where it is now.
    pace
        Whether it has come as far as the base run.
    failure
        Why it cannot go on; empty where it can.
    detail
        The state that its watched copy is in; ``None`` where nobody looks.
    returns, base_returns
        Of the fork, and of the base run since the same step.
    updates, episodes
        What is new since the last notice; of episodes the steps with the returns.
    """

    id: int
    began: int
    copy: int
    sample: tuple[float, ...] | None
    changes: tuple[ForkChange, ...]
    step: int
    update: int
    pace: ForkPace
    failure: str
    detail: StepDetail | None
    returns: ForkReturns
    base_returns: ForkReturns
    updates: tuple[ForkUpdate, ...]
    episodes: tuple[tuple[int, float], ...]

    @property
    def difference(self) -> float | None:
        """Mean return since the fork, less the base run's; ``None`` while they cannot be compared."""
        own, base = self.returns.mean, self.base_returns.mean
        return None if own is None or base is None or self.pace != "in step" else own - base

    @property
    def first_difference(self) -> float | None:
        """Return of the episode that was under way at the fork, less the base run's; ``None`` as above."""
        return self.returns.first - self.base_returns.first if self.pace == "in step" else None
