"""What there is to say of a state of an environment, and of a step taken in it.

Shape suffixes: N copies of the environment, O observation entries, A actions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pgviz.environments.step import VectorStep
from pgviz.environments.vector import VectorEnvironment
from pgviz.policies.decision import Array, BareDecision, Decision
from pgviz.policies.policy import Mask, Policy, Samples
from pgviz.training.events import StepDetail


def describe_state(environment: VectorEnvironment, index: int, decision: Decision) -> StepDetail:
    """Describe the state that a copy is in, with its picture; no action has been chosen yet."""
    return StepDetail(
        environment_index=index,
        episode=int(environment.episode_numbers[index]),
        episode_step=int(environment.episode_lengths[index]),
        decision=decision,
        reward=None,
        terminated=False,
        truncated=False,
        episode_return=float(environment.episode_returns[index]),
        frame=environment.render(index),
    )


def describe_bare(
    environment: VectorEnvironment, index: int, observations_NO: Array, actions: Samples, result: VectorStep
) -> StepDetail:
    """Describe a step that a copy has just taken by what was seen and done alone."""
    bare = BareDecision(observations_NO[index], None, float("nan"), None, actions[index])
    return describe_step(environment, index, bare, result, None)


def describe_step(
    environment: VectorEnvironment,
    index: int,
    decision: Decision,
    result: VectorStep,
    frame: NDArray[np.uint8] | None,
) -> StepDetail:
    """Describe a step that a copy has just taken, and the state that it was taken in."""
    ended = next((each for each in result.ended if each.environment_index == index), None)
    return StepDetail(
        environment_index=index,
        episode=ended.episode if ended else int(environment.episode_numbers[index]),
        episode_step=(ended.length if ended else int(environment.episode_lengths[index])) - 1,
        decision=decision,
        reward=float(result.rewards[index]),
        terminated=bool(result.terminated[index]),
        truncated=bool(result.truncated[index]),
        episode_return=ended.episode_return if ended else float(environment.episode_returns[index]),
        frame=frame,
    )


def probabilities(policy: Policy, observations_NO: Array, masks_NA: Mask | None) -> NDArray[np.float64]:
    """π(·|s) in each copy's state, ``(N, A)``; no columns for a policy over more than finitely many actions."""
    rows = []
    for index, observation_O in enumerate(observations_NO):
        decision = policy.decide(observation_O, None, None if masks_NA is None else masks_NA[index])
        rows.append(getattr(decision, "probabilities_A", np.zeros(0)))
    return np.stack(rows).astype(float)
