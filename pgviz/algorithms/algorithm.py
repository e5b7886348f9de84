"""The protocol between the trainer and an algorithm.

Shape suffixes: N copies of the environment, O observation entries, A choices.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.algorithms.knobs import Knobs
from pgviz.algorithms.rollout import Rollout
from pgviz.algorithms.statistics import UpdateStatistics
from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.decision import Array
from pgviz.policies.policy import Mask, Policy, Samples


@dataclass(frozen=True, slots=True)
class Minibatch:
    """A loss whose gradient is there and whose step is not taken yet."""

    index: int
    loss: float
    gradient_norm: float
    learning_rate: float
    kl: float | None = None
    clip_fraction: float | None = None


class Algorithm(ABC):
    """How a policy improves: what the trainer may ask.

    The trainer lives through a rollout with :meth:`act`, then draws :meth:`minibatches` one by one and has each
    step taken by :meth:`apply`.

    Parameters
    ----------
    config
        The run.
    policy
        What is improved, in place.
    rng
        Where minibatches are drawn from.

    Attributes
    ----------
    knobs
        The hyperparameters in force.
    remaining
        Share of the run that is left, from 1 down to 0.
    checks_up
        Whether updates are checked up on, see :mod:`pgviz.algorithms.checkup`; it changes nothing that is learned.
    sees_anew
        Whether observations are kept as the environment returned them, to be normalised each time that they are
        learned from; else they are kept as the policy saw them when it acted.
    """

    sees_anew = False

    def __init__(self, config: RunConfig, policy: Policy, rng: np.random.Generator) -> None:
        self.policy = policy
        self.knobs = Knobs(config.parameters, config.hyperparameters)
        self.remaining = 1.0
        self.checks_up = False
        self._rng = rng
        self._linear = {
            name for name in config.parameters if config.hyperparameters.get(f"{name}_schedule") == "linear"
        }

    @property
    @abstractmethod
    def rollout_length(self) -> int | None:
        """Steps of each copy between two updates; ``None`` where whole episodes are played instead."""

    @property
    def uses_masks(self) -> bool:
        """Whether the environment's action masks are heeded."""
        return bool(self.knobs["action_mask"])

    @property
    def episodes_per_update(self) -> int:
        """Whole episodes between two updates, where `rollout_length` is ``None``."""
        return 0

    def scheduled(self, name: str) -> float:
        """Return a knob's value with its schedule: the knob sets the base, the schedule scales it."""
        return self.knobs.number(name) * (self.remaining if name in self._linear else 1.0)

    def begin_rollout(self, remaining: float) -> None:
        """Prepare to act; `remaining` is the share of the run that is left, from 1 down to 0."""
        self.remaining = remaining

    def act(self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None = None) -> Samples:
        """Draw one sample per state, to be acted on and learned from."""
        return self.policy.act(observations_NO, rng, masks_NA)

    def begin_update(self, remaining: float) -> None:
        """Prepare to learn; the schedules follow `remaining`, the share of the run that is left."""
        self.remaining = remaining

    @abstractmethod
    def minibatches(self, rollout: Rollout) -> Iterator[Minibatch]:
        """Compute the update minibatch by minibatch; each is yielded before its step, see :meth:`apply`."""

    @abstractmethod
    def apply(self, minibatch: Minibatch) -> None:
        """Take the step that `minibatch` asks for."""

    def flipped(self, minibatch: Minibatch) -> Minibatch:
        """Turn the sign of an open minibatch's gradient, as if its loss had been written with the wrong sign."""
        gradient = self.policy.flat.grad
        assert gradient is not None
        gradient.neg_()
        return minibatch

    @property
    @abstractmethod
    def open_size(self) -> int:
        """How many samples the open minibatch was computed from; 0 before the first."""

    @abstractmethod
    def without(self, minibatch: Minibatch, samples: Sequence[int]) -> Minibatch:
        """Compute an open minibatch anew without some of its samples.

        Raises
        ------
        UsageError
            Where that cannot be done, see :meth:`require_droppable`; nothing has changed then.
        """

    def require_droppable(self, samples: Sequence[int]) -> None:
        """Make sure that these samples are in the open minibatch and are not all of it.

        Raises
        ------
        UsageError
            Where they are not.
        """
        size = self.open_size
        if not all(0 <= sample < size for sample in samples):
            raise UsageError(f"the minibatch has samples 0 to {size - 1}.")
        if len(set(samples)) >= size:
            raise UsageError("without any sample there is no step to take: skip the minibatch instead.")

    def _kept(self, samples: Sequence[int]) -> NDArray[np.int64]:
        """Which samples of the open minibatch are left without these; see :meth:`require_droppable`."""
        self.require_droppable(samples)
        return np.setdiff1d(np.arange(self.open_size), samples)

    @abstractmethod
    def finish_update(self) -> UpdateStatistics:
        """Check the new parameters and say what the update did.

        Raises
        ------
        NumericalFault
            Where a parameter is not finite.
        """

    def keep_past(self) -> None:  # noqa: B027
        """Keep from now on what :meth:`restore` needs beyond what :meth:`capture` copies; most need nothing."""

    def capture(self) -> dict[str, Any]:
        """Copy everything that decides what will be learned, between two updates; see :meth:`restore`.

        Returns
        -------
        dict
            Nested dictionaries of NumPy arrays, numbers, strings and ``None``; a replay buffer adds its own mark.
        """
        return {
            "policy": self.policy.capture(),
            "knobs": self.knobs.capture(),
            "rng": self._rng.bit_generator.state,
            "remaining": self.remaining,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`capture` returned, also where that was another object of the same run."""
        self.policy.restore(state["policy"])
        self.knobs.restore(state["knobs"])
        self._rng.bit_generator.state = state["rng"]
        self.remaining = state["remaining"]

    def set_std(self, std: float) -> None:
        """Start the policy's standard deviation again at `std`.

        Raises
        ------
        UsageError
            Where the policy has none that is a free parameter.
        """
        self.policy.set_std(std)
