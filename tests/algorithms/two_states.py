"""A Markov decision process so small that every trajectory can be written down; importing this registers it.

Two states, two actions, at most three steps. The agent observes the state and the time, so that every observation
has one exact value; observation t·2 + s is state s at time t.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

import gymnasium
import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor, nn

ID = "tests.algorithms.two_states:TwoStates-v0"
HORIZON = 3
OBSERVATIONS = 2 * HORIZON
START = (0.75, 0.25)


class Outcome(NamedTuple):
    """What an action may lead to."""

    probability: float
    state: int
    reward: float
    ends: bool = False


OUTCOMES: dict[tuple[int, int], tuple[Outcome, ...]] = {
    (0, 0): (Outcome(0.7, 0, 1.0), Outcome(0.3, 1, 0.0)),
    (0, 1): (Outcome(0.6, 1, 0.5), Outcome(0.4, 0, 2.0, ends=True)),
    (1, 0): (Outcome(1.0, 0, -1.0),),
    (1, 1): (Outcome(0.5, 1, 1.5), Outcome(0.5, 1, 0.0, ends=True)),
}


class Step(NamedTuple):
    """One step of a trajectory."""

    observation: int
    action: int
    reward: float
    next_observation: int
    terminated: bool


class Trajectory(NamedTuple):
    """A whole episode and how likely it is."""

    probability: float
    steps: tuple[Step, ...]


def outcomes(time: int, state: int, action: int) -> Iterator[tuple[float, Step]]:
    """Every step that may follow from an action, with its probability."""
    for outcome in OUTCOMES[state, action]:
        last = outcome.ends or time + 1 == HORIZON
        after = min(time + 1, HORIZON - 1) * 2 + outcome.state
        yield outcome.probability, Step(2 * time + state, action, outcome.reward, after, last)


def trajectories(policy_OA: NDArray[np.float64]) -> list[Trajectory]:
    """Every trajectory under π(a|o), with its probability."""
    found: list[Trajectory] = []

    def extend(probability: float, steps: tuple[Step, ...], time: int, state: int) -> None:
        for action in range(2):
            chosen = probability * float(policy_OA[2 * time + state, action])
            for chance, step in outcomes(time, state, action):
                if step.terminated:
                    found.append(Trajectory(chosen * chance, (*steps, step)))
                else:
                    extend(chosen * chance, (*steps, step), time + 1, step.next_observation % 2)

    for state, probability in enumerate(START):
        extend(probability, (), 0, state)
    return found


def one_hot(observation: int) -> NDArray[np.float32]:
    """An observation as the encoder gives it, ``(1, 6)``."""
    return np.eye(OBSERVATIONS, dtype=np.float32)[[observation]]


def policy_table(actor: nn.Module) -> Tensor:
    """π(a|o) of every observation, ``(6, 2)`` float64, differentiable in the float64 `actor`."""
    return torch.softmax(actor(torch.eye(OBSERVATIONS, dtype=torch.float64)), -1)


def values(policy_OA: Tensor) -> list[Tensor]:
    """V of every observation without discount, by dynamic programming from the last step."""
    table = [torch.zeros((), dtype=torch.float64)] * OBSERVATIONS
    for time in reversed(range(HORIZON)):
        for state in range(2):
            total = torch.zeros((), dtype=torch.float64)
            for action in range(2):
                for chance, step in outcomes(time, state, action):
                    after = 0.0 if step.terminated else table[step.next_observation]
                    total = total + policy_OA[2 * time + state, action] * chance * (step.reward + after)
            table[2 * time + state] = total
    return table


def exact_gradient(actor: nn.Module) -> tuple[float, Tensor]:
    """J and ∇J in the actor's parameters: dynamic programming, differentiated; no score function anywhere."""
    double = copy.deepcopy(actor).double()
    table = values(policy_table(double))
    objective = START[0] * table[0] + START[1] * table[1]
    gradients = torch.autograd.grad(objective, list(double.parameters()))
    return float(objective.detach()), torch.cat([each.reshape(-1) for each in gradients])


class TwoStates(gymnasium.Env[Any, Any]):
    """The process as an environment."""

    metadata: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self) -> None:
        self.observation_space: spaces.Space[Any] = spaces.Discrete(OBSERVATIONS)
        self.action_space: spaces.Space[Any] = spaces.Discrete(2)
        self.time, self.state = 0, 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self.time, self.state = 0, int(self.np_random.choice(2, p=START))
        return self.state, {}

    def step(self, action: Any) -> Any:
        chances, steps = zip(*outcomes(self.time, self.state, int(action)), strict=True)
        step = steps[int(self.np_random.choice(len(steps), p=chances))]
        self.time, self.state = self.time + 1, step.next_observation % 2
        return step.next_observation, step.reward, step.terminated, False, {}


gymnasium.register("TwoStates-v0", entry_point=f"{__name__}:TwoStates")
