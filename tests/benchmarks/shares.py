"""Where the time of a run goes, measured in a run of its own, whose clocks cost it a few per cent.

=============  ===================================================================================
share          what is counted
=============  ===================================================================================
environment    Gymnasium's own ``step`` and ``reset``
acting         the policy's choice of actions
learning       from the rollout to the new weights
bookkeeping    the rest: the loop, its events, the copies' seeds and episodes, the rollout's memory
bare           environment, networks forwards and backwards, and the optimiser's steps: the limit
=============  ===================================================================================
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, NamedTuple
from unittest.mock import patch

import gymnasium

from pgviz.algorithms.algorithm import Algorithm
from pgviz.algorithms.optimizer import Optimizer
from pgviz.config import RunConfig
from pgviz.environments.factory import make
from pgviz.policies.networks import Perceptron
from pgviz.policies.twin_perceptron import TwinPerceptron
from pgviz.session.session import Session, forever

CLOCKED = "Clocked-v0"
BARE = (
    (Perceptron, ("forward", "backward", "input_gradient")),
    (TwinPerceptron, ("forward", "backward", "chosen_gradient")),
    (Optimizer, ("step",)),
)


class Shares(NamedTuple):
    """Shares of the whole time, from 0 to 1; the first four add up to 1."""

    environment: float
    acting: float
    learning: float
    bookkeeping: float
    bare: float


class Stopwatch:
    """Adds up the time spent in some calls; one inside of another counts once."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._depth = 0

    def timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same call, timed."""

        @functools.wraps(call)
        def measured(*values: Any, **named: Any) -> Any:
            outermost, began = not self._depth, time.perf_counter()
            self._depth += 1
            try:
                return call(*values, **named)
            finally:
                self._depth -= 1
                if outermost:
                    self.seconds += time.perf_counter() - began

        return measured

    def timed_generator(self, call: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        """The same generator, timed between its yields."""

        def measured(*values: Any, **named: Any) -> Iterator[Any]:
            parts = call(*values, **named)
            following = self.timed(functools.partial(next, parts, None))
            while (part := following()) is not None:
                yield part

        return measured


class Clocked(gymnasium.Wrapper[Any, Any, Any, Any]):
    """An environment that is timed."""

    def __init__(self, id: str, watch: Stopwatch) -> None:
        super().__init__(make(id, render=False))
        self.step = watch.timed(self.env.step)  # type: ignore[method-assign]
        self.reset = watch.timed(self.env.reset)  # type: ignore[method-assign]


def measure(config: RunConfig) -> Shares:
    """Run a configuration and say where its time went."""
    environment, acting, learning, bare = (Stopwatch() for _ in range(4))
    gymnasium.register(CLOCKED, lambda **_: Clocked(config.environment, environment))
    try:
        with ExitStack() as stack:
            for owner, names in BARE:
                for name in names:
                    stack.enter_context(patch.object(owner, name, bare.timed(getattr(owner, name))))
            session = stack.enter_context(Session(replace(config, environment=CLOCKED)))
            _clock(session.trainer.algorithm, acting, learning)
            began = time.perf_counter()
            session.pull_until(forever)
            total = time.perf_counter() - began
            if session.error is not None:
                raise session.error
    finally:
        gymnasium.registry.pop(CLOCKED)
    lived, acted, learned = (watch.seconds / total for watch in (environment, acting, learning))
    limit = (environment.seconds + bare.seconds) / total
    return Shares(lived, acted, learned, 1.0 - lived - acted - learned, limit)


def _clock(algorithm: Algorithm, acting: Stopwatch, learning: Stopwatch) -> None:
    """Have one algorithm timed; the class stays as it is."""
    policy: Any = algorithm.policy
    changed: Any = algorithm
    changed.act = acting.timed(algorithm.act)
    policy.to_actions = acting.timed(policy.to_actions)
    changed.minibatches = learning.timed_generator(algorithm.minibatches)
    for name in ("begin_update", "apply", "finish_update"):
        setattr(changed, name, learning.timed(getattr(algorithm, name)))
